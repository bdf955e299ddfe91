import assert from "node:assert/strict";
import test from "node:test";

import Keys from "../core/input/keys.js";

/**
 * @param {string} key
 * @param {string} [code]
 * @param {object} [more]
 */
function press(key, code = "", more = {}) {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
  return { key, code, repeat: false, isComposing: false, ...none, ...more };
}

/** @param {import("../core/input/events.js").KeyMessage[]} messages */
function short(messages) {
  return messages.map(({ type, key }) => `${type} ${key}`);
}

test("a key goes down and up with its name, place and modifiers", () => {
  const keys = new Keys(false);
  assert.deepEqual(keys.down(press("A", "KeyA", { shiftKey: true })), {
    messages: [{ type: "key_down", key: "A", code: "KeyA", modifiers: ["Shift"] }],
    prevent: false,
  });
  assert.deepEqual(keys.up(press("A", "KeyA")).messages, [
    { type: "key_up", key: "A", code: "KeyA", modifiers: [] },
  ]);
});

test("the modifiers of a modifier key are those after it, also where the browser tells those before", () => {
  const keys = new Keys(false);
  for (const [key, flag] of [["Shift", "shiftKey"], ["Control", "ctrlKey"], ["Alt", "altKey"], ["Meta", "metaKey"]]) {
    const late = { [flag]: true };
    const [left, right] = [`${key}Left`, `${key}Right`];
    const told = (/** @type {import("../core/input/keys.js").Answer} */ { messages }) => messages.map(({ modifiers }) => modifiers);
    assert.deepEqual(told(keys.down(press(key, left))), [[key]]);
    assert.deepEqual(told(keys.down(press(key, right, late))), [[key]]);
    assert.deepEqual(told(keys.up(press(key, left))), [[key]], "the other one is still down");
    assert.deepEqual(told(keys.up(press(key, right, late))), [[]]);
  }
});

test("a key that is held repeats, also if the browser does not say that it repeats", () => {
  const keys = new Keys(false);
  const first = { type: "key_down", key: "ArrowLeft", code: "ArrowLeft", modifiers: [] };
  assert.deepEqual(keys.down(press("ArrowLeft", "ArrowLeft")).messages, [first]);
  const again = { messages: [{ ...first, repeat: true }], prevent: true };
  assert.deepEqual(keys.down(press("ArrowLeft", "ArrowLeft", { repeat: true })), again);
  assert.deepEqual(keys.down(press("ArrowLeft", "ArrowLeft")), again);
  assert.deepEqual(keys.up(press("ArrowLeft", "ArrowLeft")).messages, [{ ...first, type: "key_up" }]);
  assert.deepEqual(keys.down(press("ArrowLeft", "ArrowLeft")).messages, [first]);
});

test("a key repeats under the name it went down with, and with the modifiers of now", () => {
  const keys = new Keys(false);
  keys.down(press("a", "KeyA"));
  const shifted = keys.down(press("A", "KeyA", { shiftKey: true, repeat: true }));
  const message = { type: "key_down", key: "a", code: "KeyA", modifiers: ["Shift"], repeat: true };
  assert.deepEqual(shifted, { messages: [message], prevent: false }, "its text comes from the browser");
});

test("a key that went down elsewhere, or before it was released here, does not repeat", () => {
  const keys = new Keys(false);
  const held = press("ArrowLeft", "ArrowLeft", { repeat: true });
  assert.deepEqual(keys.down(held), { messages: [], prevent: true });
  keys.down(press("ArrowLeft", "ArrowLeft"));
  keys.release();
  assert.deepEqual(keys.down(held).messages, []);
  keys.down(press("ArrowLeft", "ArrowLeft"));
  keys.forget();
  assert.deepEqual(keys.down(held).messages, []);
});

test("modifier keys do not repeat", () => {
  const keys = new Keys(false);
  for (const key of ["Shift", "Control", "Alt", "AltGraph", "Meta"]) {
    assert.equal(keys.down(press(key, key)).messages.length, 1, key);
    assert.deepEqual(keys.down(press(key, key, { repeat: true })), { messages: [], prevent: true }, key);
  }
});

