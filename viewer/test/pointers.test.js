import assert from "node:assert/strict";
import test from "node:test";

import events from "../core/input/events.js";
import Pointers from "../core/input/pointers.js";

/** @param {object} fields */
function event(fields = {}) {
  return {
    pointerId: 1, pointerType: "mouse", button: -1, buttons: 0, pressure: 0, timeStamp: 0,
    shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...fields,
  };
}

/** @param {object} fields */
function finger(fields) {
  return event({ pointerType: "touch", button: 0, buttons: 1, pressure: 1, ...fields });
}

/** @param {import("../core/input/events.js").PointerMessage[]} messages */
function short(messages) {
  return messages.map(({ type, x, y, button, buttons }) => `${type} ${x},${y} ${button} [${buttons}]`);
}

const at = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y });

test("a mouse message has every field", () => {
  const [message] = new Pointers().down(event({ button: 0, buttons: 1, pressure: 0.5, shiftKey: true }), at(10.5, -3));
  assert.deepEqual(message, {
    type: "pointer_down", x: 10.5, y: -3, button: 1, buttons: [1], modifiers: ["Shift"],
    ntouches: 0, touches: {}, pointer_type: "mouse", pressure: 0.5,
  });
});

test("buttons have our numbers: left, right, middle, back, forward, eraser", () => {
  const numbers = [[0, 1], [2, 2], [1, 4], [3, 8], [4, 16], [5, 32]].map(([button, buttons]) => {
    const pointers = new Pointers();
    return pointers.down(event({ button, buttons }), at(0, 0))[0]?.button;
  });
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6]);
});

test("a second button of the same mouse comes as a move, and is a press", () => {
  const pointers = new Pointers();
  pointers.down(event({ button: 0, buttons: 1 }), at(1, 1));
  assert.deepEqual(short(pointers.move(event({ button: 2, buttons: 3 }), at(2, 2))), ["pointer_down 2,2 2 [1,2]"]);
  assert.deepEqual(short(pointers.move(event({ button: 0, buttons: 2 }), at(3, 3))), ["pointer_up 3,3 1 [2]"]);
  assert.deepEqual(short(pointers.move(event({ buttons: 2 }), at(4, 4))), ["pointer_move 4,4 0 [2]"]);
  assert.deepEqual(short(pointers.up(event({ button: 2, buttons: 0 }), at(5, 5))), ["pointer_up 5,5 2 []"]);
});

test("a release that the browser kept to itself is told with the next move", () => {
  const pointers = new Pointers();
  pointers.down(event({ button: 0, buttons: 1 }), at(1, 1));
  assert.deepEqual(short(pointers.move(event({ buttons: 0 }), at(2, 2))), ["pointer_up 2,2 1 []"]);
  assert.deepEqual(short(pointers.up(event({ button: 0 }), at(2, 2))), []);
});

test("a button that went down before we listened does not go up", () => {
  const pointers = new Pointers();
  assert.deepEqual(short(pointers.move(event({ buttons: 1 }), at(2, 2))), ["pointer_move 2,2 0 []"]);
  assert.deepEqual(pointers.up(event({ button: 0 }), at(2, 2)), []);
});

test("a press that is told twice is one press", () => {
  const pointers = new Pointers();
  pointers.down(event({ button: 0, buttons: 1 }), at(1, 1));
  assert.deepEqual(pointers.down(event({ button: 0, buttons: 1 }), at(1, 1)), []);
});

test("a pen's eraser is a button that goes down, moves and goes up", () => {
  const pointers = new Pointers();
  const pen = (/** @type {object} */ fields) => event({ pointerType: "pen", ...fields });
  assert.deepEqual(short(pointers.down(pen({ button: 5, buttons: 32 }), at(1, 1))), ["pointer_down 1,1 6 [6]"]);
  assert.deepEqual(short(pointers.move(pen({ buttons: 32 }), at(2, 2))), ["pointer_move 2,2 0 [6]"]);
  assert.deepEqual(short(pointers.up(pen({ button: 5, buttons: 0 }), at(3, 3))), ["pointer_up 3,3 6 []"]);
});

test("a button without a number of ours is no press", () => {
  assert.deepEqual(new Pointers().down(event({ button: 6, buttons: 64 }), at(1, 1)), []);
});

