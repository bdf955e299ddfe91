// The programs built for Windows, in Wine: the core of the browser tests, the command line, files, and the window.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { core } from "../browser/core.js";
import {
  findWindow,
  framecast,
  open,
  pixel,
  probe,
  root,
  screen,
  shows,
  startDisplay,
  until,
  useWindows,
  view,
  xdotool,
} from "../browser/harness.js";
import { startFirefox } from "../browser/webdriver/firefox.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const BOTH = ["--backend", "window,http", "--listen", "127.0.0.1:0", "--size", "320x240"];
const GREEN = "0,255,0";
const MAGENTA = "255,0,255";

const wine = process.env.CROSS_WINE;
assert.ok(wine, "CROSS_WINE names no Wine; see tests/cross/README.md");
useWindows(wine);

const started = core("Firefox with Windows programs", startFirefox);

/** A file of this repository, as Wine names it. */
const file = (...names) => `Z:${join(root, ...names).replaceAll("/", "\\")}`;
const TEST_PICTURES = ["src", "bin", "framecast", "show", "picture", "testdata"];

test("the program for Windows explains itself", async () => {
  const program = framecast(["--help"]);
  assert.equal((await program.ended).code, 0);
  const text = program.lines.join("\n");
  for (const word of ["--backend", "--listen", "demo", "pipe", "show"]) assert.ok(text.includes(word), word);
});

test("the program for Windows tells what it cannot do, and its exit code says so", async () => {
  const wrong = framecast(["--backend", "nonsense", "demo"]);
  assert.equal((await wrong.ended).code, 2);
  const terminal = framecast(["--backend", "terminal", "demo"]);
  assert.notEqual((await terminal.ended).code, 0);
  assert.match(terminal.errors.join("\n"), /terminal/);
  const missing = framecast(["--backend", "none", "show", file("README.md"), file("missing.png")]);
  assert.equal((await missing.ended).code, 1);
  assert.match(missing.errors.join("\n"), /README\.md[^]*missing\.png/);
});

test("the program for Windows shows a picture by a path of Windows", async () => {
  const program = framecast([...HTTP, "--size", "300x200", "show", file(...TEST_PICTURES, "baseline.jpg")]);
  const page = await started().browser.page({ width: 300, height: 200 });
  await open(page, await program.link());
  assert.deepEqual(page.problems, []);
});

test("the window of Windows shows the pixels, and its pointer and keys change what the browser shows", async () => {
  // Not on the browser's display, whose window may cover it.
  const { display } = await startDisplay({ manager: true });
  const program = probe(BOTH, { display });
  const page = await started().browser.page({ width: 640, height: 480 });
  await open(page, await program.link());
  assert.equal((await view(page)).role, "observer");
  const window = await findWindow(display, "probe");
  xdotool(display, "windowactivate", "--sync", window);
  // xdotool counts the frame of this window twice, but not when it moves the pointer.
  xdotool(display, "mousemove", "--window", window, 0, 0);
  const [left, top] = xdotool(display, "getmouselocation").match(/\d+/g).map(Number);
  const at = (x, y) => pixel(screen(display), left + x, top + y);
  await until("the window shows the picture", () => at(40, 30) === "255,0,0" && at(280, 200) === "255,255,255");
  // Wine misses what comes while it activates the window.
  await until("the pointer is in the window", () => {
    for (const x of [79, 80]) xdotool(display, "mousemove", "--window", window, x, 60);
    return program.events("pointer_enter").length > 0;
  });
  // minifb reads levels: what is pressed must be held until it has looked.
  for (const [action, name, told] of [
    ["mousedown", 1, "pointer_down"],
    ["mouseup", 1, "pointer_up"],
    ["keydown", "g", "key_down"],
    ["keyup", "g", "key_up"],
  ]) {
    xdotool(display, action, name);
    await until(`a ${told}`, () => program.events(told).length > 0);
  }
  const [down] = program.events("pointer_down");
  assert.ok(Math.abs(down.x - 80) <= 1 && Math.abs(down.y - 60) <= 1, `${down.x}, ${down.y}`);
  assert.equal(down.button, 1);
  await shows(page, 320, 240, GREEN);
  await shows(page, 160, 120, MAGENTA);
  await until("the window shows it", () => at(160, 120) === GREEN && at(80, 60) === MAGENTA);
});
