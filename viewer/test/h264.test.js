import assert from "node:assert/strict";
import test from "node:test";

import H264 from "../core/decode/h264.js";

/** Decodes when the test says so; counts what it made. As browsers do, it says nothing more once it is closed. */
class FakeDecoder {
  state = "unconfigured";
  /** @type {string[]} */
  configured = [];
  /** @type {{type: string, timestamp: number, data: Uint8Array}[]} */
  queue = [];

  /**
   * @param {VideoDecoderInit} init
   * @param {{open: number}} frames
   */
  constructor(init, frames) {
    this.init = init;
    this.frames = frames;
  }

  /** @param {VideoDecoderConfig} config */
  configure(config) {
    const { codec, codedWidth, codedHeight, ...others } = config;
    if (codec === "avc1.000000") throw new TypeError("no such codec");
    assert.deepEqual(others, { optimizeForLatency: true }, "Annex B has no description");
    this.configured.push(`${codec} ${codedWidth} ${codedHeight}`);
    this.state = "configured";
  }

  /** @param {any} chunk */
  decode(chunk) {
    assert.equal(this.state, "configured");
    this.queue.push(chunk);
  }

  close() {
    assert.notEqual(this.state, "closed");
    this.state = "closed";
  }

  /** Gives the next picture, or leaves some out before it. @param {number} [skipped] */
  give(skipped = 0) {
    const chunk = this.queue.splice(0, skipped + 1).at(-1);
    assert.ok(chunk);
    this.output(chunk.timestamp);
  }

  /** @param {number} timestamp */
  output(timestamp) {
    this.frames.open += 1;
    let closed = false;
    const close = () => {
      assert.ok(!closed, "closed twice");
      closed = true;
      this.frames.open -= 1;
    };
    this.init.output(/** @type {any} */ ({ timestamp, displayWidth: 640, displayHeight: 480, close }));
  }

  /** @param {string} name of the error */
  fail(name = "EncodingError") {
    this.state = "closed";
    this.init.error(new DOMException("no", name));
  }
}

function setUp() {
  const frames = { open: 0 };
  /** @type {FakeDecoder[]} */
  const decoders = [];
  const t = { failures: 0, log: /** @type {string[]} */ ([]) };
  /** @type {Map<number, () => void>} */
  const timers = new Map();
  let last = 0;
  const h264 = new H264(() => (t.failures += 1), {
    decoder: (init) => {
      const decoder = new FakeDecoder(init, frames);
      decoders.push(decoder);
      return /** @type {any} */ (decoder);
    },
    chunk: (init) => /** @type {any} */ (init),
    after: (run, seconds) => {
      assert.equal(seconds, H264.MOST_SECONDS);
      timers.set((last += 1), run);
      return last;
    },
    cancel: (timer) => timers.delete(Number(timer)),
  });
  return {
    t,
    timers,
    h264,
    frames,
    decoders,
    get decoder() {
      const newest = decoders.at(-1);
      assert.ok(newest);
      return newest;
    },
    /**
     * Has a picture decoded, and closes it; the log says what became of it.
     *
     * @param {string} name
     * @param {object} [more]
     */
    decode(name, more = {}) {
      const video = { keyframe: false, codec: "avc1.42c01f", width: 640, height: 480, half: false, ...more };
      h264.decode(/** @type {any} */ ({ bytes: new TextEncoder().encode(name), video })).then(
        (frame) => {
          t.log.push(name);
          frame.close();
        },
        (error) => t.log.push(`${name}: ${error.message}`),
      );
    },
    /** What happened since the last time. */
    async log() {
      await new Promise((resolve) => setImmediate(resolve));
      return t.log.splice(0);
    },
  };
}

const key = { keyframe: true };
const MISSING = "a keyframe is missing";

test("pictures are decoded in order by one decoder, and each is given to who asked for it", async () => {
  const t = setUp();
  t.decode("a", key);
  t.decode("b");
  t.decode("c");
  t.decode("d", key);
  assert.deepEqual(t.decoder.configured, ["avc1.42c01f 640 480"]);
  const text = (/** @type {Uint8Array} */ data) => new TextDecoder().decode(data);
  assert.deepEqual(t.decoder.queue.map(({ type, data }) => `${type} ${text(data)}`), ["key a", "delta b", "delta c", "key d"]);
  t.decoder.give();
  t.decoder.give();
  assert.deepEqual(await t.log(), ["a", "b"]);
  t.decoder.give();
  t.decoder.give();
  assert.deepEqual([await t.log(), t.frames.open, t.t.failures, t.decoders.length], [["c", "d"], 0, 0, 1]);
});

test("what comes before a keyframe is not decoded", async () => {
  const t = setUp();
  t.decode("a");
  assert.deepEqual([await t.log(), t.decoders], [[`a: ${MISSING}`], []]);
  t.decode("b", key);
  t.decode("c");
  t.h264.lose();
  t.decode("d");
  t.decode("e", key);
  t.decode("f");
  for (let n = 0; n < 4; n += 1) t.decoder.give();
  assert.deepEqual(await t.log(), [`d: ${MISSING}`, "b", "c", "e", "f"]);
  assert.deepEqual([t.t.failures, t.decoder.configured.length], [0, 1]);
});

test("a stream begins anew with another size or codec, only at a keyframe, and what came before it is still given", async () => {
  for (const [other, config] of /** @type {const} */ ([
    [{ width: 320 }, "avc1.42c01f 320 480"],
    [{ height: 240 }, "avc1.42c01f 640 240"],
    [{ codec: "avc1.640034" }, "avc1.640034 640 480"],
  ])) {
    const t = setUp();
    t.decode("a", key);
    t.decode("b", other);
    t.decode("c");
    t.decode("d", { ...key, ...other });
    t.decode("e", other);
    t.decode("f");
    assert.deepEqual(t.decoder.configured, ["avc1.42c01f 640 480", config]);
    for (let n = 0; n < 4; n += 1) t.decoder.give();
    assert.deepEqual(await t.log(), [`b: ${MISSING}`, `f: ${MISSING}`, "a", "c", "d", "e"]);
    assert.deepEqual([t.frames.open, t.decoders.length], [0, 1]);
  }
});

