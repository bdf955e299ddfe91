import assert from "node:assert/strict";
import test from "node:test";

import Failure from "../core/replay/failure.js";
import http from "../core/replay/http.js";
import Ranges from "../core/replay/ranges.js";
import Recording from "../core/replay/recording.js";
import Whole from "../core/replay/whole.js";
import { Clock, fixtures, settled } from "./replay.js";

const [complete] = fixtures();
const MIB = 2 ** 20;
/** Bytes that differ everywhere. */
const noise = (/** @type {number} */ size) => Uint8Array.from({ length: size }, (_, at) => (at * 2_654_435_761) >>> 13);

/**
 * A server of one file, as `fetch` and what it was asked.
 *
 * @param {Uint8Array<ArrayBuffer>} file
 * @param {object} options
 * @param {boolean} [options.ranges] whether it gives parts
 * @param {number} [options.piece] the bytes that come at once
 */
function server(file, { ranges = true, piece = 16_384 } = {}) {
  const state = {
    file,
    ranges,
    etag: /** @type {string | null} */ ('"1"'),
    status: 0,
    down: false,
    /** Stops in the middle of a body, after so many bytes. */
    breaks: Infinity,
    /** Bodies wait for `go`. */
    holds: false,
    exposes: true,
    headers: /** @type {Record<string, string>} */ ({}),
    /** @type {string[]} */
    asked: [],
    /** @type {(() => void)[]} */
    held: [],
    sent: 0,
    go() {
      state.holds = false;
      state.held.splice(0).forEach((go) => go());
    },
    /** @type {any} */
    fetch: async (/** @type {string} */ _url, /** @type {RequestInit} */ init = {}) => {
      const range = /** @type {Record<string, string>} */ (init.headers ?? {}).range ?? init.method ?? "GET";
      state.asked.push(range);
      await settled();
      init.signal?.throwIfAborted();
      if (state.down) throw new TypeError("fetch failed");
      if (state.status) return new Response("no", { status: state.status });
      const { file } = state;
      const headers = new Headers(state.headers);
      if (state.etag) headers.set("etag", state.etag);
      const asked = /^bytes=(\d+)-(\d+)$/.exec(range);
      if (range === "HEAD") return new Response(null, { headers: { "content-length": String(file.length) } });
      let [from, to] = [0, file.length];
      if (state.ranges && asked) {
        [from, to] = [Number(asked[1]), Math.min(Number(asked[2]) + 1, file.length)];
        if (from >= file.length) return new Response("", { status: 416 });
        if (state.exposes) headers.set("content-range", `bytes ${from}-${to - 1}/${file.length}`);
      }
      if (!headers.has("content-length")) headers.set("content-length", String(to - from));
      let at = from;
      const body = new ReadableStream({
        async pull(controller) {
          if (state.holds) await new Promise((resolve) => state.held.push(() => resolve(undefined)));
          if (init.signal?.aborted) return controller.error(init.signal.reason);
          if (at - from >= state.breaks) return controller.error(new TypeError("network error"));
          const end = Math.min(at + piece, to);
          state.sent += end - at;
          controller.enqueue(file.slice(at, end));
          at = end;
          if (at >= to) controller.close();
        },
      }, { highWaterMark: 0 });
      return new Response(body, { status: state.ranges && asked ? 206 : 200, headers });
    },
  };
  return state;
}

/**
 * @param {ReturnType<typeof server>} from
 * @param {object} [more]
 */
async function open(from, more = {}) {
  const clock = new Clock();
  const source = await http("http://talks.example/talk.fcast", { fetch: from.fetch, origin: "http://talks.example", signal: new AbortController().signal, progress() {}, after: clock.after, cancel: clock.cancel, ...more });
  return { source, clock };
}

test("in parts and whole, a recording is the same", async () => {
  for (const ranges of [true, false]) {
    const from = server(complete.bytes, { ranges });
    const { source } = await open(from);
    assert.equal(source instanceof Ranges, ranges);
    assert.equal(source.size, complete.bytes.length);
    assert.deepEqual(await source.read(0, source.size), complete.bytes);
    const recording = await Recording.open(source);
    assert.deepEqual([recording.duration, recording.places.length, recording.damage], [complete.duration, complete.places, null]);
    // So small that the first request has all of it.
    assert.equal(from.asked.length, 1);
  }
});

