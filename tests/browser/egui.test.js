// An interface of egui: examples/egui_app, in Chromium and in a window.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  endTest,
  findWindow,
  newPage,
  open,
  picture,
  pixel,
  role,
  save,
  screen,
  shot,
  shows,
  start,
  startDisplay,
  stats,
  target,
  until,
  view,
  xdotool,
} from "./harness.js";

const HTTP = ["--listen", "127.0.0.1:0", "--no-status"];
/** Where things are in a page of this size; the color where it is after "Mains" was hidden. */
const SIZE = { width: 1280, height: 720 };
const PLOT = [700, 280];
const [COPY, MAINS, HEART, NOTES, COLOR] = [[276, 18], [90, 87], [90, 225], [1000, 620], [204, 280]];
/** The color of the signal "Mains", at its top in the plot. */
const BLUE = "86,156,255";
const PEAK = [414, 114];

after(cleanUp);
afterEach(endTest);

/** @param {string[]} args */
const app = (args, options = {}) => start(join(target, "debug", "egui-app"), args, options);

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** The table that the application copies, as rows of cells. */
async function table(page) {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.mouse.click(...COPY);
  const text = await until("the table is copied", async () => await clipboard(page));
  return text.trim().split("\n").map((line) => line.split("\t"));
}

/** The cursor over the picture. */
const cursor = (page) => page.locator("canvas").first().evaluate((canvas) => getComputedStyle(canvas).cursor);

/** Drags what is at one place to another, as slowly as egui draws: it follows from picture to picture. */
async function drag(page, from, to) {
  const onward = async (x, y) => {
    const { sequence } = await view(page);
    await page.mouse.move(x, y, { steps: 3 });
    await picture(page, { exact: false, after: Number(sequence) });
  };
  await page.mouse.move(...from);
  await page.mouse.down();
  await onward(from[0] + 12, from[1] + 12);
  await until("the hand holds it", async () => (await cursor(page)) === "grabbing");
  await onward(...to);
  await onward(to[0] + 1, to[1]);
  await page.mouse.up();
}

/** Frames that the application has drawn. */
const frames = async (link) => (await stats(link)).frames.presented;

/** Waits until nothing is drawn any more, and checks that it stays so. */
async function rests(link) {
  let before = -1;
  await until("the interface rests", async () => {
    const now = await frames(link);
    const same = now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 400));
    return same;
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(await frames(link), before, "an interface at rest is drawn");
}

test("an interface is operated in Chromium by mouse, wheel, keyboard and input method, and rests", async () => {
  const program = app(["--backend", "http", ...HTTP]);
  const page = await newPage(SIZE);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const link = await program.link();
  await open(page, link);
  await role(page, "presenter");

  // The mouse: what is under it, and what it drags.
  await page.mouse.move(...PLOT);
  await until("the plot has a cross", async () => (await cursor(page)) === "crosshair");
  assert.deepEqual(await table(page), [
    ["signal", "shape", "min", "mean", "max"],
    ["Mains", "sine", "-2.999", "0.000", "2.999"],
    ["Ramp", "triangle", "-0.485", "1.000", "2.485"],
    ["Clock", "square", "-3.000", "-2.400", "-1.800"],
  ]);
  await shows(page, ...PEAK, BLUE);
  await drag(page, PLOT, [PLOT[0] - 120, PLOT[1]]);
  await shows(page, PEAK[0] - 119, PEAK[1], BLUE);
  // On a busy machine two clicks may reach egui too far apart; a third one right after them would be a triple click.
  await until("a double click shows all", async () => {
    await page.mouse.dblclick(...PLOT);
    await new Promise((resolve) => setTimeout(resolve, 800));
    return pixel(await shot(page), ...PEAK) === BLUE;
  });

  // The wheel: a notch down shows more time around the pointer.
  await page.mouse.wheel(0, 100);
  await until("the peak has moved", async () => pixel(await shot(page), ...PEAK) !== BLUE);
  await page.mouse.wheel(0, -100);
  await shows(page, ...PEAK, BLUE);

  // Dragging within the interface.
  await drag(page, MAINS, HEART);
  await until("it is not shown any more", async () => pixel(await shot(page), ...PEAK) !== BLUE);
  const names = (await table(page)).slice(1).map(([name]) => name);
  assert.deepEqual(names, ["Ramp", "Clock"]);

  // Text, shortcuts, an input method, the clipboard.
  await page.mouse.click(...NOTES);
  await until("the field has the caret", async () => (await cursor(page)) === "text");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Grüße, 3 × ");
  const session = await page.context().newCDPSession(page);
  await session.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  await session.send("Input.insertText", { text: "日本" });
  await page.keyboard.press("Home");
  await page.keyboard.type("-");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await until("what was typed is copied", async () => (await clipboard(page)) === "-Grüße, 3 × 日本");
  const area = await page.locator("textarea[aria-label^='Keyboard input']").evaluate((it) => it.getBoundingClientRect().toJSON());
  assert.ok(area.x > 860 && area.y > 530 && area.y < 620 && area.height < 24, JSON.stringify(area));
  await page.evaluate(() => navigator.clipboard.writeText("pasted"));
  await page.keyboard.press("Control+v");
  await page.keyboard.type("!");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+x");
  await until("what was pasted is cut", async () => (await clipboard(page)) === "pasted!");
  await page.keyboard.press("Escape");

  // The color picker opens over the rest.
  const below = [COLOR[0] + 100, COLOR[1] + 90];
  const plain = pixel(await shot(page), ...below);
  await page.mouse.click(...COLOR);
  await until("the picker is open", async () => pixel(await shot(page), ...below) !== plain);
  await save(page, "egui-picker");
  await page.keyboard.press("Escape");
  await page.mouse.move(...PLOT);
  await rests(link);
  await save(page, "egui");
  assert.deepEqual(page.problems, []);
  assert.equal((await program.interrupt()).code, 0);
});