test("a pen tells its pressure, and its other button is the right one", () => {
  const pointers = new Pointers();
  const [down] = pointers.down(event({ pointerType: "pen", button: 0, buttons: 1, pressure: 0.25 }), at(1, 1));
  assert.deepEqual([down?.pointer_type, down?.pressure, down?.button], ["pen", 0.25, 1]);
  const [barrel] = pointers.move(event({ pointerType: "pen", button: 2, buttons: 3, pressure: 0.5 }), at(1, 1));
  assert.deepEqual([barrel?.type, barrel?.button], ["pointer_down", 2]);
});

test("two fingers are one pointer that stays with the first, and both are in touches", () => {
  const pointers = new Pointers();
  assert.deepEqual(short(pointers.down(finger({ pointerId: 4 }), at(10, 20))), ["pointer_down 10,20 1 [1]"]);
  const [second] = pointers.down(finger({ pointerId: 5, pressure: 0.5 }), at(30, 40));
  assert.deepEqual(second && short([second]), ["pointer_down 10,20 0 [1]"]);
  assert.equal(second?.ntouches, 2);
  assert.deepEqual(second?.touches, { 4: { x: 10, y: 20, pressure: 1 }, 5: { x: 30, y: 40, pressure: 0.5 } });
  const [moved] = pointers.move(finger({ pointerId: 5 }), at(35, 45));
  assert.deepEqual(moved && short([moved]), ["pointer_move 10,20 0 [1]"]);
  assert.deepEqual([second?.changed, moved?.changed], [["5"], ["5"]]);
  assert.deepEqual(moved?.touches[5], { x: 35, y: 45, pressure: 1 });
  const [lifted] = pointers.up(finger({ pointerId: 4 }), at(11, 21));
  assert.deepEqual(lifted && short([lifted]), ["pointer_up 11,21 0 [1]"]);
  assert.deepEqual(Object.keys(lifted?.touches ?? {}), ["5"]);
  assert.deepEqual(lifted?.changed, ["4"]);
  assert.deepEqual(short(pointers.move(finger({ pointerId: 5 }), at(99, 99))), ["pointer_move 11,21 0 [1]"]);
  assert.deepEqual(short(pointers.up(finger({ pointerId: 5 }), at(99, 99))), ["pointer_up 11,21 1 []"]);
});

test("what is released at once says which fingers were lifted, and a mouse says none", () => {
  const pointers = new Pointers();
  pointers.down(finger({ pointerId: 10 }), at(1, 2));
  pointers.down(finger({ pointerId: 9 }), at(3, 4));
  const [up, ...more] = pointers.release();
  assert.deepEqual([up?.type, up?.ntouches, up?.changed, more], ["pointer_up", 0, ["10", "9"], []]);
  const [down] = pointers.down(event({ button: 0, buttons: 1 }), at(1, 1));
  assert.ok(down && !("changed" in down));
});

test("a finger more than the server takes is not told", () => {
  const pointers = new Pointers();
  for (let id = 0; id < events.MAX_TOUCHES; id += 1) {
    assert.equal(pointers.down(finger({ pointerId: id }), at(0, 0)).length, 1);
  }
  assert.deepEqual(pointers.down(finger({ pointerId: 99 }), at(0, 0)), []);
  assert.deepEqual(pointers.move(finger({ pointerId: 99 }), at(0, 0)), []);
  assert.deepEqual(pointers.up(finger({ pointerId: 99 }), at(0, 0)), []);
});

/**
 * @param {Pointers} pointers
 * @param {number} time
 * @param {{x: number, y: number}} place
 */
function tap(pointers, time, place) {
  pointers.down(finger({ pointerId: time, timeStamp: time }), place);
  return pointers.up(finger({ pointerId: time, timeStamp: time + 50 }), place).map((message) => message.type);
}

test("two taps in one place are a double click, a third is a new tap", () => {
  const pointers = new Pointers();
  assert.deepEqual(tap(pointers, 1000, at(50, 50)), ["pointer_up"]);
  assert.deepEqual(tap(pointers, 1200, at(55, 50)), ["pointer_up", "double_click"]);
  assert.deepEqual(tap(pointers, 1400, at(55, 50)), ["pointer_up"]);
});

test("taps far apart, in time or place, or with a drag between, are no double click", () => {
  const pointers = new Pointers();
  tap(pointers, 1000, at(50, 50));
  assert.deepEqual(tap(pointers, 2000, at(50, 50)), ["pointer_up"]);
  assert.deepEqual(tap(pointers, 2200, at(150, 50)), ["pointer_up"]);
  pointers.down(finger({ pointerId: 7, timeStamp: 2300 }), at(150, 50));
  pointers.move(finger({ pointerId: 7, timeStamp: 2310 }), at(250, 50));
  pointers.move(finger({ pointerId: 7, timeStamp: 2320 }), at(150, 50));
  assert.equal(pointers.up(finger({ pointerId: 7, timeStamp: 2330 }), at(150, 50)).length, 1);
});

