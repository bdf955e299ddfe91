// A real terminal emulator on a virtual display, together with a browser.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  endTest,
  findWindow,
  newPage,
  open,
  pixel,
  probePath,
  screen,
  shows,
  start,
  startDisplay,
  until,
  view,
  xdotool,
} from "./harness.js";

const CENTRE = [250, 187];
const GREEN = "0,255,0";

after(cleanUp);
afterEach(endTest);

/** The probe in an xterm, and what it says. */
async function startTerminal(...options) {
  const { display } = await startDisplay();
  const folder = mkdtempSync(join(tmpdir(), "framecast-"));
  const log = join(folder, "log");
  const flags = ["--backend", "terminal,http", "--listen", "127.0.0.1:0", "--log", log];
  const font = ["-fa", "DejaVu Sans Mono", "-fs", "8", "-b", "0", "-bw", "0"];
  const command = ["-e", probePath(), ...flags];
  const xterm = start("xterm", ["-geometry", "80x25+0+0", ...font, ...options, ...command], { display });
  const said = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const link = await until("the link in the log", () => {
    if (xterm.result) throw new Error(`xterm ended: ${xterm.errors.join("\n")}`);
    return said().match(/http:\S+/)?.[0];
  });
  const window = await findWindow(display, "probe");
  xdotool(display, "windowfocus", window);
  return { display, window, link, said, xterm, end: () => rmSync(folder, { recursive: true }) };
}

/** Whether a place of the screen, in parts of the picture, has about this color. */
function has(display, window, x, y, color) {
  const [, width, height] = xdotool(display, "getwindowgeometry", window).match(/(\d+)x(\d+)/);
  const shown = pixel(screen(display), Math.round(x * width), Math.round(y * height)).split(",");
  // A sixel's colors are percentages.
  return color.split(",").every((side, index) => Math.abs(side - shown[index]) < 6);
}

const corners = (display, window) =>
  has(display, window, 0.1, 0.1, "255,0,0") &&
  has(display, window, 0.9, 0.1, "0,255,0") &&
  has(display, window, 0.1, 0.9, "0,0,255") &&
  has(display, window, 0.9, 0.9, "255,255,255");

for (const [what, options] of [
  ["characters", []],
  ["sixels", ["-ti", "vt340"]],
]) {
  test(`keys in a terminal that shows ${what} change what it and the browser show`, async () => {
    const { display, window, link, said, xterm, end } = await startTerminal(...options);
    await until("the four quadrants", () => corners(display, window));
    const page = await newPage({ width: 500, height: 375 });
    await open(page, link, { exact: false });
    assert.equal((await view(page)).role, "observer");
    xdotool(display, "key", "g");
    await shows(page, ...CENTRE, GREEN);
    await until("the green square in the terminal", () => has(display, window, 0.5, 0.48, GREEN));
    await page.keyboard.press("r");
    xdotool(display, "key", "ctrl+c");
    await xterm.ended;
    const keys = said().split("\n").filter((line) => line.includes('"key_down"'));
    assert.equal(keys.length, 1, `the browser drives nothing: ${keys}`);
    end();
  });
}
