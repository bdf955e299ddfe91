/** Between two requests, in seconds: the server does no more, either. */
const PAUSE = 1;

/**
 * @typedef {object} Hooks
 * @property {() => boolean} needed whether what was lost is still missing
 * @property {() => void} send asks the server for everything
 * @property {() => number} now seconds
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/** Asks for everything again after a loss: at once, but no more than once in a while. */
export default class Refresh {
  #hooks;
  #last = -Infinity;
  /** @type {unknown} */
  #timer = null;

  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Something was lost. */
  ask() {
    if (this.#timer !== null || !this.#hooks.needed()) return;
    const wait = this.#last + PAUSE - this.#hooks.now();
    if (wait > 0) this.#timer = this.#hooks.after(() => this.#due(), wait);
    else this.#send();
  }

  /** Another connection, to which nothing was said. */
  clear() {
    if (this.#timer !== null) this.#hooks.cancel(this.#timer);
    this.#timer = null;
    this.#last = -Infinity;
  }

  #due() {
    this.#timer = null;
    // What the last request brought may have mended this, too.
    if (this.#hooks.needed()) this.#send();
  }

  #send() {
    this.#last = this.#hooks.now();
    this.#hooks.send();
  }
}
