import assert from "node:assert/strict";
import test from "node:test";

import chunk from "../core/replay/chunk.js";
import Failure from "../core/replay/failure.js";
import pictureSize from "../core/replay/picture-size.js";
import Recording from "../core/replay/recording.js";
import { Writer, fixtures, memory, plain } from "./replay.js";

const [complete] = fixtures();

/**
 * Everything in it, in order.
 *
 * @param {Recording} recording
 */
async function items(recording) {
  const found = [];
  let { offset } = recording.placeBefore(0);
  for (let item = await recording.item(offset, true); item; item = await recording.item(offset, true)) {
    found.push(item);
    assert.ok(item.next > offset, "it goes on");
    offset = item.next;
  }
  return found;
}

for (const fixture of fixtures()) {
  test(`the fixture "${fixture.name}" is read as FORMAT.md says`, async () => {
    const recording = await Recording.open(memory(fixture.bytes));
    assert.deepEqual([recording.head.title, recording.head.lossless, recording.duration], ["a scene", true, fixture.duration]);
    assert.equal(recording.places.length, fixture.places);
    const found = await items(recording);
    assert.equal(recording.damage === null, fixture.complete);
    assert.ok(found.some(({ kind }) => kind === "part"));
    if (fixture.cut) assert.equal(recording.damage?.cut, true);
    if (fixture.flip) assert.ok(recording.damage && !recording.damage.cut && recording.damage.offset <= fixture.flip);
  });
}

test("cut anywhere, it is a recording that ends earlier, or says why it is none", async () => {
  const whole = await items(await Recording.open(memory(complete.bytes)));
  let [opened, refused] = [0, 0];
  for (let cut = 0; cut < complete.bytes.length; cut += cut < 500 ? 1 : 97) {
    const source = memory(complete.bytes.slice(0, cut));
    try {
      const recording = await Recording.open(source);
      const found = await items(recording);
      assert.deepEqual(found, whole.slice(0, found.length), `cut at ${cut}`);
      assert.equal(recording.damage?.cut, true, `cut at ${cut}`);
      opened += 1;
    } catch (error) {
      assert.ok(error instanceof Failure && !error.again, `cut at ${cut}: ${error}`);
      refused += 1;
    }
    assert.ok(source.most <= cut);
  }
  assert.ok(opened > 100 && refused > 20, `${opened} ${refused}`);
});

test("with a bit turned over anywhere, it gives nothing that was not written", async () => {
  const whole = await items(await Recording.open(memory(complete.bytes)));
  const known = new Set(whole.map((item) => JSON.stringify({ ...item, bytes: "bytes" in item ? Buffer.from(item.bytes).toString("base64") : "" })));
  for (let at = 0; at < complete.bytes.length; at += at < 300 || at > complete.bytes.length - 200 ? 1 : 61) {
    const bytes = complete.bytes.slice();
    bytes[at] = Number(bytes[at]) ^ (1 << at % 8);
    try {
      const recording = await Recording.open(memory(bytes));
      for (const item of await items(recording)) {
        assert.ok(known.has(JSON.stringify({ ...item, bytes: "bytes" in item ? Buffer.from(item.bytes).toString("base64") : "" })), `turned at ${at}`);
      }
      for (const time of [0, 3e6, 9e6]) assert.ok(recording.placeBefore(time).time <= time);
    } catch (error) {
      assert.ok(error instanceof Failure, `turned at ${at}: ${error}`);
    }
  }
});

test("nothing is read for a length that no such chunk may have, or that the file does not have", async () => {
  for (const [kind, length] of /** @type {[string, number][]} */ ([["PART", chunk.MOST + 1], ["TEXT", 256 * 1024 + 1], ["DONE", 17], ["TIME", 1], ["LATE", chunk.MOST + 1], ["PART", 1e6], ["part", 0]])) {
    const made = new Writer();
    const head = Buffer.alloc(20);
    head.write(kind, "latin1");
    head.writeUInt32LE(length, 4);
    const source = memory(new Uint8Array(Buffer.concat([made.bytes, head, Buffer.alloc(100)])));
    const recording = await Recording.open(source);
    assert.deepEqual(recording.damage, { offset: made.size, cut: kind === "PART" && length === 1e6 }, kind);
    assert.deepEqual(await items(recording), []);
    assert.ok(source.most < 1000, `${kind}: ${source.most}`);
  }
  const late = new Writer();
  late.chunk("TIME", 0);
  const bytes = late.bytes;
  // 2^63 microseconds.
  bytes[bytes.length - 5] = 0x80;
  assert.equal((await Recording.open(memory(bytes))).damage?.cut, false);
});

test("kinds and texts that it does not know are passed over", async () => {
  const made = new Writer({ title: 5, lossless: "yes" });
  made.chunk("NEWS", 1000, Buffer.from("whatever"));
  made.chunk("TEXT", 1000, Buffer.from("[1"));
  made.chunk("TEXT", 1000, Buffer.from([0x22, 0xff, 0x22]));
  made.chunk("TEXT", 1000, Buffer.from("[".repeat(200_000)));
  made.chunk("BASE", 1000, Buffer.from('{"texts": 7}'));
  made.chunk("TEXT", 1000, Buffer.from('{"type":"title","value":"known"}'));
  const recording = await Recording.open(memory(made.finish(2000)));
  assert.deepEqual(recording.head, { title: "", created: "", program: "", lossless: false, input: false });
  const [item, ...others] = await items(recording);
  assert.deepEqual([item?.kind, item && "text" in item && item.text, others], ["text", { type: "title", value: "known" }, []]);
  assert.equal(recording.damage, null);
});

