import assert from "node:assert/strict";
import test from "node:test";

import ScreenKeyboard from "../core/input/screen-keyboard.js";

const whole = { width: 360, height: 640, page: 640 };

function asked() {
  const keyboard = new ScreenKeyboard();
  keyboard.asked(whole);
  return keyboard;
}

test("what opens after it was asked for is closed when the height comes back", () => {
  const keyboard = asked();
  assert.equal(keyboard.closed(whole), false);
  assert.equal(keyboard.closed({ ...whole, height: 350 }), false);
  assert.equal(keyboard.closed(whole), true);
});

test("a page that shrinks with the keyboard does not hide it", () => {
  const keyboard = asked();
  assert.equal(keyboard.closed({ ...whole, height: 350, page: 350 }), false);
  assert.equal(keyboard.closed({ ...whole, height: 330, page: 330 }), false);
  assert.equal(keyboard.closed(whole), true);
});

test("a browser's own bars that come and go are no keyboard", () => {
  const keyboard = asked();
  assert.equal(keyboard.closed({ ...whole, height: 580, page: 580 }), false);
  assert.equal(keyboard.closed(whole), false);
});

test("turned on its side, the page's own height counts", () => {
  const keyboard = asked();
  assert.equal(keyboard.closed({ ...whole, height: 350 }), false);
  assert.equal(keyboard.closed({ width: 640, height: 150, page: 360 }), false);
  assert.equal(keyboard.closed({ width: 640, height: 360, page: 360 }), true);
});

test("asked for again, it begins anew", () => {
  const keyboard = asked();
  keyboard.closed({ ...whole, height: 350 });
  keyboard.asked(whole);
  assert.equal(keyboard.closed(whole), false);
});
