import accessibility from "./accessibility/message.js";
import browser from "./browser.js";
import Connection from "./transport/connection.js";
import control from "./control.js";
import cursors from "./cursors.js";
import Fallback from "./transport/fallback.js";
import H264 from "./decode/h264.js";
import Input from "./input/input.js";
import Lease from "./lease.js";
import links from "./links.js";
import Marks from "./marks.js";
import Mirror from "./accessibility/mirror.js";
import Picture from "./decode/picture.js";
import Stage from "./stage.js";
import stored from "./stored.js";
import Stream from "./decode/stream.js";
import Video from "./video.js";
import videoSupport from "./decode/video-support.js";
import viewInfo from "./view-info.js";

/**
 * @typedef {import("./decode/updates.js").Update<ImageBitmap | VideoFrame>} Update
 *
 * @typedef {object} Info what the view can tell at this moment
 * @property {import("./transport/connection.js").State} state
 * @property {boolean} delayed whether the canvas comes in segments, about a second late, because no WebSocket gets through
 * @property {boolean} address whether there is anything to connect to
 * @property {number | null} retryIn seconds until the next try; `null`: trying, or nothing to try
 * @property {number} lostFor seconds since the connection was lost; 0: it is there, or never was
 * @property {string} reason why the connection was lost, in words; may be empty
 * @property {boolean} presenter whether our input reaches the application
 * @property {boolean} held whether anybody's does
 * @property {import("./transport/protocol.js").Role} role what our link allows
 * @property {string} by who is in control, for people; may be empty
 * @property {boolean} canAsk whether asking for control makes sense
 * @property {boolean} asks whether we asked, and wait
 * @property {boolean} manages whether we grant control and send viewers away
 * @property {import("./transport/protocol.js").Recording} recording whether the canvas is recorded
 * @property {import("./transport/protocol.js").Listed[]} clients everybody, if we manage them
 * @property {import("./transport/protocol.js").Away[]} sentAway likewise, who was sent away and was not let in again
 * @property {import("./transport/protocol.js").Link[] | null} links those of the server, once we asked; `null`: we manage
 *   none
 * @property {string} title the application's; plain text from a stranger
 * @property {number} fps frames shown per second: what makes one exact that is shown already is none
 * @property {boolean} exact whether all that is shown are exactly the frame's pixels, and can be read so
 * @property {boolean} readable whether the browser gives back what was drawn
 * @property {VideoInfo} video
 * @property {boolean} rested whether what is shown is exact, or was within the time that `fps` is taken over
 * @property {number | null} roundTrip seconds
 * @property {boolean} picture whether there is one
 * @property {boolean} keyboard whether the on-screen keyboard was asked for
 *
 * @typedef {object} VideoInfo
 * @property {boolean} offered whether the server may send any
 * @property {import("./video.js").State} state whether we take any
 * @property {{width: number, height: number, half: boolean} | null} comes the size of what comes as video now; `null`: nothing
 *   does
 * @property {boolean} shown whether what is shown last came so
 *
 * @typedef {object} Options
 * @property {() => boolean} [scrolls] whether the wheel is the application's also while the picture has no focus
 * @property {() => boolean} [focuses] whether to take the keyboard's focus when control comes and nobody has it
 */

/** Remembers whether the person wants video. */
const VIDEO = "framecast.video";

/** The page's clock, in seconds. */
const CLOCK = {
  now: () => performance.now() / 1000,
  /** @type {(run: () => void, seconds: number) => unknown} */
  after: (run, seconds) => setTimeout(run, seconds * 1000),
  /** @type {(timer: unknown) => void} */
  cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
};

/**
 * An application's canvas in an element of a page: shows its pictures, sends it our input while we are
 * the presenter. Nothing of the page around it; events tell what happens:
 *
 * - `change`: `info` has news (rates change without);
 * - `resize`: the picture has another size;
 * - `clipboard`: the application, which we drive, has text for the clipboard (a `CustomEvent`, `detail.text`);
 * - `links`: what came of a wish about links (likewise; `detail.made`, a link's name and address, or `null`;
 *   `detail.refused`, why not, or `null`);
 * - `open`: the application, which we drive, asks to open an address (likewise; `detail.url`, which may be anything);
 * - `toolong`: so much text cannot be pasted (likewise; `detail.bytes`, `detail.most`).
 *
 * `host` says in attributes what is going on (marks.js), also `data-focus`: "keyboard" while it has the focus by way
 * of the Tab key: show a ring. `proof` tells of the pixels.
 */
