import assert from "node:assert/strict";
import test from "node:test";

import Queue from "../core/input/queue.js";
import fixtures from "./fixtures.js";

/**
 * @param {number} x
 * @param {Partial<import("../core/input/events.js").PointerMessage>} [more]
 * @returns {import("../core/input/events.js").PointerMessage}
 */
function move(x, more = {}) {
  return {
    type: "pointer_move", x, y: 0, button: 0, buttons: [], modifiers: [],
    ntouches: 0, touches: {}, pointer_type: "mouse", pressure: 0, ...more,
  };
}

/**
 * @param {number} dy
 * @param {import("../core/input/events.js").Modifier[]} [modifiers]
 * @returns {import("../core/input/events.js").WheelMessage}
 */
function wheel(dy, modifiers = []) {
  return { type: "wheel", dx: 1, dy, x: 0, y: 0, buttons: [], modifiers };
}

test("moves wait for the frame, and the last one stands for all", () => {
  const queue = new Queue();
  assert.deepEqual(queue.push(move(1)), []);
  assert.deepEqual(queue.push(move(2)), []);
  assert.equal(queue.waits, true);
  assert.deepEqual(queue.flush(), [move(2)]);
  assert.equal(queue.waits, false);
  assert.deepEqual(queue.flush(), []);
});

test("whatever is not a move goes at once, after the moves before it", () => {
  const queue = new Queue();
  queue.push(move(1));
  /** @type {import("../core/input/events.js").PointerMessage} */
  const down = { ...move(1), type: "pointer_down", button: 1, buttons: [1] };
  assert.deepEqual(queue.push(down), [move(1), down]);
  assert.equal(queue.waits, false);
});

test("turns of the wheel add up, but not across a modifier", () => {
  const queue = new Queue();
  for (const event of [wheel(100), wheel(20), wheel(5, ["Control"])]) assert.deepEqual(queue.push(event), []);
  assert.deepEqual(queue.flush(), [{ ...wheel(120), dx: 2 }, wheel(5, ["Control"])]);
});

test("moves with other buttons, modifiers or fingers are not merged, nor across a wheel", () => {
  const queue = new Queue();
  const events = [
    move(1), move(2, { buttons: [1] }), move(3, { modifiers: ["Shift"] }), move(4, { ntouches: 1 }),
    wheel(1), move(5),
  ];
  for (const event of events) queue.push(event);
  assert.deepEqual(queue.flush(), events);
});

for (const { name, last, next, merged } of fixtures("coalescing.json", "api")) {
  test(`as in the other queues: ${name}`, () => {
    const queue = new Queue();
    const sent = [...queue.push(last), ...queue.push(next), ...queue.flush()];
    assert.deepEqual(sent, merged ? [merged] : [last, next]);
  });
}

test("what waits has a limit, beyond which it goes at once", () => {
  const queue = new Queue();
  let sent = 0;
  for (let i = 0; i < 100; i += 1) sent += queue.push(i % 2 ? move(i) : wheel(i)).length;
  assert.equal(sent, 99);
  assert.equal(queue.flush().length, 1);
});
