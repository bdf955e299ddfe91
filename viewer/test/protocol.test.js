import assert from "node:assert/strict";
import test from "node:test";

import protocol from "../core/transport/protocol.js";
import fixtures from "./fixtures.js";

/** @param {string} hex */
function buffer(hex) {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  return bytes.buffer;
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const { name, hex: message, fields } of fixtures("parts.json")) {
  test(`a part of an update: ${name}`, () => {
    const part = protocol.parsePart(buffer(message));
    if (!fields) return assert.equal(part, null);
    assert.ok(part);
    const { bytes, tiles, sequence, ...plain } = part;
    const read = { ...plain, tiles: [...tiles], sequence: String(sequence), payload: hex(bytes) };
    assert.deepEqual(read, fields);
  });
}

for (const { name, hex: message, fields } of fixtures("video.json")) {
  test(`a picture of a video: ${name}`, () => {
    const part = protocol.parseVideo(buffer(message));
    if (!fields) return assert.equal(part, null);
    assert.ok(part);
    const { bytes, tiles, sequence, ...plain } = part;
    assert.deepEqual({ ...plain, tiles: [...tiles], sequence: String(sequence), payload: hex(bytes) }, fields);
  });
}

test("a part is no picture of a video, nor the other way around", () => {
  for (const { hex: message } of fixtures("video.json").filter(({ name }) => !name.startsWith("a part"))) {
    assert.equal(protocol.parsePart(buffer(message)), null);
  }
  for (const { hex: message } of fixtures("parts.json")) assert.equal(protocol.parseVideo(buffer(message)), null);
});

for (const [file, parse, shortest] of /** @type {const} */ ([
  ["parts.json", protocol.parsePart, 82],
  ["video.json", protocol.parseVideo, 84],
])) {
  test(`no message of ${file} that is cut anywhere, or has any byte changed, makes the parser throw`, () => {
    for (const { hex: message } of fixtures(file)) {
      const bytes = new Uint8Array(buffer(message));
      for (let length = 0; length < bytes.length; length += 1) {
        const part = parse(bytes.slice(0, length).buffer);
        assert.ok(length > shortest || part === null);
      }
      for (let at = 0; at < bytes.length; at += 1) {
        for (const value of [0, 0x7f, 0x80, 0xff]) {
          const changed = bytes.slice();
          changed[at] = value;
          const part = parse(changed.buffer);
          if (part) sound(part);
        }
      }
    }
  });
}

/** @param {import("../core/transport/protocol.js").Part | import("../core/transport/protocol.js").VideoPart} part */
function sound({ tiles, tileWidth, tileHeight, width, height, bytes, video }) {
  const grid = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
  if (video) {
    const [w, h] = video.half ? [Math.ceil(width / 2), Math.ceil(height / 2)] : [width, height];
    assert.deepEqual([video.width, video.height], [w + (w % 2), h + (h % 2)]);
    assert.match(video.codec, /^avc1\.[0-9a-f]{6}$/);
    assert.ok(tiles.length >= 1 && tiles.length <= 65_536);
  } else {
    assert.ok(tiles.length >= 1 && tiles.length <= 256 && tileHeight * tiles.length <= protocol.MAX_SIDE);
  }
  assert.ok(tiles.every((tile, index) => tile < grid && (index === 0 || tile > Number(tiles[index - 1]))));
  assert.ok(width * height <= protocol.MAX_AREA && bytes.length > 0);
}

test("ranges may list every tile that has a number, and no more", () => {
  const { hex: message } = fixtures("video.json")[0];
  const view = new DataView(buffer(message));
  const bytes = /** @type {ArrayBuffer} */ (view.buffer);
  // 256 × 257 tiles.
  for (const at of [14, 16]) view.setUint16(at, 8, true);
  for (const [at, side] of /** @type {const} */ ([[20, 2048], [24, 2056]])) view.setUint32(at, side, true);
  for (const [at, side] of /** @type {const} */ ([[28, 2048], [30, 2056]])) view.setUint16(at, side, true);
  view.setUint16(88, 1, true);
  view.setUint16(90, 65_535, true);
  assert.equal(protocol.parseVideo(bytes)?.tiles.at(-1), 65_535);
  view.setUint16(88, 2, true);
  assert.equal(protocol.parseVideo(bytes), null);
});

test("the largest area passes, and one row more does not", () => {
  const { hex: message } = fixtures("parts.json")[0];
  const view = new DataView(buffer(message));
  view.setUint32(20, 32768, true);
  view.setUint32(24, protocol.MAX_AREA / 32768, true);
  assert.ok(protocol.parsePart(/** @type {ArrayBuffer} */ (view.buffer)));
  view.setUint32(24, protocol.MAX_AREA / 32768 + 1, true);
  assert.equal(protocol.parsePart(/** @type {ArrayBuffer} */ (view.buffer)), null);
});

for (const { name, text, message } of fixtures("server-messages.json")) {
  test(`a text message: ${name}`, () => assert.deepEqual(protocol.parseMessage(text), message));
}

test("an endless title is cut", () => {
  const text = JSON.stringify({ type: "title", value: "x".repeat(100_000) });
  const message = protocol.parseMessage(text);
  assert.deepEqual(message, { type: "title", value: "x".repeat(protocol.MAX_TEXT) });
});
