import chrome from "./chrome.js";
import Controls from "./controls.js";
import cursors from "../../core/cursors.js";
import Failure from "../../core/replay/failure.js";
import http from "../../core/replay/http.js";
import Picture from "../../core/decode/picture.js";
import Player from "../../core/replay/player.js";
import Recording from "../../core/replay/recording.js";
import Stage from "../../core/stage.js";
import strip from "../../core/replay/strip.js";
import style from "./style.js";
import Thumbnails from "./thumbnails.js";
import words from "./words.js";

/**
 * @typedef {import("../../core/replay/player.js").News} News
 * @typedef {import("../../framecast-view.js").State} State
 *
 * @typedef {object} Playback what an element is to do with a recording, also before there is one
 * @property {number} currentTime seconds
 * @property {number} duration seconds; NaN: not known yet
 * @property {boolean} paused
 * @property {boolean} ended
 * @property {boolean} seeking
 * @property {number} playbackRate
 */

/** Of the strip along the time line. */
const COLUMNS = 240;
/** Between two `timeupdate`, in milliseconds. */
const UPDATE = 250;
/** The waits before the next tries to open it, in seconds; the last one again and again. */
const RETRIES = [1, 2, 4, 8, 15];
const MICROSECOND = 1e-6;

/** The page's clock, in seconds. */
const CLOCK = {
  now: () => performance.now() / 1000,
  /** @type {(run: () => void, seconds: number) => unknown} */
  after: (run, seconds) => setTimeout(run, seconds * 1000),
  /** @type {(timer: unknown) => void} */
  cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
};

/** The player's style, one sheet for all elements of a document. @type {WeakMap<Document, CSSStyleSheet>} */
const sheets = new WeakMap();

/**
 * A recording in an element: what `View` is for a live canvas, with the same words. The element shows it in the same way;
 * `change` and `resize` tell of it likewise. Events of media elements ("play", "timeupdate", …) are those of `host`.
 */
export default class Replay extends EventTarget {
  /** Small pictures for the time line. @type {Thumbnails | null} */
  thumbnails = null;

  #host;
  #window;
  #picture = new Picture();
  #canvas = this.#picture.canvas;
  #readable = this.#picture.readable();
  #stage;
  #controls;
  #ends = new AbortController();
  /** Ends the opening. */
  #abort = new AbortController();
  /** @type {import("../../core/replay/recording.js").Source | null} */
  #source = null;
  /** @type {Player<ImageBitmap> | null} */
  #player = null;
  #url = "";
  /** @type {State} */
  #state = "idle";
  #reason = "";
  /** @type {number | null} */
  #retryAt = null;
  /** @type {unknown} */
  #timer = null;
  #failures = 0;
  /** @type {{read: number, size: number | null} | null} */
  #progress = null;
  #begun = false;
  #told = "";
  /** What is wanted before there is a player. @type {Playback} */
  #wish;

