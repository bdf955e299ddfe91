// Tests of input that comes from the X server, for every browser: what a browser is told to make up has other units
// and no way through its shortcuts and menus.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, probe, shows, until } from "./harness.js";
import { hand } from "./x-input.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const GREEN = "0,255,0";
const MAGENTA = "255,0,255";
/** X's buttons that a wheel is. */
const [UP, DOWN, LEFT, RIGHT] = [4, 5, 6, 7];

/**
 * The tests, for the browser that `started` returns with its display: `{ display, page }`.
 *
 * @param options `ctrlWheel`: whether the browser gives pages the wheel that turns with Control; `losesFocus`: whether
 *   the page is told when the browser's own window parts have the focus
 */
export function realInput(name, started, { ctrlWheel = true, losesFocus = true } = {}) {
  /** The application under test, a page that drives it, and a hand that uses the page. */
  const begin = async () => {
    const { display, page: newPage } = started();
    const program = probe(HTTP);
    const page = await newPage();
    await open(page, await program.link());
    return { program, page, user: await hand(display, page) };
  };

  test(`${name} sends the pointer and the keys of a real display`, async () => {
    const { program, page, user } = await begin();
    user.move(50, 60);
    user.down(3);
    user.move(70, 80);
    user.up(3);
    await until("the release", () => program.events("pointer_up").length === 1);
    const [down] = program.events("pointer_down");
    assert.deepEqual([down.button, down.buttons, down.x, down.y], [2, [2], 50, 60]);
    const [up] = program.events("pointer_up");
    assert.deepEqual([up.button, up.buttons, up.x, up.y], [2, [], 70, 80]);
    user.move(20, 30);
    user.doubleClick(1);
    await until("the double click", () => program.events("double_click").length === 1);
    user.key("shift+a", "Left", "g");
    await until("the last key", () => program.events("key_up").some((event) => event.key === "g"));
    assert.deepEqual(
      program.events("key_down").map((event) => [event.key, event.code, event.modifiers]),
      [
        ["Shift", "ShiftLeft", ["Shift"]],
        ["A", "KeyA", ["Shift"]],
        ["ArrowLeft", "ArrowLeft", []],
        ["g", "KeyG", []],
      ],
    );
    assert.deepEqual(
      program.events("char").map((event) => event.data),
      ["A", "g"],
    );
    const last = program.events("resize").at(-1);
    await shows(page, Math.floor(last.width / 2), Math.floor(last.height / 2), GREEN);
    await shows(page, 20, 30, MAGENTA);
  });

  test(`a key held in ${name} repeats, with its text, until it is let go`, async () => {
    const { program, user } = await begin();
    user.move(50, 60);
    user.click(1);
    for (const [name, key, text] of [["BackSpace", "Backspace", ""], ["a", "a", "a"]]) {
      const before = program.events("key_up").length;
      const downs = () => program.events("key_down").filter((event) => event.key === key);
      user.keyDown(name);
      // The X server repeats it.
      await until("the key repeats", () => downs().length >= 3);
      user.keyUp(name);
      await until("the release", () => program.events("key_up").length > before);
      const [first, ...repeats] = downs();
      assert.equal(first.repeat, undefined);
      assert.ok(repeats.every((event) => event.repeat === true), JSON.stringify(repeats));
      const typed = program.events("char").map((event) => event.data);
      assert.deepEqual(typed, Array.from({ length: text ? 1 + repeats.length : 0 }, () => text));
      assert.equal(program.events("key_up").length, before + 1);
      assert.equal(program.events("key_up").at(-1).repeat, undefined);
    }
  });

  test(`a click and a drag in ${name} neither leave the picture nor enter it again`, async () => {
    const { program, user } = await begin();
    user.move(50, 60);
    user.click(1);
    user.move(60, 70);
    user.down(1);
    user.move(200, 150);
    user.move(210, 160);
    user.up(1);
    user.move(220, 170);
    user.key("g");
    await until("the key", () => program.events("key_up").length === 1);
    const types = program.events("pointer_enter", "pointer_leave", "pointer_down", "pointer_up").map(({ type }) => type);
    const from = types.indexOf("pointer_down");
    assert.deepEqual(types.slice(from), ["pointer_down", "pointer_up", "pointer_down", "pointer_up"]);
  });

  test(`Tab and Shift+Tab are keys like others in ${name}`, async () => {
    const { program, user } = await begin();
    user.move(50, 60);
    user.click(1);
    user.key("Tab");
    user.key("shift+Tab");
    user.key("g");
    await until("the last key", () => program.events("key_up").some((event) => event.key === "g"));
    assert.deepEqual(
      program.events("key_down").map((event) => [event.key, event.code, event.modifiers]),
      [
        ["Tab", "Tab", []],
        ["Shift", "ShiftLeft", ["Shift"]],
        ["Tab", "Tab", ["Shift"]],
        ["g", "KeyG", []],
      ],
    );
    assert.deepEqual(program.events("focus_out"), []);
  });

  for (const out of losesFocus ? ["F6", "shift+F6"] : []) {
    test(`${out} leaves the picture in ${name}`, async () => {
      const { program, page, user } = await begin();
      user.move(50, 60);
      user.click(1);
      user.key("g");
      await until("a key", () => program.events("key_up").length === 1);
      user.key(out);
      await until("it has left", () => program.events("focus_out").length === 1);
      // What is typed now is the browser's, or nobody's.
      user.key("h");
      user.key("Escape");
      // It comes back with a click only.
      user.click(1);
      await until("it is back", () => program.events("focus_in").length === 2);
      user.key("i");
      await until("the last key", () => program.events("key_up").some((event) => event.key === "i"));
      const keys = program.events("key_down").map((event) => event.key);
      assert.deepEqual(keys.filter((key) => key !== "Shift"), ["g", "i"]);
      assert.equal(await page.evaluate(() => document.hasFocus()), true);
    });
  }

  test(`the application gets the keys that open menus, and ${name} opens none`, async () => {
    const { program, user } = await begin();
    user.move(50, 60);
    user.click(1);
    user.click(3);
    user.key("Menu");
    user.key("g");
    user.key("shift+F10");
    user.key("h");
    await until("the last key", () => program.events("key_up").some((event) => event.key === "h"));
    const keys = program.events("key_down").map((event) => [event.key, event.code]);
    assert.deepEqual(keys, [
      ["ContextMenu", "ContextMenu"],
      ["g", "KeyG"],
      ["Shift", "ShiftLeft"],
      ["F10", "F10"],
      ["h", "KeyH"],
    ]);
    assert.deepEqual(program.events("focus_out"), []);
  });

  test(`a notch of the wheel is 100 in ${name}, whatever is held and however the page is zoomed`, async () => {
    const { program, page, user } = await begin();
    user.move(60, 70);
    user.click(1);
    await wheelIsThere(page, user);
    const turns = [
      [[UP], { dx: 0, dy: -100, modifiers: [] }],
      [[LEFT], { dx: -100, dy: 0, modifiers: [] }],
      [[RIGHT], { dx: 100, dy: 0, modifiers: [] }],
      [[UP, UP, UP], { dx: 0, dy: -300, modifiers: [] }],
      [[DOWN], { dx: 0, dy: 100, modifiers: ["Shift"] }, "shift"],
      [[RIGHT], { dx: 100, dy: 0, modifiers: ["Shift"] }, "shift"],
    ];
    if (ctrlWheel) turns.push([[DOWN], { dx: 0, dy: 100, modifiers: ["Control"] }, "ctrl"]);
    for (const [buttons, expected, key] of turns) {
      assert.deepEqual(await turn(program, page, user, buttons, key), expected);
    }
    const width = await page.evaluate(() => innerWidth);
    try {
      user.key("ctrl+plus", "ctrl+plus");
      await until("the page is zoomed", async () => (await page.evaluate(() => innerWidth)) < width * 0.9);
      assert.deepEqual(await turn(program, page, user, [UP, UP]), { dx: 0, dy: -200, modifiers: [] });
      assert.deepEqual(await turn(program, page, user, [RIGHT]), { dx: 100, dy: 0, modifiers: [] });
    } finally {
      // Some browsers remember it, for every page of this machine.
      user.key("ctrl+0");
      await until("it is not zoomed", async () => (await page.evaluate(() => innerWidth)) === width);
    }
  });
}

