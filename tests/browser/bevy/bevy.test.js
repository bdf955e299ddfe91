// A scene that bevy renders into a canvas, with input from the browser: examples/bevy_scene, on whatever GPU there is.
// `tests/run bevy` builds it, which takes too long for every run.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, newPage, open, picture, pixel, role, save, shot, start, stats, target, until } from "../harness.js";

after(cleanUp);
afterEach(endTest);

/** The colors of the picture's pixels, one in 25. */
const colors = (png) =>
  Array.from({ length: Math.floor((png.width * png.height) / 25) }, (_, n) => pixel(png, (n * 5) % png.width, Math.floor((n * 5) / png.width) * 5));

/** How many of them are strong: red, green or blue is far from the others. The shapes are, and nothing else. */
const strong = (png) =>
  colors(png).filter((color) => {
    const parts = color.split(",").map(Number);
    return Math.max(...parts) - Math.min(...parts) > 90;
  }).length;

test("bevy's picture is exact in Chromium, and bevy has the page's input and size", async () => {
  const program = start(join(target, "debug", "bevy-scene"), ["--backend", "http", "--listen", "127.0.0.1:0"]);
  const page = await newPage({ width: 480, height: 320 });
  const link = await program.link();
  await open(page, link);
  await role(page, "presenter");
  await until("the shapes are there", async () => strong(await shot(page)) > 200);

  await page.keyboard.press("Space");
  let { frames: before } = await stats(link);
  await until("space stops them", async () => {
    const { frames } = await stats(link);
    if (frames.changed !== before.changed) before = frames;
    return frames.presented > before.presented + 5;
  });
  const still = async () => {
    // The page's checksum is that of the frame: the pixels are what bevy rendered.
    await picture(page);
    return colors(await shot(page)).join(" ");
  };
  const first = await still();
  await page.mouse.move(240, 160);
  await page.mouse.down();
  await page.mouse.move(330, 200, { steps: 4 });
  await page.mouse.up();
  await until("dragging turns the scene", async () => (await still()) !== first);
  const near = strong(await shot(page));
  // Each is a notch.
  for (let notch = 0; notch < 8; notch += 1) await page.mouse.wheel(0, 100);
  await until("the wheel moves it away", async () => strong(await shot(page)) < near * 0.7);
  await picture(page);
  await save(page, "bevy");

  await page.setViewportSize({ width: 300, height: 400 });
  await until("the canvas follows the page", async () => {
    await picture(page);
    const size = await page.locator("canvas").first().evaluate((canvas) => `${canvas.width}x${canvas.height}`);
    return size === "300x400";
  });
  assert.ok(strong(await shot(page)) > 50);
  assert.deepEqual(page.problems, []);
  assert.equal((await program.interrupt()).code, 0);
});
