/**
 * @typedef {import("./protocol.js").Message} Message
 * @typedef {import("./protocol.js").Part} Part
 *
 * @typedef {object} Hooks
 * @property {(text: string) => Message | null} parseMessage
 * @property {(bytes: ArrayBuffer) => Part | null} parsePart
 * @property {() => void} anew what comes next begins with the whole picture
 * @property {(message: Message) => void} message
 * @property {(part: Part) => void} part
 * @property {(none: boolean) => void} over there are no segments, or they cannot be read: it gave up. `none`: the server
 *   says that it has none
 *
 * @typedef {object} Rim clocks, chance and requests, to be replaced in tests
 * @property {(address: string, init: RequestInit) => Promise<Response>} fetch
 * @property {() => number} now seconds
 * @property {() => number} random
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/** Kinds of messages in a segment. */
const NEXT = 0;
const TEXT = 1;
const PART = 2;
/** Bytes before the payload of a message. */
const HEAD = 5;
/** A longer message is not from our server. */
const MOST_BYTES = 32 * 1024 * 1024;
/** What is said besides pictures, and nothing else. */
const TYPES = ["title", "cursor", "control"];
/** The names of segments. */
const NAME = /^[0-9a-z-]{1,100}$/;
/** So many seconds behind, it goes on at the newest picture. */
const LATE = 5;
/** A segment that comes at once is shown in this part of the time that it took: in pace, and so that who is behind catches up. */
const PACE = 0.8;
/** A request that brings nothing for so long has failed, in seconds. */
const STALLED = 15;
/** So many requests may fail in a row. */
const FAILURES = 5;
/** The longest wait after one that failed, in seconds. */
const LONGEST = 8;

/** @type {Rim} */
const BROWSER = {
  fetch: (address, init) => fetch(address, init),
  now: () => performance.now() / 1000,
  random: Math.random,
  after: (run, seconds) => setTimeout(run, seconds * 1000),
  cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
};

/** What ends a row of segments: the next begins with the whole picture. */
class Gone extends Error {}

/**
 * Watches a canvas by its segments, which any HTTP cache can keep: where no WebSocket gets through. It says nothing to the server,
 * and is loaded only where it is needed. PROTOCOL.md of framecast-stream has the format.
 */
export default class Segments {
  #base;
  #hooks;
  #rim;
  #ends = new AbortController();
  #awake = true;
  /** Goes on once somebody looks. @type {(() => void) | null} */
  #resume = null;
  /** The row that is read now. */
  #row = new AbortController();
  /** Its request that is under way. */
  #request = new AbortController();

  /**
   * Begins at once.
   *
   * @param {string} base the address of `live/`
   * @param {Hooks} hooks
   * @param {Rim} [rim]
   */
  constructor(base, hooks, rim = BROWSER) {
    this.#base = base;
    this.#hooks = hooks;
    this.#rim = rim;
    this.#run();
  }

  /** Ends it; nothing more is heard. */
  stop() {
    this.#ends.abort();
    this.restart();
    this.wake(true);
  }

  /** Begins anew with the whole picture: something was lost. */
  restart() {
    this.#row.abort();
    this.#request.abort();
  }

  /**
   * Loads nothing while nobody looks.
   *
   * @param {boolean} on
   */
  wake(on) {
    this.#awake = on;
    if (on) {
      this.#resume?.();
      this.#resume = null;
    } else {
      this.restart();
    }
  }