  /**
   * @param {ShadowRoot} root empty; with the element's style
   * @param {HTMLElement} host
   * @param {Playback} wish what is wanted of it already
   */
  constructor(root, host, wish) {
    super();
    const page = root.ownerDocument;
    this.#host = host;
    this.#wish = { ...wish };
    this.#window = page.defaultView ?? window;
    root.adoptedStyleSheets.push(sheet(page));
    root.replaceChildren(...chrome(page));
    const view = /** @type {HTMLElement} */ (root.getElementById("view"));
    view.append(this.#canvas);
    const { signal } = this.#ends;
    this.#stage = new Stage(view, this.#canvas, { shown: () => this.#shown, resized() {}, looked() {} }, signal);
    this.#controls = new Controls(this, root, host, signal);
    const timer = setInterval(() => this.#second(), UPDATE);
    signal.addEventListener("abort", () => clearInterval(timer));
    // Of a canvas that was shown before.
    for (const name of ["role", "link", "sequence", "update"]) delete host.dataset[name];
    this.#canvas.addEventListener("contextrestored", () => this.#player?.redraw(), { signal });
    this.#changed();
  }

  /** @param {import("../../core/layout.js").Fit} fit */
  set fit(fit) {
    this.#stage.fit = fit;
  }

  /** Nobody drives a recording. @param {import("../../core/control.js").Mode} _mode */
  set control(_mode) {}

  /** A recording has pictures only. @param {boolean} _on */
  set accessibility(_on) {}

  requestControl() {}

  releaseControl() {}

  /**
   * Plays another recording.
   *
   * @param {string[]} urls one
   */
  use([url = ""]) {
    if (url === this.#url) return;
    const other = this.#url !== "";
    this.close();
    this.#url = url;
    if (!other) return;
    this.#wish = { ...this.#wish, currentTime: 0, paused: true };
    this.#begun = false;
    this.#canvas.hidden = true;
    this.#sizeTold();
  }

  /** Opens it, unless it is open. */
  start() {
    if (this.#state !== "idle" || this.#url === "") return;
    this.#open();
  }

  /** Closes it, until `start`; then it goes on from there. What is shown stays. */
  close() {
    this.#drop();
    this.#setState("idle", "");
  }

  /** @param {string} reason in words for people */
  refuse(reason) {
    this.#drop();
    this.#url = "";
    this.#setState("refused", reason);
  }

  /** Does not wait any longer for the next try. */
  retry() {
    this.#failures = 0;
    if (this.#player?.failure?.again) this.#player.retry();
    else if (this.#url !== "" && (this.#state === "lost" || this.#state === "refused")) this.#open();
  }

  /** For good. */
  stop() {
    this.#drop();
    this.#ends.abort();
    this.#canvas.remove();
    for (const name of ["exact", "playback"]) delete this.#host.dataset[name];
  }

  /**
   * Gives the keyboard to it.
   *
   * @param {FocusOptions} [options]
   */
  focus(options) {
    this.#canvas.parentElement?.focus(options);
  }

  /** What is shown at this moment, as a PNG of its own pixels. */
  async snapshot() {
    if (!this.#shown) throw new Error("there is no picture yet");
    return await this.#picture.png();
  }

  /** The picture's size: in its pixels, and how many of them are a logical one. `null`: there is none. */
  get size() {
    const shown = this.#shown;
    return shown && { width: shown.width, height: shown.height, ratio: shown.ratio };
  }

  get info() {
    const player = this.#player;
    const damage = player ? words.damage(player.recording.damage, this.duration, player.recording.size) : "";
    return {
      state: this.#state,
      reason: this.#reason || damage,
      retryIn: this.#retryAt === null ? null : Math.max(0, this.#retryAt - CLOCK.now()),
      damage,
      progress: this.#progress,
      waiting: player?.waiting ?? false,
      ended: player?.ended ?? false,
      /** Whether it was played or moved. */
      begun: this.#begun,
      title: player?.title ?? "",
      exact: this.#readable && this.#shown?.exact === true,
      readable: this.#readable,
      fps: 0,
      roundTrip: null,
      presenter: false,
      role: /** @type {const} */ ("watch"),
      held: player?.presenter !== null && player !== null,
      by: player?.presenter ?? "",
      canAsk: false,
      asks: false,
    };
  }

  /** Seconds. */
  get currentTime() {
    return this.#player ? this.#player.time * MICROSECOND : this.#wish.currentTime;
  }

  set currentTime(seconds) {
    if (!Number.isFinite(seconds)) throw new TypeError("currentTime is a number of seconds");
    this.#wish.currentTime = seconds;
    if (!this.#player) return;
    this.#begun = true;
    this.#player.seek(seconds / MICROSECOND);
  }

  /** Seconds; NaN: not known yet. */
  get duration() {
    return this.#player ? this.#player.duration * MICROSECOND : NaN;
  }

  get paused() {
    return this.#player?.paused ?? this.#wish.paused;
  }

  set paused(paused) {
    this.#wish.paused = paused;
    if (paused) this.#player?.pause();
    else this.#player?.play();
  }

  get ended() {
    return this.#player?.ended ?? false;
  }

  get seeking() {
    return this.#player?.seeking ?? false;
  }

  get playbackRate() {
    return this.#player?.rate ?? this.#wish.playbackRate;
  }

  set playbackRate(rate) {
    this.#wish.playbackRate = rate;
    if (this.#player) this.#player.rate = rate;
  }

  play() {
    this.paused = false;
  }

  pause() {
    this.paused = true;
  }

  /**
   * Pauses at the next change of the picture, or the one before.
   *
   * @param {1 | -1} by
   */
  step(by) {
    this.#begun = true;
    this.#player?.step(by);
  }

  get #shown() {
    return this.#player?.shown ?? null;
  }

  /** Lets go of the file. */
  #drop() {
    CLOCK.cancel(this.#timer);
    this.#abort.abort();
    if (this.#player) this.#wish = { ...this.#wish, currentTime: this.currentTime, paused: this.paused, playbackRate: this.playbackRate };
    this.thumbnails?.stop();
    this.#player?.stop();
    this.#source?.stop();
    [this.#player, this.#source, this.thumbnails, this.#progress, this.#retryAt] = [null, null, null, null, null];
  }

  async #open() {
    this.#drop();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#setState("connecting", "");
    try {
      const progress = (/** @type {number} */ read, /** @type {number | null} */ size) => {
        this.#progress = { read, size };
        this.#controls.update();
      };
      const { origin } = this.#window.location;
      const fetch = this.#window.fetch.bind(this.#window);
      const source = await http(this.#url, { ...CLOCK, fetch, origin, signal, progress });
      if (signal.aborted) return source.stop();
      this.#source = source;
      const recording = await Recording.open(source, { signal, progress: (read) => progress(read, source.size) });
      signal.throwIfAborted();
      this.#opened(source, recording);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(error);
    }
  }

  /**
   * @param {import("../../core/replay/recording.js").Source} source
   * @param {Recording} recording
   */
  #opened(source, recording) {
    const wish = this.#wish;
    this.#failures = 0;
    this.#progress = null;
    this.thumbnails = new Thumbnails(recording, this.#host.ownerDocument);
    const player = new Player(recording, {
      ...CLOCK,
      ahead: (from, to, only) => source.ahead(from, to, only),
      decode: (part) => this.#picture.decode(part),
      draw: (update) => this.#picture.draw(/** @type {any} */ (update)),
      loops: () => this.#host.hasAttribute("loop"),
      changed: (news) => this.#news(news),
    });
    player.rate = wish.playbackRate;
    this.#player = player;
    this.#controls.timeline.strip(strip(recording, COLUMNS));
    this.#setState("connected", "");
    this.#tell("durationchange");
    this.#tell("loadedmetadata");
    const plays = !wish.paused || this.#host.hasAttribute("autoplay");
    this.#begun ||= plays || wish.currentTime > 0;
    player.seek(wish.currentTime / MICROSECOND);
    if (plays) player.play();
  }

  /** @param {unknown} error */
  #failed(error) {
    const failure = error instanceof Failure ? error : new Failure("The recording cannot be read.", { cause: error });
    this.#drop();
    if (failure.again) {
      const wait = RETRIES[Math.min(this.#failures, RETRIES.length - 1)] ?? 0;
      this.#failures += 1;
      this.#retryAt = CLOCK.now() + wait;
      this.#timer = CLOCK.after(() => this.#open(), wait);
    }
    this.#setState(failure.again ? "lost" : "refused", failure.message);
    this.#tell("error");
  }

  /** @param {News} news */
  #news(news) {
    const player = this.#player;
    // The first come before it is there.
    if (!player) return;
    if (news === "play") this.#begun = true;
    if (news === "shown" || news === "texts") this.#draw(player);
    if (news === "failed") {
      const { failure } = player;
      this.#retryAt = player.retryAt;
      this.#setState(failure ? (failure.again ? "lost" : "refused") : "connected", failure?.message ?? "");
      if (failure) this.#tell("error");
    } else if (news !== "shown" && news !== "texts" && news !== "damaged" && !(news === "playing" && player.paused)) {
      this.#tell(news);
    }
    if (news === "seeked" || news === "pause" || news === "ended") this.#tell("timeupdate");
    // Drawing is no news for what is around it.
    if (news !== "shown") this.#changed();
  }

  /** @param {Player<ImageBitmap>} player */
  #draw({ shown, title, cursor }) {
    if (shown) {
      const first = this.#canvas.hidden;
      this.#stage.painted(shown);
      if (first) this.#stage.arrange();
      this.#host.dataset.exact = String(this.#readable && shown.exact);
      if (first) this.#tell("loadeddata");
      if (this.#sizeTold()) this.#changed();
    }
    this.#canvas.style.cursor = cursors.known(cursor);
    this.#canvas.setAttribute("aria-label", title || "Recording");
  }

  /** Now and then. */
  #second() {
    const player = this.#player;
    if (player && !player.paused && !player.seeking) this.#tell("timeupdate");
    // The seconds until the next try pass.
    if (this.#retryAt !== null) this.#controls.update();
  }

  /**
   * @param {State} state
   * @param {string} reason
   */
  #setState(state, reason) {
    [this.#state, this.#reason] = [state, reason];
    this.#changed();
  }

  #changed() {
    const { dataset } = this.#host;
    const player = this.#player;
    dataset.state = this.#state;
    dataset.playback = !player ? "none" : player.seeking ? "seeking" : player.waiting ? "waiting" : player.ended ? "ended" : player.paused ? "paused" : "playing";
    this.#controls.update();
    this.dispatchEvent(new Event("change"));
  }

  /** Tells the picture's size, if that is news. */
  #sizeTold() {
    const size = JSON.stringify(this.size);
    if (size === this.#told) return false;
    this.#told = size;
    this.dispatchEvent(new Event("resize"));
    return true;
  }

  /** As media elements do, to nobody but who listens to the element itself. @param {string} type */
  #tell(type) {
    this.#host.dispatchEvent(new Event(type));
  }
}

/** @param {Document} page */
function sheet(page) {
  const found = sheets.get(page);
  if (found) return found;
  const { CSSStyleSheet: Sheet } = page.defaultView ?? globalThis;
  const fresh = new Sheet();
  fresh.replaceSync(style);
  sheets.set(page, fresh);
  return fresh;
}
