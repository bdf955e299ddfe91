import address from "./core/address.js";
import chrome from "./ui/chrome.js";
import control from "./core/control.js";
import layout from "./core/layout.js";
import sheet from "./ui/sheet.js";
import source from "./core/transport/source.js";
import Status from "./ui/status.js";
import View from "./core/view.js";
import views from "./core/views.js";

/**
 * @typedef {"idle" | "connecting" | "connected" | "lost" | "ended" | "refused"} State
 *   idle: not asked to connect; connecting: the first try; lost: waiting for the next try, or trying; ended: the
 *   application said so, and is looked for; refused: we may not, or there is no such address
 *
 * @typedef {object} StateDetail of `framecast-state`
 * @property {State} state
 * @property {string} reason in words for people; may be empty
 *
 * @typedef {object} RoleDetail of `framecast-role`
 * @property {boolean} presenter whether what is done here reaches the application
 * @property {"drive" | "watch"} link what the link allows
 * @property {boolean} held whether anybody is the presenter
 * @property {string} by who, for people; plain text from a stranger, may be empty
 * @property {boolean} canAsk whether `requestControl` makes sense
 * @property {boolean} asks whether it was called, and the answer is still to come
 *
 * @typedef {object} Size of the picture
 * @property {number} width in its own pixels
 * @property {number} height likewise
 * @property {number} ratio how many of its pixels are a logical (CSS) one
 *
 * @typedef {object} ResizeDetail of `framecast-resize`
 * @property {Size | null} size `null`: there is no picture any more
 *
 * @typedef {object} TitleDetail of `framecast-title`
 * @property {string} title plain text from a stranger; may be empty
 *
 * @typedef {object} ClipboardDetail of `framecast-clipboard`
 * @property {string} text for the clipboard; plain text from a stranger
 *
 * @typedef {object} OpenDetail of `framecast-open`
 * @property {string} url of http or https, with a plain host; from a stranger: ask before you open it
 *
 * @typedef {object} Figures what a status line may want
 * @property {number} fps frames shown per second
 * @property {number | null} roundTrip seconds; `null`: not known
 */

/** Plays recordings. A page without any does not load it. @type {typeof import("./ui/replay/replay.js").default | undefined} */
let Replay;

/** Between two looks at the rates, in milliseconds. */
const REFRESH = 500;
/** How long `snapshot` waits for the exact picture, in milliseconds. */
const PATIENCE = 5000;

/**
 * `<framecast-view src="http://127.0.0.1:60649/#token=…">`: an application's canvas, live; or `<framecast-view
 * src="talk.fcast">`: a recording of one, from any web server. Importing this module registers it.
 *
 * Attributes: `src`, the canvas' address, or several with white space between them, where the same canvas is served: when one server
 * does not answer, the next is tried; or a recording's, whose path ends in ".fcast"; `type`, "recording" if it does not;
 * `autoplay` and `loop`, for recordings; `control`, "auto" (drives when the server lets it), "request" (also asks for
 * it) or "none" (only watches, whatever the link allows); `fit`, "contain", "cover", "none" (pixel by pixel) or "resize"
 * (the application draws at this element's size while it is driven from here); `stats`, with the status in the corner;
 * `autofocus`, takes the keyboard when it drives and nothing else on the page has it; `wheel`, "focus" (the page scrolls until
 * somebody clicks into the picture) or "always" (the wheel is the application's whenever it is over the picture);
 * `accessibility`, "off" if screen readers are not to be told what the picture shows.
 *
 * Events, all of which bubble: `framecast-state`, `framecast-role`, `framecast-resize`, `framecast-title`, and
 * `framecast-clipboard` and `framecast-open`, which can be cancelled: then the page deals with the text or the address.
 * A recording also has those of media elements, which do not bubble: `loadedmetadata`, `durationchange`, `loadeddata`, `play`,
 * `playing`, `pause`, `waiting`, `seeking`, `seeked`, `timeupdate`, `ratechange`, `ended`, `error`.
 *
 * The element says what goes on in attributes of its own, for styles and tests: `data-state`, `data-role`
 * ("presenter", "observer"), `data-exact` and more (marks.js has the list).
 */
export default class FramecastView extends HTMLElement {
  static observedAttributes = ["src", "control", "fit", "type", "accessibility"];