test("reads anywhere give what is there, and one request serves many", async () => {
  const file = noise(5 * MIB + 12_345);
  const from = server(file);
  const { source } = await open(from);
  let state = 5;
  for (let n = 0; n < 200; n += 1) {
    state = (state * 48_271) % 2_147_483_647;
    const offset = state % file.length;
    const length = Math.min(state % 200_000, file.length - offset);
    assert.deepEqual(await source.read(offset, length), file.slice(offset, offset + length));
  }
  assert.deepEqual(await source.read(file.length, 0), new Uint8Array(0));
  assert.ok(from.asked.length < 40, `${from.asked.length} requests`);
  // Each block came once.
  assert.ok(from.sent <= file.length + 40 * 16_384, `${from.sent} bytes`);
});

test("what is read in order is asked for ahead, in few requests", async () => {
  const file = noise(20 * MIB);
  const from = server(file);
  const { source } = await open(from);
  for (let at = 0; at < file.length; at += 10_000) {
    source.ahead(at, at + 2 * MIB, false);
    const length = Math.min(10_000, file.length - at);
    assert.deepEqual(await source.read(at, length), file.slice(at, at + length));
  }
  assert.ok(from.asked.length < 25, `${from.asked.length} requests`);
  assert.equal(from.sent, file.length);
});

test("what is kept has a limit, and one file of any size can be read through", async () => {
  const file = noise(48 * MIB);
  const from = server(file, { piece: MIB });
  const { source } = await open(from);
  const ranges = /** @type {Ranges} */ (source);
  for (let at = 0; at < file.length; at += 4 * MIB) {
    await source.read(at, 4 * MIB);
    assert.ok(ranges.kept <= Ranges.MOST_BYTES, `${ranges.kept}`);
  }
  assert.equal(ranges.kept, Ranges.MOST_BYTES);
  // The beginning went; the end is there.
  const before = from.asked.length;
  await source.read(47 * MIB, 1000);
  assert.equal(from.asked.length, before);
  assert.deepEqual(await source.read(0, 1000), file.slice(0, 1000));
  assert.equal(from.asked.length, before + 1);
});

test("a seek ends the requests that are of no use any more, and what waited for them asks anew", async () => {
  const file = noise(30 * MIB);
  const from = server(file);
  const { source } = await open(from);
  await source.read(0, 100);
  await settled();
  from.holds = true;
  source.ahead(4 * MIB, 8 * MIB, false);
  const waits = source.read(5 * MIB, 1000);
  await settled();
  source.ahead(20 * MIB, 21 * MIB, true);
  await settled();
  from.go();
  assert.deepEqual(await source.read(20 * MIB, 1000), file.slice(20 * MIB, 20 * MIB + 1000));
  assert.deepEqual(await waits, file.slice(5 * MIB, 5 * MIB + 1000));
  assert.ok(from.sent < 4 * MIB, `${from.sent} bytes`);
  assert.equal(from.asked.length, 4);
  // Whoever does not want it any more is told at once.
  from.holds = true;
  const ends = new AbortController();
  const late = source.read(28 * MIB, 1000, ends.signal);
  await settled();
  ends.abort();
  await assert.rejects(late, { name: "AbortError" });
});

test("a server without ranges is read once, with its progress, up to a limit", async () => {
  const file = noise(3 * MIB + 7);
  const from = server(file, { ranges: false });
  /** @type {[number, number | null][]} */
  const told = [];
  const { source } = await open(from, { progress: (/** @type {number} */ read, /** @type {number | null} */ size) => told.push([read, size]) });
  assert.deepEqual(await source.read(MIB - 5, MIB + 10), file.slice(MIB - 5, 2 * MIB + 5));
  assert.deepEqual([told.at(-1), from.asked.length], [[file.length, file.length], 1]);
  assert.ok(told.length > 50);
  // A compressed body has another length.
  const packed = server(file, { ranges: false });
  packed.headers = { "content-length": "77", "content-encoding": "gzip" };
  told.length = 0;
  assert.equal((await open(packed, { progress: (/** @type {number} */ read, /** @type {number | null} */ size) => told.push([read, size]) })).source.size, file.length);
  assert.deepEqual(told.at(-1), [file.length, null]);
  // It says that it is too large, or does not say so and is.
  const large = server(file, { ranges: false });
  large.headers = { "content-length": String(Whole.MOST + 1) };
  await assert.rejects(open(large), /more than 512 MiB, .* Range requests/);
  assert.ok(large.sent <= 16_384, `${large.sent}`);
  const endless = server(file, { ranges: false });
  const piece = new Uint8Array(64 * MIB);
  let sent = 0;
  endless.fetch = async () => new Response(new ReadableStream({ pull: (controller) => (sent++, controller.enqueue(piece)) }));
  await assert.rejects(open(endless), /more than 512 MiB/);
  assert.ok(sent <= 10, `${sent} pieces`);
});

