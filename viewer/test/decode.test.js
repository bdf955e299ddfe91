import assert from "node:assert/strict";
import test from "node:test";

import Decoder from "../decode.js";

/** A decoder whose pictures are decoded, or fail, when the test says so. */
function setUp() {
  /** @type {Map<number, {resolve: (bitmap: {close(): void}) => void, reject: (why: Error) => void}>} */
  const decoding = new Map();
  const log = /** @type {string[]} */ ([]);
  /** @type {Set<() => void>} */
  const timers = new Set();
  let open = 0;
  const decoder = new Decoder({
    decode: (picture) =>
      new Promise((resolve, reject) => {
        log.push(`decode ${picture.update}`);
        decoding.set(picture.update, { resolve, reject });
      }),
    paint: (picture) => {
      if (picture.width === 13) throw new Error("unpaintable");
      log.push(`paint ${picture.update}`);
    },
    wanted: () => log.push("wanted"),
    acknowledge: (update) => log.push(`ack ${update}`),
    failed: () => log.push("failed"),
    after: (run, seconds) => {
      assert.equal(seconds, 10);
      timers.add(run);
      return run;
    },
    cancel: (timer) => timers.delete(/** @type {() => void} */ (timer)),
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    decoder,
    /** @param {number} update */
    receive(update, width = 1) {
      decoder.receive({
        mime: "image/png", exact: true, update, width, height: 1, ratio: 1, time: 0,
        sequence: 0n, bytes: new Uint8Array(1),
      });
    },
    /** @param {number} update */
    async done(update) {
      open += 1;
      decoding.get(update)?.resolve({ close: () => (open -= 1) });
      await settled();
    },
    /** @param {number} update */
    async fail(update) {
      decoding.get(update)?.reject(new Error("broken"));
      await settled();
    },
    frame() {
      const entry = decoder.frame();
      if (entry) decoder.painted(entry);
    },
    /** So much time goes by that whatever waits is too late. */
    expire() {
      for (const run of [...timers]) run();
    },
    timers: () => timers.size,
    /** What happened since the last time. */
    log: () => log.splice(0),
    bitmaps: () => open,
  };
}

test("a picture is acknowledged after it was painted and presented, not before", async () => {
  const t = setUp();
  t.receive(1);
  await t.done(1);
  assert.deepEqual(t.log(), ["decode 1", "wanted"]);
  const entry = t.decoder.frame();
  assert.deepEqual(t.log(), ["paint 1"]);
  assert.ok(entry);
  t.decoder.painted(entry);
  assert.deepEqual(t.log(), ["ack 1"]);
  assert.equal(t.bitmaps(), 0);
});

test("while two are decoded, of what waits the newest wins, and all are acknowledged in order", async () => {
  const t = setUp();
  for (const update of [1, 2, 3, 4, 5]) t.receive(update);
  assert.deepEqual(t.log(), ["decode 1", "decode 2"]);
  await t.done(1);
  assert.deepEqual(t.log(), ["wanted", "decode 5"]);
  t.frame();
  assert.deepEqual(t.log(), ["paint 1", "ack 1"]);
  await t.done(2);
  await t.done(5);
  t.frame();
  assert.deepEqual(t.log(), ["wanted", "wanted", "paint 5", "ack 2", "ack 3", "ack 4", "ack 5"]);
  assert.equal(t.bitmaps(), 0);
});

test("an older picture that is decoded later is not shown, and acknowledged in its place", async () => {
  const t = setUp();
  t.receive(1);
  t.receive(2);
  await t.done(2);
  t.frame();
  assert.deepEqual(t.log(), ["decode 1", "decode 2", "wanted", "paint 2"]);
  await t.done(1);
  assert.deepEqual(t.log(), ["ack 1", "ack 2"]);
  t.frame();
  assert.deepEqual(t.log(), []);
  assert.equal(t.bitmaps(), 0);
});

test("an older picture that is decoded before the newer one is painted waits for it", async () => {
  const t = setUp();
  t.receive(1);
  t.receive(2);
  await t.done(2);
  await t.done(1);
  t.log();
  t.frame();
  assert.deepEqual(t.log(), ["paint 2", "ack 1", "ack 2"]);
});

test("a picture that cannot be decoded is counted and acknowledged, and the stream goes on", async () => {
  const t = setUp();
  t.receive(1);
  await t.fail(1);
  assert.deepEqual(t.log(), ["decode 1", "failed", "ack 1"]);
  t.receive(2);
  t.receive(3);
  await t.fail(3);
  assert.deepEqual(t.log(), ["decode 2", "decode 3", "failed"]);
  await t.done(2);
  t.frame();
  assert.deepEqual(t.log(), ["wanted", "paint 2", "ack 2", "ack 3"]);
});

test("what was dropped for a picture that then fails is acknowledged with it", async () => {
  const t = setUp();
  for (const update of [1, 2, 3, 4]) t.receive(update);
  await t.fail(1);
  await t.fail(2);
  await t.fail(4);
  assert.deepEqual(t.log().filter((line) => line.startsWith("ack")), ["ack 1", "ack 2", "ack 3", "ack 4"]);
});

test("a picture that cannot be painted is counted and acknowledged", async () => {
  const t = setUp();
  t.receive(1, 13);
  await t.done(1);
  t.frame();
  assert.deepEqual(t.log(), ["decode 1", "wanted", "failed", "ack 1"]);
  assert.equal(t.bitmaps(), 0);
});

test("hidden, nothing is decoded, all is acknowledged at once, and the newest is kept for later", async () => {
  const t = setUp();
  t.receive(1);
  t.decoder.hide();
  assert.deepEqual(t.log(), ["decode 1", "ack 1"]);
  t.receive(2);
  t.receive(3);
  await t.done(1);
  assert.deepEqual(t.log(), ["ack 2", "ack 3", "wanted"]);
  t.decoder.show();
  assert.deepEqual(t.log(), ["decode 3", "wanted"]);
  await t.done(3);
  t.frame();
  assert.deepEqual(t.log(), ["wanted", "paint 3"]);
  assert.equal(t.bitmaps(), 0);
});

test("a lost connection takes along what was received over it, also what is still being decoded", async () => {
  const t = setUp();
  t.receive(1);
  t.receive(2);
  await t.done(1);
  const entry = t.decoder.frame();
  t.receive(3);
  t.decoder.reset();
  t.log();
  if (entry) t.decoder.painted(entry);
  await t.done(2);
  await t.fail(3);
  t.frame();
  assert.deepEqual(t.log(), []);
  t.receive(1);
  await t.done(1);
  t.frame();
  assert.deepEqual(t.log(), ["decode 1", "wanted", "paint 1", "ack 1"]);
  assert.equal(t.bitmaps(), 0);
});

test("decoding that never ends has failed after a time, and the stream goes on", async () => {
  const t = setUp();
  for (const update of [1, 2, 3]) t.receive(update);
  assert.deepEqual(t.log(), ["decode 1", "decode 2"]);
  t.expire();
  assert.deepEqual(t.log(), ["failed", "ack 1", "decode 3", "failed", "ack 2"]);
  await t.done(3);
  t.frame();
  assert.deepEqual(t.log(), ["wanted", "paint 3", "ack 3"]);
  await t.done(2);
  await t.fail(1);
  assert.deepEqual(t.log(), []);
  assert.deepEqual([t.bitmaps(), t.timers()], [0, 0]);
  // Both places are free again, and not more than both.
  for (const update of [4, 5, 6]) t.receive(update);
  assert.deepEqual(t.log(), ["decode 4", "decode 5"]);
});

test("a picture that is decoded too late is shown all the same if nothing newer is", async () => {
  const t = setUp();
  t.receive(1);
  t.expire();
  assert.deepEqual(t.log(), ["decode 1", "failed", "ack 1"]);
  await t.done(1);
  t.frame();
  assert.deepEqual(t.log(), ["wanted", "paint 1"]);
  assert.equal(t.bitmaps(), 0);
});

test("time that was up with a lost connection is nobody's failure", async () => {
  const t = setUp();
  t.receive(1);
  t.decoder.reset();
  t.log();
  t.expire();
  await t.done(1);
  assert.deepEqual(t.log(), []);
  assert.equal(t.bitmaps(), 0);
});
