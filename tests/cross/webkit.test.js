// WebKitGTK: the core of the browser tests, and what only it does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { core } from "../browser/core.js";
import { open, pixel, probe, screen, until } from "../browser/harness.js";
import { hand } from "../browser/x-input.js";
import { startWebKit } from "./webkit.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const RED = "255,0,0";
const GREEN = "0,255,0";

// MiniBrowser zooms with the wheel and Control, and the page is not told.
const started = core("WebKit", startWebKit, { ctrlWheel: false });

test("a zoomed page of WebKit gets every physical pixel", async () => {
  const { display, browser } = started();
  const program = probe(HTTP);
  const page = await browser.page();
  await open(page, await program.link());
  const user = await hand(display, page);
  user.move(50, 60);
  user.click(1);
  const width = await page.evaluate(() => innerWidth);
  for (const steps of [1, 2]) {
    const ratio = 1.2 ** steps;
    user.key("ctrl+plus");
    await until(`the page is zoomed ${steps} times`, async () => {
      return Math.abs((await page.evaluate(() => innerWidth)) * ratio - width) < ratio;
    });
    await until(`the canvas has the pixels of the window, ${ratio} to a logical one`, () => {
      const last = program.events("resize").at(-1);
      return last.pwidth === width && Math.abs(last.ratio - ratio) < 1e-6;
    });
    // Half of a row is red and half is green, and no pixel between them is mixed of both.
    await until("the screen shows them one by one", () => {
      const png = screen(display);
      const row = Array.from({ length: png.width }, (_, x) => pixel(png, x, png.height / 3));
      const [left, right] = [row.indexOf(RED), row.lastIndexOf(GREEN)];
      const expected = Array.from({ length: width }, (_, x) => (x < width / 2 ? RED : GREEN));
      return right - left + 1 === width && row.slice(left, right + 1).join() === expected.join();
    });
    const at = { x: 100 * steps, y: 90 };
    const again = await hand(display, page);
    again.move(at.x, at.y);
    again.click(1);
    const down = await until("the press", () => program.events("pointer_down")[steps]);
    assert.ok(Math.abs(down.x - at.x) <= 2 && Math.abs(down.y - at.y) <= 2, `${down.x}, ${down.y}`);
  }
});
