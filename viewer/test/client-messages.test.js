import assert from "node:assert/strict";
import test from "node:test";

import accessibility from "../core/accessibility/message.js";
import control from "../core/control.js";
import events from "../core/input/events.js";
import Keys from "../core/input/keys.js";
import layout from "../core/layout.js";
import links from "../core/links.js";
import Pointers from "../core/input/pointers.js";
import viewInfo from "../core/view-info.js";
import fixtures from "./fixtures.js";

/** What the server's tests read is what the viewer writes. */
const messages = new Map(fixtures("client-messages.json").map(({ name, message }) => [name, message]));
const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };

/** @param {object} fields */
function mouse(fields = {}) {
  return { pointerId: 1, pointerType: "mouse", button: -1, buttons: 0, pressure: 0, timeStamp: 0, ...none, ...fields };
}

/**
 * @param {string} platform
 * @param {string[]} queries those that match
 * @param {string} [userAgent]
 */
function info(platform, queries, userAgent = "") {
  return viewInfo.read({ platform, userAgent, maxTouchPoints: 0 }, (query) => queries.includes(query));
}

const left = mouse({ button: 0, buttons: 1, pressure: 0.5 });
const at = { x: 10.5, y: -3 };

/** @type {Record<string, () => unknown>} */
const made = {
  hello: () => ({ type: "hello", ...layout.report({ width: 1002, height: 750 }, 1.25), visible: true }),
  "hello of a browser": () => ({ type: "hello", ...layout.report({ width: 1002, height: 750 }, 1.25), visible: true, browser: "AbC-_9" }),
  "hello that says what is known of the view": () => ({
    type: "hello",
    ...layout.report({ width: 1002, height: 750 }, 1.25),
    visible: true,
    ...info("MacIntel", ["(prefers-color-scheme: dark)", "(pointer: fine)"]),
  }),
  "view info": () => ({
    type: "view_info",
    ...info("Linux armv81", ["(prefers-color-scheme: light)", "(pointer: coarse)"], "Linux; Android 10; K"),
  }),
  "view info of a browser that says nothing": () => ({ type: "view_info", ...info("", []) }),
  "request control": control.request,
  "release control": control.release,
  "grant control": () => control.grant(3),
  "take control": control.take,
  disconnect: () => control.disconnect(3),
  "let in": () => control.letIn(3),
  "pause the recording": () => control.record(false),
  "resume the recording": () => control.record(true),
  "list links": links.list,
  "add a link": () => links.add("guest", "watch", 3600),
  "add a link without an end": () => links.add("desk-2", "drive", null),
  "revoke a link": () => links.revoke("guest"),
  resize: () => ({ type: "resize", ...layout.report({ width: 640, height: 401 }, 2) }),
  "mouse down": () => new Pointers().down(left, at)[0],
  chord: () => {
    const pointers = new Pointers();
    pointers.down(left, at);
    const keys = { shiftKey: true, ctrlKey: true, altKey: true, metaKey: true };
    return pointers.move(mouse({ button: 2, buttons: 3, pressure: 0.5, ...keys }), at)[0];
  },
  "mouse move": () => new Pointers().move(mouse(), { x: 0, y: 0 })[0],
  "mouse up": () => {
    const pointers = new Pointers();
    pointers.down(mouse({ button: 4, buttons: 16 }), at);
    return pointers.up(mouse({ button: 4 }), { x: 1e7, y: -1e7 })[0];
  },
  touch: () => {
    const pointers = new Pointers();
    const finger = mouse({ pointerType: "touch", button: 0, buttons: 1, pressure: 1 });
    pointers.down({ ...finger, pointerId: 4 }, { x: 10, y: 20 });
    return pointers.down({ ...finger, pointerId: 5, pressure: 0.25 }, { x: 30, y: 40.125 })[0];
  },
  pen: () => {
    const pointers = new Pointers();
    pointers.down({ ...left, pointerType: "pen" }, at);
    return pointers.move(mouse({ pointerType: "pen", buttons: 1, pressure: 0.75 }), { x: 10, y: 20 })[0];
  },
  enter: () => new Pointers().other("pointer_enter", mouse(), { x: 1, y: 2 })[0],
  leave: () => new Pointers().other("pointer_leave", mouse(), { x: 1, y: 2 })[0],
  "double click": () => new Pointers().other("double_click", mouse({ button: 0 }), { x: 1, y: 2 })[0],
  wheel: () => events.wheel({ dx: 0, dy: 100, unit: "notch" }, { ...none, ctrlKey: true }, { x: 5, y: 6 }, [3]),
  trackpad: () => events.wheel({ dx: 1.5, dy: -3, unit: "pixel" }, none, { x: 5, y: 6 }, []),
  "key down": () => {
    const key = { key: "A", code: "KeyA", repeat: false, isComposing: false, ...none, shiftKey: true };
    return new Keys(false).down(key).messages[0];
  },
  "key repeat": () => {
    const key = { key: "Backspace", code: "Backspace", isComposing: false, ...none };
    const keys = new Keys(false);
    keys.down({ ...key, repeat: false });
    return keys.down({ ...key, repeat: true }).messages[0];
  },
  "want the accessibility tree": () => accessibility.want(true),
  "want no accessibility tree": () => accessibility.want(false),
  "accessibility ack": () => accessibility.ack(Number.MAX_SAFE_INTEGER),
  "accessibility action": () => accessibility.act(3, "click"),
  "accessibility action with a number": () => accessibility.act(3, "set_value", 0.5),
  "accessibility action with a text": () => accessibility.act(3, "set_value", "é😀"),
  "key up": () => new Keys(false).tap("Enter")[1],
  text: () => events.char("é😀", false, "insertText"),
  composition: () => events.char("に", true, "insertCompositionText"),
};

for (const [name, make] of Object.entries(made)) {
  test(`a client's message: ${name}`, () => {
    assert.ok(messages.has(name));
    assert.deepEqual(JSON.parse(JSON.stringify(make())), messages.get(name));
  });
}

test("every fixture but those without any logic is made here", () => {
  const simple = ["ack", "ping", "show", "hide", "close", "refresh", "focus_in", "focus_out"];
  const names = [...messages].filter(([, message]) => !simple.includes(message.type) && !("token" in message)).map(([name]) => name);
  assert.deepEqual(names.sort(), Object.keys(made).sort());
});
