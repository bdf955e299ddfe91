import assert from "node:assert/strict";
import test from "node:test";

import Updates from "../core/decode/updates.js";

/** Updates whose parts are decoded, or fail, when the test says so. A part is named "update.part". */
function setUp() {
  /** @type {Map<string, {part: import("../core/transport/protocol.js").Part, resolve: (bitmap: any) => void, reject: (why: Error) => void}>} */
  const decoding = new Map();
  const log = /** @type {string[]} */ ([]);
  /** @type {Set<() => void>} */
  const timers = new Set();
  let open = 0;
  let now = 1;
  let times = /** @type {(number | null)[]} */ ([]);
  const updates = new Updates({
    decode: (part) =>
      new Promise((resolve, reject) => {
        log.push(`decode ${part.update}.${part.part}`);
        decoding.set(`${part.update}.${part.part}`, { part, resolve, reject });
      }),
    paint: ({ frame, pieces, broken }) => {
      if (frame.ratio === 13) throw new Error("unpaintable");
      const shown = pieces.map(({ bitmap, tiles }) => (bitmap ? [...tiles].join("+") : "-")).join(" ");
      log.push(`paint ${frame.update}: ${shown}${broken ? ", broken" : ""}`);
    },
    wanted: () => log.push("wanted"),
    acknowledge: ({ frame, received, decoded, painted }) => {
      log.push(`ack ${frame.update}`);
      times = [received, decoded, painted];
    },
    failed: () => log.push("failed"),
    overflow: () => {
      log.push("overflow");
      updates.reset();
    },
    now: () => now,
    after: (run, seconds) => {
      assert.equal(seconds, 10);
      timers.add(run);
      return run;
    },
    cancel: (timer) => timers.delete(/** @type {() => void} */ (timer)),
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    updates,
    /**
     * @param {string} name
     * @param {Partial<import("../core/transport/protocol.js").Part>} [more] not the last part unless it says so
     */
    receive(name, more = {}) {
      const [update, part] = name.split(".").map(Number);
      updates.receive(
        {
          encoding: "jpeg", update: update ?? 0, part: part ?? 0, last: false, exact: false,
          tiles: Uint16Array.of(part ?? 0), tileWidth: 8, tileHeight: 8, width: 64, height: 64, ratio: 1,
          sequence: BigInt(update ?? 0), input: null, drawn: 0, presented: 0, encoded: 0, sent: 0, bytes: new Uint8Array(1), ...more,
        },
        now,
      );
    },
    /**
     * @param {string} name
     * @param {object} [size] another than it should be
     */
    async done(name, size = {}) {
      const next = decoding.get(name);
      assert.ok(next, `${name} is not being decoded`);
      open += 1;
      const { tileWidth, tileHeight, tiles, video } = next.part;
      const own = video
        ? { displayWidth: video.width, displayHeight: video.height }
        : { width: tileWidth, height: tileHeight * tiles.length };
      next.resolve({ ...own, ...size, close: () => (open -= 1) });
      await settled();
    },
    /** @param {string} name */
    async fail(name) {
      decoding.get(name)?.reject(new Error("broken"));
      await settled();
    },
    /** An animation frame that goes out. */
    frame() {
      const update = updates.frame();
      if (update) updates.presented(update);
    },
    /** So much time goes by that whatever is being decoded is too late. */
    expire() {
      for (const run of [...timers]) run();
    },
    /** @param {number} seconds */
    pass(seconds) {
      now += seconds;
    },
    times: () => times,
    timers: () => timers.size,
    /** What happened since the last time. */
    log: () => log.splice(0),
    bitmaps: () => open,
  };
}

test("an update is painted in one step when all its parts are decoded, whichever is first", async () => {
  const t = setUp();
  t.receive("1.0");
  t.receive("1.1");
  t.receive("1.2", { last: true });
  assert.deepEqual(t.log(), ["decode 1.0", "decode 1.1", "decode 1.2"]);
  await t.done("1.2");
  await t.done("1.0");
  assert.deepEqual(t.log(), []);
  await t.done("1.1");
  assert.deepEqual(t.log(), ["paint 1: 0 1 2", "wanted"]);
  assert.equal(t.bitmaps(), 0);
});

test("an update is not painted before its last part is there", async () => {
  const t = setUp();
  t.receive("1.0");
  await t.done("1.0");
  assert.deepEqual(t.log(), ["decode 1.0"]);
  t.receive("1.1", { last: true });
  await t.done("1.1");
  assert.deepEqual(t.log(), ["decode 1.1", "paint 1: 0 1", "wanted"]);
});

test("it is acknowledged once the frame that shows it went out, with its times", async () => {
  const t = setUp();
  t.receive("1.0");
  t.pass(0.25);
  t.receive("1.1", { last: true });
  t.pass(0.25);
  await t.done("1.1");
  t.pass(0.25);
  await t.done("1.0");
  const update = t.updates.frame();
  t.pass(0.25);
  assert.ok(update && !t.log().includes("ack 1"));
  t.updates.presented(update);
  assert.deepEqual(t.log(), ["ack 1"]);
  assert.deepEqual(t.times(), [1.25, 1.75, 2]);
  assert.equal(t.updates.frame(), null);
});

test("updates are painted and acknowledged in order, several in one frame", async () => {
  const t = setUp();
  for (const name of ["1.0", "2.0", "3.0"]) t.receive(name, { last: true });
  await t.done("3.0");
  await t.done("2.0");
  t.log();
  await t.done("1.0");
  assert.deepEqual(t.log(), ["paint 1: 0", "paint 2: 0", "paint 3: 0", "wanted"]);
  t.frame();
  assert.deepEqual(t.log(), ["ack 1", "ack 2", "ack 3"]);
});

test("what is painted after a frame began waits for the next one", async () => {
  const t = setUp();
  t.receive("1.0", { last: true });
  t.receive("2.0", { last: true });
  await t.done("1.0");
  const first = t.updates.frame();
  await t.done("2.0");
  t.log();
  if (first) t.updates.presented(first);
  assert.deepEqual(t.log(), ["ack 1"]);
  t.frame();
  assert.deepEqual(t.log(), ["ack 2"]);
});

test("a part that cannot be decoded is left out, and the stream goes on", async () => {
  const t = setUp();
  t.receive("1.0");
  t.receive("1.1", { last: true });
  t.receive("2.0", { last: true });
  t.log();
  await t.fail("1.0");
  await t.done("2.0");
  await t.done("1.1");
  assert.deepEqual(t.log(), ["failed", "paint 1: - 1", "paint 2: 0", "wanted"]);
  t.frame();
  assert.deepEqual(t.log(), ["ack 1", "ack 2"]);
});

test("a picture of another size than its header says has failed", async () => {
  const t = setUp();
  t.receive("1.0", { last: true });
  t.receive("2.0", { last: true, tiles: Uint16Array.of(1, 2) });
  t.log();
  await t.done("1.0", { width: 9 });
  await t.done("2.0", { height: 8 });
  assert.deepEqual(t.log(), ["failed", "paint 1: -", "wanted", "failed", "paint 2: -", "wanted"]);
  assert.equal(t.bitmaps(), 0);
});

test("decoding that never ends has failed after a time, and what comes later is of no use", async () => {
  const t = setUp();
  t.receive("1.0");
  t.receive("1.1", { last: true });
  await t.done("1.1");
  t.log();
  t.expire();
  assert.deepEqual(t.log(), ["failed", "paint 1: - 1", "wanted"]);
  await t.done("1.0");
  t.frame();
  assert.deepEqual(t.log(), ["ack 1"]);
  assert.deepEqual([t.bitmaps(), t.timers()], [0, 0]);
});

test("an update that cannot be painted is counted and acknowledged", async () => {
  const t = setUp();
  t.receive("1.0", { last: true, ratio: 13 });
  await t.done("1.0");
  t.frame();
  assert.deepEqual(t.log(), ["decode 1.0", "failed", "wanted", "ack 1"]);
  assert.equal(t.bitmaps(), 0);
});

test("an update whose last part never comes is over when the next begins", async () => {
  const t = setUp();
  t.receive("1.0");
  await t.done("1.0");
  t.log();
  t.receive("2.0", { last: true });
  assert.deepEqual(t.log(), ["failed", "decode 2.0", "paint 1: 0, broken", "wanted"]);
  await t.done("2.0");
  t.frame();
  assert.deepEqual(t.log(), ["paint 2: 0", "wanted", "ack 1", "ack 2"]);
});

test("a part out of order, or of another frame, is an update of its own with something missing", async () => {
  const frame = { last: true };
  for (const [name, more] of /** @type {const} */ ([
    ["1.2", frame], ["1.0", frame], ["2.1", frame], ["1.1", { ...frame, width: 63 }], ["1.1", { ...frame, height: 63 }],
    ["1.1", { ...frame, sequence: 2n }], ["1.1", { ...frame, ratio: 2 }], ["1.1", { ...frame, tileWidth: 16 }],
    ["1.1", { ...frame, tileHeight: 16 }],
  ])) {
    const t = setUp();
    t.receive("1.0");
    await t.done("1.0");
    t.log();
    t.receive(name, more);
    const log = t.log();
    assert.ok(log.includes("failed") && log.includes("paint 1: 0, broken"), `${name} ${log}`);
    await t.done(name);
    t.frame();
    assert.ok(t.log().includes(`ack ${name[0]}`));
  }
});

test("a stream that begins in the middle of an update is broken, and acknowledged all the same", async () => {
  const t = setUp();
  t.receive("5.3");
  t.receive("5.4", { last: true });
  await t.done("5.3");
  await t.done("5.4");
  t.frame();
  assert.deepEqual(t.log(), ["failed", "decode 5.3", "decode 5.4", "paint 5: 3 4, broken", "wanted", "ack 5"]);
});

test("another size is painted in one step with all its tiles, after what came before", async () => {
  const t = setUp();
  t.receive("1.0", { last: true });
  t.receive("2.0", { width: 32, height: 32 });
  t.receive("2.1", { width: 32, height: 32, last: true });
  await t.done("2.0");
  await t.done("2.1");
  t.log();
  await t.done("1.0");
  assert.deepEqual(t.log(), ["paint 1: 0", "paint 2: 0 1", "wanted"]);
});

test("hidden, what is decoded is painted and acknowledged at once, as seen by nobody", async () => {
  const t = setUp();
  t.updates.hide();
  t.receive("1.0", { last: true });
  await t.done("1.0");
  assert.deepEqual(t.log(), ["decode 1.0", "paint 1: 0", "ack 1"]);
  assert.equal(t.times()[2], null);
  t.updates.show();
  t.receive("2.0", { last: true });
  await t.done("2.0");
  assert.deepEqual(t.log(), ["decode 2.0", "paint 2: 0", "wanted"]);
});

test("when the page is hidden, what waits for a frame is acknowledged, and only once", async () => {
  const t = setUp();
  t.receive("1.0", { last: true });
  t.receive("2.0", { last: true });
  await t.done("1.0");
  const update = t.updates.frame();
  await t.done("2.0");
  t.log();
  t.updates.hide();
  assert.deepEqual(t.log(), ["ack 1", "ack 2"]);
  if (update) t.updates.presented(update);
  t.updates.show();
  t.frame();
  assert.deepEqual(t.log(), []);
});

test("a lost connection takes along what was received over it, also what is still being decoded", async () => {
  const t = setUp();
  for (const name of ["1.0", "2.0", "3.0"]) t.receive(name, { last: true });
  await t.done("1.0");
  await t.done("3.0");
  const update = t.updates.frame();
  t.updates.reset();
  t.log();
  if (update) t.updates.presented(update);
  await t.done("2.0");
  t.expire();
  t.frame();
  assert.deepEqual(t.log(), []);
  assert.deepEqual([t.bitmaps(), t.timers()], [0, 0]);
  t.receive("1.0", { last: true });
  await t.done("1.0");
  t.frame();
  assert.deepEqual(t.log(), ["decode 1.0", "paint 1: 0", "wanted", "ack 1"]);
});

test("not too many are decoded at a time, and none is forgotten", async () => {
  const t = setUp();
  for (let i = 0; i < 40; i += 1) t.receive(`1.${i}`, { last: i === 39 });
  assert.equal(t.log().length, 16);
  for (let i = 0; i < 39; i += 1) await t.done(`1.${i}`);
  assert.equal(t.log().length, 24);
  await t.done("1.39");
  assert.equal(t.log().length, 2);
});

test("what is decoded ahead has a limit in pixels, but the next update never waits for it", async () => {
  const t = setUp();
  const tiles = Uint16Array.from({ length: 32 }, (_, index) => index);
  // Half of the limit each.
  const large = { tiles, tileWidth: 1024, tileHeight: 1024, width: 8192, height: 8192 };
  assert.equal(2 * 32 * 1024 * 1024, Updates.MOST_PIXELS);
  for (const name of ["1.0", "1.1", "1.2"]) t.receive(name, { ...large, last: name === "1.2" });
  for (const name of ["2.0", "3.0"]) t.receive(name, { ...large, last: true });
  assert.deepEqual(t.log(), ["decode 1.0", "decode 1.1", "decode 1.2"]);
  for (const name of ["1.0", "1.1", "1.2"]) await t.done(name);
  assert.deepEqual(t.log().slice(1), ["wanted", "decode 2.0", "decode 3.0"]);
});

test("more bytes than fit give the connection up, and so do too many small parts", async () => {
  const t = setUp();
  const bytes = new Uint8Array(Updates.MOST_BYTES / 4);
  for (const name of ["1.0", "2.0", "3.0"]) t.receive(name, { last: true, bytes });
  assert.ok(!t.log().includes("overflow"));
  t.receive("4.0", { last: true, bytes });
  assert.ok(t.log().includes("overflow"));
  let parts = 0;
  for (; parts < 100_000 && !t.log().includes("overflow"); parts += 1) t.receive(`5.${parts}`);
  assert.ok(parts > 1000 && parts < 70_000, `${parts}`);
  t.receive("1.0", { last: true });
  await t.done("1.0");
  assert.deepEqual(t.log(), ["decode 1.0", "paint 1: 0", "wanted"]);
});

/**
 * @param {number[]} tiles
 * @returns {any} what `receive` is told of a picture of a video
 */
function video(...tiles) {
  const says = { keyframe: false, codec: "avc1.42c01f", width: 64, height: 64, half: false };
  return { encoding: "h264", last: true, tiles: Uint16Array.from(tiles), video: says };
}

test("a picture of a video is an update by itself, in order with the others", async () => {
  const t = setUp();
  t.receive("1.0", video(0, 1));
  t.receive("2.0", { last: true });
  t.receive("3.0", video(1));
  await t.done("3.0");
  await t.done("2.0");
  t.log();
  await t.done("1.0");
  assert.deepEqual(t.log(), ["paint 1: 0+1", "paint 2: 0", "paint 3: 1", "wanted"]);
  t.frame();
  assert.deepEqual([t.log(), t.bitmaps()], [["ack 1", "ack 2", "ack 3"], 0]);
});

test("a picture of a video has the size of the video, not of its tiles", async () => {
  const t = setUp();
  for (const name of ["1.0", "2.0", "3.0"]) t.receive(name, video(0));
  t.log();
  await t.done("1.0", { displayWidth: 66 });
  await t.done("2.0", { displayHeight: 32 });
  await t.done("3.0");
  assert.deepEqual(t.log(), ["failed", "paint 1: -", "wanted", "failed", "paint 2: -", "wanted", "paint 3: 0", "wanted"]);
  assert.equal(t.bitmaps(), 0);
});

test("a late picture of a video that the next one covers is acknowledged and not painted", async () => {
  const t = setUp();
  t.receive("1.0");
  t.receive("1.1", { last: true });
  t.receive("2.0", video(0, 1));
  t.receive("3.0", video(0, 1, 5));
  t.receive("4.0", video(0, 1, 2, 5));
  t.receive("5.0", { last: true });
  for (const name of ["1.1", "2.0", "3.0", "4.0", "5.0"]) await t.done(name);
  t.log();
  await t.done("1.0");
  assert.deepEqual(t.log(), ["paint 1: 0 1", "paint 4: 0+1+2+5", "paint 5: 0", "wanted"]);
  t.frame();
  assert.deepEqual(t.log(), ["ack 1", "ack 2", "ack 3", "ack 4", "ack 5"]);
  assert.equal(t.bitmaps(), 0);
});

test("a late picture of a video is painted if anything of it would be missing", async () => {
  for (const [name, next] of /** @type {const} */ ([
    ["a tile", video(0, 2)],
    ["another width", { ...video(0, 1), width: 62 }],
    ["another height", { ...video(0, 1), height: 62 }],
    ["other tiles", { ...video(0, 1), tileWidth: 16 }],
    ["no video", { last: true, tiles: Uint16Array.of(0, 1) }],
  ])) {
    const t = setUp();
    t.receive("1.0", { last: true });
    t.receive("2.0", video(0, 1));
    t.receive("3.0", next);
    await t.done("2.0");
    await t.done("3.0");
    t.log();
    await t.done("1.0");
    assert.deepEqual(t.log(), ["paint 1: 0", "paint 2: 0+1", `paint 3: ${[...next.tiles].join("+")}`, "wanted"], name);
  }
});

test("a picture of a video that is not decoded leaves none out, and is not left out", async () => {
  const t = setUp();
  t.receive("1.0", { last: true });
  for (const name of ["2.0", "3.0", "4.0", "5.0"]) t.receive(name, video(0));
  await t.done("2.0");
  await t.fail("3.0");
  await t.done("4.0");
  t.log();
  await t.done("1.0");
  assert.deepEqual(t.log(), ["paint 1: 0", "paint 2: 0", "paint 3: -", "paint 4: 0", "wanted"]);
  await t.done("5.0");
  assert.deepEqual(t.log(), ["paint 5: 0", "wanted"]);
});

test("what was painted makes room for more", async () => {
  const t = setUp();
  const bytes = new Uint8Array(Updates.MOST_BYTES / 2);
  for (let i = 0; i < 10; i += 1) {
    t.receive(`${i}.0`, { last: true, bytes });
    await t.done(`${i}.0`);
  }
  assert.ok(!t.log().includes("overflow"));
});
