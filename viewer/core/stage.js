import layout from "./layout.js";
import zoom from "./zoom.js";

/**
 * @typedef {import("./layout.js").Fit} Fit
 * @typedef {import("./layout.js").Point} Point
 * @typedef {import("./layout.js").Size} Size
 *
 * @typedef {object} Hooks
 * @property {() => (Size & {ratio: number}) | null} shown the picture in the canvas
 * @property {() => void} resized the element has another size; call `report` in the next animation frame
 * @property {() => void} looked `seen` is another
 * @property {(place: Size & Point, logical: Size) => void} [placed] where the picture is now, in CSS pixels of the element, and
 *   how large it is in logical pixels
 */

/** The canvas' place in its element, and what the browser tells about that element. */
export default class Stage {
  /** Whether any of the element is in the part of the page that can be seen. */
  seen = true;

  #root;
  #canvas;
  #hooks;
  #window;
  #signal;
  /** @type {Fit} */
  #fit = "contain";
  /** The element's size in device pixels, where the browser tells it. @type {Size | null} */
  #device = null;
  /** The ratio that the canvas was placed for. */
  #placedAt = 0;
  /** The frame that the canvas was placed for. */
  #placed = { width: 0, height: 0, ratio: 1 };
  /** A size was reported that the canvas may have been given. */
  #reported = false;

  /**
   * @param {HTMLElement} root
   * @param {HTMLCanvasElement} canvas in `root`
   * @param {Hooks} hooks
   * @param {AbortSignal} signal ends it
   */
  constructor(root, canvas, hooks, signal) {
    this.#root = root;
    this.#canvas = canvas;
    this.#hooks = hooks;
    this.#window = root.ownerDocument.defaultView ?? window;
    this.#signal = signal;
    const size = new ResizeObserver((entries) => this.#resized(entries.at(-1)));
    try {
      size.observe(root, { box: "device-pixel-content-box" });
    } catch {
      size.observe(root);
    }
    const sight = new IntersectionObserver((entries) => this.#look(entries.at(-1)?.isIntersecting === true));
    sight.observe(root);
    signal.addEventListener("abort", () => {
      size.disconnect();
      sight.disconnect();
    });
    this.#watchRatio();
    // Where devicePixelRatio does not tell of the page's zoom, its size does.
    this.#window.addEventListener("resize", () => this.#zoomed(), { signal });
  }

  /** @param {Fit} fit */
  set fit(fit) {
    if (this.#fit === fit) return;
    this.#fit = fit;
    this.arrange();
    this.#hooks.resized();
  }

  /** The picture has this size and ratio; the canvas is arranged anew if those are others. @param {Size & {ratio: number}} picture */
  painted({ width, height, ratio }) {
    const { width: wide, height: high, ratio: fine } = this.#placed;
    if (wide !== width || high !== height || fine !== ratio) this.arrange();
  }

  /** Puts the canvas where the picture belongs. */
  arrange() {
    const shown = this.#hooks.shown();
    this.#canvas.hidden = shown === null;
    this.#placed = { width: shown?.width ?? 0, height: shown?.height ?? 0, ratio: shown?.ratio ?? 1 };
    if (!shown) return;
    const ratio = this.#ratio;
    this.#placedAt = ratio;
    const physical = layout.place(this.#physical(), shown, this.#fit);
    const place = { x: physical.x / ratio, y: physical.y / ratio, width: physical.width / ratio, height: physical.height / ratio };
    Object.assign(this.#canvas.style, {
      left: `${place.x}px`,
      top: `${place.y}px`,
      width: `${place.width}px`,
      height: `${place.height}px`,
      imageRendering: physical.smooth ? "auto" : "pixelated",
    });
    this.#hooks.placed?.(place, { width: shown.width / shown.ratio, height: shown.height / shown.ratio });
  }

  /**
   * A connection begins: nothing was reported on it.
   *
   * @returns {{width: number, height: number, ratio: number}} what it begins with
   */
  begin() {
    this.#reported = false;
    return this.report() ?? { width: 0, height: 0, ratio: this.#ratio };
  }

  /**
   * The size that the canvas should have while we are the presenter.
   *
   * @returns {{width: number, height: number, ratio: number} | null} `null`: whatever it has
   */
  report() {
    if (this.#fit === "resize") {
      this.#reported = true;
      return layout.report(this.#physical(), this.#ratio);
    }
    // The server goes on by what it was told last: from now on that is the size that the canvas has.
    const shown = this.#reported ? this.#hooks.shown() : null;
    return shown && layout.keep(shown, this.#ratio);
  }

  /**
   * @param {Point} point in the page's CSS pixels
   * @returns {Point | null} in the canvas' logical pixels; `null`: there is no picture
   */
  place(point) {
    const shown = this.#hooks.shown();
    if (!shown) return null;
    const rect = this.#canvas.getBoundingClientRect();
    if (rect.width === 0 || rect.height === 0) return null;
    const inside = { x: point.x - rect.left, y: point.y - rect.top };
    return layout.toLogical(inside, rect, shown, shown.ratio);
  }

  /**
   * @param {import("./transport/protocol.js").Caret} caret
   * @returns {Point & {height: number} | null} in CSS pixels of the element; `null`: there is no picture
   */
  locate(caret) {
    const shown = this.#hooks.shown();
    const rect = this.#canvas.getBoundingClientRect();
    if (!shown || rect.width === 0 || rect.height === 0) return null;
    const spot = layout.caret(caret, rect, shown, shown.ratio);
    const root = this.#root.getBoundingClientRect();
    return { ...spot, x: spot.x + rect.left - root.left, y: spot.y + rect.top - root.top };
  }

  /** @param {ResizeObserverEntry | undefined} entry */
  #resized(entry) {
    const device = entry?.devicePixelContentBoxSize?.[0];
    this.#device = device ? { width: device.inlineSize, height: device.blockSize } : null;
    this.arrange();
    this.#hooks.resized();
  }

  /** @param {boolean} on */
  #look(on) {
    if (this.seen === on) return;
    this.seen = on;
    this.#hooks.looked();
  }

  /** The ratio changes with the page's zoom, and when the window goes to another screen. */
  #watchRatio() {
    if (this.#signal.aborted) return;
    const query = this.#window.matchMedia(`(resolution: ${this.#window.devicePixelRatio}dppx)`);
    const changed = () => {
      this.#watchRatio();
      this.arrange();
      this.#hooks.resized();
    };
    query.addEventListener("change", changed, { once: true, signal: this.#signal });
  }

  #zoomed() {
    if (this.#ratio === this.#placedAt) return;
    this.arrange();
    this.#hooks.resized();
  }

  /** Device pixels per CSS pixel. */
  get #ratio() {
    return zoom.pixelRatio(zoom.geometry(this.#window));
  }

  /** @returns {Size} the element's size in device pixels */
  #physical() {
    const box = this.#root.getBoundingClientRect();
    return layout.physical(box, this.#ratio, this.#device);
  }
}
