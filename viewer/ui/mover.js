import corner from "./corner.js";
import stored from "../core/stored.js";

/** Remembers the corner. */
const KEY = "framecast.status.corner";
/** What moves less than this was a click, in CSS pixels. */
const SLACK = 6;

/** Moves the status from corner to corner, by dragging it or with arrow keys. */
export default class Mover {
  #pill;
  #moved;
  #ends = new AbortController();
  #clicks = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Where the pointer went down. @type {{id: number, x: number, y: number} | null} */
  #down = null;
  #dragging = false;

  /**
   * @param {HTMLElement} pill in the element that it moves in
   * @param {HTMLElement} box that element
   * @param {(where: string) => void} moved it is in another corner, in words
   */
  constructor(pill, box, moved) {
    this.#pill = pill;
    this.#moved = moved;
    pill.dataset.corner = corner.named(stored.get(KEY));
    pill.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.isPrimary) this.#down = { id: event.pointerId, x: event.clientX, y: event.clientY };
    });
    // A quick pointer leaves it with its first move.
    const window = pill.ownerDocument.defaultView ?? globalThis.window;
    const { signal } = this.#ends;
    window.addEventListener("pointermove", (event) => this.#drag(event), { signal, capture: true });
    window.addEventListener("pointercancel", () => this.#stop(), { signal });
    window.addEventListener("pointerup", (event) => {
      if (!this.#down) return;
      const { left, top, width, height } = box.getBoundingClientRect();
      const point = { x: event.clientX - left, y: event.clientY - top };
      if (this.#dragging) this.#go(corner.nearest(point, { width, height }));
      this.#stop();
    }, { signal, capture: true });
    // The click at the end of dragging means nothing.
    pill.addEventListener("click", (event) => this.#swallow(event), { capture: true });
    pill.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const to = corner.beside(corner.named(pill.dataset.corner ?? null), event.key);
      if (!to) return;
      event.preventDefault();
      event.stopPropagation();
      this.#go(to);
    });
  }

  /** Ends it. */
  stop() {
    this.#ends.abort();
    clearTimeout(this.#timer);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const down = this.#down;
    if (!down || event.pointerId !== down.id) return;
    // It went up where nobody told us.
    if (!(event.buttons & 1)) {
      this.#stop();
      return;
    }
    const [x, y] = [event.clientX - down.x, event.clientY - down.y];
    if (!this.#dragging) {
      if (Math.hypot(x, y) < SLACK) return;
      this.#dragging = true;
      this.#clicks = false;
      this.#pill.setPointerCapture(down.id);
      this.#pill.classList.add("dragged");
    }
    this.#pill.style.translate = `${x}px ${y}px`;
  }

  #stop() {
    this.#down = null;
    this.#dragging = false;
    this.#pill.classList.remove("dragged");
    this.#pill.style.translate = "";
    // Its click comes in this task, if any does.
    this.#timer = setTimeout(() => (this.#clicks = true));
  }

  /** @param {Event} event */
  #swallow(event) {
    if (this.#clicks) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {import("./corner.js").Corner} to */
  #go(to) {
    if (this.#pill.dataset.corner === to) return;
    this.#pill.dataset.corner = to;
    stored.set(KEY, to);
    this.#moved(to.replace("-", " "));
  }
}
