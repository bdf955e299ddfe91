import clipboard from "./clipboard.js";
import element from "./element.js";

/** How long what is said in passing stays, in seconds. */
const PASSING = 6;
/** Of an offered text, what is shown of it, in characters. */
const PREVIEW = 120;

/** What is said in passing, and the text that the application offers for the clipboard. Its frames are in chrome.js. */
export default class Notes {
  #page;
  #note;
  #offer;
  #preview;
  #tell;
  #text = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {ShadowRoot} root
   * @param {AbortSignal} signal ends it
   * @param {(text: string) => void} tell what a screen reader is to say
   */
  constructor(root, signal, tell) {
    this.#tell = tell;
    this.#page = root.ownerDocument;
    this.#note = element(root, "note");
    this.#offer = element(root, "offer");
    this.#preview = element(root, "offer-text");
    // The keyboard's focus stays with the picture when these are clicked.
    this.#offer.addEventListener("mousedown", (event) => event.preventDefault());
    element(root, "offer-copy").addEventListener("click", () => this.#copy());
    element(root, "offer-later").addEventListener("click", () => this.close());
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {string} text */
  say(text) {
    this.#note.textContent = text;
    this.#note.hidden = false;
    this.#tell(text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#note.hidden = true), PASSING * 1000);
  }

  /** The application's text goes to the clipboard, or is offered. @param {string} text */
  async offer(text) {
    this.#text = text;
    if (await clipboard.write(text, this.#page.defaultView ?? window)) {
      // A newer text may wait for a click meanwhile.
      if (this.#text === text) this.#close();
      return;
    }
    if (this.#text !== text) return;
    const [line = ""] = text.trim().split("\n", 1);
    this.#preview.textContent = [...line.slice(0, 2 * PREVIEW)].slice(0, PREVIEW).join("");
    this.#offer.hidden = false;
    this.#tell("The application offers text to copy");
  }

  /** Nothing is offered any more: control is another's. */
  withdraw() {
    this.#close();
  }

  /** @returns {boolean} whether something was offered */
  close() {
    if (this.#offer.hidden) return false;
    this.#close();
    return true;
  }

  async #copy() {
    const text = this.#text;
    const done = await clipboard.copy(text, this.#page);
    if (done && this.#text === text) this.#close();
    this.say(done ? "Copied" : "The browser does not let this page copy");
  }

  #close() {
    this.#text = "";
    this.#offer.hidden = true;
    this.#preview.textContent = "";
  }
}