  #root = this.attachShadow({ mode: "open" });
  #internals = this.attachInternals();
  /**
   * Everything that lives while it is in a page; no `status`: it is a recording.
   *
   * @type {{view: View | InstanceType<NonNullable<typeof Replay>>, status: Status | null, ends: AbortController} | null}
   */
  #life = null;
  /** The recording, or what is wanted of it before it is there. @type {import("./ui/replay/replay.js").Playback} */
  #playback = fresh();
  /** The page said `disconnect`. */
  #off = false;
  /** The page's own, in the place of the one in `src`. @type {string | null} */
  #token = null;
  #waits = false;
  /** What the events told last, as text. @type {Map<string, string>} */
  #told = new Map();

  constructor() {
    super();
    this.#internals.role = "group";
  }

  /** The canvas' addresses, as in the attribute. */
  get src() {
    return this.getAttribute("src") ?? "";
  }

  set src(value) {
    this.setAttribute("src", value);
  }

  /**
   * The secret of the link, for where it does not stand in a fragment in `src`. It is sent to wherever `src` leads.
   *
   * @returns {string | null}
   */
  get token() {
    return this.#token;
  }

  set token(value) {
    this.#token = value;
    this.#settleSoon();
  }

  /** @returns {"auto" | "request" | "none"} */
  get control() {
    return control.mode(this.getAttribute("control"));
  }

  set control(value) {
    this.setAttribute("control", value);
  }

  /** @returns {"contain" | "cover" | "none" | "resize"} */
  get fit() {
    return layout.fit(this.getAttribute("fit"));
  }

  set fit(value) {
    this.setAttribute("fit", value);
  }

  /** When the wheel is the application's, and not the page's. @returns {"focus" | "always"} */
  get wheel() {
    return this.getAttribute("wheel") === "always" ? "always" : "focus";
  }

  set wheel(value) {
    this.setAttribute("wheel", value);
  }

  /** Whether screen readers are told what the picture shows, where the application says it. @returns {"on" | "off"} */
  get accessibility() {
    return this.getAttribute("accessibility") === "off" ? "off" : "on";
  }

  set accessibility(value) {
    this.setAttribute("accessibility", value);
  }

  /** Whether there is a status in the corner. */
  get stats() {
    return this.hasAttribute("stats");
  }

  set stats(value) {
    this.toggleAttribute("stats", value);
  }

  /** @returns {State} */
  get state() {
    return this.#life?.view.info.state ?? "idle";
  }

  /** Whether what is done here reaches the application. */
  get presenter() {
    return this.#life?.view.info.presenter ?? false;
  }

  /** What the link allows. @returns {"drive" | "watch"} */
  get link() {
    return this.#life?.view.info.role ?? "watch";
  }

  /** The picture's size; `null`: there is none. @returns {Size | null} */
  get size() {
    return this.#life?.view.size ?? null;
  }

  /** Whether all that is shown are exactly the application's pixels; never where the browser changes what is read from a canvas. */
  get exact() {
    return this.#life?.view.info.exact ?? false;
  }

  /** The application's own title; plain text from a stranger. (`title` is the element's tooltip.) */
  get caption() {
    return this.#life?.view.info.title ?? "";
  }

  /** The time in a recording, in seconds; what it is set to is shown. */
  get currentTime() {
    return this.#playback.currentTime;
  }

  set currentTime(seconds) {
    this.#playback.currentTime = seconds;
  }

  /** Of a recording, in seconds; NaN: not known yet, or it is live. */
  get duration() {
    return this.#playback.duration;
  }

  /** Whether a recording does not play. */
  get paused() {
    return this.#playback.paused;
  }

  /** Whether a recording played to its end. */
  get ended() {
    return this.#playback.ended;
  }

  /** Whether a recording is about to show another time. */
  get seeking() {
    return this.#playback.seeking;
  }

  /** How fast a recording plays: 0.25 to 16. */
  get playbackRate() {
    return this.#playback.playbackRate;
  }

  set playbackRate(rate) {
    this.#playback.playbackRate = rate;
  }

  /** Plays a recording, as soon as it is there. */
  play() {
    this.#playback.paused = false;
  }

  /** Stops a recording where it is. */
  pause() {
    this.#playback.paused = true;
  }

  /** @returns {Figures} */
  get figures() {
    const { fps, roundTrip } = this.#life?.view.info ?? { fps: 0, roundTrip: null };
    return { fps, roundTrip };
  }

