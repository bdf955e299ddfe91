import Connection from "./connection.js";
import Decoder from "./decode.js";
import Input from "./input.js";
import layout from "./layout.js";
import Rate from "./rate.js";

/**
 * @typedef {import("./protocol.js").Picture} Picture
 * @typedef {import("./layout.js").Point} Point
 *
 * @typedef {object} Info what the view can tell at this moment
 * @property {import("./connection.js").State} state
 * @property {number | null} retryIn seconds until the next try; `null`: trying, or nothing to try
 * @property {string} reason why the connection was lost, in words; may be empty
 * @property {boolean} presenter whether our input reaches the application
 * @property {boolean} held whether anybody's does
 * @property {string} title the application's; plain text from a stranger
 * @property {number} fps pictures painted per second
 * @property {boolean} rested whether the picture is exact, or was within the time that `fps` is taken over
 * @property {number | null} roundTrip seconds
 * @property {boolean} picture whether there is one
 * @property {boolean} keyboard whether the on-screen keyboard was asked for
 */

/** A CSS cursor is one word; anything else (an address!) is none. */
const CURSOR = /^[a-z-]{1,32}$/;

/**
 * An application's canvas in an element of a page: shows its pictures, sends it our input while we are
 * the presenter. Nothing of the page around it; `change` events tell that `info` has news (rates
 * change without).
 *
 * For tests and styles the element says what is going on: `data-state` (of the connection),
 * `data-role` ("presenter" or "observer"), `data-sequence`, `data-update` and `data-exact` of the picture
 * that was painted last, `data-updates` (how many were), `data-failed` and `data-malformed` (pictures
 * that could not be decoded, messages that could not be read), `data-focus` ("keyboard" while it has the
 * focus by way of the Tab key: show a ring).
 */
export default class View extends EventTarget {
  #root;
  #canvas = document.createElement("canvas");
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
  #connection;
  #decoder;
  #input;
  #ends = new AbortController();
  #observer;
  #rate = new Rate();
  /** Exact pictures only. */
  #exactRate = new Rate();
  #channel = new MessageChannel();
  /** Painted, not yet presented. @type {import("./decode.js").Entry[]} */
  #presenting = [];
  #frame = 0;
  /** The view's size in device pixels, where the browser tells it. @type {import("./layout.js").Size | null} */
  #device = null;
  /** The size the server knows, as text. */
  #reported = "";
  /** The picture that is shown. @type {{width: number, height: number, ratio: number, exact: boolean} | null} */
  #shown = null;
  #presenter = false;
  #held = false;
  #title = "";
  #cursor = "default";
  #counts = { updates: 0, failed: 0, malformed: 0 };

