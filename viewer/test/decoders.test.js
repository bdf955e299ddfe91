import assert from "node:assert/strict";
import { test } from "node:test";
import decoders from "../core/decode/decoders.js";

test("a decoder is found by its number on the wire, and no other number has one", () => {
  assert.deepEqual([0, 1, 2, 3, 255, Number.NaN].map(decoders.named), [null, "jpeg", "png", null, null, null]);
});

test("a decoder gives the browser the bytes as what they are, and the pixels stay as they are in the file", async () => {
  /** @type {unknown[][]} */
  const asked = [];
  const before = globalThis.createImageBitmap;
  // @ts-ignore: a browser's
  globalThis.createImageBitmap = async (...args) => asked.push(args);
  try {
    await decoders.jpeg.decode(new Uint8Array([1]));
    await decoders.png.decode(new Uint8Array([1, 2]));
  } finally {
    globalThis.createImageBitmap = before;
  }
  const seen = asked.map(([blob, options]) => [/** @type {Blob} */ (blob).type, /** @type {Blob} */ (blob).size, options]);
  const plain = { colorSpaceConversion: "none" };
  assert.deepEqual(seen, [["image/jpeg", 1, plain], ["image/png", 2, plain]]);
});

test("only what is exact counts as exact", () => {
  assert.deepEqual([decoders.isExact("jpeg"), decoders.isExact("png"), decoders.isExact("h264")], [false, true, false]);
});
