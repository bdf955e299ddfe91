import assert from "node:assert/strict";
import test from "node:test";

import events from "../core/input/events.js";

const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };

test("a wheel message has every field", () => {
  const message = events.wheel({ dx: -5, dy: 7, unit: "pixel" }, { ...none, ctrlKey: true }, { x: 1, y: 2 }, [3]);
  assert.deepEqual(message, {
    type: "wheel", dx: -5, dy: 7, x: 1, y: 2, buttons: [3], modifiers: ["Control"], unit: "pixel",
  });
  const notch = events.wheel({ dx: 0, dy: 100, unit: "notch" }, none, { x: 1, y: 2 }, []);
  assert.deepEqual([notch.unit, notch.phase], ["notch", "discrete"]);
});

test("a wheel that turns without end stays finite and in range", () => {
  const message = events.wheel({ dx: NaN, dy: 1e300, unit: "pixel" }, none, { x: 1, y: 2 }, []);
  assert.deepEqual([message.dx, message.dy], [0, events.MAX_COORDINATE]);
});

test("all modifiers have names, in one order", () => {
  const all = { shiftKey: true, ctrlKey: true, altKey: true, metaKey: true };
  assert.deepEqual(events.modifiers(all), ["Shift", "Control", "Alt", "Meta"]);
});

test("text is cut between characters, at what one event may carry", () => {
  const encode = (/** @type {string} */ text) => new TextEncoder().encode(text).length;
  for (const character of ["x", "é", "に", "😀"]) {
    const { data } = events.char(character.repeat(events.MAX_TEXT), false, "insertFromPaste");
    const size = encode(character);
    assert.equal(encode(data), Math.floor(events.MAX_TEXT / size) * size);
  }
  assert.equal(encode(events.char("x" + "😀".repeat(5000), false, "").data), events.MAX_TEXT - 3);
});

test("no text makes a message that is too long for the server", () => {
  for (const worst of ["\u0001", '"', "\\", "\n", "\ud800", "\u2028", "\u007f", "é", "\r\n"]) {
    const message = JSON.stringify(events.char(worst.repeat(1 << 20), false, "insertFromPaste"));
    assert.ok(new TextEncoder().encode(message).length < 64 * 1024, JSON.stringify(worst));
  }
});

test("control characters and halves of characters are left out, lines stay", () => {
  const { data } = events.char("a\u0000b\u001b[0m\r\nc\td\ud83d e\u007f", false, "insertFromPaste");
  assert.equal(data, "ab[0m\nc\td e");
});