export default class View extends EventTarget {
  #page;
  #window;
  #picture = new Picture();
  #canvas = this.#picture.canvas;
  /** @type {Connection} */
  #connection;
  /** @type {Fallback} */
  #fallback;
  /** @type {Stream<ImageBitmap | VideoFrame>} */
  #stream;
  #video = new Video(stored.get(VIDEO) !== "off");
  #videoDecoder = new H264(() => this.#videoFailed());
  /** @type {Input} */
  #input;
  /** @type {Stage} */
  #stage;
  /** What the picture shows, for screen readers. @type {Mirror} */
  #mirror;
  #accessibility = true;
  #ends = new AbortController();
  #channel = new MessageChannel();
  /** Painted, and in a frame that goes out. @type {Update[]} */
  #presenting = [];
  #frame = 0;
  /** The size the server knows, as text. */
  #reported = "";
  /** What the server knows of the machine and the person, as text. */
  #reportedInfo = "";
  /** Which video the server knows that we take, as text. */
  #reportedVideo = "";
  /** The picture's size that `resize` told, as text. */
  #told = "";
  #lease = new Lease();
  /** @type {import("./transport/protocol.js").Listed[]} */
  #clients = [];
  /** @type {import("./transport/protocol.js").Away[]} */
  #sentAway = [];
  /** @type {import("./transport/protocol.js").Link[] | null} */
  #links = null;
  /** @type {string[]} */
  #urls = [];
  /** @type {string | null} */
  #token = null;
  #started = false;
  #title = "";
  #cursor = "default";
  #marks;
  #readable = this.#picture.readable();

