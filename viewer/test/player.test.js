import assert from "node:assert/strict";
import test from "node:test";

import Failure from "../core/replay/failure.js";
import needed from "../core/replay/needed.js";
import Player from "../core/replay/player.js";
import strip from "../core/replay/strip.js";
import fixturesOf from "./fixtures.js";
import { Decoder, Writer, fixtures, memory, part, plain, player, settled } from "./replay.js";

/** Of 64 × 32 pixels in two tiles, one color each. */
const SIZE = { width: 64, height: 32 };
/** @type {(color: number, tiles?: number[]) => Buffer} */
const colored = (color, tiles = [0, 1]) => part({ ...SIZE, tiles, bytes: plain(32, 32 * tiles.length, [color, color, color]) });

/** A recording of a change each tenth of a second, the color telling which; a place each second. */
function made(seconds = 10) {
  const writer = new Writer({ title: "colors" });
  writer.chunk("PART", 0, colored(0));
  for (let tenth = 1; tenth < seconds * 10; tenth += 1) {
    writer.chunk("PART", tenth * 100_000, colored(tenth, [tenth % 2]));
    if (tenth % 10 === 0) writer.place(tenth * 100_000, tenth % 2 ? [colored(tenth, [1]), colored(tenth - 1, [0])] : [colored(tenth, [0]), colored(tenth - 1, [1])], [{ type: "title", value: `second ${tenth / 10}` }]);
  }
  return writer.finish(seconds * 1e6);
}

/** What the two tiles show. @param {import("./replay.js").Canvas} canvas */
const colors = (canvas) => [canvas.pixels[0], canvas.pixels[32 * 4]];

for (const fixture of fixtures()) {
  test(`the fixture "${fixture.name}" shows exactly what FORMAT.md says, at each time, from anywhere`, async () => {
    const { player: plays, canvas, open } = await player(memory(fixture.bytes));
    const orders = [fixture.times, [...fixture.times].reverse(), fixture.times.flatMap((/** @type {any} */ time) => [fixture.times[0], time])];
    for (const times of orders) {
      for (const { time, crc, width, height, title, cursor } of times) {
        plays.seek(time);
        await settled();
        assert.equal(plays.seeking, false);
        assert.deepEqual([canvas.crc, canvas.width, canvas.height, plays.title, plays.cursor], [crc, width, height, title, cursor], `at ${time}`);
      }
    }
    assert.equal(plays.broken, 0);
    plays.stop();
    await settled();
    assert.equal(open.bitmaps, 0, "all bitmaps are closed");
  });

  test(`the fixture "${fixture.name}" plays so, at any speed`, async () => {
    for (const rate of [0.25, 1, 7, 16]) {
      const { player: plays, canvas, clock, news, open } = await player(memory(fixture.bytes));
      plays.rate = rate;
      plays.seek(0);
      await settled();
      plays.play();
      let before = 0;
      for (const { time, crc, title } of fixture.times) {
        // Things that are near one another are drawn as one.
        if (time > 0 && time < fixture.duration) await clock.pass((time - before) / 1e6 / rate + 0.02);
        else continue;
        before = time + 0.02e6 * rate;
        const next = fixtures()[0].times.find((/** @type {any} */ other) => other.time > time);
        if (next && before >= next.time) continue;
        assert.deepEqual([canvas.crc, plays.title], [crc, title], `at ${time}, ${rate} times as fast`);
      }
      await clock.pass((fixture.duration - before) / 1e6 / rate + 0.1);
      assert.deepEqual([plays.ended, plays.paused, plays.time], [true, true, fixture.duration]);
      assert.equal(news.at(-1), "ended");
      assert.equal(clock.waiting, 0, "no timer is left");
      plays.stop();
      await settled();
      assert.equal(open.bitmaps, 0);
    }
  });
}

