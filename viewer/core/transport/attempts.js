import backoff from "./backoff.js";

/**
 * @typedef {import("./connection.js").Rim} Rim
 *
 * @typedef {object} Attempt
 * @property {WebSocket} socket
 * @property {number} at when it began, on the rim's clock
 * @property {number | null} opened when its handshake was done
 *
 * @typedef {object} Hooks
 * @property {() => WebSocket} socket begins one; may throw
 * @property {(attempt: Attempt) => void} begun the socket's events are to be listened to
 * @property {() => void} exhausted the last one was given up, and no other begins by itself
 */

/** How many there are at a time while they hang: the oldest, and one that takes its place. */
const HANGING = 2;
/** How many there are at a time while they fail: Chromium then holds each back for 1 to 5 s. */
const FAILING = 4;
/** Between two that begin, in seconds; spread at random. */
const PACE = 1;
/** A failure tells for so long that attempts fail, and do not hang, in seconds. */
const RECENT = 6;
/** An attempt that is younger needs no renewal, in seconds. */
const FRESH = 1;

/**
 * The attempts to connect that are under way; the first one that is welcomed wins. There is one, unless somebody
 * waits for the network (`eager`): then others begin beside it.
 *
 * Chromium and Firefox connect one WebSocket at a time to a server: the others wait until the oldest is
 * connected or given up. So the oldest has a turn, after which it makes room for the next.
 */
export default class Attempts {
  #rim;
  #hooks;
  /** Oldest first. @type {Attempt[]} */
  #list = [];
  #eager = false;
  /** The last connection's, in seconds. @type {number | null} */
  #roundTrip = null;
  #turns = 0;
  /** @type {unknown} */
  #turn = null;
  /** @type {unknown} */
  #pace = null;
  #failedAt = -Infinity;

  /**
   * @param {Rim} rim
   * @param {Hooks} hooks
   */
  constructor(rim, hooks) {
    this.#rim = rim;
    this.#hooks = hooks;
  }

  /** Whether one of them has done its handshake, and waits for its welcome. */
  get greeting() {
    return this.#list.some(({ opened }) => opened !== null);
  }

  /** The sockets of all that are under way, the oldest first. */
  get sockets() {
    return this.#list.map(({ socket }) => socket);
  }

  /**
   * Begins the first one. Throws where the browser does not allow it.
   *
   * @param {boolean} eager
   * @param {number | null} roundTrip
   */
  begin(eager, roundTrip) {
    this.#eager = eager;
    this.#roundTrip = roundTrip;
    this.#add();
    if (eager) this.#keepOn();
  }

  /**
   * Somebody looks, or nobody any more.
   *
   * @param {boolean} on
   */
  set eager(on) {
    if (this.#list.length === 0 && this.#pace === null) return;
    if (on === this.#eager) return;
    this.#eager = on;
    if (on) {
      this.#keepOn();
    } else {
      this.#rim.cancel(this.#pace);
      this.#pace = null;
      for (const attempt of this.#list.slice(1)) this.#discard(attempt);
      if (this.#list.length === 0) this.#hooks.exhausted();
    }
  }

  /** The network may have come back: a new attempt finds out sooner than one that waits for its own repetition. */
  renew() {
    const [oldest] = this.#list;
    if (!oldest || oldest.opened !== null || this.#rim.now() - oldest.at < FRESH) return;
    if (this.#list.length < HANGING) this.#add();
    this.#discard(oldest);
  }

  /** @param {Attempt} attempt its handshake is done */
  opened(attempt) {
    attempt.opened = this.#rim.now();
    if (this.#list[0] === attempt) this.#beginTurn();
  }

  /**
   * It failed by itself.
   *
   * @param {Attempt} attempt
   * @returns {boolean} whether that was the last, and no other begins by itself
   */
  failed(attempt) {
    this.#failedAt = this.#rim.now();
    this.#discard(attempt);
    return this.#list.length === 0 && !this.#eager;
  }

  /** It was welcomed: the others are given up. @param {Attempt} attempt */
  won(attempt) {
    this.#list = this.#list.filter((other) => other !== attempt);
    this.drop();
    // Also if it was the only one.
    this.#beginTurn();
  }

  /** Gives all of them up. */
  drop() {
    this.#rim.cancel(this.#pace);
    this.#pace = null;
    this.#eager = false;
    this.#turns = 0;
    this.#failedAt = -Infinity;
    for (const attempt of [...this.#list]) this.#discard(attempt);
  }

  #add() {
    /** @type {Attempt} */
    const attempt = { socket: this.#hooks.socket(), at: this.#rim.now(), opened: null };
    this.#list.push(attempt);
    this.#hooks.begun(attempt);
    if (this.#list[0] === attempt) this.#beginTurn();
  }

  /** Begins others, now and then. */
  #keepOn() {
    this.#rim.cancel(this.#pace);
    this.#pace = this.#rim.after(() => {
      this.#keepOn();
      const failing = this.#rim.now() - this.#failedAt < RECENT;
      if (this.#list.length >= (failing ? FAILING : HANGING)) return;
      try {
        this.#add();
      } catch {
        // As any other that failed at once.
        this.#failedAt = this.#rim.now();
      }
    }, PACE * (0.75 + 0.5 * this.#rim.random()));
  }

  /** The oldest one has so long from now on. */
  #beginTurn() {
    this.#rim.cancel(this.#turn);
    this.#turn = null;
    const [oldest] = this.#list;
    if (!oldest) return;
    const limit =
      oldest.opened === null
        ? backoff.turn(this.#turns, this.#eager, this.#roundTrip)
        : Math.max(backoff.PATIENCE - (this.#rim.now() - oldest.opened), 0);
    this.#turns += 1;
    this.#turn = this.#rim.after(() => {
      this.#discard(oldest);
      if (this.#list.length === 0 && !this.#eager) this.#hooks.exhausted();
    }, limit);
  }

  /** @param {Attempt} attempt */
  #discard(attempt) {
    const oldest = this.#list[0] === attempt;
    this.#list = this.#list.filter((other) => other !== attempt);
    const { socket } = attempt;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
    if (oldest) this.#beginTurn();
  }
}
