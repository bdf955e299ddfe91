import Connection from "./connection.js";
import control from "./control.js";
import Input from "./input.js";
import layout from "./layout.js";
import Picture from "./picture.js";
import Stream from "./stream.js";

/**
 * @typedef {import("./updates.js").Update<ImageBitmap>} Update
 * @typedef {import("./layout.js").Point} Point
 *
 * @typedef {object} Info what the view can tell at this moment
 * @property {import("./connection.js").State} state
 * @property {number | null} retryIn seconds until the next try; `null`: trying, or nothing to try
 * @property {string} reason why the connection was lost, in words; may be empty
 * @property {boolean} presenter whether our input reaches the application
 * @property {boolean} held whether anybody's does
 * @property {import("./protocol.js").Role} role what our link allows
 * @property {string} by who is in control, for people; may be empty
 * @property {boolean} canAsk whether asking for control makes sense
 * @property {boolean} asks whether we asked, and wait
 * @property {boolean} manages whether we grant control and send viewers away
 * @property {import("./protocol.js").Listed[]} clients everybody, if we manage them
 * @property {string} title the application's; plain text from a stranger
 * @property {number} fps updates painted per second
 * @property {boolean} exact whether all that is shown are exactly the frame's pixels
 * @property {boolean} rested whether what is shown is exact, or was within the time that `fps` is taken over
 * @property {number | null} roundTrip seconds
 * @property {boolean} picture whether there is one
 * @property {boolean} keyboard whether the on-screen keyboard was asked for
 */

/** The page's clock, in seconds. */
const CLOCK = {
  now: () => performance.now() / 1000,
  /** @type {(run: () => void, seconds: number) => unknown} */
  after: (run, seconds) => setTimeout(run, seconds * 1000),
  /** @type {(timer: unknown) => void} */
  cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
};

/** What is known of control before the server says. */
const NO_CONTROL = { presenter: false, held: false, by: "", can_ask: false, asks: false, manages: false };

/** A CSS cursor is one word; anything else (an address!) is none. */
const CURSOR = /^[a-z-]{1,32}$/;

/**
 * An application's canvas in an element of a page: shows its pictures, sends it our input while we are
 * the presenter. Nothing of the page around it; `change` events tell that `info` has news (rates
 * change without).
 *
 * For tests and styles the element says what is going on: `data-state` (of the connection),
 * `data-role` ("presenter" or "observer"), `data-link` ("drive" or "watch": what our link allows),
 * `data-sequence`, `data-update` and `data-exact` of the update
 * that was painted last (exact: all that is shown are the frame's pixels), `data-updates` and `data-tiles`
 * (how many were painted so far), `data-failed` and `data-malformed` (parts that could not be shown,
 * messages that could not be read), `data-focus` ("keyboard" while it has the focus by way of the Tab
 * key: show a ring). `proof` tells it of the pixels.
 */
export default class View extends EventTarget {
  #root;
  #picture = new Picture();
  #canvas = this.#picture.canvas;
  #connection;
  #stream;
  #input;
  #ends = new AbortController();
  #observer;
  #channel = new MessageChannel();
  /** Painted, and in a frame that goes out. @type {Update[]} */
  #presenting = [];
  #frame = 0;
  /** The view's size in device pixels, where the browser tells it. @type {import("./layout.js").Size | null} */
  #device = null;
  /** The size the server knows, as text. */
  #reported = "";
  /** The frame that the canvas was placed for. */
  #placed = { width: 0, height: 0 };
  #control = NO_CONTROL;
  /** @type {import("./protocol.js").Listed[]} */
  #clients = [];
  /** @type {string | null} */
  #token;
  #title = "";
  #cursor = "default";
  #counts = { updates: 0, tiles: 0, failed: 0, malformed: 0 };

