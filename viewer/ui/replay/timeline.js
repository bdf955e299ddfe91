import element from "../element.js";
import words from "./words.js";

/** How long the pointer rests before a small picture is made, in milliseconds. */
const REST = 60;
/** Between the preview and the edges, in CSS pixels. */
const GAP = 8;

/**
 * @typedef {object} Hooks
 * @property {() => number} duration seconds
 * @property {(seconds: number) => void} seek
 * @property {(seconds: number) => HTMLCanvasElement | null} known a small picture that was made before
 * @property {(seconds: number) => Promise<HTMLCanvasElement | null>} thumbnail one that is made now
 */

/** The time line: a slider with a strip of what changed, and what is at a time while the pointer is there. Its elements are in chrome.js. */
export default class Timeline {
  /** Whether it is being dragged. */
  dragged = false;

  #host;
  #hooks;
  #line;
  #rail;
  #preview;
  #canvas;
  #label;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #spoken = -1;

  /**
   * @param {ShadowRoot} root
   * @param {Hooks} hooks
   * @param {AbortSignal} signal ends it
   */
  constructor(root, hooks, signal) {
    this.#host = root.host;
    this.#hooks = hooks;
    this.#line = element(root, "timeline");
    this.#rail = /** @type {HTMLElement} */ (this.#line.querySelector(".rail"));
    this.#preview = element(root, "preview");
    this.#canvas = /** @type {HTMLCanvasElement} */ (this.#preview.querySelector("canvas"));
    this.#label = /** @type {HTMLElement} */ (this.#preview.querySelector("span"));
    Object.assign(this.#canvas, { width: 0, height: 0 });
    const line = this.#line;
    line.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      line.setPointerCapture(event.pointerId);
      this.#drag(true);
      this.#hooks.seek(this.#time(event));
      this.#look(event);
    });
    line.addEventListener("pointermove", (event) => {
      if (this.dragged) this.#hooks.seek(this.#time(event));
      this.#look(event);
    });
    for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      line.addEventListener(type, (event) => {
        this.#drag(false);
        // A finger that is lifted hovers no more.
        if (event.pointerType === "touch" || !line.matches(":hover")) this.hide();
      });
    }
    line.addEventListener("pointerleave", () => this.dragged || this.hide());
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /**
   * @param {number} time seconds
   * @param {number} duration seconds
   */
  update(time, duration) {
    const share = duration > 0 ? Math.min(time / duration, 1) : 0;
    this.#rail.style.setProperty("--played", `${(100 * share).toFixed(3)}%`);
    const whole = Math.floor(time);
    if (whole === this.#spoken) return;
    this.#spoken = whole;
    this.#line.setAttribute("aria-valuenow", String(whole));
    this.#line.setAttribute("aria-valuemax", String(Math.floor(duration)));
    this.#line.setAttribute("aria-valuetext", `${words.spoken(time)} of ${words.spoken(duration)}`);
  }

  /** Shows how much changed. @param {number[]} heights of columns, 0 to 1 */
  strip(heights) {
    this.#spoken = -1;
    const wide = 1 / heights.length;
    const steps = heights.map((height, at) => `L${(at * wide).toFixed(5)} ${(1 - height).toFixed(4)}H${((at + 1) * wide).toFixed(5)}`);
    const path = heights.length > 0 ? `M0 1${steps.join("")}V1Z` : "";
    for (const drawing of this.#line.querySelectorAll(".strip path")) drawing.setAttribute("d", path);
  }

  /** Nothing is looked at any more. */
  hide() {
    clearTimeout(this.#timer);
    this.#preview.hidden = true;
  }

  /** @param {boolean} on */
  #drag(on) {
    this.dragged = on;
    this.#line.classList.toggle("dragged", on);
  }

  /**
   * @param {PointerEvent} event
   * @returns {number} seconds
   */
  #time(event) {
    const { left, width } = this.#rail.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / Math.max(width, 1), 0), 1) * this.#hooks.duration();
  }

  /** @param {PointerEvent} event */
  #look(event) {
    const time = this.#time(event);
    this.#label.textContent = words.time(time);
    this.#preview.hidden = false;
    const known = this.#hooks.known(time);
    clearTimeout(this.#timer);
    if (known) this.#draw(known);
    else {
      this.#timer = setTimeout(async () => {
        const made = await this.#hooks.thumbnail(time);
        if (!made || this.#preview.hidden) return;
        this.#draw(made);
        this.#place(event.clientX);
      }, REST);
    }
    this.#place(event.clientX);
  }

  /** @param {HTMLCanvasElement} picture */
  #draw(picture) {
    const { width, height } = picture;
    const ratio = this.#host.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    Object.assign(this.#canvas, { width, height });
    Object.assign(this.#canvas.style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
    this.#canvas.getContext("2d", { alpha: false })?.drawImage(picture, 0, 0);
  }

  /** Over the pointer, but inside of the element. @param {number} x */
  #place(x) {
    const line = this.#line.getBoundingClientRect();
    const host = this.#host.getBoundingClientRect();
    const { width } = this.#preview.getBoundingClientRect();
    const left = Math.min(Math.max(x - width / 2, host.left + GAP), host.right - GAP - width);
    this.#preview.style.left = `${left - line.left}px`;
  }
}
