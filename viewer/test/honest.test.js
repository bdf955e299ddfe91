import assert from "node:assert/strict";
import test from "node:test";

import honest from "../core/decode/honest.js";

test("the pattern has every value in every channel, is opaque, and has no plain area", () => {
  const pixels = honest.pattern();
  assert.equal(pixels.length, honest.SIDE ** 2 * 4);
  for (const channel of [0, 1, 2]) {
    const values = new Set(pixels.filter((_, at) => at % 4 === channel));
    assert.equal(values.size, 256);
  }
  assert.ok(pixels.filter((_, at) => at % 4 === 3).every((alpha) => alpha === 255));
  let alike = 0;
  for (let at = 4; at < pixels.length; at += 4) {
    alike += Number([0, 1, 2].every((channel) => pixels[at + channel] === pixels[at + channel - 4]));
  }
  assert.equal(alike, 0);
});

test("one low bit of one pixel is noticed, and so is what has another size", () => {
  const read = honest.pattern();
  assert.ok(honest.same(honest.pattern(), read));
  read[4321] = (read[4321] ?? 0) ^ 1;
  assert.ok(!honest.same(honest.pattern(), read));
  assert.ok(!honest.same(honest.pattern(), honest.pattern().subarray(4)));
});