test("fingers enter and leave together, once", () => {
  const pointers = new Pointers();
  assert.equal(pointers.other("pointer_enter", finger({ pointerId: 1 }), at(1, 1)).length, 1);
  pointers.down(finger({ pointerId: 1 }), at(1, 1));
  assert.deepEqual(pointers.other("pointer_enter", finger({ pointerId: 2 }), at(2, 2)), []);
});

test("release lets everything go up where it was seen last, once", () => {
  const pointers = new Pointers();
  pointers.down(event({ button: 0, buttons: 1 }), at(1, 2));
  pointers.move(event({ button: 2, buttons: 3 }), at(3, 4));
  assert.deepEqual(short(pointers.release()), ["pointer_up 3,4 1 [2]", "pointer_up 3,4 2 []"]);
  assert.deepEqual(pointers.release(), []);
  assert.deepEqual(short(pointers.move(event({ buttons: 3 }), at(5, 5))), ["pointer_move 5,5 0 []"]);
  pointers.down(finger({ pointerId: 4 }), at(6, 6));
  pointers.down(finger({ pointerId: 5 }), at(7, 7));
  assert.deepEqual(short(pointers.release()), ["pointer_up 6,6 1 []"]);
});

test("places are finite, in range and short", () => {
  const places = [at(NaN, Infinity), at(1e300, -1e300), at(1 / 3, 2 / 3)].map((place) => {
    const [message] = new Pointers().move(event(), place);
    return [message?.x, message?.y];
  });
  assert.deepEqual(places, [[0, 0], [1e6, -1e6], [0.333, 0.667]]);
});

test("a mouse that WebKit has leave and enter at a release stays where it is", () => {
  // A click in WebKitGTK 2.50: all with one time.
  const pointers = new Pointers();
  const here = at(50, 60);
  pointers.down(event({ button: 0, buttons: 1, timeStamp: 1357 }), here);
  assert.deepEqual(short(pointers.up(event({ button: 0, timeStamp: 1357 }), here)), ["pointer_up 50,60 1 []"]);
  assert.deepEqual(pointers.other("pointer_leave", event({ timeStamp: 1357 }), here, true), []);
  assert.deepEqual(pointers.other("pointer_enter", event({ timeStamp: 1357 }), here, true), []);
  assert.deepEqual(short(pointers.other("pointer_leave", event({ timeStamp: 1500 }), here, true)), ["pointer_leave 50,60 0 []"]);
  assert.deepEqual(short(pointers.other("pointer_enter", event({ timeStamp: 1600 }), here, true)), ["pointer_enter 50,60 0 []"]);
});

test("a mouse that is released beside the picture, or over what covers it, leaves", () => {
  const pointers = new Pointers();
  pointers.down(event({ button: 0, buttons: 1, timeStamp: 2168 }), at(70, 60));
  pointers.up(event({ button: 0, timeStamp: 2210 }), at(-20, 200));
  const left = pointers.other("pointer_leave", event({ timeStamp: 2210 }), at(-20, 200), false);
  assert.deepEqual(short(left), ["pointer_leave -20,200 0 []"]);
  const entered = pointers.other("pointer_enter", event({ timeStamp: 2524 }), at(100, 200), true);
  assert.deepEqual(short(entered), ["pointer_enter 100,200 0 []"]);
});

test("a finger that is lifted leaves", () => {
  const pointers = new Pointers();
  pointers.down(finger({ pointerId: 7, timeStamp: 1 }), at(5, 5));
  pointers.up(finger({ pointerId: 7, timeStamp: 2, buttons: 0 }), at(5, 5));
  const left = pointers.other("pointer_leave", finger({ pointerId: 7, timeStamp: 2, buttons: 0 }), at(5, 5), true);
  assert.deepEqual(left.map(({ type }) => type), ["pointer_leave"]);
});

test("a mouse that comes to another driver's picture enters it, whatever was held back before", () => {
  const pointers = new Pointers();
  pointers.down(event({ button: 0, buttons: 1, timeStamp: 1 }), at(5, 5));
  pointers.up(event({ button: 0, timeStamp: 1 }), at(5, 5));
  assert.deepEqual(pointers.other("pointer_leave", event({ timeStamp: 1 }), at(5, 5), true), []);
  pointers.forget();
  assert.equal(pointers.other("pointer_enter", event({ timeStamp: 9 }), at(5, 5), true).length, 1);
});
