/**
 * @typedef {import("./decode/video-support.js").Support} Support
 * @typedef {Support | "unknown" | "off" | "failed"} State "unknown": the browser has not said yet; "off": the person wants none;
 *   "failed": the decoder did
 */

/** Whether we take video: the browser has to be able to, and the person to want it. Pure. */
export default class Video {
  #allowed;
  #failed = false;
  /** @type {Support | "unknown"} */
  #support = "unknown";

  /** @param {boolean} allowed by the person */
  constructor(allowed) {
    this.#allowed = allowed;
  }

  /** What the server is told of it. */
  get codecs() {
    return this.state === "ready" ? ["h264"] : [];
  }

  /** @returns {State} */
  get state() {
    if (this.#support !== "ready") return this.#support;
    if (!this.#allowed) return "off";
    return this.#failed ? "failed" : "ready";
  }

  /** @param {Support} support what the browser says */
  know(support) {
    this.#support = support;
  }

  /** @param {boolean} on what the person wants; if it is on, also after a failure */
  allow(on) {
    this.#allowed = on;
    if (on) this.#failed = false;
  }

  /** The decoder failed: no more of it, until somebody asks for it. */
  fail() {
    this.#failed = true;
  }
}
