import assert from "node:assert/strict";
import test from "node:test";

import Segments from "../core/transport/segments.js";

/**
 * A message as it stands in a segment.
 *
 * @param {number} kind
 * @param {string} text
 */
function message(kind, text) {
  const payload = new TextEncoder().encode(text);
  const bytes = new Uint8Array(5 + payload.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, payload.length, true);
  bytes.set(payload, 5);
  return bytes;
}

/**
 * A segment in pieces of so many bytes.
 *
 * @param {Uint8Array[]} messages
 * @param {number} [size]
 */
function segment(messages, size = 1000) {
  const all = messages.flatMap((bytes) => [...bytes]);
  let at = 0;
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (at >= all.length) return controller.close();
        controller.enqueue(Uint8Array.from(all.slice(at, at + size)));
        at += size;
      },
    }),
  );
}

const title = (/** @type {string} */ value) => message(1, JSON.stringify({ type: "title", value }));
const next = (/** @type {string} */ name) => message(0, name);
const now = (/** @type {string | null} */ first) => Response.json({ first, seconds: 1 });
/** A request that is never answered, until it is given up. */
const HANGS = Symbol("hangs");

/**
 * Plays the server: `answers` by name, each once, in this order; then nothing comes any more.
 *
 * @param {[string, (() => Response) | typeof HANGS][]} answers
 */
function setUp(answers) {
  let time = 0;
  const log = /** @type {string[]} */ ([]);
  /** @type {Set<{at: number, run: () => void}>} */
  const timers = new Set();
  const left = [...answers];
  const segments = new Segments(
    "http://h/live/",
    {
      parseMessage: (text) => JSON.parse(text),
      parsePart: (bytes) => {
        // "TEXT at SECONDS"
        const [text, encoded = "0"] = new TextDecoder().decode(bytes).split(" at ");
        return text ? /** @type {any} */ ({ text, encoded: Number(encoded) }) : null;
      },
      anew: () => log.push("anew"),
      message: (said) => log.push(`${said.type} ${"value" in said ? said.value : ""}`),
      part: (part) => log.push(`part ${/** @type {any} */ (part).text}`),
      over: (none) => log.push(none ? "none" : "over"),
    },
    {
      fetch: async (address, { signal } = {}) => {
        const [wanted, answer] = left.shift() ?? ["nothing more", HANGS];
        if (wanted !== "nothing more") assert.equal(address, `http://h/live/${wanted}`);
        log.push(`get ${address.slice("http://h/live/".length)}`);
        if (answer === HANGS) {
          return await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
        }
        return answer();
      },
      now: () => time,
      random: () => 1,
      after: (run, seconds) => {
        const timer = { at: time + seconds, run };
        timers.add(timer);
        return timer;
      },
      cancel: (timer) => void timers.delete(/** @type {any} */ (timer)),
    },
  );
  /** Lets all that can happen now happen. */
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    segments,
    settle,
    log: () => log.splice(0),
    /** @param {number} seconds */
    async pass(seconds) {
      const end = time + seconds;
      await settle();
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        time = Math.max(time, due.at);
        due.run();
        await settle();
      }
      time = Math.max(time, end);
    },
    /** Time passes without anything happening. @param {number} seconds */
    skip(seconds) {
      time += seconds;
    },
  };
}

test("it begins with the picture, goes on with what each segment names, and hears whole messages, however they arrive", async () => {
  for (const size of [1, 3, 7, 1000]) {
    const { settle, log, segments } = setUp([
      ["now", () => now("a-0-full")],
      ["a-0-full", () => segment([title("x"), message(2, "all"), next("a-0")], size)],
      ["a-0", () => segment([message(2, "one"), message(2, "two"), next("a-1")], size)],
      ["a-1", () => segment([title("y"), next("a-2")], size)],
      ["a-2", HANGS],
    ]);
    await settle();
    for (let turn = 0; turn < 30; turn += 1) await settle();
    const wanted = ["get now", "anew", "get a-0-full", "title x", "part all", "get a-0", "part one", "part two", "get a-1", "title y", "get a-2"];
    assert.deepEqual(log(), wanted, `pieces of ${size}`);
    segments.stop();
  }
});

test("a segment that comes at once is shown in pace, a little faster than it was drawn", async () => {
  const { pass, log } = setUp([
    ["now", () => now("a")],
    ["a", () => segment([message(2, "all at 9"), next("b")])],
    ["b", () => segment([message(2, "one at 10"), message(2, "two at 10.5"), message(2, "again at 10"), message(2, "late at 99"), next("c")])],
  ]);
  await pass(0.3);
  assert.deepEqual(log(), ["get now", "anew", "get a", "part all", "get b", "part one"]);
  await pass(0.2);
  assert.deepEqual(log(), ["part two", "part again"]);
  // No longer than a segment lasts.
  await pass(0.8);
  assert.deepEqual(log(), []);
  await pass(0.2);
  assert.deepEqual(log(), ["part late", "get c"]);
});