test("a file that changes meanwhile is an error", async () => {
  const file = noise(4 * MIB);
  /** @type {((from: ReturnType<typeof server>) => void)[]} */
  const changes = [
    (from) => (from.etag = '"2"'),
    (from) => (from.file = noise(3 * MIB)),
    (from) => (from.file = noise(1000)),
    (from) => (from.ranges = false),
    (from) => (from.headers = { "last-modified": "Sun, 29 Nov 2026 12:00:00 GMT" }),
  ];
  for (const [number, change] of changes.entries()) {
    const from = server(file);
    const { source } = await open(from);
    await source.read(0, 100);
    change(from);
    await assert.rejects(source.read(2 * MIB, 100), (/** @type {Failure} */ error) => error instanceof Failure && !error.again && /changed while it was played/.test(error.message), `change ${number}`);
  }
});

test("errors say what is wrong, and whether another try makes sense", async () => {
  /** @type {[number, RegExp, boolean][]} */
  const statuses = [[404, /no recording at this address/, false], [403, /does not give this recording/, false], [500, /error \(500\)/, true], [416, /the file is empty/, false], [418, /error \(418\)/, false]];
  for (const [status, message, again] of statuses) {
    const from = server(complete.bytes);
    from.status = status;
    await assert.rejects(open(from), (/** @type {Failure} */ error) => error instanceof Failure && error.again === again && message.test(error.message), `${status}`);
  }
  const from = server(complete.bytes);
  from.down = true;
  await assert.rejects(open(from), (/** @type {Failure} */ error) => error.again && /cannot be reached\.$/.test(error.message));
  await assert.rejects(open(from, { origin: "http://elsewhere.example" }), /cannot be reached, or does not let pages of this origin read it \(CORS\)/);
});

test("a connection that breaks is an error that another read gets over", async () => {
  const file = noise(4 * MIB);
  const from = server(file);
  const { source, clock } = await open(from);
  await source.read(0, 100);
  from.breaks = 100_000;
  await assert.rejects(source.read(2 * MIB, 200_000), (/** @type {Failure} */ error) => error instanceof Failure && error.again);
  from.breaks = Infinity;
  assert.deepEqual(await source.read(2 * MIB, 200_000), file.slice(2 * MIB, 2 * MIB + 200_000));
  // One that brings nothing, too.
  from.holds = true;
  const stalls = source.read(3 * MIB + 500_000, 100);
  stalls.catch(() => {});
  await clock.pass(30);
  from.go();
  await assert.rejects(stalls, (/** @type {Failure} */ error) => error.again && /does not answer/.test(error.message));
  const whole = server(file, { ranges: false });
  whole.breaks = MIB;
  await assert.rejects(open(whole), (/** @type {Failure} */ error) => error instanceof Failure && error.again);
});

test("a server of another origin that does not show its ranges is asked for the length", async () => {
  const file = noise(2 * MIB);
  const from = server(file);
  [from.exposes, from.etag] = [false, null];
  const { source } = await open(from);
  assert.deepEqual([source.size, from.asked], [file.length, ["bytes=0-262143", "HEAD"]]);
  assert.deepEqual(await source.read(MIB, 1000), file.slice(MIB, MIB + 1000));
});

test("what is not wanted any more ends at once, and so does a source that is stopped", async () => {
  const from = server(noise(4 * MIB));
  from.holds = true;
  const ends = new AbortController();
  const opening = open(from, { signal: ends.signal });
  await settled();
  ends.abort();
  const other = server(noise(4 * MIB));
  const { source, clock } = await open(other);
  await opening.catch(() => {});
  other.holds = true;
  const waits = source.read(3 * MIB, 10);
  waits.catch(() => {});
  await settled();
  source.stop();
  await assert.rejects(waits, /was closed/);
  other.go();
  await settled();
  assert.equal(clock.waiting, 0);
});