test("an interface has every pixel of the page and its theme, and fingers move it", async () => {
  const program = app(["--backend", "http", ...HTTP]);
  const page = await newPage({ width: 800, height: 500, ratio: 2, phone: true });
  await page.emulateMedia({ colorScheme: "light" });
  await open(page, await program.link());
  await role(page, "presenter");
  await until("it is as fine as the page", async () => {
    await picture(page);
    return (await page.locator("canvas").first().evaluate((canvas) => `${canvas.width}x${canvas.height}`)) === "1600x1000";
  });
  await until("it is light", async () => pixel(await shot(page), 8, 990).startsWith("248"));
  await page.emulateMedia({ colorScheme: "dark" });
  await until("it is dark", async () => pixel(await shot(page), 8, 990).startsWith("27"));

  // Two fingers pinch the plot.
  const session = await page.context().newCDPSession(page);
  const fingers = (type, ...xs) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: xs.map((x, id) => ({ x, y: 160, id })) });
  const row = async () => {
    const png = await shot(page);
    return Array.from({ length: 900 }, (_, x) => pixel(png, 620 + x, 200)).join(" ");
  };
  const before = await row();
  await fingers("touchStart", 500);
  await fingers("touchStart", 500, 560);
  for (let x = 570; x <= 640; x += 10) await fingers("touchMove", 500, x);
  await until("the plot is zoomed", async () => (await row()) !== before);
  await fingers("touchEnd");
  await save(page, "egui-light-and-fine");
  assert.deepEqual(page.problems, []);
});

test("a window and Chromium show the same interface, and take turns with it", async () => {
  const { display } = await startDisplay({ size: "1280x720" });
  const flags = ["--backend", "window,http", "--control", "request", "--size", "1280x720", ...HTTP];
  const program = app(flags, { display });
  const page = await newPage(SIZE);
  await open(page, await program.link());
  const window = await findWindow(display, "Signal bench");
  /** Whether both show the same, on a grid that has all of the panels. */
  const same = async () => {
    const [local, remote] = [screen(display, window), await shot(page)];
    return [...Array(400).keys()].every((n) => {
      const at = [32 + 61 * (n % 20), 17 + 34 * Math.floor(n / 20)];
      return pixel(local, ...at) === pixel(remote, ...at);
    });
  };
  await until("both show the same", same);

  // The window's mouse and keys.
  xdotool(display, "windowfocus", "--sync", window);
  xdotool(display, "mousemove", "--window", window, ...NOTES, "click", 1);
  xdotool(display, "key", "ctrl+a");
  xdotool(display, "type", "from the window");
  xdotool(display, "mousemove", "--window", window, ...PLOT);
  const text = async () => {
    const png = await shot(page);
    return Array.from({ length: 100 }, (_, x) => pixel(png, 875 + x, 556)).filter((it) => it !== "10,10,10").length;
  };
  await until("the page shows it", async () => (await text()) > 10);
  await until("both show the same again", same);

  // Then the page's: it asks, and the window grants.
  await page.evaluate(async () => {
    const { view: element } = await import(document.scripts[0].src);
    element.requestControl();
  });
  await until("the caption says who asks", () => xdotool(display, "getwindowname", window).includes("asks for control"));
  xdotool(display, "key", "--window", window, "ctrl+alt+g");
  await role(page, "presenter");
  await drag(page, MAINS, HEART);
  await until("it is gone from both", async () => {
    const [local, remote] = [screen(display, window), await shot(page)];
    return pixel(local, ...PEAK) !== BLUE && pixel(remote, ...PEAK) !== BLUE && (await same());
  });
  await save(page, "egui-with-window");
  assert.equal((await program.interrupt()).code, 0);
});

test("a screen reader finds the interface and operates it", async () => {
  const program = app(["--backend", "http", ...HTTP]);
  const page = await newPage(SIZE);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, await program.link());
  await role(page, "presenter");
  const amplitude = page.getByRole("slider", { name: "Amplitude" });
  await until("the slider is described", async () => (await amplitude.count()) === 1 && (await amplitude.inputValue()) === "3");
  await amplitude.evaluate((slider) => {
    slider.value = "1";
    for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
  });
  await shows(page, PEAK[0], 216, BLUE);
  assert.ok((await page.getByRole("textbox").count()) >= 1);
  await page.getByRole("button", { name: "Copy table" }).dispatchEvent("click");
  await until("the table is copied", async () => (await clipboard(page)).startsWith("signal\tshape"));
  assert.deepEqual(page.problems, []);
});
