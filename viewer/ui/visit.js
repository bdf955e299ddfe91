import address from "../core/address.js";
import element from "./element.js";

/** How long an address is shown before it can be opened, in seconds: a click that was meant for what was there is none. */
const READ = 0.7;

/**
 * Asks whether to open an address for the application, which may be run by somebody else than who looks at it. All of the
 * address is shown, and nothing opens but by a click on it, in a page that learns nothing of this one. Its frame is in
 * chrome.js.
 */
export default class Visit {
  #frame;
  #address;
  #open;
  #tell;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {ShadowRoot} root
   * @param {AbortSignal} signal ends it
   * @param {(text: string) => void} tell what a screen reader is to say
   */
  constructor(root, signal, tell) {
    this.#tell = tell;
    this.#frame = element(root, "visit");
    this.#address = element(root, "visit-address");
    this.#open = element(root, "visit-open");
    // The keyboard's focus stays with the picture when these are clicked.
    this.#frame.addEventListener("mousedown", (event) => event.preventDefault());
    element(root, "visit-later").addEventListener("click", () => this.close());
    // The browser follows the link first.
    this.#open.addEventListener("click", () => this.#open.hasAttribute("href") && setTimeout(() => this.close()));
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /**
   * The newest one counts. What is no plain address of the web is not asked about.
   *
   * @param {string} text
   */
  ask(text) {
    const found = address.read(text);
    if (!found) return;
    this.close();
    this.#address.textContent = found.href;
    this.#frame.hidden = false;
    this.#timer = setTimeout(() => this.#open.setAttribute("href", found.href), READ * 1000);
    this.#tell(`The application asks to open a page of ${found.host}`);
  }

  /** @returns {boolean} whether something was asked */
  close() {
    clearTimeout(this.#timer);
    this.#open.removeAttribute("href");
    const asked = !this.#frame.hidden;
    this.#frame.hidden = true;
    this.#address.textContent = "";
    return asked;
  }
}