test("a held key that becomes the browser's shortcut does not repeat", () => {
  const keys = new Keys(false);
  keys.down(press("ArrowLeft", "ArrowLeft"));
  const shortcut = press("ArrowLeft", "ArrowLeft", { repeat: true, altKey: true });
  assert.deepEqual(keys.down(shortcut), { messages: [], prevent: false });
});

test("a key goes up under the name it went down with, whatever Shift did meanwhile", () => {
  const keys = new Keys(false);
  keys.down(press("A", "KeyA", { shiftKey: true }));
  assert.deepEqual(short(keys.up(press("a", "KeyA")).messages), ["key_up A"]);
});

test("a key that did not go down does not go up", () => {
  assert.deepEqual(new Keys(false).up(press("a", "KeyA")), { messages: [], prevent: false });
});

test("text keys are left to the browser, which makes text of them, all others are not", () => {
  const keys = new Keys(false);
  for (const key of ["a", "Ä", "/", " ", "'", "😀"]) assert.equal(keys.down(press(key, key)).prevent, false, key);
  for (const key of ["Tab", "Enter", "Backspace", "ArrowUp", "F1", "F3", "PageDown", "Alt", "Escape"]) {
    assert.equal(keys.down(press(key, key)).prevent, true, key);
  }
});

test("the application gets shortcuts that are not vital to the browser", () => {
  const keys = new Keys(false);
  for (const key of ["s", "z", "f", "p", "a", "c", "x", "o"]) {
    const answer = keys.down(press(key, key, { ctrlKey: true }));
    assert.deepEqual([answer.messages.length, answer.prevent], [1, true], key);
  }
  assert.equal(keys.down(press("f", "KeyF", { altKey: true })).prevent, true);
});

test("paste reaches both the application and the browser, which has the text", () => {
  const keys = new Keys(false);
  const paste = keys.down(press("v", "KeyV", { ctrlKey: true }));
  assert.deepEqual([paste.messages.length, paste.prevent], [1, false]);
  assert.equal(keys.down(press("Insert", "Insert", { shiftKey: true })).prevent, false);
});

test("shortcuts of the browser stay the browser's", () => {
  const control = { ctrlKey: true };
  const tools = { ctrlKey: true, shiftKey: true };
  const alt = { altKey: true };
  const shortcuts = [
    press("F5"), press("F11"), press("F12"), press("F6"), press("F5", "", control),
    ...[..."rwtnl0+-1"].map((key) => press(key, key, control)),
    ...[..."RTNWIJC"].map((key) => press(key, key, tools)),
    press("Tab", "Tab", control), press("PageUp", "", control), press("ArrowLeft", "", alt), press("d", "", alt),
    press("F4", "", alt), press("c", "KeyC", { metaKey: true }), press("ArrowLeft", "", { metaKey: true }),
  ];
  for (const event of shortcuts) {
    const keys = new Keys(false);
    assert.deepEqual(keys.down(event), { messages: [], prevent: false }, event.key);
    assert.deepEqual(keys.up(event).messages, [], event.key);
  }
});

test("F6 leads out of the picture, either way, and nothing else does", () => {
  const keys = new Keys(false);
  for (const event of [press("F6"), press("F6", "F6", { shiftKey: true })]) assert.ok(keys.leaves(event));
  for (const event of [press("F6", "F6", { ctrlKey: true }), press("F6", "F6", { altKey: true }), press("F5"), press("Tab")]) {
    assert.ok(!keys.leaves(event));
  }
});

test("AltGr types characters, also where it looks like Control and Alt", () => {
  const altGraph = { ctrlKey: true, altKey: true, getModifierState: (/** @type {string} */ name) => name === "AltGraph" };
  const answer = new Keys(false).down(press("@", "KeyQ", altGraph));
  assert.deepEqual(answer.messages, [{ type: "key_down", key: "@", code: "KeyQ", modifiers: [] }]);
  assert.equal(answer.prevent, false);
});

