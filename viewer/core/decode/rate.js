/** The window over which a rate is taken, in seconds. */
const WINDOW = 2;
/** More than any screen shows in the window. */
const MOST = 1024;

/** Counts how often something happens per second, over the last two seconds. */
export default class Rate {
  /** @type {number[]} times, oldest first; all within the window of the last call */
  #times = [];

  /** @param {number} now seconds */
  add(now) {
    this.#times.push(now);
    if (this.#times.length > MOST) this.#times.shift();
  }

  /**
   * @param {number} now seconds
   * @returns {number} per second
   */
  at(now) {
    while (this.#times.length > 0 && /** @type {number} */ (this.#times[0]) <= now - WINDOW) this.#times.shift();
    const [first = 0, last = 0] = [this.#times[0], this.#times.at(-1)];
    const steps = this.#times.length - 1;
    const step = (last - first) / steps;
    // While it goes on, by its steps: a window may hold 121 of what comes 60 times a second.
    if (steps > 0 && step > 0 && now - last < 2 * step) return 1 / step;
    return this.#times.length / WINDOW;
  }

  clear() {
    this.#times = [];
  }
}