test("it plays in time, pauses, goes on, and changes its speed", async () => {
  const { player: plays, canvas, clock, news } = await player(memory(made()));
  plays.seek(0);
  await settled();
  assert.deepEqual([plays.time, plays.paused, colors(canvas)], [0, true, [0, 0]]);
  await clock.pass(3);
  assert.deepEqual([plays.time, colors(canvas)], [0, [0, 0]]);
  plays.play();
  await clock.pass(0.55);
  assert.deepEqual([Math.round(plays.time / 10) * 10, colors(canvas)], [550_000, [4, 5]]);
  plays.pause();
  await clock.pass(5);
  assert.deepEqual([Math.round(plays.time / 10) * 10, colors(canvas)], [550_000, [4, 5]]);
  plays.rate = 2;
  plays.play();
  await clock.pass(0.25);
  assert.deepEqual([Math.round(plays.time / 10) * 10, colors(canvas)], [1_050_000, [10, 9]]);
  plays.rate = 0.25;
  await clock.pass(0.4);
  assert.deepEqual([Math.round(plays.time / 10) * 10, colors(canvas)], [1_150_000, [10, 11]]);
  for (const [wish, rate] of [[1000, 16], [0, 0.25], [NaN, 0.25], [-3, 0.25]]) {
    plays.rate = Number(wish);
    assert.equal(plays.rate, rate);
  }
  assert.deepEqual(news.filter((name) => name !== "shown" && name !== "texts"), ["seeking", "seeked", "play", "playing", "pause", "ratechange", "play", "playing", "ratechange", "ratechange", "ratechange"]);
});

test("at its end it stops, and plays from the beginning; in a loop it does not stop", async () => {
  let loops = false;
  const { player: plays, canvas, clock, news } = await player(memory(made(2)), { loops: () => loops });
  plays.seek(1_900_000);
  await settled();
  plays.play();
  await clock.pass(0.2);
  assert.deepEqual([plays.ended, plays.time, colors(canvas), news.at(-1)], [true, 2e6, [18, 19], "ended"]);
  plays.play();
  await clock.pass(0.25);
  assert.deepEqual([plays.ended, Math.round(plays.time / 10) * 10, colors(canvas)], [false, 250_000, [2, 1]]);
  loops = true;
  plays.seek(1_900_000);
  await clock.pass(0.35);
  assert.deepEqual([plays.ended, plays.paused, Math.round(plays.time / 10) * 10, colors(canvas)], [false, false, 250_000, [2, 1]]);
});

test("to seek, it decodes only what is seen in the end", async () => {
  const { player: plays, canvas, open } = await player(memory(made()));
  plays.seek(0);
  await settled();
  const before = open.decoded;
  plays.seek(9_950_000);
  await settled();
  assert.deepEqual([colors(canvas), open.decoded - before], [[98, 99], 2]);
  // Back, to where only the place is needed.
  plays.seek(5_000_000);
  await settled();
  assert.deepEqual([colors(canvas), plays.title], [[50, 49], "second 5"]);
  plays.seek(4_000_000 - 1);
  await settled();
  assert.deepEqual([colors(canvas), plays.title], [[38, 39], "second 3"]);
});

test("what the canvas lost is drawn anew", async () => {
  const { player: plays, canvas } = await player(memory(made()));
  plays.seek(5_350_000);
  await settled();
  canvas.pixels.fill(200);
  plays.redraw();
  await settled();
  assert.deepEqual([colors(canvas), plays.time, plays.seeking], [[52, 53], 5_350_000, false]);
});

test("a newer seek overtakes an older one, and shows nothing of it", async () => {
  const bytes = made();
  /** @type {(() => void)[]} */
  const held = [];
  const source = memory(bytes);
  const read = source.read;
  let holds = false;
  source.read = async (offset, length, signal) => {
    if (holds) await new Promise((resolve) => held.push(() => resolve(undefined)));
    return await read.call(source, offset, length, signal);
  };
  /** @type {number[][]} */
  const drawn = [];
  const { player: plays, canvas, news } = await player(source);
  plays.seek(0);
  await settled();
  holds = true;
  plays.seek(8_050_000);
  await settled();
  plays.seek(2_050_000);
  await settled();
  const release = async () => {
    for (let n = 0; n < 1000 && held.length > 0; n += 1) {
      held.splice(0).forEach((go) => go());
      await settled();
      drawn.push([...colors(canvas)].map(Number));
    }
  };
  await release();
  assert.deepEqual(colors(canvas), [20, 19]);
  assert.ok(drawn.every(([a]) => a === 0 || a === 20), JSON.stringify(drawn));
  assert.equal(plays.time, 2_050_000);
  assert.equal(news.filter((name) => name === "seeked").length, 2);
});