test("a decoder that fails is let go of, and so is what waits for it; it is told once", async () => {
  const t = setUp();
  t.decode("a", key);
  t.decode("b");
  t.decode("c");
  t.decoder.give();
  t.decoder.fail();
  assert.equal(t.t.failures, 1);
  t.decode("d");
  assert.deepEqual(await t.log(), ["a", "b: no", "c: no", `d: ${MISSING}`]);
  assert.deepEqual([t.frames.open, t.t.failures], [0, 1]);
  // Somebody asked for it again.
  t.decode("e", key);
  t.decoder.give();
  assert.deepEqual([await t.log(), t.decoders.length], [["e"], 2]);
});

test("what fails at once fails as what fails later", async () => {
  const t = setUp();
  t.decode("a", { ...key, codec: "avc1.000000" });
  assert.deepEqual([await t.log(), t.t.failures, t.decoder.state], [["a: no such codec"], 1, "closed"]);
  const none = new H264(() => (t.t.failures += 1), {
    decoder: () => assert.fail("no WebCodecs here"),
    chunk: (init) => /** @type {any} */ (init),
    after: () => assert.fail("nothing waits"),
    cancel: () => assert.fail("nothing waits"),
  });
  await assert.rejects(none.decode(/** @type {any} */ ({ bytes: new Uint8Array(1), video: key })), /no WebCodecs here/);
  assert.equal(t.t.failures, 2);
});

test("a decoder that the browser takes back is no failure: the next keyframe gets another", async () => {
  const t = setUp();
  t.decode("a", key);
  t.decoder.give();
  t.decoder.fail("QuotaExceededError");
  t.decode("b");
  t.decode("c", key);
  assert.equal(t.decoders.length, 2);
  t.decoder.give();
  assert.deepEqual([await t.log(), t.t.failures, t.frames.open], [["a", `b: ${MISSING}`, "c"], 0, 0]);
  // Also where the news of it comes later.
  t.decoder.state = "closed";
  t.decode("d");
  t.decode("e", key);
  t.decoders[1]?.init.error(new DOMException("no", "QuotaExceededError"));
  t.decoder.give();
  assert.deepEqual([await t.log(), t.decoders.length, t.t.failures], [[`d: ${MISSING}`, "e"], 3, 0]);
});

test("pictures that the decoder left out are missing, and so is what builds on them", async () => {
  const t = setUp();
  for (const name of ["a", "b", "c", "d"]) t.decode(name, name === "a" ? key : {});
  t.decoder.give();
  t.decoder.give(1);
  t.decode("e");
  assert.deepEqual(await t.log(), ["a", "b: the decoder left it out", "c", `e: ${MISSING}`]);
  t.decode("f", key);
  t.decoder.give();
  t.decoder.give();
  assert.deepEqual([await t.log(), t.frames.open, t.t.failures], [["d", "f"], 0, 0]);
});

test("a picture that nobody asked for, or twice, is closed", async () => {
  const t = setUp();
  t.decode("a", key);
  const [chunk] = t.decoder.queue;
  t.decoder.give();
  t.decoder.output(Number(chunk?.timestamp));
  t.decoder.output(-1);
  assert.deepEqual([await t.log(), t.frames.open], [["a"], 0]);
});

test("another connection begins with a decoder of its own, and nothing of the old one stays open", async () => {
  const t = setUp();
  t.decode("a", key);
  t.decode("b");
  t.decoder.give();
  const [old] = t.decoders;
  t.h264.reset();
  assert.equal(old?.state, "closed");
  // It was on its way.
  old?.output(1);
  old?.init.error(new DOMException("late", "EncodingError"));
  t.decode("c");
  t.decode("d", key);
  t.decoder.give();
  assert.deepEqual(await t.log(), ["a", "b: the connection is gone", `c: ${MISSING}`, "d"]);
  assert.deepEqual([t.frames.open, t.t.failures, t.decoders.length], [0, 0, 2]);
  t.h264.reset();
  t.h264.reset();
  assert.equal(t.decoder.state, "closed");
});

test("a decoder that takes and never gives has failed", async () => {
  const t = setUp();
  for (let n = 0; n < H264.MOST_WAITING; n += 1) t.decode("a", key);
  assert.deepEqual([t.t.failures, await t.log()], [0, []]);
  t.decode("b");
  assert.deepEqual([t.t.failures, t.decoder.state, (await t.log()).length], [1, "closed", H264.MOST_WAITING + 1]);
});

test("a decoder that says nothing for too long has failed, and only while a picture waits for it", async () => {
  const t = setUp();
  t.decode("a", key);
  t.decode("b");
  assert.deepEqual([...t.timers.keys()], [1], "one is watched for all that wait");
  t.decoder.give();
  assert.deepEqual([...t.timers.keys()], [2], "the next has as long");
  t.decoder.give();
  assert.equal(t.timers.size, 0, "nothing waits");
  t.decode("c");
  const [run] = t.timers.values();
  run?.();
  assert.deepEqual([t.t.failures, t.decoder.state, t.timers.size], [1, "closed", 0]);
  t.decode("d");
  assert.deepEqual(await t.log(), ["a", "b", "c: the decoder gives no pictures", `d: ${MISSING}`]);
  t.decode("e", key);
  t.h264.reset();
  assert.deepEqual([t.timers.size, t.t.failures], [0, 1]);
});
