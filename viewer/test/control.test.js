import assert from "node:assert/strict";
import test from "node:test";

import control from "../core/control.js";

test("who came and who went is told by name, and of many only how many they are", () => {
  const of = (/** @type {[number, string][]} */ ...these) => new Map(these);
  const [desk, lab, wall] = /** @type {[number, string][]} */ ([[1, "desk"], [2, "lab"], [3, "wall"]]);
  assert.equal(control.changes(of(desk), of(desk)), "");
  assert.equal(control.changes(of(desk), of(desk, lab)), "lab joined.");
  assert.equal(control.changes(of(desk, lab), of(lab)), "desk left.");
  assert.equal(control.changes(of(desk), of(lab, wall)), "2 viewers joined. desk left.");
});

/** @type {import("../core/transport/protocol.js").Listed} */
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

const free = { presenter: false, can_ask: true, asks: false };
const drives = { presenter: true, can_ask: false, asks: false };
const waits = { presenter: false, can_ask: true, asks: true };
const shut = { presenter: false, can_ask: false, asks: false };
const nothing = { asked: false, declined: false };

test("a view that takes what it gets says nothing about control", () => {
  for (const told of [free, drives, waits, shut]) assert.equal(control.wish("auto", told, nothing), null);
});

test("a view that wants control asks for it once on a connection, where that makes sense", () => {
  assert.equal(control.wish("request", free, nothing), "request");
  assert.equal(control.wish("request", free, { ...nothing, asked: true }), null);
  for (const told of [drives, waits, shut]) assert.equal(control.wish("request", told, nothing), null);
});

test("a view that only watches gives back what it is given, and no longer waits", () => {
  assert.equal(control.wish("none", drives, nothing), "release");
  assert.equal(control.wish("none", waits, nothing), "release");
  for (const told of [free, shut]) assert.equal(control.wish("none", told, nothing), null);
});

test("a view that gave control up only since it was to watch gets it again by asking", () => {
  assert.equal(control.wish("auto", free, { asked: false, declined: true }), "request");
  assert.equal(control.wish("auto", shut, { asked: false, declined: true }), null);
});

test("what is no mode is what the server gives", () => {
  assert.deepEqual(["none", "request", "auto"].map(control.mode), ["none", "request", "auto"]);
  for (const text of [null, "", "None", "all"]) assert.equal(control.mode(text), "auto");
});
