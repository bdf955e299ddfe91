import assert from "node:assert/strict";
import test from "node:test";

import control from "../control.js";

/** @type {import("../protocol.js").Listed} */
const desk = { number: 2, label: "desk 10.0.0.7:5", role: "drive", visible: true, presenter: false, asks: false, you: false };

test("control can be given to who may drive and does not", () => {
  assert.deepEqual([control.row(desk).grant, control.row(desk).disconnect], [true, true]);
  assert.equal(control.row({ ...desk, role: "watch" }).grant, false);
  assert.equal(control.row({ ...desk, presenter: true }).grant, false);
  const own = control.row({ ...desk, you: true });
  assert.deepEqual([own.grant, own.disconnect, own.note], [false, false, "you"]);
});

test("a line says what there is to know", () => {
  assert.equal(control.row({ ...desk, presenter: true, visible: false }).note, "in control, hidden");
  assert.equal(control.row({ ...desk, role: "watch" }).note, "watches only");
  assert.equal(control.row({ ...desk, asks: true }).note, "asks for control");
});

test("the question is about the first who asks and was not put off", () => {
  const others = [desk, { ...desk, number: 3, asks: true }, { ...desk, number: 4, asks: true }];
  assert.equal(control.asker(others, new Set())?.number, 3);
  assert.equal(control.asker(others, new Set([3]))?.number, 4);
  assert.equal(control.asker(others, new Set([3, 4])), null);
});
