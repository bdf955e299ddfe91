import assert from "node:assert/strict";
import test from "node:test";

import Connection from "../core/transport/connection.js";

/**
 * @typedef {object} Ways of browser and system
 * @property {boolean} lock one WebSocket connects to a server at a time, the others wait
 * @property {boolean} throttle attempts after many that failed are held back for 1 to 5 s, as in Chromium
 * @property {number[]} syns when a TCP connection is asked for, in seconds after the first time
 */

/** Linux from 6.5 on; what most others do. */
const LINEAR = [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67];
const DOUBLING = [0, 1, 3, 7, 15, 31, 63];
/** Time goes in steps of so many seconds. */
const STEP = 0.01;

/** A network of virtual time, with one page and one server. */
class Network {
  now = 1000;
  down = false;
  refuses = false;
  attempts = 0;
  most = 0;
  /** @type {{at: number, run: () => void}[]} */
  #timers = [];
  /** @type {any[]} */
  #sockets = [];
  /** @type {number[]} */
  #failed = [];
  #seed;
  #ways;

  /**
   * @param {Ways} ways
   * @param {number} roundTrip seconds
   * @param {number} trips round trips from the first SYN to the end of the handshake
   * @param {number} seed
   */
  constructor(ways, roundTrip, trips, seed) {
    this.#ways = ways;
    this.roundTrip = roundTrip;
    this.trips = trips;
    this.#seed = seed;
    this.connection = new Connection(
      ["ws://h/"],
      { hello: () => ({ type: "hello" }), changed: () => {}, message: () => {}, part: () => {}, malformed: () => {} },
      {
        socket: () => this.#socket(),
        now: () => this.now,
        random: () => this.random(),
        after: (run, seconds) => {
          const timer = { at: this.now + seconds, run };
          this.#timers.push(timer);
          return timer;
        },
        cancel: (timer) => void (this.#timers = this.#timers.filter((other) => other !== timer)),
      },
    );
  }

  random() {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** @returns {any} */
  #socket() {
    this.attempts += 1;
    const pending = this.#sockets.filter((socket) => socket.readyState === 0).length;
    this.#failed = this.#failed.filter((at) => at > this.now - 360);
    const held = Math.min(16, pending + this.#failed.length);
    const socket = {
      readyState: 0,
      began: this.now,
      ready: this.now + (this.#ways.throttle ? ((1 + 4 * this.random()) * 2 ** held) / 65536 : 0),
      /** When it asked for the first time. @type {number | null} */
      asked: null,
      /** When it got through. @type {number | null} */
      through: null,
      /** @type {{at: number, run: () => void}[]} */
      coming: [],
      send: (/** @type {string} */ text) => {
        const message = JSON.parse(text);
        const answer = message.type === "hello" ? { type: "welcome", client: 1, role: "drive" } : message.type === "ping" ? { type: "pong", id: message.id, time: this.now } : null;
        if (answer && !this.down) {
          socket.coming.push({ at: this.now + this.roundTrip, run: () => socket.onmessage?.({ data: JSON.stringify(answer) }) });
        }
      },
      close: () => {
        if (socket.readyState === 0) this.#failed.push(this.now);
        socket.readyState = 3;
      },
      /** @type {(() => void) | null} */
      onopen: null,
      /** @type {((event: {data: string}) => void) | null} */
      onmessage: null,
      /** @type {((event: {code: number}) => void) | null} */
      onclose: null,
    };
    this.#sockets.push(socket);
    this.most = Math.max(this.most, pending + 1);
    return socket;
  }

  /** @param {any} socket */
  #advance(socket) {
    if (this.down) socket.coming = [];
    for (const { at, run } of socket.coming.filter((/** @type {any} */ due) => due.at <= this.now)) {
      socket.coming = socket.coming.filter((/** @type {any} */ other) => other.run !== run);
      run();
    }
    if (socket.readyState !== 0 || this.now < socket.ready) return;
    if (socket.asked === null) {
      const locked = this.#ways.lock && this.#sockets.some((other) => other.readyState === 0 && other.asked !== null);
      if (locked) return;
      socket.asked = this.now;
    }
    if (this.refuses) {
      socket.readyState = 3;
      this.#failed.push(this.now);
      socket.onclose?.({ code: 1006 });
      return;
    }
    // What is on its way when the network goes is asked for again.
    if (this.down) socket.through = null;
    const age = this.now - socket.asked;
    const asks = this.#ways.syns.some((at) => at <= age && age < at + STEP);
    if (!this.down && socket.through === null && asks) socket.through = this.now;
    if (socket.through !== null && this.now >= socket.through + this.trips * this.roundTrip) {
      socket.readyState = 1;
      socket.onopen?.();
    }
  }

  /** @param {number} seconds */
  pass(seconds) {
    const end = this.now + seconds;
    while (this.now < end) {
      this.now += STEP;
      for (const timer of this.#timers.filter(({ at }) => at <= this.now)) {
        if (!this.#timers.includes(timer)) continue;
        this.#timers = this.#timers.filter((other) => other !== timer);
        timer.run();
      }
      for (const socket of [...this.#sockets]) this.#advance(socket);
      this.#sockets = this.#sockets.filter((socket) => socket.readyState < 2);
    }
  }

  /** Lets time pass until it is connected; how much that was. @param {number} most */
  back(most) {
    const from = this.now;
    while (this.connection.state !== "connected" && this.now < from + most) this.pass(STEP);
    return this.connection.state === "connected" ? this.now - from : Infinity;
  }
}

/** @type {[string, Ways][]} */
const WAYS = [
  ["Chromium on Linux", { lock: true, throttle: true, syns: LINEAR }],
  ["Chromium elsewhere", { lock: true, throttle: true, syns: DOUBLING }],
  ["a browser that only connects one after the other", { lock: true, throttle: false, syns: DOUBLING }],
  ["a browser without limits", { lock: false, throttle: false, syns: DOUBLING }],
];

for (const [name, ways] of WAYS) {
  test(`after an outage of any length a page that is looked at is back within 3 s: ${name}`, () => {
    const took = [];
    // So many that it does not matter at which moment of an attempt one of them ends.
    const lengths = Array.from({ length: 150 }, (_, index) => 13 + index * 1.37 + (index % 7) * 11.3);
    for (const [index, length] of [...lengths, 400.8, 900.5].entries()) {
      const network = new Network(ways, 0.05, 4, index + 1);
      network.connection.open();
      network.back(10);
      network.pass(7 + network.random());
      network.down = true;
      network.pass(length);
      assert.equal(network.connection.state, "lost");
      network.down = false;
      took.push(network.back(60));
      assert.ok(network.most <= 2, `${network.most} attempts at a time`);
    }
    took.sort((a, b) => a - b);
    // Where a system asks 0, 1, 3 and 7 s after the first time, a long turn has a gap of its own.
    const most = ways.syns === LINEAR ? 3.3 : 4.3;
    assert.ok((took.at(-1) ?? Infinity) < most, `at worst ${took.at(-1)} s`);
    assert.ok((took[Math.floor(took.length * 0.9)] ?? Infinity) < 3, `90 % within ${took[Math.floor(took.length * 0.9)]} s`);
  });
}

test("a link with a round trip of 2 s and TLS connects, also where it was quick before", () => {
  for (const [name, ways] of WAYS) {
    for (const before of [0.05, 2]) {
      for (const seed of [1, 2, 3]) {
        const network = new Network(ways, before, 4, seed);
        network.connection.open();
        assert.ok(network.back(15) < 15, `${name}: at first`);
        network.pass(20);
        assert.equal(network.connection.state, "connected");
        network.down = true;
        network.pass(40 + seed);
        Object.assign(network, { down: false, roundTrip: 2 });
        const took = network.back(60);
        assert.ok(took < 40, `${name}, ${before} s before: ${took} s`);
      }
    }
  }
});

test("a server that was down is found within some seconds of its start", () => {
  for (const [name, ways] of WAYS) {
    const took = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const network = new Network(ways, 0.01, 3, seed);
      network.connection.open();
      network.back(10);
      network.pass(20);
      network.refuses = network.down = true;
      network.pass(100 + seed / 7);
      assert.ok(network.most <= 4, `${network.most} attempts at a time`);
      network.refuses = network.down = false;
      took.push(network.back(60));
    }
    took.sort((a, b) => a - b);
    assert.ok((took.at(-1) ?? Infinity) < (ways.throttle ? 4.5 : 3), `${name}: ${took.at(-1)} s`);
    assert.ok((took[10] ?? Infinity) < 2, `${name}: ${took[10]} s in the median`);
  }
});
