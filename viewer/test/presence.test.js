import assert from "node:assert/strict";
import test from "node:test";

import Presence from "../ui/presence.js";

function connected() {
  const presence = new Presence();
  presence.connected = true;
  return presence;
}

test("without a connection it is there all the time", () => {
  assert.equal(new Presence().open(1000), true);
});

test("connected, news bring it for a while, and newer ones keep it", () => {
  const presence = connected();
  assert.equal(presence.open(10), false);
  presence.news(10);
  assert.equal(presence.open(13.9), true);
  presence.news(12);
  assert.equal(presence.open(15.9), true);
  assert.equal(presence.open(16), false);
});

test("it stays while the pointer is over it, and a moment longer", () => {
  const presence = connected();
  presence.hover(true, 10);
  assert.equal(presence.open(100), true);
  presence.hover(false, 100);
  assert.equal(presence.open(100.9), true);
  assert.equal(presence.open(101), false);
});

test("it stays while the focus is in it, also when the pointer leaves", () => {
  const presence = connected();
  presence.focus(true, 10);
  presence.hover(true, 11);
  presence.hover(false, 12);
  assert.equal(presence.open(100), true);
  presence.focus(false, 100);
  assert.equal(presence.open(101), false);
});

test("a pointer that leaves without having been over it brings nothing", () => {
  const presence = connected();
  presence.hover(false, 10);
  assert.equal(presence.open(10), false);
});

test("hidden by hand, nothing brings it until it is shown by hand", () => {
  const presence = new Presence();
  presence.hidden = true;
  presence.news(10);
  presence.hover(true, 10);
  presence.focus(true, 10);
  assert.equal(presence.open(10), false);
  presence.hidden = false;
  assert.equal(presence.open(10), true);
});