  /** Connects, at once. By itself the element does so when it is in a page and has an address. */
  connect() {
    this.#off = false;
    const waits = ["lost", "ended", "refused"].includes(this.state);
    this.#settle();
    if (waits) this.#life?.view.retry();
  }

  /** Disconnects, until `connect` or another address. What is shown stays, without color. */
  disconnect() {
    this.#off = true;
    this.#life?.view.close();
  }

  /** Asks for control, as far as the link and the policy of the server allow it. */
  requestControl() {
    this.#life?.view.requestControl();
  }

  /** Gives control up, or waits for it no longer. */
  releaseControl() {
    this.#life?.view.releaseControl();
  }

  /**
   * A PNG of what is shown, in the picture's own pixels. In the same task, `exact` says whether they are exactly the
   * application's; while it moves they need not be. Where the browser changes what is read from a canvas (Tor Browser,
   * LibreWolf), it is the server's own picture of the newest frame, which a page of another origin cannot load.
   *
   * @param {object} [options]
   * @param {boolean} [options.exact] wait until they are, at most five seconds
   * @returns {Promise<Blob>}
   */
  async snapshot({ exact = false } = {}) {
    if (this.#waits) this.#settle();
    const { view } = this.#life ?? {};
    if (!view) throw new Error("<framecast-view> is in no page");
    const end = performance.now() + PATIENCE;
    while (exact && view.info.readable && !view.info.exact) {
      if (performance.now() > end) throw new Error("the picture did not become exact: it moves, or there is none");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return await view.snapshot();
  }

  /**
   * Gives the keyboard to the application, while it is driven from here.
   *
   * @override
   * @param {FocusOptions} [options]
   */
  focus(options) {
    this.#life?.view.focus(options);
  }

  connectedCallback() {
    // Set before this module came, and hiding the properties of the class since.
    for (const name of /** @type {const} */ (["src", "token", "control", "fit", "stats", "wheel", "accessibility", "currentTime", "playbackRate"])) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete (/** @type {Record<string, unknown>} */ (/** @type {unknown} */ (this))[name]);
      Object.assign(this, { [name]: value });
    }
    this.#settleSoon();
  }

  disconnectedCallback() {
    // It may only be on its way to another place in the page: then nothing is lost.
    this.#settleSoon();
  }

  /** Moved as a whole, by `moveBefore`: nothing changes. */
  connectedMoveCallback() {}

  adoptedCallback() {
    // Whatever it listens to is in the old document.
    this.#end();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (name === "src") this.#off = false;
    this.#settleSoon();
  }

  #settleSoon() {
    if (this.#waits) return;
    this.#waits = true;
    queueMicrotask(() => this.#waits && this.#settle());
  }

  /** Makes what is there fit what is wanted. */
  #settle() {
    this.#waits = false;
    // A document without a window shows nothing.
    if (!this.isConnected || !this.ownerDocument.defaultView) {
      this.#end();
      return;
    }
    // As for pictures, an empty address is none; the page's own is ".".
    const src = this.src.trim();
    const found = source(src, this.baseURI, this.getAttribute("type") === "recording");
    const recorded = found?.recorded === true;
    if (this.#life && recorded !== !this.#life.status) this.#end();
    if (recorded && !Replay) {
      this.#load();
      return;
    }
    const { view } = (this.#life ??= this.#begin(recorded && Replay));
    view.fit = this.fit;
    view.control = this.control;
    view.accessibility = this.accessibility === "on";
    this.#shape();
    if (this.#off) return;
    if (src === "") {
      view.use([], null);
      view.close();
      return;
    }
    if (!found) {
      view.refuse("Its address in this page is not one of a canvas.");
      return;
    }
    view.use(found.urls, found.token ?? this.#token);
    // Whoever heard that the other connection is gone may want none.
    if (this.#off) view.close();
    else if (view.info.state === "idle") view.start();
  }

  /** Loads what plays recordings. */
  async #load() {
    try {
      ({ default: Replay } = await import("./ui/replay/replay.js"));
      this.#settleSoon();
    } catch {
      if (this.isConnected) (this.#life ??= this.#begin(false)).view.refuse("The player of recordings could not be loaded.");
    }
  }

  /** @param {typeof Replay | false} Recorded plays it; otherwise it is live */
  #begin(Recorded) {
    const page = this.ownerDocument;
    const root = this.#root;
    root.adoptedStyleSheets = [sheet(page)];
    const ends = new AbortController();
    if (Recorded) {
      const view = (this.#playback = new Recorded(root, this, this.#playback));
      this.#heed(view);
      return { view, status: null, ends };
    }
    root.replaceChildren(...chrome(page));
    const { signal } = ends;
    const stage = /** @type {HTMLElement} */ (root.getElementById("view"));
    const view = new View(stage, this, {
      focuses: () => this.hasAttribute("autofocus"),
      // Full screen there is nothing else that could scroll.
      scrolls: () => this.wheel === "always" || this.matches(":fullscreen"),
    });
    views.set(this, view);
    const status = new Status(view, root, this, signal);
    view.addEventListener("clipboard", (event) => {
      const { text } = /** @type {CustomEvent<ClipboardDetail>} */ (event).detail;
      if (this.#tell("framecast-clipboard", { text })) status.offer(text);
    });
    view.addEventListener("open", (event) => {
      const { url } = /** @type {CustomEvent<OpenDetail>} */ (event).detail;
      const found = address.read(url);
      if (found && this.#tell("framecast-open", { url: found.href })) status.visit(found.href);
    });
    view.addEventListener("toolong", (event) => status.tooLong(/** @type {CustomEvent} */ (event).detail));
    const timer = setInterval(() => page.visibilityState === "visible" && status.update(), REFRESH);
    signal.addEventListener("abort", () => clearInterval(timer));
    status.update();
    this.#heed(view);
    return { view, status, ends };
  }

  /**
   * Tells what it tells.
   *
   * @param {EventTarget} view
   */
  #heed(view) {
    view.addEventListener("change", () => this.#changed());
    view.addEventListener("resize", () => {
      this.#shape();
      this.#tell("framecast-resize", { size: this.size });
    });
    this.#told.set("framecast-state", JSON.stringify({ state: "idle", reason: "" }));
  }

  #end() {
    const life = this.#life;
    if (!life) return;
    life.view.stop();
    this.#life = null;
    if (!life.status) this.#playback = fresh();
    views.delete(this);
    life.ends.abort();
    this.#root.replaceChildren();
    this.dataset.state = "idle";
    this.#told.clear();
  }

  /** An element whose height nobody sets has the picture's shape, unless the picture is to have the element's. */
  #shape() {
    const { size } = this;
    const shape = /** @type {HTMLElement} */ (this.#root.getElementById("shape"));
    shape.style.aspectRatio = size && this.fit !== "resize" ? `${size.width} / ${size.height}` : "";
  }

  #changed() {
    const life = this.#life;
    // The first change comes before there is anything to show it with.
    if (!life) return;
    life.status?.update();
    this.#internals.ariaLabel = this.caption || (life.status ? "Live picture" : "Recording");
    this.#news("framecast-state", ({ state, reason }) => ({ state, reason }));
    this.#news("framecast-role", ({ presenter, role: link, held, by, canAsk, asks }) => ({ presenter, link, held, by, canAsk, asks }));
    this.#news("framecast-title", ({ title }) => ({ title }));
  }

  /**
   * Each is told as it is by then: whoever heard the one before may have changed it.
   *
   * @param {string} type
   * @param {(info: Pick<import("./core/view.js").Info, "state" | "reason" | "presenter" | "role" | "held" | "by" | "canAsk" | "asks" | "title">) => object} pick
   */
  #news(type, pick) {
    if (!this.#life) return;
    const detail = pick(this.#life.view.info);
    const text = JSON.stringify(detail);
    if (this.#told.get(type) === text) return;
    this.#told.set(type, text);
    this.#tell(type, detail);
  }

  /**
   * @param {string} type
   * @param {object} detail
   * @returns {boolean} whether nobody wants to deal with it instead
   */
  #tell(type, detail) {
    const cancelable = type === "framecast-clipboard" || type === "framecast-open";
    return this.dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable, detail }));
  }
}

/** As a media element that has nothing to play. */
function fresh() {
  return { currentTime: 0, duration: NaN, paused: true, ended: false, seeking: false, playbackRate: 1 };
}

if (!customElements.get("framecast-view")) customElements.define("framecast-view", FramecastView);
