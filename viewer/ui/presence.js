/** After the last news everything but the dot goes, in seconds. */
const QUIET = 4;
/** Likewise, after the pointer or the focus left. */
const LINGER = 1;

/**
 * When the status is there in full, and when it is only a dot, so that the picture is free. Pure.
 */
export default class Presence {
  /** By hand: it does not come by itself any more. */
  hidden = false;
  connected = false;

  #hovered = false;
  #focused = false;
  #until = 0;

  /**
   * Something happened that people should see.
   *
   * @param {number} now seconds
   */
  news(now) {
    this.#stay(now + QUIET);
  }

  /**
   * @param {boolean} on whether a pointer that can hover is over it
   * @param {number} now seconds
   */
  hover(on, now) {
    if (this.#hovered && !on) this.#stay(now + LINGER);
    this.#hovered = on;
  }

  /**
   * @param {boolean} on whether the keyboard's focus is in it
   * @param {number} now seconds
   */
  focus(on, now) {
    if (this.#focused && !on) this.#stay(now + LINGER);
    this.#focused = on;
  }

  /**
   * @param {number} now seconds
   * @returns {boolean}
   */
  open(now) {
    if (this.hidden) return false;
    return !this.connected || this.#hovered || this.#focused || now < this.#until;
  }

  /** @param {number} until seconds */
  #stay(until) {
    this.#until = Math.max(this.#until, until);
  }
}
