// Programs that own their loop and mirror what they draw: examples/mirror_thread.rs, mirror_axum.rs and winit_mirror.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  endTest,
  example,
  findWindow,
  newPage,
  open,
  pixel,
  role,
  save,
  screen,
  shot,
  shows,
  start,
  startDisplay,
  target,
  until,
  view,
  wmctrl,
  xdotool,
} from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const PAPER = "255,253,245";
const INK = "32,95,192";

after(cleanUp);
afterEach(endTest);

test("a thread feeds frames at its own rate while somebody looks, and a click reaches it", async () => {
  const program = example("mirror_thread", HTTP);
  const page = await newPage({ width: 400, height: 300 });
  await open(page, await program.link(), { exact: false });
  const goesOn = async () => {
    const from = Number((await view(page)).sequence);
    await until("a new picture", async () => Number((await view(page)).sequence) > from + 5);
  };
  await goesOn();
  await role(page, "presenter");
  // The middle is white; while it moves the picture is not exact.
  const white = (png, x, y) =>
    pixel(png, x, y)
      .split(",")
      .every((part) => Number(part) > 200);
  await until("the middle is seen", async () => white(await shot(page), 200, 150));
  await page.mouse.click(100, 80);
  await until("it moves", async () => {
    const png = await shot(page);
    return white(png, 100, 80) && !white(png, 200, 150);
  });
  await goesOn();
  await save(page, "mirror-thread");
});

test("a server on tokio shows its picture in its own page, and in one of framecast's that drives", async () => {
  const program = example("mirror_axum", HTTP, { env: { ADDRESS: "127.0.0.1:0" } });
  const drive = await program.link();
  const home = await until("the server's address", () => program.lines[0]?.match(/http:\S+/)?.[0]);
  const size = { width: 320, height: 200 };
  const [presenter, guest] = [await newPage(size), await newPage(size)];
  await open(presenter, drive, { exact: false });
  await role(presenter, "presenter");
  await open(guest, home, { exact: false });
  assert.equal((await view(guest)).role, "observer");
  for (let balls = 2; balls < 8; balls += 1) {
    const answer = await fetch(new URL("ball", home), { method: "POST" });
    assert.equal(await answer.text(), `${balls} balls\n`);
  }
  // It falls straight down, and stays.
  await presenter.mouse.click(250, 40);
  await shows(guest, 250, 192, "255,255,255");
  // The guest's go nowhere.
  await guest.mouse.click(150, 40);
  await presenter.mouse.click(50, 40);
  await shows(guest, 50, 192, "255,255,255");
  assert.notEqual(pixel(await shot(guest), 150, 192), "255,255,255");
  await save(guest, "mirror-axum");
  assert.equal((await program.interrupt()).code, 0);
  await until("the page says so", async () => (await view(presenter)).state === "ended");
});

test("a winit program's own window drives, hands control to a browser, and takes it back", async () => {
  const { display } = await startDisplay({ manager: true });
  const program = start(join(target, "debug", "winit-mirror"), [...HTTP, "--control", "request"], { display });
  const page = await newPage({ width: 480, height: 320 });
  const link = await program.link();
  const window = await findWindow(display, "paint");
  await open(page, link);
  await shows(page, 100, 100, PAPER);
  assert.equal((await view(page)).role, "observer");
  const at = (x, y) => xdotool(display, "mousemove", "--window", window, x, y);
  const shown = async (x, y, color) => {
    await until(`the window shows ${color}`, () => pixel(screen(display, window), x, y) === color);
  };

  // The window paints, here and there.
  xdotool(display, "windowfocus", "--sync", window);
  at(60, 50);
  xdotool(display, "mousedown", 1);
  at(160, 50);
  xdotool(display, "mouseup", 1);
  await shows(page, 110, 50, INK);
  await shown(110, 50, INK);
  // The page does not, until the window grants it what it asks for.
  await page.mouse.click(200, 200);
  await page.click("#ask");
  await until("the caption says who asks", () => xdotool(display, "getwindowname", window).includes("asks for control"));
  xdotool(display, "key", "--window", window, "ctrl+alt+g");
  await role(page, "presenter");
  await page.mouse.click(300, 250);
  await shows(page, 300, 250, INK);
  await shown(300, 250, INK);
  assert.equal(pixel(await shot(page), 200, 200), PAPER);
  await save(page, "winit-mirror");
  assert.match(xdotool(display, "getwindowname", window), /is in control/);
  xdotool(display, "key", "--window", window, "ctrl+alt+g");
  await role(page, "observer");
  await until("the caption", () => xdotool(display, "getwindowname", window) === "paint");

  // The picture follows the window's size.
  xdotool(display, "windowsize", "--sync", window, 240, 320);
  await until("the canvas is narrower", async () => {
    const png = await shot(page);
    return pixel(png, 240, 160) === PAPER && pixel(png, 60, 160) !== PAPER;
  });
  wmctrl(display, "-c", "paint");
  assert.deepEqual(await program.ended, { code: 0, signal: null });
  await until("the page says so", async () => (await view(page)).state === "ended");
});