  /**
   * @param {HTMLElement} root an empty, positioned element; its size is the view's
   * @param {string} url the canvas' WebSocket
   */
  constructor(root, url) {
    super();
    this.#root = root;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", "Live picture");
    this.#canvas.hidden = true;
    Object.assign(this.#canvas.style, {
      position: "absolute",
      touchAction: "manipulation",
      userSelect: "none",
      webkitUserSelect: "none",
      webkitTouchCallout: "none",
    });
    root.append(this.#canvas);
    const signal = this.#ends.signal;
    this.#connection = new Connection(url, {
      hello: () => ({ type: "hello", ...this.#sizeToReport(), visible: visible() }),
      changed: (state) => this.#connectionChanged(state),
      message: (message) => this.#message(message),
      picture: (picture) => this.#decoder.receive(picture),
      malformed: () => this.#count("malformed"),
    });
    this.#decoder = new Decoder({
      decode,
      paint: (picture, bitmap) => this.#paint(picture, bitmap),
      wanted: () => this.#wantFrame(),
      acknowledge: (update) => this.#connection.send({ type: "ack", update }),
      failed: () => this.#count("failed"),
      after: (run, seconds) => setTimeout(run, seconds * 1000),
      cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
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
      const entry = this.#presenting.shift();
      if (entry) this.#decoder.painted(entry);
    };
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
    this.#decoder[visible() ? "show" : "hide"]();
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
    this.#connection.hurry();
  }

  /**
   * Opens or closes the on-screen keyboard. Call it from a click.
   *
   * @param {boolean} on
   */
  showKeyboard(on) {
    this.#input.showKeyboard(on);
  }

  /** @returns {Info} */
  get info() {
    const { state, retryAt, reason, roundTrip } = this.#connection;
    const now = performance.now() / 1000;
    return {
      state,
      retryIn: retryAt === null ? null : Math.max(0, retryAt - now),
      reason,
      presenter: this.#presenter,
      held: this.#held,
      title: this.#title,
      fps: this.#rate.at(now),
      rested: this.#shown?.exact === true || this.#exactRate.at(now) > 0,
      roundTrip,
      picture: this.#shown !== null,
      keyboard: this.#input.keyboard,
    };
  }

  /** @param {import("./connection.js").State} state */
  #connectionChanged(state) {
    if (state !== "connected") {
      this.#decoder.reset();
      this.#presenting.length = 0;
      this.#control(false, false);
    } else {
      // The size may have changed since `hello`.
      this.#wantFrame();
    }
    this.#changed();
  }

  /** @param {import("./protocol.js").Message} message */
  #message(message) {
    if (message.type === "control") {
      this.#control(message.presenter, message.held);
    } else if (message.type === "title") {
      this.#title = message.value;
      this.#canvas.setAttribute("aria-label", message.value || "Live picture");
    } else if (message.type === "cursor") {
      this.#cursor = CURSOR.test(message.value) ? message.value : "default";
    }
    this.#changed();
  }

  /**
   * @param {boolean} presenter
   * @param {boolean} held
   */
  #control(presenter, held) {
    this.#presenter = presenter;
    this.#held = held;
    this.#input.enable(presenter);
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const data = this.#root.dataset;
    data.state = this.#connection.state;
    data.role = this.#presenter ? "presenter" : "observer";
    data.updates = String(this.#counts.updates);
    data.failed = String(this.#counts.failed);
    data.malformed = String(this.#counts.malformed);
    this.#canvas.style.cursor = this.#presenter ? this.#cursor : "default";
  }

  /** @param {"updates" | "failed" | "malformed"} what */
  #count(what) {
    this.#counts[what] += 1;
    this.#root.dataset[what] = String(this.#counts[what]);
  }

  #visibility() {
    const on = visible();
    if (!on) this.#input.release();
    // First the news, so that the acknowledgements below do not ask for more pictures.
    this.#connection.send({ type: on ? "show" : "hide" });
    this.#decoder[on ? "show" : "hide"]();
    this.#connection.wake(on);
    if (on) this.#connection.hurry();
    if (on) this.#wantFrame();
  }

  #wantFrame() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#input.flush();
      this.#report();
      const entry = this.#decoder.frame();
      if (!entry) return;
      // A task after an animation frame runs when that frame went out.
      this.#presenting.push(entry);
      this.#channel.port2.postMessage(null);
    });
  }

  /**
   * @param {Picture} picture
   * @param {ImageBitmap} bitmap
   */
  #paint(picture, bitmap) {
    const { width, height, ratio, exact } = picture;
    const canvas = this.#canvas;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    this.#context.drawImage(bitmap, 0, 0);
    const first = !this.#shown;
    const same = this.#shown?.width === width && this.#shown.height === height;
    this.#shown = { width, height, ratio, exact };
    if (!same) this.#arrange();
    const now = performance.now() / 1000;
    this.#rate.add(now);
    if (exact) this.#exactRate.add(now);
    const data = this.#root.dataset;
    data.sequence = String(picture.sequence);
    data.update = String(picture.update);
    data.exact = String(exact);
    this.#count("updates");
    if (first) this.#changed();
  }

  /** Puts the canvas where the picture belongs. */
  #arrange() {
    if (!this.#shown) return;
    const ratio = window.devicePixelRatio;
    const place = layout.letterbox(this.#physical(), this.#shown);
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
    if (!this.#shown) return null;
    const rect = this.#canvas.getBoundingClientRect();
    if (rect.width === 0 || rect.height === 0) return null;
    const inside = { x: point.x - rect.left, y: point.y - rect.top };
    return layout.toLogical(inside, rect, this.#shown, this.#shown.ratio);
  }
}

function visible() {
  return document.visibilityState === "visible";
}

/**
 * @param {Picture} picture
 * @returns {Promise<ImageBitmap>}
 */
async function decode(picture) {
  const blob = new Blob([picture.bytes], { type: picture.mime });
  // The numbers in the file are the pixels; no colour management, or PNG would not be exact.
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  if (bitmap.width === picture.width && bitmap.height === picture.height) return bitmap;
  bitmap.close();
  throw new Error("the picture is not of the size that its header says");
}
