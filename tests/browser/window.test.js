// A real window on a virtual display, together with browsers.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  endTest,
  findWindow,
  neverRead,
  newPage,
  open,
  picture,
  pixel,
  probe,
  role,
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

after(cleanUp);
afterEach(endTest);

/** Waits until `program` gets one more event of this type. */
async function more(program, type, act) {
  const before = program.events(type).length;
  act();
  await until(`a ${type}`, () => program.events(type).length > before);
}

// minifb reads levels: what is pressed must be held until it has looked.

async function press(program, display, button) {
  await more(program, "pointer_down", () => xdotool(display, "mousedown", button));
  await more(program, "pointer_up", () => xdotool(display, "mouseup", button));
}

async function key(program, display, name) {
  await more(program, "key_down", () => xdotool(display, "keydown", name));
  await more(program, "key_up", () => xdotool(display, "keyup", name));
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
  await press(program, display, 1);
  const [down] = program.events("pointer_down");
  assert.deepEqual([down.x, down.y, down.button], [80, 60, 1]);
  await key(program, display, "g");
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
  await press(program, display, 3);
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
  const stalled = await neverRead(link);
  // More than would come if each waited for it.
  const drawn = () => program.events("rate").at(-1)?.frames ?? 0;
  const enough = drawn() + 150;
  await until("the window draws on", () => drawn() >= enough);
  stalled.destroy();
});

test("a display that dies is told once and the mirror lives on", async () => {
  const server = await startDisplay();
  const program = probe([...BOTH, "spin"], { display: server.display });
  const link = await program.link();
  await findWindow(server.display, "probe");
  const page = await newPage();
  await open(page, link, { exact: false });
  server.child.kill("SIGKILL");
  await role(page, "presenter");
  const from = Number((await view(page)).sequence);
  await picture(page, { exact: false, after: from + 30 });
  const notices = () => program.errors.filter((line) => line.startsWith("framecast: window:"));
  await until("it is told", () => notices().length > 0);
  const told = notices();
  assert.equal(told.length, 1, program.errors.join("\n"));
  assert.equal((await program.interrupt()).code, 0);
});

test("without a display it says why there is no window, and serves on", async () => {
  const program = probe(BOTH);
  const page = await newPage();
  await open(page, await program.link());
  const notices = () => program.errors.filter((line) => line.startsWith("framecast: window:"));
  await until("it is told", () => notices().length > 0);
  const told = notices();
  assert.equal(told.length, 1, program.errors.join("\n"));
  await role(page, "presenter");
  const alone = probe(["--backend", "window"]);
  const { code } = await alone.ended;
  assert.equal(code, 1);
  assert.match(alone.errors.join("\n"), /window/);
});
