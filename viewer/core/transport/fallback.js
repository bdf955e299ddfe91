import protocol from "./protocol.js";

/**
 * @typedef {import("./segments.js").default} Segments
 * @typedef {typeof import("./segments.js")} Module
 *
 * @typedef {object} Hooks
 * @property {() => void} anew what comes next begins with the whole picture
 * @property {(message: import("./protocol.js").Message) => void} message
 * @property {(part: import("./protocol.js").Part) => void} part
 * @property {() => void} changed `on` is another
 *
 * @typedef {object} Rim timers and modules, to be replaced in tests
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 * @property {() => Promise<Module>} load
 */

/** No WebSocket has come for so long, in seconds: it is time to look for another way. */
const PATIENCE = 4;
/** How often to look again where there was none, in seconds. */
const AGAIN = 15;

/**
 * Watches by segments while no WebSocket gets through, if a server has any: decides when. What reads them is loaded only then.
 */
export default class Fallback {
  /** Whether pictures come this way. */
  on = false;

  #hooks;
  #rim;
  /** @type {string[]} */
  #urls = [];
  /** @type {unknown} */
  #timer = null;
  /** @type {Segments | null} */
  #segments = null;
  #awake = true;
  /** Grows whenever it begins or ends: what is loaded for an earlier time is of no use. */
  #turns = 0;

  /**
   * @param {Hooks} hooks
   * @param {Rim} rim
   */
  constructor(hooks, rim) {
    this.#hooks = hooks;
    this.#rim = rim;
  }

  /** @param {string[]} urls the canvas' WebSockets */
  use(urls) {
    this.#urls = urls;
  }

  /**
   * The connection is in this state now.
   *
   * @param {import("./connection.js").State} state
   */
  see(state) {
    if (state !== "connecting" && state !== "lost") this.#end();
    else if (!this.#segments) this.#wait(PATIENCE);
  }

  /** @param {boolean} on whether anybody looks */
  wake(on) {
    this.#awake = on;
    this.#segments?.wake(on);
  }

  /** Begins anew with the whole picture: something was lost. */
  restart() {
    this.#segments?.restart();
  }

  /** @param {number} seconds */
  #wait(seconds) {
    this.#timer ??= this.#rim.after(() => {
      this.#timer = null;
      void this.#begin();
    }, seconds);
  }

  async #begin() {
    this.#turns += 1;
    const turn = this.#turns;
    const [url, ...others] = this.#urls;
    if (!url) return;
    const module = await this.#rim.load().catch(() => null);
    if (turn !== this.#turns) return;
    if (!module) {
      this.#wait(AGAIN);
      return;
    }
    this.#segments = new module.default(new URL("live/", url.replace(/^ws/, "http")).href, {
      parseMessage: protocol.parseMessage,
      parsePart: protocol.parsePart,
      anew: () => {
        this.#hooks.anew();
        if (this.on) return;
        this.on = true;
        this.#hooks.changed();
      },
      message: (message) => this.#hooks.message(message),
      part: (part) => this.#hooks.part(part),
      over: (none) => {
        this.#end();
        // The next server may have some; one that has none will have none.
        this.#urls = none ? others : [...others, url];
        this.#wait(AGAIN);
      },
    });
    this.#segments.wake(this.#awake);
  }

  #end() {
    this.#turns += 1;
    this.#rim.cancel(this.#timer);
    this.#timer = null;
    this.#segments?.stop();
    this.#segments = null;
    if (!this.on) return;
    this.on = false;
    this.#hooks.changed();
  }
}
