import assert from "node:assert/strict";
import test from "node:test";

import looks from "../core/accessibility/looks.js";
import message from "../core/accessibility/message.js";
import Mirror from "../core/accessibility/mirror.js";
import protocol from "../core/transport/protocol.js";
import roles from "../core/accessibility/roles.js";
import fixtures from "./fixtures.js";
import Page from "./page.js";

test("every role that an application can name is known", () => {
  const names = fixtures("accessibility-roles.json", "api");
  assert.equal(names.length, 50);
  assert.deepEqual([...roles.keys()].sort(), names.sort());
});

for (const { name, text, message: expected } of fixtures("accessibility.json")) {
  test(`an update of the accessibility tree: ${name}`, () => assert.deepEqual(protocol.parseMessage(text), expected));
}

test("a tree that is too large is cut, and so are its texts", () => {
  const nodes = Array.from({ length: message.MAX_NODES + 1 }, (_, id) => ({ id, role: "label", name: "x".repeat(5000) }));
  const update = message.parse({ number: 1, root: 0, focus: 0, nodes });
  assert.equal(update?.nodes.length, message.MAX_NODES);
  assert.equal(update?.nodes[0]?.name.length, 4096);
});

/**
 * @param {number} id
 * @param {Record<string, unknown>} fields
 */
function node(id, fields) {
  const read = message.parse({ number: 0, root: null, focus: null, nodes: [{ id, ...fields }] })?.nodes[0];
  assert.ok(read);
  return read;
}

