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

test("no message that is cut anywhere, or has any byte changed, makes the parser throw", () => {
  for (const { hex: message } of fixtures("parts.json")) {
    const bytes = new Uint8Array(buffer(message));
    for (let length = 0; length < bytes.length; length += 1) {
      const part = protocol.parsePart(bytes.slice(0, length).buffer);
      assert.ok(length > 82 || part === null);
    }
    for (let at = 0; at < bytes.length; at += 1) {
      for (const value of [0, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        const part = protocol.parsePart(changed.buffer);
        if (part) sound(part);
      }
    }
  }
});

/** @param {import("../core/transport/protocol.js").Part} part */
function sound({ tiles, tileWidth, tileHeight, width, height, bytes }) {
  const grid = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
  assert.ok(tiles.length >= 1 && tiles.length <= 256 && tileHeight * tiles.length <= protocol.MAX_SIDE);
  assert.ok(tiles.every((tile, index) => tile < grid && (index === 0 || tile > Number(tiles[index - 1]))));
  assert.ok(width * height <= protocol.MAX_AREA && bytes.length > 0);
}

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
