import assert from "node:assert/strict";
import test from "node:test";

import protocol from "../protocol.js";
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

for (const { name, hex: message, fields } of fixtures("pictures.json")) {
  test(`a picture message: ${name}`, () => {
    const picture = protocol.parsePicture(buffer(message));
    if (!fields) return assert.equal(picture, null);
    assert.ok(picture);
    assert.deepEqual(
      {
        encoding: picture.mime.replace("image/", ""),
        update: picture.update,
        width: picture.width,
        height: picture.height,
        ratio: picture.ratio,
        time: picture.time,
        sequence: String(picture.sequence),
        payload: hex(picture.bytes),
      },
      fields,
    );
    assert.equal(picture.exact, fields.encoding === "png");
  });
}

test("no message that is cut anywhere, or has any byte changed, makes the parser throw", () => {
  for (const { hex: message } of fixtures("pictures.json")) {
    const bytes = new Uint8Array(buffer(message));
    for (let length = 0; length <= bytes.length; length += 1) {
      const picture = protocol.parsePicture(bytes.slice(0, length).buffer);
      assert.ok(length > 40 || picture === null);
    }
    for (let at = 0; at < bytes.length; at += 1) {
      for (const value of [0, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        protocol.parsePicture(changed.buffer);
      }
    }
  }
});

test("the largest area passes, and one row more does not", () => {
  const { hex: message } = fixtures("pictures.json")[0];
  const view = new DataView(buffer(message));
  view.setUint32(8, 32768, true);
  view.setUint32(12, protocol.MAX_AREA / 32768, true);
  assert.ok(protocol.parsePicture(/** @type {ArrayBuffer} */ (view.buffer)));
  view.setUint32(12, protocol.MAX_AREA / 32768 + 1, true);
  assert.equal(protocol.parsePicture(/** @type {ArrayBuffer} */ (view.buffer)), null);
});

for (const { name, text, message } of fixtures("server-messages.json")) {
  test(`a text message: ${name}`, () => assert.deepEqual(protocol.parseMessage(text), message));
}

test("an endless title is cut", () => {
  const text = JSON.stringify({ type: "title", value: "x".repeat(100_000) });
  const message = protocol.parseMessage(text);
  assert.deepEqual(message, { type: "title", value: "x".repeat(protocol.MAX_TEXT) });
});
