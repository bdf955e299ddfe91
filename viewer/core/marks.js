/**
 * What goes on, as `data-` attributes of an element, for tests and styles:
 *
 * - `data-state`, of the connection; `data-delayed`, "true" while the canvas comes in segments, about a second late, because no
 *   WebSocket gets through; `data-role`, "presenter" or "observer"; `data-link`, "drive" or "watch": what the
 *   link allows;
 * - `data-sequence`, `data-update` and `data-exact` of the update that was painted last (exact: all that is shown are
 *   the frame's pixels, and the browser gives them back as they are); `data-updates` and `data-tiles`: how many were painted so far;
 *   `data-video`: how many of the updates came as video;
 * - `data-failed` and `data-malformed`: parts that could not be shown, messages that could not be read.
 */
export default class Marks {
  #data;
  #counts = { updates: 0, tiles: 0, video: 0, failed: 0, malformed: 0 };

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#data = host.dataset;
    for (const what of /** @type {const} */ (["updates", "tiles", "video", "failed", "malformed"])) this.count(what, 0);
  }

  /** @param {{state: import("./transport/connection.js").State, delayed: boolean, presenter: boolean, role: import("./transport/protocol.js").Role}} info */
  show({ state, delayed, presenter, role }) {
    this.#data.state = state;
    this.#data.delayed = String(delayed);
    this.#data.role = presenter ? "presenter" : "observer";
    this.#data.link = role;
  }

  /**
   * @param {import("./decode/stream.js").Shown} shown
   * @param {number} tiles
   * @returns {boolean} whether it is the first
   */
  painted({ sequence, update, exact, video }, tiles) {
    this.#data.sequence = String(sequence);
    this.#data.update = String(update);
    this.#data.exact = String(exact);
    this.count("tiles", tiles);
    if (video) this.count("video", 1);
    this.count("updates", 1);
    return this.#counts.updates === 1;
  }

  /**
   * @param {"updates" | "tiles" | "video" | "failed" | "malformed"} what
   * @param {number} more
   */
  count(what, more) {
    this.#counts[what] += more;
    this.#data[what] = String(this.#counts[what]);
  }

  /** @param {boolean} exact all that is shown are the frame's pixels */
  exact(exact) {
    if (this.#data.exact !== undefined) this.#data.exact = String(exact);
  }

  /** What is shown may not be the frame's pixels. */
  lose() {
    this.#data.exact = "false";
  }

  /** Nothing is shown. */
  forget() {
    for (const name of ["sequence", "update", "exact"]) delete this.#data[name];
  }
}
