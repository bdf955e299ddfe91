import assert from "node:assert/strict";
import test from "node:test";

import Stream from "../core/decode/stream.js";

/** A stream whose parts are decoded at once; those without bytes cannot be. A frame has four tiles, in a row. */
function setUp() {
  const t = {
    now: 10,
    offset: /** @type {number | null} */ (null),
    /** @type {any[]} */
    sent: [],
    log: /** @type {string[]} */ ([]),
    /** @type {{run: () => void, seconds: number} | null} */
    timer: null,
    drawable: true,
    open: 0,
  };
  const stream = new Stream({
    decode: async ({ bytes, tileWidth, tileHeight, tiles, video }) => {
      if (bytes.length === 0) throw new Error("broken");
      t.open += 1;
      if (video) return { displayWidth: video.width, displayHeight: video.height, close: () => (t.open -= 1) };
      return { width: tileWidth, height: tileHeight * tiles.length, close: () => (t.open -= 1) };
    },
    draw: ({ frame, pieces }) => {
      if (!t.drawable) throw new Error("no canvas");
      t.log.push(`draw ${frame.update} at ${frame.width}: ${pieces.map(({ bitmap }) => (bitmap ? "x" : "-")).join("")}`);
    },
    painted: ({ update, exact }, tiles) => t.log.push(`painted ${update}: ${tiles}${exact ? ", exact" : ""}`),
    send: (message) => t.sent.push(message),
    offset: () => t.offset,
    wanted: () => t.log.push("wanted"),
    failed: () => t.log.push("failed"),
    overflow: () => t.log.push("overflow"),
    now: () => t.now,
    // Of decoding there is no need to be afraid here.
    after: (run, seconds) => (seconds === 10 ? null : (t.timer = { run, seconds })),
    cancel: (timer) => {
      if (timer && t.timer === timer) t.timer = null;
    },
  });
  return {
    t,
    stream,
    /**
     * @param {number} update
     * @param {number[]} tiles
     * @param {Partial<import("../core/transport/protocol.js").Part>} [more]
     */
    async receive(update, tiles, more = {}) {
      const part = /** @type {const} */ ({
        encoding: "jpeg", update, part: 0, last: true, exact: false, tileWidth: 8, tileHeight: 8, width: 32,
        height: 8, ratio: 1, sequence: 5n, input: null, drawn: 1000, presented: 1000.5, encoded: 1001, sent: 1002, bytes: new Uint8Array(7),
      });
      stream.receive({ ...part, tiles: Uint16Array.from(tiles), ...more }, t.now);
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** A frame goes out. */
    frame() {
      const update = stream.frame();
      if (update) stream.presented(update);
    },
    sent: () => t.sent.splice(0),
    log: () => t.log.splice(0),
  };
}

const ALL = [0, 1, 2, 3];
const broken = { bytes: new Uint8Array(0) };
const exact = { exact: true };
/** @type {any} */
const video = { encoding: "h264", video: { keyframe: true, codec: "avc1.42c01f", width: 32, height: 8, half: false } };

test("an update is drawn, told of, and acknowledged when it was seen", async () => {
  const { stream, receive, frame, sent, log } = setUp();
  await receive(1, ALL);
  assert.deepEqual(log(), ["draw 1 at 32: x", "painted 1: 4", "wanted"]);
  assert.deepEqual(sent(), []);
  frame();
  assert.deepEqual(sent(), [{ type: "ack", update: 1 }]);
  const shown = { width: 32, height: 8, ratio: 1, sequence: 5n, update: 1, exact: false, video: false };
  assert.deepEqual(stream.shown, shown);
  assert.equal(stream.fps, 0.5);
});

test("once the server's clock is known, an acknowledgement has its times on it, and the ledger its steps", async () => {
  const { t, stream, receive, frame, sent } = setUp();
  t.offset = 992.5;
  await receive(1, ALL, { input: 999.5, encoding: "png" });
  t.now = 10.1234567;
  frame();
  assert.deepEqual(sent(), [{ type: "ack", update: 1, received: 1002.5, decoded: 1002.5, painted: 1002.623457 }]);
  const { input, received, bytesPerUpdate, tilesPerUpdate, exactShare } = stream.ledger;
  assert.deepEqual([input, received, bytesPerUpdate, tilesPerUpdate, exactShare], [0.5, 0.5, 7, 4, 1]);
});

test("what nobody sees is drawn and acknowledged at once, and is not in the ledger", async () => {
  const { t, stream, receive, sent, log } = setUp();
  t.offset = 0;
  stream.see(false);
  await receive(1, ALL);
  assert.deepEqual(log(), ["draw 1 at 32: x", "painted 1: 4"]);
  assert.deepEqual(sent(), [{ type: "ack", update: 1, received: 10, decoded: 10 }]);
  assert.equal(stream.ledger.bytesPerUpdate, null);
  stream.see(true);
  await receive(2, [1]);
  assert.deepEqual(sent(), []);
});

test("what is shown is exact when the server says so and every tile was drawn", async () => {
  const { stream, receive } = setUp();
  await receive(1, ALL);
  assert.deepEqual([stream.shown?.exact, stream.rested], [false, false]);
  await receive(2, [1, 2], exact);
  assert.deepEqual([stream.shown?.exact, stream.rested], [true, true]);
  await receive(3, [0]);
  assert.deepEqual([stream.shown?.exact, stream.rested], [false, true]);
});

test("a part that cannot be decoded asks for everything, and nothing is exact until it was drawn", async () => {
  const { t, stream, receive, frame, sent, log } = setUp();
  await receive(1, ALL);
  log();
  await receive(2, [1, 2], broken);
  assert.deepEqual(log(), ["failed", "draw 2 at 32: -", "painted 2: 0", "wanted"]);
  frame();
  assert.deepEqual(sent(), [{ type: "refresh" }, { type: "ack", update: 1 }, { type: "ack", update: 2 }]);
  await receive(3, [0, 1], exact);
  assert.equal(stream.shown?.exact, false);
  await receive(4, [2], exact);
  assert.equal(stream.shown?.exact, true);
  assert.deepEqual([sent(), t.timer?.seconds, t.open], [[], 1, 0]);
  t.now += 1;
  t.timer?.run();
  assert.deepEqual(sent(), [], "all came again in the meantime");
});

test("a stream of bad parts asks once a second, and goes on", async () => {
  const { t, receive, frame, sent } = setUp();
  await receive(1, ALL);
  let refreshes = 0;
  for (let update = 2; update < 102; update += 1) {
    t.now += 0.125;
    if (t.timer && (update - 2) % 8 === 0) {
      const { run } = t.timer;
      t.timer = null;
      run();
    }
    await receive(update, [1], broken);
    frame();
    refreshes += sent().filter(({ type }) => type === "refresh").length;
  }
  assert.ok(refreshes >= 10 && refreshes <= 13, `${refreshes}`);
});

test("an update that misses parts asks for everything", async () => {
  const { stream, receive, frame, sent } = setUp();
  await receive(1, ALL, exact);
  await receive(2, [0], { last: false });
  await receive(3, [1], exact);
  frame();
  assert.deepEqual(sent().map(({ type, update }) => update ?? type), ["refresh", 1, 2, 3]);
  assert.equal(stream.shown?.exact, false);
});

test("another size is drawn in one step; if it lacks tiles, they are asked for", async () => {
  const { stream, receive, sent, log } = setUp();
  await receive(1, ALL, exact);
  log();
  await receive(2, [0, 1, 2], { width: 64, last: false });
  assert.deepEqual([log(), stream.shown?.width], [[], 32]);
  await receive(2, [3, 4, 5, 6, 7], { width: 64, part: 1, exact: true });
  assert.deepEqual(log(), ["draw 2 at 64: xx", "painted 2: 8, exact", "wanted"]);
  assert.deepEqual(sent(), []);
  await receive(3, [0, 1, 2], exact);
  assert.deepEqual(sent(), [{ type: "refresh" }]);
  assert.equal(stream.shown?.exact, false);
});

test("when drawing fails, the update counts as lost, and is acknowledged", async () => {
  const { t, stream, receive, frame, sent, log } = setUp();
  await receive(1, ALL, exact);
  t.drawable = false;
  log();
  await receive(2, [1], exact);
  assert.deepEqual(log(), ["failed", "wanted"]);
  frame();
  assert.deepEqual(sent().map(({ type, update }) => update ?? type), ["refresh", 1, 2]);
  t.drawable = true;
  await receive(3, [0], exact);
  assert.equal(stream.shown?.exact, false);
});

test("a canvas that lost what was on it asks for everything", async () => {
  const { stream, receive, sent } = setUp();
  await receive(1, ALL, exact);
  stream.lose();
  assert.deepEqual(sent(), [{ type: "refresh" }]);
  assert.equal(stream.shown?.exact, false);
  await receive(2, ALL, exact);
  assert.equal(stream.shown?.exact, true);
});

test("another connection begins anew: what is shown stays, and counts for nothing", async () => {
  const { t, stream, receive, sent, log } = setUp();
  await receive(7, ALL, exact);
  stream.lose();
  stream.lose();
  stream.reset();
  assert.deepEqual([t.timer, stream.shown?.update], [null, 7]);
  sent();
  log();
  await receive(1, ALL, exact);
  assert.deepEqual(log(), ["draw 1 at 32: x", "painted 1: 4, exact", "wanted"]);
  assert.deepEqual(sent(), []);
});

test("video is drawn, acknowledged, never exact, and counts as what comes until it has been away for two seconds", async () => {
  const { t, stream, receive, frame, sent, log } = setUp();
  t.offset = 0;
  await receive(1, ALL, exact);
  assert.equal(stream.video, null);
  await receive(2, [1, 2], video);
  assert.deepEqual(log().slice(-3), ["draw 2 at 32: x", "painted 2: 2", "wanted"]);
  assert.deepEqual([stream.shown?.video, stream.shown?.exact, stream.video], [true, false, video.video]);
  frame();
  assert.deepEqual(sent().map(({ type, update }) => update ?? type), [1, 2]);
  assert.deepEqual([stream.ledger.exactShare, t.open], [0, 0]);
  await receive(3, [1, 2], exact);
  assert.deepEqual([stream.shown?.video, stream.shown?.exact, stream.video], [false, true, video.video]);
  t.now += 2;
  assert.equal(stream.video, null);
  await receive(4, [1], video);
  assert.equal(stream.video, video.video);
  stream.reset();
  assert.equal(stream.video, null);
});

test("a picture of a video that cannot be decoded asks for everything", async () => {
  const { t, stream, receive, sent, log } = setUp();
  await receive(1, ALL, exact);
  log();
  await receive(2, ALL, { ...video, ...broken });
  assert.deepEqual([log()[0], sent(), t.open], ["failed", [{ type: "refresh" }], 0]);
  assert.deepEqual([stream.video, stream.shown?.video], [null, false]);
});