test("seeks one after the other, anywhere, at any moment, show what is there in the end", async () => {
  const { player: plays, canvas, clock, open } = await player(memory(made(5)));
  plays.seek(0);
  plays.play();
  let state = 7;
  for (let round = 0; round < 300; round += 1) {
    state = (state * 48_271) % 2_147_483_647;
    const tenth = state % 50;
    plays.seek(tenth * 100_000 + (state % 3) * 30_000);
    if (state % 5 === 0) await clock.pass(0.01);
    else if (state % 5 < 3) await settled();
    else for (let n = 0; n < state % 11; n += 1) await null;
    if (state % 7 === 0) {
      plays.pause();
      await settled();
      const now = Math.floor(plays.time / 100_000);
      assert.deepEqual(colors(canvas), now % 2 ? [now - 1, now] : [now, Math.max(now - 1, 0)], `round ${round}`);
      plays.play();
    }
  }
  plays.stop();
  await settled();
  assert.equal(open.bitmaps, 0);
});

test("it steps from change to change, both ways", async () => {
  const { player: plays, canvas } = await player(memory(made(3)));
  plays.seek(950_000);
  await settled();
  plays.play();
  const seen = [];
  for (const by of /** @type {(1 | -1)[]} */ ([1, 1, -1, -1, -1])) {
    await plays.step(by);
    await settled();
    seen.push([plays.paused, plays.time, Math.max(...colors(canvas).map(Number))]);
  }
  assert.deepEqual(seen, [[true, 1e6, 10], [true, 1.1e6, 11], [true, 1e6, 10], [true, 9e5, 9], [true, 8e5, 8]]);
});

test("while what comes next is not there the clock stands, and says so after a moment", async () => {
  const source = memory(made());
  const read = source.read;
  /** @type {(() => void) | null} */
  let go = null;
  let stops = Infinity;
  source.read = async (offset, length, signal) => {
    if (offset > stops) await new Promise((resolve) => (go = () => resolve(undefined)));
    return await read.call(source, offset, length, signal);
  };
  const { player: plays, canvas, clock, news, recording } = await player(source);
  plays.seek(0);
  await settled();
  stops = /** @type {any} */ (recording.places[2]).offset;
  plays.play();
  await clock.pass(10);
  assert.ok(plays.time <= 3_100_000 && plays.time >= 2_900_000, `${plays.time}`);
  assert.deepEqual([plays.waiting, plays.paused, news.at(-1)], [true, false, "waiting"]);
  const { time } = plays;
  stops = Infinity;
  /** @type {any} */ (go)();
  await settled();
  assert.deepEqual([plays.waiting, news.at(-1)], [false, "playing"]);
  await clock.pass(1);
  assert.ok(Math.abs(plays.time - time - 1e6) < 2, `${plays.time - time}`);
  assert.equal(Math.max(...colors(canvas).map(Number)), Math.floor(plays.time / 1e5));
});

