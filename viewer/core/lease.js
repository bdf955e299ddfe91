import control from "./control.js";

/**
 * @typedef {Extract<import("./transport/protocol.js").Message, {type: "control"}>} Told
 * @typedef {import("./control.js").Mode} Mode
 */

/** What is known before the server says. @type {Told} */
const NOTHING = { type: "control", presenter: false, held: false, by: "", can_ask: false, asks: false, manages: false, recording: null };

/** What we want of control on one connection, and what we have of it. Pure. */
export default class Lease {
  /** @type {Mode} */
  #mode = "auto";
  #told = NOTHING;
  /** What was already said without being asked. */
  #done = { asked: false, declined: false };

  /**
   * @param {Mode} mode
   * @returns {object | null} what to say to the server
   */
  want(mode) {
    if (this.#mode === mode) return null;
    this.#mode = mode;
    this.#done.asked = false;
    return this.#wish();
  }

  /**
   * @param {Told} told
   * @returns {object | null} likewise
   */
  tell(told) {
    this.#told = told;
    return this.#wish();
  }

  /** The connection is gone, and all of it. */
  clear() {
    this.#told = NOTHING;
    this.#done = { asked: false, declined: false };
  }

  /** What is to be shown of it: who only wants to watch has none, and manages none. */
  get info() {
    const { presenter, held, by, can_ask, asks, manages, recording } = this.#told;
    const drives = this.#mode !== "none";
    return { presenter: drives && presenter, held, by, canAsk: drives && can_ask, asks, manages: drives && manages, recording };
  }

  #wish() {
    const wish = control.wish(this.#mode, this.#told, this.#done);
    if (!wish) return null;
    this.#done = wish === "request" ? { asked: true, declined: false } : { ...this.#done, declined: true };
    return control[wish]();
  }
}