  async #run() {
    let failures = 0;
    while (!this.#ends.signal.aborted) {
      if (!this.#awake) await new Promise((resolve) => (this.#resume = () => resolve(null)));
      if (this.#ends.signal.aborted) return;
      const row = (this.#row = new AbortController());
      try {
        const { first, seconds } = await this.#now(row.signal);
        if (first !== null) {
          this.#hooks.anew();
          await this.#read(first, seconds, row.signal, () => (failures = 0));
        }
        await this.#wait(seconds);
      } catch (error) {
        if (this.#ends.signal.aborted) return;
        // We ended it ourselves, to begin anew.
        if (row.signal.aborted) continue;
        if (error instanceof Gone) {
          // Whoever watched with us asks, too.
          await this.#wait(this.#rim.random());
          continue;
        }
        failures += 1;
        const none = error instanceof None;
        if (none || failures >= FAILURES) {
          this.#ends.abort();
          this.#hooks.over(none);
          return;
        }
        await this.#wait(Math.min(LONGEST, 2 ** (failures - 1)) * (0.5 + 0.5 * this.#rim.random()));
      }
    }
  }

  /**
   * Where to begin.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<{first: string | null, seconds: number}>}
   */
  async #now(signal) {
    const answer = await this.#fetch("now", signal);
    const none = [401, 403, 404, 405].includes(answer.status);
    const said = answer.ok ? await answer.json().catch(() => null) : null;
    const { first, seconds } = said ?? {};
    const fine = (first === null || (typeof first === "string" && NAME.test(first))) && seconds > 0 && seconds <= 60;
    // A page in its place is none, too.
    if (none || (answer.ok && !fine)) throw new None();
    if (!fine) throw new Error(`it answered ${answer.status}`);
    return { first, seconds };
  }

  /**
   * Reads one segment after the other, until it is too late.
   *
   * @param {string} first
   * @param {number} seconds how long one lasts
   * @param {AbortSignal} signal
   * @param {() => void} read one was read
   */
  async #read(first, seconds, signal, read) {
    const began = this.#rim.now();
    let name = await this.#segment(first, 0, signal);
    for (let number = 1; ; number += 1) {
      name = await this.#segment(name, seconds, signal);
      read();
      if (this.#rim.now() - began - number * seconds > LATE) throw new Gone();
    }
  }

  /**
   * Reads one.
   *
   * @param {string} name
   * @param {number} seconds how long it lasts
   * @param {AbortSignal} signal
   * @returns {Promise<string>} the name of the next
   */
  async #segment(name, seconds, signal) {
    const answer = await this.#fetch(name, signal);
    if (answer.status === 410 || answer.status === 404) throw new Gone();
    if (!answer.ok || !answer.body) throw new Error(`it answered ${answer.status}`);
    const reader = answer.body.getReader();
    const rest = new Rest();
    /** @type {string | null} */
    let next = null;
    /** When its first part came, on our clock and on the server's. @type {{here: number, there: number} | null} */
    let start = null;
    for (;;) {
      const timer = this.#rim.after(() => void reader.cancel(), STALLED);
      const { done, value } = await reader.read().finally(() => this.#rim.cancel(timer));
      if (signal.aborted) throw new Error("it was ended");
      if (done) break;
      rest.add(value);
      for (let message = rest.take(); message; message = rest.take()) {
        if (message.kind === NEXT) {
          next = decode(message.payload);
        } else if (message.kind === TEXT) {
          this.#say(message.payload);
        } else if (message.kind === PART) {
          const part = this.#hooks.parsePart(message.payload.slice().buffer);
          if (!part) throw new Error("a part cannot be read");
          start ??= { here: this.#rim.now(), there: part.encoded };
          const early = start.here + PACE * (part.encoded - start.there) - this.#rim.now();
          if (early > 0) await this.#wait(Math.min(early, seconds));
          if (signal.aborted) throw new Error("it was ended");
          this.#hooks.part(part);
        }
      }
    }
    if (next === null || !NAME.test(next) || rest.length > 0) throw new Error("it was cut short");
    return next;
  }

  /** @param {Uint8Array} payload */
  #say(payload) {
    const message = this.#hooks.parseMessage(decode(payload));
    if (message && TYPES.includes(message.type)) this.#hooks.message(message);
  }

  /**
   * @param {string} name
   * @param {AbortSignal} signal
   */
  async #fetch(name, signal) {
    // It ends the body, too.
    const request = (this.#request = new AbortController());
    if (signal.aborted) request.abort();
    const timer = this.#rim.after(() => request.abort(), STALLED);
    try {
      return await this.#rim.fetch(this.#base + name, { credentials: "omit", signal: request.signal });
    } finally {
      this.#rim.cancel(timer);
    }
  }

  /** @param {number} seconds */
  #wait(seconds) {
    return new Promise((resolve) => this.#rim.after(() => resolve(null), seconds));
  }
}

/** The server has no segments. */
class None extends Error {}

/** What was received and is no whole message yet. */
class Rest {
  length = 0;
  /** @type {Uint8Array[]} */
  #pieces = [];
  /** Bytes that the next message has, as far as is known. */
  #needed = HEAD;

  /** @param {Uint8Array} piece */
  add(piece) {
    this.#pieces.push(piece);
    this.length += piece.length;
  }

  /** Takes the first message, if it is there as a whole. */
  take() {
    if (this.length < this.#needed) return null;
    const bytes = this.#join();
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
    if (length > MOST_BYTES) throw new Error("a message is too long");
    // Until all of it is there nothing is copied again.
    this.#needed = HEAD + length;
    if (bytes.length < this.#needed) return null;
    const message = { kind: bytes[0], payload: bytes.subarray(HEAD, this.#needed) };
    this.#pieces = [bytes.subarray(this.#needed)];
    this.length -= this.#needed;
    this.#needed = HEAD;
    return message;
  }

  /** @returns {Uint8Array} all of it, in one piece */
  #join() {
    const [first] = this.#pieces;
    if (first && this.#pieces.length === 1) return first;
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [all];
    return all;
  }
}

/** @param {Uint8Array} bytes */
function decode(bytes) {
  return new TextDecoder().decode(bytes);
}