test("what is none says so, and so does one of a later version", async () => {
  const version = complete.bytes.slice();
  version[8] = 2;
  await assert.rejects(Recording.open(memory(version)), /version 2 .* newer viewer/);
  await assert.rejects(Recording.open(memory(new Uint8Array(0))), /no recording of framecast/);
  await assert.rejects(Recording.open(memory(plain(8, 8, [1, 2, 3]))), /no recording of framecast/);
  const beheaded = complete.bytes.slice();
  beheaded[12] = 0x41;
  await assert.rejects(Recording.open(memory(beheaded)), /damaged at its very beginning/);
});

test("an index that makes no sense is not used: the places are found by going through", async () => {
  const wrong = [
    (/** @type {DataView} */ index) => index.setBigUint64(8, 2n ** 60n, true),
    (/** @type {DataView} */ index) => index.setBigUint64(8, 0n, true),
    (/** @type {DataView} */ index) => index.setBigUint64(0, 9_000_000n, true),
    (/** @type {DataView} */ index) => index.setBigUint64(24 + 8, index.getBigUint64(8, true), true),
  ];
  for (const [number, change] of wrong.entries()) {
    const made = new Writer();
    made.chunk("PART", 0, Buffer.alloc(300));
    const first = made.size;
    made.place(1_000_000, []);
    made.chunk("PART", 1_500_000, Buffer.alloc(200));
    made.place(2_000_000, []);
    const index = Buffer.alloc(48);
    [1_000_000, first, 300, 2_000_000, made.size - 20 - 12, 200].forEach((value, at) => index.writeBigUInt64LE(BigInt(value), 8 * at));
    change(new DataView(index.buffer, index.byteOffset, index.length));
    const at = made.size;
    made.chunk("INDX", 3_000_000, index);
    const end = Buffer.alloc(16);
    end.writeBigUInt64LE(BigInt(at), 0);
    made.chunk("DONE", 3_000_000, end);
    const recording = await Recording.open(memory(made.bytes));
    assert.deepEqual(recording.places.map(({ time, bytes }) => [time, bytes]), [[1_000_000, 300], [2_000_000, 200]], `change ${number}`);
    assert.deepEqual([recording.places[0]?.offset, recording.duration, recording.damage?.cut], [first, 3_000_000, true]);
  }
});

test("the end of a complete recording is read with two reads of chunks, wherever its index is", async () => {
  const source = memory(complete.bytes);
  await Recording.open(source);
  assert.ok(source.reads.length <= 8, `${source.reads.length} reads`);
});

test("more places than there may be are thinned out, and what changed between them is kept", async () => {
  const made = new Writer();
  for (let second = 1; second <= 32 * 1024 + 10; second += 1) {
    made.chunk("PART", second * 1e6, Buffer.from([1]));
    made.place(second * 1e6, []);
  }
  const recording = await Recording.open(memory(made.bytes));
  const { places } = recording;
  assert.ok(places.length >= 16 * 1024 && places.length < 32 * 1024, `${places.length}`);
  assert.equal(places.reduce((sum, { bytes }) => sum + bytes, recording.rest), 32 * 1024 + 10);
  assert.equal(recording.placeBefore(20_000.5e6).time, 20_000e6);
});

test("the changes before and after a time are found, over places, too", async () => {
  const made = new Writer();
  made.chunk("PART", 0, Buffer.from([1]));
  made.chunk("PART", 500_000, Buffer.from([1]));
  made.place(500_000, [Buffer.from([1])]);
  made.chunk("TIME", 1_500_000);
  made.place(2_000_000, [Buffer.from([1])]);
  made.chunk("PART", 2_500_000, Buffer.from([1]));
  made.chunk("PART", 2_500_000, Buffer.from([1]));
  const recording = await Recording.open(memory(made.finish(4_000_000)));
  const after = async (/** @type {number} */ time) => await recording.change(time, 1);
  const before = async (/** @type {number} */ time) => await recording.change(time, -1);
  assert.deepEqual([await after(0), await after(500_000), await after(2_400_000), await after(2_500_000)], [500_000, 2_500_000, 2_500_000, null]);
  assert.deepEqual([await before(4_000_000), await before(2_500_000), await before(500_000), await before(0)], [2_500_000, 500_000, 0, null]);
});

test("the picture of a place is its parts, and that of the beginning is the first update", async () => {
  const made = new Writer();
  for (const [n, time] of [0, 0, 100].entries()) made.chunk("PART", time, Buffer.from([n]));
  made.place(2e6, [Buffer.from([7]), Buffer.from([8])], [{ type: "title", value: "x" }]);
  made.chunk("PART", 2e6, Buffer.from([9]));
  const recording = await Recording.open(memory(made.finish(3e6)));
  const of = async (/** @type {number} */ time) => (await recording.picture(recording.placeBefore(time))).map((bytes) => new Uint8Array(bytes)[0]);
  assert.deepEqual([await of(0), await of(1e6), await of(2.5e6)], [[0, 1], [0, 1], [7, 8]]);
});

test("what a picture says of its size is read without decoding it", () => {
  assert.deepEqual(pictureSize(plain(20, 30, [1, 2, 3])), { width: 20, height: 30 });
  const jpeg = [0xff, 0xd8, 0xff, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9, 0xff, 0x01, 0xff, 0xc2, 0, 11, 8, 1, 0x2c, 2, 0, 3];
  assert.deepEqual(pictureSize(Uint8Array.from(jpeg)), { width: 512, height: 300 });
  for (let end = 0; end < jpeg.length - 3; end += 1) assert.equal(pictureSize(Uint8Array.from(jpeg.slice(0, end))), null, `${end}`);
  assert.equal(pictureSize(Uint8Array.from([0xff, 0xd8, ...new Array(50).fill(0)])), null);
  assert.equal(pictureSize(new TextEncoder().encode("GIF89a, which nobody writes")), null);
});