test("a picture that takes long to decode delays what follows, and is not skipped", async () => {
  /** @type {(() => void)[]} */
  const held = [];
  let holds = false;
  const open = new Decoder();
  const slow = async (/** @type {any} */ part) => {
    if (holds) await new Promise((resolve) => held.push(() => resolve(undefined)));
    return await open.decode(part);
  };
  const { player: plays, canvas, clock } = await player(memory(made()), { decode: slow });
  plays.seek(0);
  await settled();
  holds = true;
  plays.seek(5_000_000);
  await settled();
  plays.play();
  await clock.pass(3);
  assert.deepEqual([plays.seeking, plays.time, colors(canvas)], [true, 5e6, [0, 0]]);
  holds = false;
  held.splice(0).forEach((go) => go());
  await clock.pass(0.15);
  assert.deepEqual([plays.seeking, Math.round(plays.time / 10) * 10, colors(canvas)], [false, 5_150_000, [50, 51]]);
  // The browser may never say.
  holds = true;
  plays.pause();
  plays.seek(1_000_000);
  await clock.pass(11);
  assert.deepEqual([plays.seeking, plays.broken, plays.shown?.exact], [false, 2, false]);
  plays.stop();
  held.splice(0).forEach((go) => go());
  await settled();
  assert.equal(open.bitmaps, 0, "what came too late is closed, too");
});

test("over a damage it stands still, and goes on at the next place", async () => {
  const bytes = made(6);
  const { recording } = await player(memory(bytes));
  const third = /** @type {any} */ (recording.places[2]);
  // In the parts after the third place, before the fourth.
  bytes[third.offset + 700] = Number(bytes[third.offset + 700]) ^ 1;
  const { player: plays, canvas, clock, news } = await player(memory(bytes));
  plays.seek(2_500_000);
  await settled();
  plays.play();
  await clock.pass(1.3);
  const at = Math.max(...colors(canvas).map(Number));
  assert.ok(at >= 29 && at < 38, `${at}`);
  assert.ok(news.includes("damaged"));
  await clock.pass(0.25);
  assert.deepEqual([colors(canvas), plays.title], [[40, 39], "second 4"]);
  plays.seek(3_950_000);
  await settled();
  assert.equal(Math.max(...colors(canvas).map(Number)), at);
  plays.seek(5_950_000);
  await settled();
  assert.deepEqual(colors(canvas), [58, 59]);
});

test("what cannot be read is tried again, later and later, and at once when somebody asks", async () => {
  const source = memory(made());
  const read = source.read;
  let fails = false;
  let tries = 0;
  source.read = async (offset, length, signal) => {
    if (fails) {
      tries += 1;
      throw new Failure("The network is away.", { again: true });
    }
    return await read.call(source, offset, length, signal);
  };
  const { player: plays, canvas, clock, news } = await player(source);
  plays.seek(0);
  await settled();
  fails = true;
  plays.seek(7_000_000);
  await settled();
  assert.deepEqual([plays.failure?.message, plays.retryAt, plays.seeking], ["The network is away.", clock.time + 0.5, true]);
  await clock.pass(100);
  assert.ok(tries >= 8 && tries <= 12, `${tries}`);
  fails = false;
  plays.retry();
  await settled();
  assert.deepEqual([plays.failure, plays.seeking, colors(canvas)], [null, false, [70, 69]]);
  assert.equal(news.filter((name) => name === "seeked").length, 2);
  fails = true;
  source.read = async () => {
    throw new Failure("It is another file now.");
  };
  plays.seek(1_000_000);
  await clock.pass(100);
  assert.deepEqual([plays.failure?.message, plays.retryAt, clock.waiting], ["It is another file now.", null, 0]);
});

test("pictures that are not what their part says are not decoded, and those that cannot be are counted", async () => {
  const writer = new Writer();
  writer.chunk("PART", 0, colored(9));
  // Says 60,000 × 60,000.
  const bomb = plain(32, 32, [1, 1, 1]);
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  writer.chunk("PART", 100_000, part({ ...SIZE, tiles: [0], bytes: bomb }));
  writer.chunk("PART", 200_000, part({ ...SIZE, tiles: [1], bytes: Buffer.from("what is this?") }));
  writer.chunk("PART", 300_000, Buffer.from("no part at all"));
  // 256 tiles of 1024 × 1024.
  const large = Array.from({ length: 60 }, (_, tile) => tile);
  writer.chunk("PART", 400_000, part({ width: 16_000, height: 16_000, tile: 1024, tiles: large, bytes: plain(8, 8, [1, 1, 1]) }));
  // Live only.
  writer.chunk("PART", 450_000, Buffer.from(fixturesOf("video.json")[0].hex, "hex"));
  writer.chunk("PART", 500_000, colored(5, [1]));
  const { player: plays, canvas, clock, open } = await player(memory(writer.finish(1e6)));
  plays.seek(0);
  await settled();
  plays.play();
  await clock.pass(2);
  assert.deepEqual([plays.broken, colors(canvas), plays.ended, open.decoded], [5, [9, 5], true, 2]);
  assert.equal(plays.shown?.exact, false);
  plays.seek(0);
  await settled();
  assert.equal(plays.shown?.exact, true);
});