test("only what is said of the canvas is heard", async () => {
  const links = message(1, JSON.stringify({ type: "links", list: [] }));
  const later = message(7, "whatever");
  const { settle, log } = setUp([
    ["now", () => now("a")],
    ["a", () => segment([links, later, title("x"), next("b")])],
  ]);
  await settle();
  assert.deepEqual(log(), ["get now", "anew", "get a", "title x", "get b"]);
});

test("what is over or too far behind begins anew with the newest picture", async () => {
  const gone = () => new Response("", { status: 410 });
  const { pass, skip, settle, log } = setUp([
    ["now", () => now("a")],
    ["a", () => segment([next("b")])],
    ["b", gone],
    ["now", () => now("c")],
    ["c", () => segment([next("d")])],
    [
      "d",
      () => {
        skip(6.5);
        return segment([next("e")]);
      },
    ],
    ["now", () => now("f")],
  ]);
  await settle();
  assert.deepEqual(log(), ["get now", "anew", "get a", "get b"]);
  await pass(1);
  assert.deepEqual(log(), ["get now", "anew", "get c", "get d"]);
  await pass(1);
  assert.deepEqual(log(), ["get now", "anew", "get f"]);
});

test("a segment that is cut short, or is none, is an error, and after some in a row it gives up", async () => {
  const short = () => segment([message(2, "half").subarray(0, 7)]);
  const { pass, log } = setUp([
    ["now", () => now("a")],
    ["a", short],
    ["now", () => now("b")],
    ["b", () => segment([message(2, "no next")])],
    ["now", () => new Response("", { status: 503 })],
    ["now", () => now("c")],
    ["c", () => segment([next("../../evil")])],
    [
      "now",
      () => {
        throw new Error("no network");
      },
    ],
  ]);
  await pass(100);
  const wanted = ["get now", "anew", "get a", "get now", "anew", "get b", "part no next", "get now", "get now", "anew", "get c", "get now", "over"];
  assert.deepEqual(log(), wanted);
});

test("a message that is longer than any of ours is not waited for", async () => {
  const long = new Uint8Array([2, 0, 0, 0, 255, 1, 2, 3]);
  const { pass, log } = setUp([
    ["now", () => now("a")],
    ["a", () => segment([long])],
  ]);
  await pass(1);
  assert.deepEqual(log(), ["get now", "anew", "get a", "get now"]);
});

test("a server that has none says so, also by a page in its place", async () => {
  for (const answer of [new Response("", { status: 404 }), new Response("<html>"), Response.json({ first: 7, seconds: 1 }), Response.json(null)]) {
    const { pass, log } = setUp([["now", () => answer]]);
    await pass(1);
    assert.deepEqual(log(), ["get now", "none"]);
  }
});

test("while there is no picture it asks again and again", async () => {
  const { pass, log } = setUp([
    ["now", () => now(null)],
    ["now", () => now(null)],
    ["now", () => now("a")],
  ]);
  await pass(2.5);
  assert.deepEqual(log(), ["get now", "get now", "get now", "anew", "get a"]);
});

test("a request that brings nothing is given up", async () => {
  const { pass, log } = setUp([
    ["now", HANGS],
    ["now", () => now("a")],
  ]);
  await pass(20);
  assert.deepEqual(log().slice(0, 4), ["get now", "get now", "anew", "get a"]);
});

test("while nobody looks nothing is loaded, and then it begins anew", async () => {
  const { pass, settle, log, segments } = setUp([
    ["now", () => now("a")],
    ["a", HANGS],
    ["now", () => now("b")],
  ]);
  await settle();
  log();
  segments.wake(false);
  await pass(60);
  assert.deepEqual(log(), []);
  segments.wake(true);
  await settle();
  assert.deepEqual(log(), ["get now", "anew", "get b"]);
});

test("after a loss it begins anew, and after its end nothing happens", async () => {
  const { pass, settle, log, segments } = setUp([
    ["now", () => now("a")],
    ["a", HANGS],
    ["now", () => now("b")],
  ]);
  await settle();
  log();
  segments.restart();
  await settle();
  assert.deepEqual(log(), ["get now", "anew", "get b"]);
  segments.stop();
  await pass(60);
  assert.deepEqual(log(), []);
});
