import events from "./events.js";

/**
 * @typedef {object} Hooks
 * @property {(event: import("./events.js").CharMessage) => void} char
 * @property {(data: string) => void} paste text from the clipboard
 * @property {(key: string) => void} tap an on-screen keyboard's key that only comes as an edit
 */

/** Edits that on-screen keyboards send for keys. */
const TAPS = new Map([
  ["insertLineBreak", "Enter"],
  ["insertParagraph", "Enter"],
  ["deleteContentBackward", "Backspace"],
  ["deleteWordBackward", "Backspace"],
  ["deleteContentForward", "Delete"],
]);
/** How browsers tell the end of a composition besides `compositionend`. */
const COMPOSITION_ENDS = new Set([
  "insertCompositionText",
  "insertFromComposition",
  "deleteCompositionText",
  "deleteByComposition",
]);
/** A paste comes as an event of its own, or from an on-screen keyboard as this kind of input. */
const PASTE = "insertFromPaste";
/** On-screen keyboards report a deletion only where there is something to delete. */
const SOMETHING = "\u200b";

/**
 * Text, from the keyboard, an input method or the clipboard: an invisible text area has the focus and
 * is emptied whenever something arrives in it.
 */
export default class Text {
  /** Has the keyboard focus in the picture's stead. */
  area = document.createElement("textarea");

  #hooks;
  #composing = false;
  /** Whether text that may still change was sent. */
  #preview = false;

  /**
   * @param {Hooks} hooks
   * @param {AbortSignal} signal ends it
   */
  constructor(hooks, signal) {
    this.#hooks = hooks;
    const area = this.area;
    area.setAttribute("aria-label", "Keyboard input for the picture. F6 leaves the picture.");
    for (const name of ["autocapitalize", "autocomplete", "autocorrect"]) area.setAttribute(name, "off");
    area.spellcheck = false;
    area.wrap = "off";
    // No on-screen keyboard until it is asked for.
    area.inputMode = "none";
    Object.assign(area.style, {
      position: "absolute",
      left: "0",
      top: "0",
      width: "1px",
      // From 16px on, iOS does not zoom in on it.
      font: "16px/1 monospace",
      height: "1em",
      margin: "0",
      padding: "0",
      border: "0",
      outline: "0",
      opacity: "0",
      overflow: "hidden",
      resize: "none",
      pointerEvents: "none",
    });
    this.#empty();
    area.addEventListener("beforeinput", (event) => this.#before(event), { signal });
    area.addEventListener("input", (event) => this.#input(/** @type {InputEvent} */ (event)), { signal });
    area.addEventListener("compositionstart", () => (this.#composing = true), { signal });
    area.addEventListener("compositionend", (event) => this.#composed(event.data), { signal });
    area.addEventListener("paste", (event) => this.#paste(event), { signal });
  }

  /** @param {boolean} on */
  enable(on) {
    this.area.readOnly = !on;
    this.area.tabIndex = on ? 0 : -1;
    this.#preview = false;
    this.#empty();
  }

  /**
   * Input methods open their windows there.
   *
   * @param {import("../layout.js").Point} point CSS pixels in the view
   * @param {number} [height] of the line that is typed in, likewise
   */
  moveTo(point, height = 0) {
    const { style } = this.area;
    style.left = `${point.x}px`;
    style.top = `${point.y}px`;
    style.height = style.lineHeight = height > 0 ? `${height}px` : "1em";
  }

  /** @param {InputEvent} event */
  #before(event) {
    if (event.isComposing || this.#composing) return;
    const key = TAPS.get(event.inputType);
    if (key) this.#hooks.tap(key);
    // What would change the area without being text: undo, drag and the like.
    const text = event.inputType.startsWith("insert") && !key;
    if (!text && event.cancelable) event.preventDefault();
  }

  /** @param {InputEvent} event */
  #input(event) {
    if (event.isComposing || this.#composing) {
      if (event.inputType !== "insertCompositionText") return;
      this.#preview = true;
      this.#hooks.char(events.char(event.data ?? "", true, event.inputType));
      return;
    }
    // `compositionend` told that already.
    const told = COMPOSITION_ENDS.has(event.inputType);
    if (event.data && !told) this.#send(event.data, event.inputType);
    this.#empty();
  }

  /** @param {string} data */
  #composed(data) {
    this.#composing = false;
    if (data || this.#preview) this.#hooks.char(events.char(data, false, "insertCompositionText"));
    this.#preview = false;
    this.#empty();
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    event.preventDefault();
    this.#send(event.clipboardData?.getData("text/plain") ?? "", PASTE);
  }

  /**
   * @param {string} data
   * @param {string} inputType
   */
  #send(data, inputType) {
    if (inputType === PASTE) {
      if (data && !this.area.readOnly) this.#hooks.paste(data);
      return;
    }
    const message = events.char(data, false, inputType);
    if (message.data) this.#hooks.char(message);
  }

  #empty() {
    this.area.value = SOMETHING;
    this.area.setSelectionRange(SOMETHING.length, SOMETHING.length);
  }
}