  /**
   * @param {HTMLElement} root an empty, positioned element; its size is the view's
   * @param {string} url the canvas' WebSocket
   * @param {string | null} [token] the secret of the link
   */
  constructor(root, url, token = null) {
    super();
    this.#root = root;
    this.#token = token;
    this.#canvas.setAttribute("aria-label", "Live picture");
    root.append(this.#canvas);
    const signal = this.#ends.signal;
    this.#connection = new Connection(url, {
      hello: () => ({
        type: "hello",
        ...this.#sizeToReport(),
        visible: visible(),
        ...(this.#token === null ? {} : { token: this.#token }),
      }),
      changed: (state) => this.#connectionChanged(state),
      message: (message) => this.#message(message),
      part: (part, received) => this.#stream.receive(part, received),
      malformed: (binary) => this.#malformed(binary),
    });
    this.#stream = new Stream({
      decode: (part) => this.#picture.decode(part),
      draw: (update) => this.#picture.draw(update),
      painted: (shown, tiles) => this.#painted(shown, tiles),
      send: (message) => this.#connection.send(message),
      offset: () => this.#connection.clock.offset,
      wanted: () => this.#wantFrame(),
      failed: () => this.#count("failed", 1),
      overflow: () => this.#connection.fail("This page could not keep up."),
      ...CLOCK,
    });
    this.#input = new Input(
      root,
      this.#canvas,
      {
        send: (event) => this.#connection.send(event),
        place: (point) => this.#place(point),
        wanted: () => this.#wantFrame(),
        changed: () => this.#changed(),
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
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal });
    window.addEventListener("online", () => this.#connection.hurry(), { signal });
    window.addEventListener("pagehide", () => this.#connection.close(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.start(), { signal });
    this.#observer = new ResizeObserver((entries) => this.#resized(entries[0]));
    this.#watchRatio();
    this.#show();
  }

  /** Connects. */
  start() {
    try {
      this.#observer.observe(this.#root, { box: "device-pixel-content-box" });
    } catch {
      this.#observer.observe(this.#root);
    }
    this.#stream.see(visible());
    this.#connection.wake(visible());
    this.#connection.open();
  }

  /** Disconnects and lets go of the page, for good. */
  stop() {
    this.#connection.close();
    this.#connectionChanged("connecting");
    this.#ends.abort();
    this.#observer.disconnect();
    this.#channel.port1.close();
    cancelAnimationFrame(this.#frame);
    this.#root.replaceChildren();
  }

  /** Does not wait any longer for the next try. */
  retry() {
    this.#connection.retry();
  }

  /**
   * Connects anew, by another link.
   *
   * @param {string} token
   */
  useToken(token) {
    this.#token = token;
    this.#connection.close();
    this.#connectionChanged("connecting");
    this.start();
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
   * Gives control to a viewer; while `info.manages`, like the next two.
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
   * Sends a viewer away.
   *
   * @param {number} number its number in `info.clients`
   */
  disconnect(number) {
    this.#connection.send(control.disconnect(number));
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
   * What is shown at this moment, in a few bytes: the CRC-32 over red, green and blue of its pixels, row by
   * row, as eight hexadecimal digits.
   *
   * @returns {Promise<{sequence: string, update: number, exact: boolean, crc: string}>}
   */
  async proof() {
    const shown = this.#stream.shown;
    if (!shown) throw new Error("there is no picture yet");
    const { sequence, update, exact } = shown;
    return { sequence: String(sequence), update, exact, crc: await this.#picture.proof() };
  }

  /** Where the time and the bytes of the last updates went. */
  get ledger() {
    return this.#stream.ledger;
  }

  /** @returns {Info} */
  get info() {
    const { state, retryAt, reason, clock } = this.#connection;
    const { fps, rested, shown } = this.#stream;
    return {
      state,
      retryIn: retryAt === null ? null : Math.max(0, retryAt - CLOCK.now()),
      reason,
      presenter: this.#control.presenter,
      held: this.#control.held,
      role: this.#connection.role,
      by: this.#control.by,
      canAsk: this.#control.can_ask,
      asks: this.#control.asks,
      manages: this.#control.manages,
      clients: this.#clients,
      title: this.#title,
      fps,
      exact: shown?.exact === true,
      rested,
      roundTrip: clock.roundTrip,
      picture: shown !== null,
      keyboard: this.#input.keyboard,
    };
  }

  /** @param {import("./connection.js").State} state */
  #connectionChanged(state) {
    if (state !== "connected") {
      this.#stream.reset();
      this.#clients = [];
      this.#setControl(NO_CONTROL);
    } else {
      // The size may have changed since `hello`.
      this.#wantFrame();
    }
    this.#changed();
  }

  /** @param {import("./protocol.js").Message} message */
  #message(message) {
    if (message.type === "control") {
      this.#setControl(message);
    } else if (message.type === "clients") {
      this.#clients = message.list;
    } else if (message.type === "title") {
      this.#title = message.value;
      this.#canvas.setAttribute("aria-label", message.value || "Live picture");
    } else if (message.type === "cursor") {
      this.#cursor = CURSOR.test(message.value) ? message.value : "default";
    }
    this.#changed();
  }

  /** @param {typeof NO_CONTROL} told */
  #setControl(told) {
    this.#control = told;
    this.#input.enable(told.presenter);
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const data = this.#root.dataset;
    data.state = this.#connection.state;
    data.role = this.#control.presenter ? "presenter" : "observer";
    data.link = this.#connection.role;
    data.updates = String(this.#counts.updates);
    data.failed = String(this.#counts.failed);
    data.malformed = String(this.#counts.malformed);
    data.tiles = String(this.#counts.tiles);
    this.#canvas.style.cursor = this.#control.presenter ? this.#cursor : "default";
  }

  /**
   * @param {"updates" | "tiles" | "failed" | "malformed"} what
   * @param {number} more
   */
  #count(what, more) {
    this.#counts[what] += more;
    this.#root.dataset[what] = String(this.#counts[what]);
  }

  #visibility() {
    const on = visible();
    if (!on) this.#input.release();
    // First the news, so that the acknowledgements below do not ask for more.
    this.#connection.send({ type: on ? "show" : "hide" });
    this.#stream.see(on);
    this.#connection.wake(on);
    if (on) this.#connection.hurry();
    if (on) this.#wantFrame();
  }

  #wantFrame() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#input.flush();
      this.#report();
      const update = this.#stream.frame();
      if (!update) return;
      // A task after an animation frame runs when that frame went out.
      this.#presenting.push(update);
      this.#channel.port2.postMessage(null);
    });
  }

  /**
   * @param {import("./stream.js").Shown} shown
   * @param {number} tiles
   */
  #painted({ width, height, sequence, update, exact }, tiles) {
    const first = this.#counts.updates === 0;
    if (this.#placed.width !== width || this.#placed.height !== height) this.#arrange();
    const data = this.#root.dataset;
    data.sequence = String(sequence);
    data.update = String(update);
    data.exact = String(exact);
    this.#count("tiles", tiles);
    this.#count("updates", 1);
    if (first) this.#changed();
  }

  /** @param {boolean} binary */
  #malformed(binary) {
    this.#count("malformed", 1);
    if (binary && this.#connection.state === "connected") this.#lose();
  }

  #lose() {
    this.#root.dataset.exact = "false";
    this.#stream.lose();
  }

  /** Puts the canvas where the picture belongs. */
  #arrange() {
    const shown = this.#stream.shown;
    if (!shown) return;
    const ratio = window.devicePixelRatio;
    const place = layout.letterbox(this.#physical(), shown);
    this.#placed = { width: shown.width, height: shown.height };
    const canvas = this.#canvas;
    canvas.hidden = false;
    Object.assign(canvas.style, {
      left: `${place.x / ratio}px`,
      top: `${place.y / ratio}px`,
      width: `${place.width / ratio}px`,
      height: `${place.height / ratio}px`,
      imageRendering: place.smooth ? "auto" : "pixelated",
    });
  }

  /** @param {ResizeObserverEntry | undefined} entry */
  #resized(entry) {
    const device = entry?.devicePixelContentBoxSize?.[0];
    this.#device = device ? { width: device.inlineSize, height: device.blockSize } : null;
    this.#arrange();
    this.#wantFrame();
  }

  /** The ratio changes with the page's zoom, and when the window goes to another screen. */
  #watchRatio() {
    const signal = this.#ends.signal;
    if (signal.aborted) return;
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      this.#watchRatio();
      this.#arrange();
      this.#wantFrame();
    };
    query.addEventListener("change", changed, { once: true, signal });
  }

  /** @returns {import("./layout.js").Size} the view's size in device pixels */
  #physical() {
    const box = this.#root.getBoundingClientRect();
    return layout.physical(box, window.devicePixelRatio, this.#device);
  }

  #sizeToReport() {
    const size = layout.report(this.#physical(), window.devicePixelRatio);
    this.#reported = JSON.stringify(size);
    return size;
  }

  /** Tells the server the view's size, if that is news. */
  #report() {
    if (this.#connection.state !== "connected") return;
    const before = this.#reported;
    const size = this.#sizeToReport();
    if (this.#reported !== before) this.#connection.send({ type: "resize", ...size });
  }

  /**
   * @param {Point} point in the page's CSS pixels
   * @returns {Point | null}
   */
  #place(point) {
    const shown = this.#stream.shown;
    if (!shown) return null;
    const rect = this.#canvas.getBoundingClientRect();
    if (rect.width === 0 || rect.height === 0) return null;
    const inside = { x: point.x - rect.left, y: point.y - rect.top };
    return layout.toLogical(inside, rect, shown, shown.ratio);
  }
}

function visible() {
  return document.visibilityState === "visible";
}
