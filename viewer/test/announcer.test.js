import assert from "node:assert/strict";
import test from "node:test";

import Announcer from "../ui/announcer.js";

test("what happens is said at once, and the next not sooner than two seconds later", () => {
  const announcer = new Announcer();
  announcer.say("state", "Connected as observer.");
  announcer.say("viewers", "desk joined.");
  assert.equal(announcer.next(10), "Connected as observer.");
  assert.equal(announcer.next(11.9), null);
  assert.equal(announcer.next(12), "desk joined.");
  assert.equal(announcer.next(20), null);
});

test("of a subject only the newest counts, and what was told is no news", () => {
  const announcer = new Announcer();
  announcer.say("state", "Connected.");
  assert.equal(announcer.next(0), "Connected.");
  announcer.say("state", "Connection lost");
  announcer.say("state", "Connected.");
  assert.equal(announcer.next(10), null, "it was lost and is back");
  announcer.say("note", "Copied");
  assert.equal(announcer.next(20), "Copied");
  announcer.say("note", "Copied", true);
  assert.equal(announcer.next(30), "Copied", "it was copied twice");
  announcer.say("ask", "desk asks for control");
  announcer.forget("ask");
  assert.equal(announcer.next(40), null);
});

test("in a flood the oldest are left out", () => {
  const announcer = new Announcer();
  for (let i = 0; i < 1000; i += 1) announcer.say(`subject ${i}`, `news ${i}`);
  const said = [];
  for (let now = 0; now < 5000; now += 1) said.push(announcer.next(now));
  assert.deepEqual(said.filter(Boolean), ["news 996", "news 997", "news 998", "news 999"]);
});