test("Option types characters on a Mac, and Alt does not elsewhere", () => {
  const event = press("ø", "KeyO", { altKey: true });
  assert.equal(new Keys(true).down(event).prevent, false);
  assert.equal(new Keys(false).down(event).prevent, true);
});

test("what an input method swallows is no key", () => {
  const keys = new Keys(false);
  const swallowed = [
    press("a", "KeyA", { isComposing: true }), press("a", "KeyA", { keyCode: 229 }),
    press("Process", "KeyA"), press("Dead", "Quote"), press("Unidentified"), press(""),
  ];
  for (const event of swallowed) assert.deepEqual(keys.down(event), { messages: [], prevent: false });
});

test("on a Mac, keys under Command go up with it, as nobody tells when they did", () => {
  const keys = new Keys(true);
  keys.down(press("k", "KeyK"));
  keys.down(press("Shift", "ShiftLeft", { shiftKey: true }));
  keys.down(press("Meta", "MetaLeft", { metaKey: true }));
  assert.deepEqual(short(keys.up(press("Meta", "MetaLeft")).messages), ["key_up k", "key_up Meta"]);
  assert.deepEqual(short(keys.release()), ["key_up Shift"]);
});

test("release lets go of everything once, modifiers last", () => {
  const keys = new Keys(false);
  keys.down(press("Control", "ControlLeft", { ctrlKey: true }));
  keys.down(press("z", "KeyZ", { ctrlKey: true }));
  assert.deepEqual(short(keys.release()), ["key_up z", "key_up Control"]);
  assert.deepEqual(keys.release(), []);
  assert.deepEqual(keys.up(press("z", "KeyZ")).messages, []);
});

test("after forgetting, a key can go down again", () => {
  const keys = new Keys(false);
  keys.down(press("a", "KeyA"));
  keys.forget();
  assert.equal(keys.down(press("a", "KeyA")).messages.length, 1);
});

test("names are cut to what the server takes", () => {
  const { messages } = new Keys(false).down(press("é".repeat(100), "x".repeat(100)));
  assert.equal(messages[0]?.key, "é".repeat(32));
  assert.equal(messages[0]?.code, "x".repeat(64));
});

test("an on-screen key is pressed and released at once", () => {
  assert.deepEqual(short(new Keys(false).tap("Enter")), ["key_down Enter", "key_up Enter"]);
});

test("a key that the browser does not identify has the name of its code, where that tells", () => {
  // Shift+Tab in WebKitGTK 2.50.
  const shiftTab = press("Unidentified", "Tab", { shiftKey: true, keyCode: 0 });
  const keys = new Keys(false);
  assert.deepEqual(keys.down(shiftTab), {
    messages: [{ type: "key_down", key: "Tab", code: "Tab", modifiers: ["Shift"] }],
    prevent: true,
  });
  assert.deepEqual(short(keys.up(shiftTab).messages), ["key_up Tab"]);
  for (const [code, key] of [["NumpadEnter", "Enter"], ["F7", "F7"], ["ShiftRight", "Shift"], ["ContextMenu", "ContextMenu"]]) {
    assert.deepEqual(short(new Keys(false).down(press("Unidentified", code)).messages), [`key_down ${key}`]);
  }
  // What the layout decides, and what an on-screen keyboard does not tell, stays unknown.
  for (const code of ["KeyQ", "Digit1", "AltRight", ""]) {
    assert.deepEqual(new Keys(false).down(press("Unidentified", code)), { messages: [], prevent: false });
  }
});

test("a browser's shortcut stays the browser's, also under the name of its code", () => {
  assert.deepEqual(new Keys(false).down(press("Unidentified", "F5")), { messages: [], prevent: false });
  assert.ok(new Keys(false).leaves(press("Unidentified", "F6")));
  assert.deepEqual(new Keys(false).down(press("Unidentified", "Tab", { ctrlKey: true })).messages, []);
});