test("what waits has a limit, in bytes and in pixels", async () => {
  const writer = new Writer();
  const noise = Buffer.alloc(3_000_000);
  writer.chunk("PART", 0, colored(0));
  for (let n = 1; n <= 30; n += 1) writer.chunk("PART", n * 1000, part({ ...SIZE, tiles: [0], bytes: Buffer.concat([plain(32, 32, [n, n, n]), noise]) }));
  const source = memory(writer.finish(1e6));
  let [held, most] = [0, 0];
  const open = new Decoder();
  const { player: plays, canvas } = await player(source, {
    decode: async (/** @type {any} */ part) => {
      held += part.bytes.length;
      most = Math.max(most, held);
      await settled();
      held -= part.bytes.length;
      return await open.decode(part);
    },
  });
  plays.seek(1e6);
  for (let n = 0; n < 20; n += 1) await settled();
  assert.equal(colors(canvas)[0], 30);
  assert.ok(most < Player.MOST_BYTES, `${most} bytes at once`);
  // One of each 16 MiB was needed.
  assert.ok(open.decoded < 9, `${open.decoded} decoded`);
});

test("of parts that newer ones cover, none is needed; steps have a limit", () => {
  const tile = (/** @type {number[]} */ tiles, size = {}) => /** @type {any} */ ({ width: 64, height: 64, tileWidth: 16, tileHeight: 16, ...size, tiles: Uint16Array.from(tiles) });
  const [a, b, c, d] = [tile([0, 1, 2]), tile([0, 1]), tile([2]), tile([1])];
  assert.deepEqual(needed([a, b, c, d], 1e6), [[b, c, d]]);
  assert.deepEqual(needed([a, c, b], 1e6), [[c, b]]);
  assert.deepEqual(needed([a, d], 1e6), [[a, d]]);
  // So many pixels at once; a part that has more is alone.
  assert.deepEqual(needed([a, b, c, d], 2 * 256), [[b], [c, d]]);
  assert.deepEqual(needed([a], 1), [[a]]);
  assert.deepEqual(needed([], 1), []);
  // Of another size, nothing before it is seen; of other tiles, nobody knows what is.
  const larger = tile([0], { width: 80 });
  assert.deepEqual(needed([a, larger, tile([0, 1], { width: 80 })], 1e6).flat().length, 1);
  const coarse = tile([0, 1, 2, 3], { tileWidth: 32, tileHeight: 32 });
  assert.deepEqual(needed([a, coarse, d], 1e6), [[a], [coarse], [d]]);
});

test("the strip tells where much changed", () => {
  const places = [{ time: 1e6, offset: 1, bytes: 100 }, { time: 2e6, offset: 2, bytes: 400 }];
  assert.deepEqual(strip({ places, rest: 0, duration: 4e6 }, 4), [0.5, 1, 0, 0]);
  // Many in one column.
  const many = Array.from({ length: 1000 }, (_, n) => ({ time: n * 1000, offset: n, bytes: n < 500 ? 0 : 10 }));
  const [first, last] = strip({ places: many, rest: 10, duration: 1e6 }, 2);
  assert.ok(Number(first) < 0.1 && last === 1, `${first} ${last}`);
  assert.deepEqual(strip({ places: [], rest: 5, duration: 1e6 }, 10), []);
  assert.deepEqual(strip({ places, rest: 0, duration: 0 }, 10), []);
});
