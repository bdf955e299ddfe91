import assert from "node:assert/strict";
import test from "node:test";

import Connection from "../core/transport/connection.js";
import events from "../core/input/events.js";
import protocol from "../core/transport/protocol.js";

test("what is pasted is one event, clean as typed text is", () => {
  assert.deepEqual(events.paste("a\r\nb\tc"), { message: { type: "paste", data: "a\nb\tc" } });
  assert.deepEqual(events.paste("\u0000\u001b[31mé😀\u007f\ud800"), { message: { type: "paste", data: "[31mé😀" } });
  assert.deepEqual(events.paste(""), { message: { type: "paste", data: "" } });
});

test("as much as one event may carry is pasted, and more is refused whole", () => {
  const most = events.MAX_PASTE;
  assert.deepEqual(events.paste("x".repeat(most)), { message: { type: "paste", data: "x".repeat(most) } });
  assert.deepEqual(events.paste("x".repeat(most + 1)), { bytes: most + 1 });
  // Bytes, not characters; and what is left out does not count.
  assert.deepEqual(events.paste("é".repeat(most / 2 + 1)), { bytes: most + 2 });
  assert.ok("message" in events.paste("\u0000".repeat(10) + "x".repeat(most)));
});

test("what may be pasted fits into one message, whatever is in it", () => {
  /** @type {string[]} */
  const sent = [];
  const socket = { readyState: 1, send: (/** @type {string} */ text) => sent.push(text), close() {} };
  const hooks = { hello: () => ({ type: "hello" }), changed() {}, message() {}, part() {}, malformed() {} };
  const rim = { socket: () => /** @type {any} */ (socket), now: () => 0, random: () => 0, after: () => 0, cancel() {} };
  const connection = new Connection(["ws://h/"], hooks, rim);
  connection.open();
  for (const text of ["x", "é", "日", "😀"]) {
    const count = events.MAX_PASTE / new TextEncoder().encode(text).length;
    const made = events.paste(text.repeat(Math.floor(count)));
    assert.ok("message" in made && connection.send(made.message), JSON.stringify(text));
  }
  assert.equal(sent.length, 4);
  // What is two bytes on the wire for each of its own is refused before it would be too long there.
  const around = JSON.stringify({ type: "paste", data: "" }).length;
  for (const text of ["\n", '"', "\\", "\t"]) {
    const most = Math.floor((events.MAX_MESSAGE - around) / 2);
    const made = events.paste(text.repeat(most));
    assert.ok("message" in made && connection.send(made.message), JSON.stringify(text));
    assert.deepEqual(events.paste(text.repeat(most + 1)), { bytes: most + 1 });
  }
});

test("text for the clipboard is taken whole or not at all", () => {
  const read = (/** @type {object} */ fields) => protocol.parseMessage(JSON.stringify({ type: "clipboard", ...fields }));
  assert.deepEqual(read({ text: "a\nb" }), { type: "clipboard", text: "a\nb" });
  assert.deepEqual(read({ text: "" }), { type: "clipboard", text: "" });
  const most = "x".repeat(protocol.MAX_CLIPBOARD);
  assert.deepEqual(read({ text: most }), { type: "clipboard", text: most });
  for (const text of [`${most}x`, 1, null, ["a"], undefined]) assert.equal(read({ text }), null);
});