  /**
   * @param {HTMLElement} root an empty, positioned element; its size is the view's
   * @param {HTMLElement} host where the attributes go
   * @param {Options} [options]
   */
  constructor(root, host, { focuses = () => false, scrolls = () => true } = {}) {
    super();
    this.#marks = new Marks(host);
    this.#page = root.ownerDocument;
    this.#window = this.#page.defaultView ?? window;
    this.#canvas.setAttribute("aria-label", "Live picture");
    root.append(this.#canvas);
    const signal = this.#ends.signal;
    this.#connection = new Connection([], {
      hello: (url) => this.#hello(url),
      changed: (state) => this.#connectionChanged(state),
      message: (message) => this.#message(message),
      part: (part, received) => this.#stream.receive(part, received),
      malformed: (binary) => this.#malformed(binary),
    });
    this.#stream = new Stream({
      decode: async (part) => await (part.video ? this.#videoDecoder.decode(part) : this.#picture.decode(part)),
      draw: (update) => this.#picture.draw(update),
      painted: (shown, tiles) => this.#painted(shown, tiles),
      send: (message) => this.#answer(message),
      offset: () => this.#connection.clock.offset,
      wanted: () => this.#wantFrame(),
      failed: () => this.#marks.count("failed", 1),
      overflow: () => (this.#fallback.on ? this.#fallback.restart() : this.#connection.fail("This page could not keep up.")),
      ...CLOCK,
    });
    this.#fallback = new Fallback(
      {
        anew: () => this.#stream.reset(),
        message: (message) => this.#message(message),
        part: (part) => this.#stream.receive(part, CLOCK.now()),
        changed: () => this.#otherwise(),
      },
      { ...CLOCK, load: () => import("./transport/segments.js") },
    );
    const mirror = {
      send: (/** @type {object} */ action) => {
        this.#input.flush();
        this.#connection.send(action);
      },
      focused: (/** @type {string | null} */ id) => this.#input.point(id),
      refocus: () => this.#input.focus({ preventScroll: true }),
    };
    this.#mirror = new Mirror(root, mirror, signal);
    /** @type {import("./stage.js").Hooks} */
    const stage = {
      shown: () => this.#stream.shown,
      resized: () => this.#wantFrame(),
      looked: () => this.#look(),
      placed: (place, logical) => this.#mirror.place(place, logical),
    };
    this.#stage = new Stage(root, this.#canvas, stage, signal);
    this.#input = new Input(
      root,
      host,
      this.#canvas,
      {
        send: (event) => this.#connection.send(event),
        place: (point) => this.#stage.place(point),
        locate: (caret) => this.#stage.locate(caret),
        wanted: () => this.#wantFrame(),
        changed: () => this.#changed(),
        tooLong: (bytes, most) => this.#tell("toolong", { bytes, most }),
        focuses,
        scrolls,
      },
      signal,
    );
    this.#channel.port1.onmessage = () => {
      const update = this.#presenting.shift();
      if (update) this.#stream.presented(update);
    };
    for (const type of ["contextlost", "contextrestored"]) {
      this.#canvas.addEventListener(type, () => this.#lose(), { signal });
    }
    // No connection waits for that: what is known later is told later.
    videoSupport().then((support) => {
      this.#video.know(support);
      this.#videoChanged();
    });
    viewInfo.watch(this.#window, () => this.#reportInfo(), signal);
    this.#page.addEventListener("visibilitychange", () => this.#look(), { signal });
    // What may mean that the network is back, or that somebody waits for it.
    for (const type of ["online", "focus"]) this.#window.addEventListener(type, () => this.#connection.hurry(), { signal });
    this.#page.addEventListener("resume", () => this.#connection.hurry(), { signal });
    this.#window.addEventListener(
      "pagehide",
      () => {
        this.#connection.close();
        this.#fallback.see("idle");
      },
      { signal },
    );
    this.#window.addEventListener("pageshow", (event) => event.persisted && this.#started && this.start(), { signal });
    this.#show();
  }

  /** How the picture stands in the element. @param {import("./layout.js").Fit} fit */
  set fit(fit) {
    this.#stage.fit = fit;
  }

  /** What we want of control. @param {import("./control.js").Mode} mode */
  set control(mode) {
    this.#say(this.#lease.want(mode));
    this.#changed();
  }

  /** Whether screen readers are told what the picture shows. @param {boolean} on */
  set accessibility(on) {
    if (this.#accessibility === on) return;
    this.#accessibility = on;
    if (!on) this.#mirror.clear();
    if (this.#connection.state === "connected") this.#connection.send(accessibility.want(on));
  }

  /**
   * Shows the canvas at another address, or by another link; connects if it was connected.
   *
   * @param {string[]} urls the canvas' WebSockets, of several servers; one of them is connected to
   * @param {string | null} token the secret of the link
   */
  use(urls, token) {
    const other = `${urls}` !== `${this.#urls}`;
    if (!other && token === this.#token) return;
    const started = this.#started;
    this.close();
    [this.#urls, this.#token] = [urls, token];
    this.#connection.use(urls);
    this.#fallback.use(urls);
    if (other) this.#forget();
    if (started) this.start();
  }

  /**
   * Connects anew, by another link.
   *
   * @param {string} token
   */
  useToken(token) {
    this.use(this.#urls, token);
  }

  /** Connects, unless it is connected. */
  start() {
    if (!this.#urls[0]) return;
    this.#started = true;
    this.#stream.see(this.#visible);
    this.#connection.wake(this.#visible);
    this.#fallback.wake(this.#visible);
    this.#connection.open();
  }

  /** Disconnects, until `start`. What is shown stays. */
  close() {
    this.#started = false;
    this.#input.release();
    this.#connection.close();
    this.#connectionChanged("idle");
  }

  /**
   * There is nothing to connect to.
   *
   * @param {string} reason in words for people
   */
  refuse(reason) {
    this.#urls = [];
    this.#forget();
    this.#connection.refuse(reason);
  }

  /** Disconnects and lets go of the page, for good. */
  stop() {
    this.close();
    this.#ends.abort();
    this.#channel.port1.close();
    this.#window.cancelAnimationFrame(this.#frame);
    this.#canvas.remove();
  }

  /** Does not wait any longer for the next try. */
  retry() {
    if (!this.#urls[0]) return;
    this.#started = true;
    this.#connection.retry();
  }

  /** Asks for control. */
  requestControl() {
    this.#connection.send(control.request());
  }

  /** Gives control up, or waits for it no longer. */
  releaseControl() {
    this.#connection.send(control.release());
  }

  /**
   * Gives control to a viewer; while `info.manages`, like the next three.
   *
   * @param {number} number its number in `info.clients`
   */
  grantControl(number) {
    this.#connection.send(control.grant(number));
  }

  /** Takes control back. */
  takeControl() {
    this.#connection.send(control.take());
  }

  /**
   * Sends a viewer away, who does not come back before being let in.
   *
   * @param {number} number its number in `info.clients`
   */
  disconnect(number) {
    this.#connection.send(control.disconnect(number));
  }

  /**
   * Lets a viewer come back who was sent away.
   *
   * @param {number} number its number in `info.sentAway`
   */
  letIn(number) {
    this.#connection.send(control.letIn(number));
  }

  /** Goes on with the recordings, or pauses them; while `info.manages`. @param {boolean} on */
  record(on) {
    this.#connection.send(control.record(on));
  }

  /** Asks for the server's links: then `info.links` has them, if we manage viewers and the server lets us. */
  listLinks() {
    this.#connection.send(links.list());
  }

  /**
   * Asks for one more link; `links` tells its address.
   *
   * @param {string} name
   * @param {import("./transport/protocol.js").Role} role no higher than ours
   * @param {number | null} lifetime in seconds; `null`: as long as is possible
   */
  addLink(name, role, lifetime) {
    this.#connection.send(links.add(name, role, lifetime));
  }

  /**
   * Revokes a link that was made so: who came by it is sent away.
   *
   * @param {string} name
   */
  revokeLink(name) {
    this.#connection.send(links.revoke(name));
  }

  /** Lets the server send video, or not; the browser remembers it. @param {boolean} on */
  allowVideo(on) {
    stored.set(VIDEO, on ? "on" : "off");
    this.#video.allow(on);
    this.#videoChanged();
  }

  /**
   * Opens or closes the on-screen keyboard. Call it from a click.
   *
   * @param {boolean} on
   */
  showKeyboard(on) {
    this.#input.showKeyboard(on);
  }

  /**
   * Gives the keyboard to the picture, if it has any use for it.
   *
   * @param {FocusOptions} [options]
   */
  focus(options) {
    this.#input.focus(options);
  }

  /**
   * What is shown at this moment, in a few bytes: the CRC-32 over red, green and blue of its pixels, row by
   * row, as eight hexadecimal digits.
   *
   * @returns {Promise<{sequence: string, update: number, exact: boolean, crc: string}>}
   */
  async proof() {
    const shown = this.#stream.shown;
    if (!shown) throw new Error("there is no picture yet");
    if (!this.#readsBack()) throw new Error("this browser changes what is read from a canvas");
    const { sequence, update, exact } = shown;
    return { sequence: String(sequence), update, exact, crc: await this.#picture.proof() };
  }

  /**
   * What is shown at this moment, as a PNG of its own pixels; exact if `info.exact` says so now. Where the browser changes
   * what is read from a canvas: the server's own picture of its newest frame.
   *
   * @returns {Promise<Blob>}
   */
  async snapshot() {
    if (!this.#stream.shown) throw new Error("there is no picture yet");
    return this.#readsBack() ? await this.#picture.png() : await this.#fetchSnapshot();
  }

  /** Whether what is drawn can be read now; people can allow it, or no more. */
  #readsBack() {
    const readable = this.#picture.readable();
    if (readable !== this.#readable) {
      this.#readable = readable;
      this.#marks.exact(this.info.exact);
      this.#changed();
    }
    return readable;
  }

  /** @returns {Promise<Blob>} */
  async #fetchSnapshot() {
    const address = new URL("snapshot.png", this.#connection.url.replace(/^ws/, "http"));
    /** @type {Record<string, string>} */
    const headers = this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
    const failed = "this browser changes what is read from a canvas, and the server's own picture could not be loaded";
    const answer = await fetch(address, { headers, cache: "no-store", signal: this.#ends.signal }).catch((error) => {
      throw new Error(failed, { cause: error });
    });
    if (!answer.ok) throw new Error(`${failed}: it answered ${answer.status}`);
    return await answer.blob();
  }

  /** Where the time and the bytes of the last updates went. */
  get ledger() {
    return this.#stream.ledger;
  }

  /** The picture's size: in its pixels, and how many of them are a logical one. `null`: there is none. */
  get size() {
    const shown = this.#stream.shown;
    return shown && { width: shown.width, height: shown.height, ratio: shown.ratio };
  }

  /** @returns {Info} */
  get info() {
    const { retryAt, reason, lostFor, clock } = this.#connection;
    const delayed = this.#fallback.on;
    const { fps, rested, shown } = this.#stream;
    return {
      state: delayed ? "connected" : this.#connection.state,
      delayed,
      address: this.#urls.length > 0,
      retryIn: retryAt === null ? null : Math.max(0, retryAt - CLOCK.now()),
      lostFor,
      reason,
      ...this.#lease.info,
      role: this.#connection.role,
      clients: this.#clients,
      sentAway: this.#sentAway,
      links: this.#links,
      title: this.#title,
      fps,
      exact: this.#readable && shown?.exact === true,
      readable: this.#readable,
      video: { offered: this.#connection.video, state: this.#video.state, comes: this.#stream.video, shown: shown?.video === true },
      rested,
      roundTrip: clock.roundTrip,
      picture: shown !== null,
      keyboard: this.#input.keyboard,
    };
  }

  get #visible() {
    return this.#page.visibilityState === "visible" && this.#stage.seen;
  }

  /** @param {string} url where it goes */
  #hello(url) {
    const size = this.#stage.begin();
    this.#reported = JSON.stringify(size);
    const info = viewInfo.of(this.#window);
    this.#reportedInfo = JSON.stringify(info);
    const token = this.#token === null ? {} : { token: this.#token };
    const name = browser.name(new URL(url).host);
    const { codecs } = this.#video;
    this.#reportedVideo = JSON.stringify(codecs);
    const video = codecs.length > 0 ? { video: codecs } : {};
    return { type: "hello", ...size, visible: this.#visible, browser: name, ...info, ...video, ...token };
  }

  /** @param {import("./transport/connection.js").State} state */
  #connectionChanged(state) {
    this.#fallback.see(state);
    // What comes otherwise goes on until there is a connection.
    if (this.#fallback.on) return;
    if (state !== "connected") {
      this.#stream.reset();
      this.#videoDecoder.reset();
      this.#clients = [];
      this.#sentAway = [];
      this.#links = null;
      this.#lease.clear();
    } else {
      // They may have changed since `hello`.
      this.#reportInfo();
      this.#reportVideo();
      if (this.#accessibility) this.#connection.send(accessibility.want(true));
      this.#wantFrame();
    }
    this.#changed();
  }

  /** The canvas comes in segments from now on, or not any more. */
  #otherwise() {
    this.#connection.leisurely = this.#fallback.on;
    this.#stream.reset();
    this.#lease.clear();
    this.#changed();
  }

  /**
   * What the stream has to say to the server; in segments it only reads.
   *
   * @param {object} message
   */
  #answer(message) {
    if (!this.#fallback.on) this.#connection.send(message);
    else if ("type" in message && message.type === "refresh") this.#fallback.restart();
  }

  /** @param {import("./transport/protocol.js").Message} message */
  #message(message) {
    if (message.type === "control") {
      this.#say(this.#lease.tell(message));
      if (!message.manages) this.#links = null;
    } else if (message.type === "clients") {
      this.#clients = message.list;
      this.#sentAway = message.sent_away;
    } else if (message.type === "links") {
      const { list, made, refused } = message;
      this.#links = list;
      this.#changed();
      // It is told once, and kept nowhere here.
      this.#tell("links", { made: made && { name: made.name, address: links.address(this.#connection.url, made.token) }, refused });
      return;
    } else if (message.type === "title") {
      this.#setTitle(message.value);
    } else if (message.type === "cursor") {
      this.#cursor = cursors.known(message.value);
    } else if (message.type === "clipboard") {
      // It is for who drives, and nobody else.
      if (this.#lease.info.presenter) this.#tell("clipboard", { text: message.text });
      return;
    } else if (message.type === "text_input") {
      this.#input.typeInto(message.kind === "none" ? null : message);
      return;
    } else if (message.type === "accessibility") {
      if (!this.#accessibility) return;
      this.#mirror.apply(message);
      this.#connection.send(accessibility.ack(message.number));
      return;
    } else if (message.type === "open_url") {
      if (this.#lease.info.presenter) this.#tell("open", { url: message.url });
      return;
    }
    this.#changed();
  }

  /** @param {object | null} message */
  #say(message) {
    if (message) this.#connection.send(message);
  }

  /** @param {string} title */
  #setTitle(title) {
    this.#title = title;
    this.#canvas.setAttribute("aria-label", title || "Live picture");
  }

  /** Nothing of another canvas stays. */
  #forget() {
    this.#stream.forget();
    this.#mirror.clear();
    this.#setTitle("");
    this.#cursor = "default";
    this.#stage.arrange();
    this.#marks.forget();
    this.#sizeTold();
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #show() {
    const { info } = this;
    this.#marks.show(info);
    this.#input.enable(info.presenter);
    this.#mirror.presenter = info.presenter;
    this.#canvas.style.cursor = info.presenter ? this.#cursor : "default";
  }

  /** Somebody can see it again, or nobody any more. */
  #look() {
    const on = this.#visible;
    if (!on) this.#input.release();
    // First the news, so that the acknowledgements below do not ask for more.
    this.#connection.send({ type: on ? "show" : "hide" });
    this.#stream.see(on);
    this.#connection.wake(on);
    this.#fallback.wake(on);
    if (on) this.#connection.hurry();
    if (on) this.#wantFrame();
  }

  #wantFrame() {
    this.#frame ||= this.#window.requestAnimationFrame(() => {
      this.#frame = 0;
      this.#input.flush();
      this.#input.placeCaret();
      this.#report();
      const update = this.#stream.frame();
      if (!update) return;
      // A task after an animation frame runs when that frame went out.
      this.#presenting.push(update);
      this.#channel.port2.postMessage(null);
    });
  }

  /**
   * @param {import("./decode/stream.js").Shown} shown
   * @param {number} tiles
   */
  #painted(shown, tiles) {
    this.#stage.painted(shown);
    const first = this.#marks.painted({ ...shown, exact: this.#readable && shown.exact }, tiles);
    const other = this.#sizeTold();
    if (first || other) this.#changed();
  }

  /** Tells the picture's size, if that is news. */
  #sizeTold() {
    const size = JSON.stringify(this.size);
    if (size === this.#told) return false;
    this.#told = size;
    this.dispatchEvent(new Event("resize"));
    return true;
  }

  /** @param {boolean} binary */
  #malformed(binary) {
    this.#marks.count("malformed", 1);
    if (binary && this.#connection.state === "connected") this.#lose();
  }

  #lose() {
    this.#marks.lose();
    this.#videoDecoder.lose();
    this.#stream.lose();
  }

  /** Tells the server what is known of the machine and the person, if that is news. */
  #reportInfo() {
    if (this.#connection.state !== "connected") return;
    const info = viewInfo.of(this.#window);
    const reported = JSON.stringify(info);
    if (reported === this.#reportedInfo) return;
    this.#reportedInfo = reported;
    this.#connection.send({ type: "view_info", ...info });
  }

  #videoFailed() {
    this.#video.fail();
    this.#videoChanged();
  }

  /** Whether we take video may be another matter now. */
  #videoChanged() {
    if (this.#ends.signal.aborted) return;
    this.#reportVideo();
    this.#changed();
  }

  /** Tells the server which video we take, if that is news. */
  #reportVideo() {
    if (this.#connection.state !== "connected") return;
    const { codecs } = this.#video;
    const reported = JSON.stringify(codecs);
    if (reported === this.#reportedVideo) return;
    this.#reportedVideo = reported;
    this.#connection.send({ type: "video", codecs });
  }

  /** Tells the server the view's size, if that is news. */
  #report() {
    if (this.#connection.state !== "connected") return;
    const size = this.#stage.report();
    const reported = JSON.stringify(size);
    if (!size || reported === this.#reported) return;
    this.#reported = reported;
    this.#connection.send({ type: "resize", ...size });
  }
}