/** @param {Record<string, unknown>} fields @param {boolean} [presenter] */
function said(fields, presenter = true) {
  const all = Object.entries(looks.attributes(node(1, fields), presenter));
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

test("states are said in the words of ARIA", () => {
  const click = { actions: ["click"] };
  assert.deepEqual(said({ role: "check_box", name: "Loop", toggled: "mixed", ...click }), {
    role: "checkbox", "aria-label": "Loop", "aria-checked": "mixed",
  });
  assert.deepEqual(said({ role: "button", name: "Bold", toggled: "true", disabled: true, ...click }), {
    role: "button", "aria-label": "Bold", "aria-pressed": "true", "aria-disabled": "true",
  });
  assert.deepEqual(said({ role: "heading", name: "Title", level: 2 }), { role: "heading", "aria-level": "2" });
  assert.deepEqual(said({ role: "combo_box", actions: ["expand", "focus"] }), {
    role: "combobox", "aria-expanded": "false", tabindex: "-1",
  });
  assert.deepEqual(said({ role: "progress_bar", range: { value: 3, max: 9 }, value: "a third" }), {
    role: "progressbar", "aria-valuenow": "3", "aria-valuemax": "9", "aria-valuetext": "a third",
  });
  assert.deepEqual(said({ role: "group" }), {}, "a group without a name says nothing");
});

test("what has a value to set is a native element, which nobody can change for nothing", () => {
  const slider = { role: "slider", range: { value: 3, min: 0, max: 9, step: 0.5 }, actions: ["set_value"] };
  const native = { type: "range", autocomplete: "off", min: "0", max: "9", step: "0.5", tabindex: "-1" };
  assert.deepEqual(said(slider), native);
  assert.deepEqual(said(slider, false), { ...native, disabled: "", "aria-disabled": "true" });
  assert.deepEqual(said({ ...slider, actions: [] }), { ...native, disabled: "" });
  const field = { role: "text_field", name: "City", placeholder: "Where?", actions: ["focus"] };
  const text = { "aria-label": "City", type: "text", autocomplete: "off", placeholder: "Where?", tabindex: "-1" };
  assert.deepEqual(said(field), { ...text, readonly: "" });
  assert.deepEqual(said({ ...field, actions: ["set_value"] }), text);
});

test("a password is no password field, which browsers fill in, and has no value", () => {
  const field = { role: "password_field", value: "secret", actions: ["set_value"] };
  assert.equal(said(field).type, "text");
  assert.equal(looks.value(node(1, field)), "");
});

test("a click and another value ask for what the node takes", () => {
  const click = (/** @type {object} */ fields) => looks.click(node(1, { role: "tree_item", ...fields }));
  assert.equal(click({ actions: ["focus", "click"] }), "click");
  assert.equal(click({ expanded: false, actions: ["expand", "collapse"] }), "expand");
  assert.equal(click({ expanded: true, actions: ["expand", "collapse"] }), "collapse");
  assert.equal(click({ actions: ["focus"] }), "focus");
  assert.equal(click({}), null);
  const slider = (/** @type {string[]} */ ...actions) => node(1, { role: "slider", range: { value: 3 }, actions });
  assert.deepEqual(looks.change(slider("set_value", "increment"), "4.5"), { action: "set_value", value: 4.5 });
  assert.deepEqual(looks.change(slider("increment", "decrement"), "4"), { action: "increment" });
  assert.deepEqual(looks.change(slider("increment", "decrement"), "2"), { action: "decrement" });
  for (const bad of ["", "x", "Infinity"]) assert.equal(looks.change(slider("set_value"), bad), null);
  assert.equal(looks.change(slider("increment"), "2"), null);
  const field = node(1, { role: "text_field", actions: ["set_value"] });
  assert.deepEqual(looks.change(field, ""), { action: "set_value", value: "" });
  // Half of a text is another: all of it, or nothing.
  assert.ok(looks.change(field, "x".repeat(16 * 1024 - 2)));
  assert.equal(looks.change(field, "x".repeat(16 * 1024 - 1)), null);
});

/** A mirror in a page that has no more than it needs. */
function mirror() {
  const page = new Page();
  /** @type {any[]} */
  const sent = [];
  /** @type {(string | null)[]} */
  const focused = [];
  let refocused = 0;
  const hooks = {
    send: (/** @type {object} */ it) => void sent.push(it),
    focused: (/** @type {string | null} */ id) => void focused.push(id),
    refocus: () => void (refocused += 1),
  };
  const ends = new AbortController();
  const it = new Mirror(/** @type {any} */ (page.root), hooks, ends.signal);
  it.presenter = true;
  const [box] = page.root.children;
  assert.ok(box);
  let number = 0;
  const apply = (/** @type {number | null} */ root, /** @type {number | null} */ focus, /** @type {Record<number, object>} */ nodes) =>
    it.apply({
      type: "accessibility",
      number: (number += 1),
      root,
      focus,
      nodes: Object.entries(nodes).map(([id, fields]) => node(Number(id), /** @type {any} */ (fields))),
    });
  return { it, box, sent, focused, apply, ends, refocused: () => refocused, shape: () => page.shape(box) };
}

test("elements keep their identity while what they stand for changes", () => {
  const { apply, box, shape, focused } = mirror();
  apply(1, 2, { 1: { role: "window", children: [2, 3, 4] }, 2: { role: "button", name: "A" }, 3: { role: "label", name: "B" }, 4: { role: "button" } });
  assert.equal(shape(), "1(2 3:B 4)");
  const [window] = box.children;
  const [, label, last] = window?.children ?? [];
  apply(1, 1, { 1: { role: "window", children: [3, 4, 5] }, 3: { role: "label", name: "C" }, 5: { role: "link", name: "new" } });
  assert.equal(shape(), "1(3:C 4 5)");
  assert.deepEqual(window?.children.slice(0, 2), [label, last]);
  assert.equal(label?.moves, 1, "it was put there once");
  assert.deepEqual(focused, ["node-2", null]);
  apply(null, null, {});
  assert.equal(shape(), "");
});

test("a node goes to another parent, also to what was below it, and to what is another element", () => {
  const { apply, shape } = mirror();
  apply(1, 1, { 1: { children: [2] }, 2: { children: [3] }, 3: { children: [4] }, 4: { role: "label", name: "x" } });
  assert.equal(shape(), "1(2(3(4:x)))");
  apply(1, 1, { 1: { children: [3] }, 3: { children: [2, 4] }, 2: {} });
  assert.equal(shape(), "1(3(2 4:x))");
  apply(1, 1, { 3: { role: "multiline_text_field", children: [2, 4] } });
  assert.equal(shape(), "1(3(2 4:x))");
});

test("what is no tree shows what there is of one", () => {
  const { apply, shape } = mirror();
  apply(1, 9, { 1: { children: [1, 2, 2, 8] }, 2: { children: [1, 3] }, 3: { children: [2] } });
  assert.equal(shape(), "1(2(3))");
  apply(7, 7, {});
  assert.equal(shape(), "");
  apply(0, 0, Object.fromEntries(Array.from({ length: 70 }, (_, id) => [id, { children: [id + 1] }])));
  assert.equal(shape().match(/\(/g)?.length, 64, "no deeper than a tree may be");
});

test("text is text", () => {
  const { apply, box } = mirror();
  apply(1, 1, { 1: { role: "label", name: "<img src=x onerror=alert(1)>" } });
  assert.equal(box.children[0]?.childNodes.length, 1);
  assert.equal(/** @type {any} */ (box.children[0]?.childNodes[0]).data, "<img src=x onerror=alert(1)>");
});

test("what a screen reader does is asked of the application, and its value stays what it says", () => {
  const { it, apply, box, sent, refocused } = mirror();
  apply(1, 1, {
    1: { children: [2, 4] },
    2: { role: "button", actions: ["click", "focus"], children: [3] },
    3: { role: "label", name: "Save" },
    4: { role: "slider", range: { value: 3, min: 0, max: 9 }, actions: ["set_value"] },
  });
  const [button, slider] = box.children[0]?.children ?? [];
  const [label] = button?.children ?? [];
  assert.ok(button && slider && label);
  box.dispatch("click", label);
  box.dispatch("focusin", button);
  slider.value = "7";
  box.dispatch("change", slider);
  const asked = [message.act(2, "click"), message.act(2, "focus"), message.act(4, "set_value", 7)];
  assert.deepEqual(sent.splice(0), asked);
  assert.deepEqual([slider.value, refocused()], ["3", 1]);
  it.presenter = false;
  for (const type of ["click", "focusin"]) box.dispatch(type, button);
  slider.value = "7";
  box.dispatch("change", slider);
  assert.deepEqual([sent, slider.value, button.getAttribute("aria-disabled")], [[], "3", "true"]);
});

test("it is where the picture is, at its scale", () => {
  const { it, apply, box } = mirror();
  it.place({ x: 10, y: 0, width: 320, height: 240 }, { width: 640, height: 480 });
  assert.equal(box.style.transform, "scale(0.5, 0.5)");
  apply(1, 1, { 1: { bounds: [1, 2, 30.5, 4] } });
  const { left, top, width, height } = box.children[0]?.style ?? {};
  assert.deepEqual([left, top, width, height], ["1px", "2px", "30.5px", "4px"]);
});
