/**
 * The part of the page that can be seen, in CSS pixels.
 *
 * @typedef {object} Visible
 * @property {number} width
 * @property {number} height what the on-screen keyboard leaves
 * @property {number} page the page's own height; with some browsers it shrinks with the keyboard, too
 */

/** Below this share of the height, an on-screen keyboard must be open. */
const OPEN = 0.8;

/**
 * Notices when the on-screen keyboard was closed with its own button, which browsers do not tell: what
 * can be seen of the page grows again. Pure.
 */
export default class ScreenKeyboard {
  #seen = false;
  /** @type {Visible} */
  #before = { width: 0, height: 0, page: 0 };

  /**
   * The keyboard was asked for.
   *
   * @param {Visible} now
   */
  asked(now) {
    this.#seen = false;
    this.#before = now;
  }

  /**
   * @param {Visible} now
   * @returns {boolean} whether it was open since it was asked for, and is not any more
   */
  closed(now) {
    // Turned on its side the page has another height; the height from before means nothing there.
    const whole = now.width === this.#before.width ? Math.max(this.#before.height, now.page) : now.page;
    const open = now.height < OPEN * whole;
    if (open) this.#seen = true;
    return this.#seen && !open;
  }
}
