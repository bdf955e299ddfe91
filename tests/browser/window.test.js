// A real window on a virtual display, together with browsers.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  findWindow,
  neverRead,
  newPage,
  open,
  picture,
  pixel,
  probe,
  save,
  screen,
  shows,
  startDisplay,
  until,
  view,
  wmctrl,
  xdotool,
} from "./harness.js";

const BOTH = ["--backend", "window,http", "--listen", "127.0.0.1:0", "--size", "320x240"];
const GREEN = "0,255,0";
const MAGENTA = "255,0,255";
/** minifb reads levels: a press must last longer than the gap between two polls. */
const PRESS = 120;

after(cleanUp);
afterEach(cleanUp);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function press(display, button) {
  xdotool(display, "mousedown", button);
  await pause(PRESS);
  xdotool(display, "mouseup", button);
}

async function key(display, name) {
  xdotool(display, "keydown", name);
  await pause(PRESS);
  xdotool(display, "keyup", name);
}

test("pointer and keys of the window change what the browser shows; the browser changes nothing", async () => {
  const { display } = await startDisplay();
  const program = probe(BOTH, { display });
  const link = await program.link();
  const window = await findWindow(display, "probe");
  const page = await newPage({ width: 500, height: 375 });
  await open(page, link);
  assert.equal((await view(page)).role, "observer");

  xdotool(display, "windowfocus", window);
  xdotool(display, "mousemove", "--window", window, 80, 60);
  await press(display, 1);
  await until("the press", () => program.events("pointer_down").length === 1);
  const [down] = program.events("pointer_down");
  assert.deepEqual([down.x, down.y, down.button], [80, 60, 1]);
  await key(display, "g");
  // The page shows the canvas of 320 × 240 at 500 × 375.
  await shows(page, 250, 187, GREEN);
  await shows(page, 125, 93, MAGENTA);
  await save(page, "observer");

  const before = program.events("key_down", "pointer_down", "resize", "wheel").length;
  await page.mouse.click(300, 300);
  await page.keyboard.press("r");
  await page.mouse.wheel(0, 300);
  await page.setViewportSize({ width: 600, height: 375 });
  xdotool(display, "mousemove", "--window", window, 100, 180);
  await press(display, 3);
  await until("the second press", () => program.events("pointer_down").length === 2);
  assert.equal(program.events("key_down", "pointer_down", "resize", "wheel").length, before + 1);
  assert.equal(program.events("pointer_down")[1].button, 2);

  // The window itself shows the same picture.
  const { X, Y } = geometry(display, window);
  await until("the window shows it", () => pixel(screen(display), X + 160, Y + 120) === GREEN);
  assert.equal(pixel(screen(display), X + 100, Y + 180), MAGENTA);
});

function geometry(display, window) {
  const text = xdotool(display, "getwindowgeometry", "--shell", window);
  return Object.fromEntries(
    text
      .split("\n")
      .map((line) => line.split("="))
      .map(([k, v]) => [k, Number(v)]),
  );
}

test("closing the window ends the application and tells the browser", async () => {
  const { display } = await startDisplay({ manager: true });
  const program = probe(BOTH, { display });
  const page = await newPage();
  await open(page, await program.link());
  await findWindow(display, "probe");
  wmctrl(display, "-c", "probe");
  assert.deepEqual(await program.ended, { code: 0, signal: null });
  assert.equal(program.events("close").length, 1);
  await until("the page says so", async () => (await view(page)).state === "ended");
});

test("a minimised window and a covered one stall nothing", async () => {
  const { display } = await startDisplay({ manager: true });
  const program = probe([...BOTH, "--no-auth", "spin"], { display });
  const page = await newPage();
  await open(page, await program.link(), { exact: false });
  const goesOn = async () => {
    const from = Number((await view(page)).sequence);
    await picture(page, { exact: false, after: from + 60 });
  };
  const window = await findWindow(display, "probe");
  xdotool(display, "windowminimize", window);
  await until("it is minimised", () => hidden(display, window));
  await goesOn();
  await until("it is back", () => {
    wmctrl(display, "-a", "probe");
    return !hidden(display, window);
  });
  probe(["--backend", "window", "--size", "800x600", "--title", "cover"], { display });
  await findWindow(display, "cover");
  await goesOn();
  assert.equal((await program.interrupt()).code, 0);
});

/** Whether a window is not mapped. */
function hidden(display, window) {
  try {
    return !xdotool(display, "search", "--onlyvisible", "--name", "probe").split("\n").includes(window);
  } catch {
    return true; // xdotool says so with its exit code
  }
}

test("a browser that never reads does not slow the window", async () => {
  const { display } = await startDisplay();
  const program = probe([...BOTH, "--no-auth", "spin"], { display });
  const link = await program.link();
  await findWindow(display, "probe");
  const rates = async () => {
    const all = () => program.events("rate").map((event) => event.fps);
    const from = all().length;
    await until("five seconds of rates", () => all().length > from + 5);
    return all()
      .slice(-3)
      .sort((a, b) => a - b)[1];
  };
  const alone = await rates();
  const stalled = await neverRead(link);
  const observed = await rates();
  stalled.destroy();
  assert.ok(observed > 0.75 * alone, `${observed} frames per second, ${alone} before`);
});

test("a display that dies is told once and the mirror lives on", async () => {
  const server = await startDisplay();
  const program = probe([...BOTH, "spin"], { display: server.display });
  const link = await program.link();
  await findWindow(server.display, "probe");
  const page = await newPage();
  await open(page, link, { exact: false });
  server.child.kill("SIGKILL");
  await until("the page drives", async () => (await view(page)).role === "presenter");
  const from = Number((await view(page)).sequence);
  await picture(page, { exact: false, after: from + 30 });
  const told = program.errors.filter((line) => line.startsWith("framecast: window:"));
  assert.equal(told.length, 1, program.errors.join("\n"));
  assert.equal((await program.interrupt()).code, 0);
});

test("without a display it says why there is no window, and serves on", async () => {
  const program = probe(BOTH);
  const page = await newPage();
  await open(page, await program.link());
  const told = program.errors.filter((line) => line.startsWith("framecast: window:"));
  assert.equal(told.length, 1, program.errors.join("\n"));
  assert.equal((await view(page)).role, "presenter");
  const alone = probe(["--backend", "window"]);
  const { code } = await alone.ended;
  assert.equal(code, 1);
  assert.match(alone.errors.join("\n"), /window/);
});
