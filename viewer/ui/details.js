import element from "./element.js";
import figures from "./figures.js";

/**
 * Where the time and the bytes of the last updates went: a panel over the picture, for who asks for it.
 * Its frame is in chrome.js.
 */
export default class Details {
  #view;
  #root;
  #page;
  #panel;
  #button;
  #video;
  /** Where a text goes, by its place in the panel. @type {Map<string, HTMLElement>} */
  #cells = new Map();

  /**
   * @param {import("../core/view.js").default} view
   * @param {ShadowRoot} root
   */
  constructor(view, root) {
    this.#view = view;
    this.#root = root;
    this.#page = root.ownerDocument;
    this.#panel = element(root, "details");
    this.#button = element(root, "details-show");
    // The keyboard's focus stays with the picture when the panel is clicked.
    this.#panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.#button.addEventListener("click", () => this.#open(this.#panel.hidden));
    this.#video = /** @type {HTMLInputElement} */ (element(root, "video"));
    this.#video.addEventListener("change", () => view.allowVideo(this.#video.checked));
    element(root, "details-hide").addEventListener("click", () => this.#open(false));
  }

  /** Shows what the ledger tells now, if anybody looks. */
  update() {
    if (this.#panel.hidden) return;
    const { info } = this.#view;
    const { steps, totals, facts } = figures(this.#view.ledger, info);
    for (const { label, text, start, length } of steps) {
      this.#write("details-steps", label, text);
      const bar = this.#cell("details-steps", label, "bar");
      bar.style.left = `${start * 100}%`;
      bar.style.width = `${length * 100}%`;
    }
    for (const { label, text } of totals) this.#write("details-totals", label, text);
    for (const { label, text } of facts) this.#write("details-facts", label, text);
    const { offered, state } = info.video;
    element(this.#root, "video-switch").hidden = !offered || !["ready", "off", "failed"].includes(state);
    this.#video.checked = state === "ready";
  }

  /** @returns {boolean} whether it was open */
  close() {
    if (this.#panel.hidden) return false;
    this.#open(false);
    return true;
  }

  /** @param {boolean} on */
  #open(on) {
    if (!on && this.#panel.contains(this.#root.activeElement)) this.#button.focus();
    this.#panel.hidden = !on;
    this.#button.setAttribute("aria-expanded", String(on));
    this.update();
  }

  /**
   * @param {string} list
   * @param {string} label
   * @param {string | null} text `null`: without the line
   */
  #write(list, label, text) {
    const cell = this.#cell(list, label, "text");
    if (cell.textContent !== text) cell.textContent = text;
    const line = /** @type {HTMLElement} */ (cell.closest("div"));
    line.hidden = text === null;
  }

  /**
   * A part of the line called `label`, which is made when it is there for the first time.
   *
   * @param {string} list
   * @param {string} label
   * @param {"text" | "bar"} part
   * @returns {HTMLElement}
   */
  #cell(list, label, part) {
    const key = `${list} ${label} `;
    const found = this.#cells.get(key + part);
    if (found) return found;
    const line = this.#page.createElement("div");
    const term = this.#page.createElement("dt");
    const value = this.#page.createElement("dd");
    const text = this.#page.createElement("span");
    const track = this.#page.createElement("span");
    const bar = this.#page.createElement("span");
    term.textContent = label;
    track.className = "track";
    track.append(bar);
    text.className = "value";
    value.append(track, text);
    line.append(term, value);
    element(this.#root, list).append(line);
    this.#cells.set(`${key}text`, text).set(`${key}bar`, bar);
    return part === "text" ? text : bar;
  }
}