/** Waits until the page gets the wheel; the first notch after a pointer came in only tells GTK where the wheel is. */
async function wheelIsThere(page, user) {
  await page.evaluate(() => {
    window.wheels = 0;
    addEventListener("wheel", () => void (window.wheels += 1), { capture: true, passive: true });
  });
  await until("the page gets the wheel", async () => {
    user.click(DOWN);
    for (let tries = 0; tries < 50; tries += 1) {
      if (await page.evaluate(() => window.wheels > 0)) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  });
}

/** Turns the wheel, with a key held, and returns what arrives of it, added up. */
async function turn(program, page, user, buttons, key) {
  // With the next key everything arrives that came before.
  const arrive = async () => {
    const count = program.events("key_up").length;
    user.key("x");
    await until("a key", () => program.events("key_up").slice(count).some((event) => event.key === "x"));
  };
  await arrive();
  const from = program.events("wheel").length;
  const seen = await page.evaluate(() => window.wheels);
  if (key) user.keyDown(key);
  for (const button of buttons) user.click(button);
  await until("the page gets all notches", async () => (await page.evaluate(() => window.wheels)) >= seen + buttons.length);
  if (key) user.keyUp(key);
  await arrive();
  const events = program.events("wheel").slice(from);
  assert.equal(new Set(events.map((event) => String(event.modifiers))).size, 1);
  const sum = (axis) => events.reduce((total, event) => total + event[axis], 0);
  return { dx: sum("dx"), dy: sum("dy"), modifiers: events[0].modifiers };
}
