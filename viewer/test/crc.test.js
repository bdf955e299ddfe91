import assert from "node:assert/strict";
import test from "node:test";
import zlib from "node:zlib";

import crc from "../core/decode/crc.js";

test("the known sum of the digits 1 to 9, as the colors of three pixels", () => {
  const bytes = [..."123456789"].map((digit) => digit.charCodeAt(0));
  const rgba = [...bytes.slice(0, 3), 255, ...bytes.slice(3, 6), 7, ...bytes.slice(6), 0];
  assert.equal(crc.hex(crc.pixels(0, rgba)), "cbf43926");
});

test("no pixels give 0, in eight digits", () => {
  assert.equal(crc.hex(crc.pixels(0, [])), "00000000");
});

test("in pieces it is the same as in one, and the fourth byte never counts", () => {
  const rgba = Uint8ClampedArray.from({ length: 4000 }, (_, index) => (index * 7919) >> 3);
  const whole = crc.pixels(0, rgba);
  assert.equal(crc.pixels(crc.pixels(0, rgba.subarray(0, 1200)), rgba.subarray(1200)), whole);
  assert.equal(crc.pixels(0, rgba.map((byte, index) => (index % 4 === 3 ? 255 : byte))), whole);
  rgba[8] = Number(rgba[8]) ^ 1;
  assert.notEqual(crc.pixels(0, rgba), whole);
});

test("it is the sum that gzip writes, too", () => {
  const file = zlib.gzipSync(Buffer.from("RGBRGB"));
  const sum = file.readUInt32LE(file.length - 8);
  assert.equal(crc.pixels(0, [82, 71, 66, 0, 82, 71, 66, 0]), sum);
});
