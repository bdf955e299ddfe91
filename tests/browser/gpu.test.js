// A canvas that a GPU draws: examples/wgpu_cube, on whatever GPU there is. Mesa's renderer in software is one.

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
  start,
  startDisplay,
  target,
  until,
  view,
  xdotool,
} from "./harness.js";

const HTTP = ["--listen", "127.0.0.1:0"];
const BACKGROUND = "25,29,39";

after(cleanUp);
afterEach(endTest);

/** @param {string[]} args */
const cube = (args, options = {}) => start(join(target, "debug", "wgpu-cube"), args, options);

/** The size of the picture that the page shows, in pixels. */
const size = (page) => page.locator("canvas").first().evaluate((canvas) => `${canvas.width}x${canvas.height}`);

/** How many of the middle row's pixels the cube covers. */
const width = (png) =>
  Array.from({ length: png.width }, (_, x) => pixel(png, x, png.height >> 1)).filter((color) => color !== BACKGROUND).length;

test("a GPU's pictures are exact in Chromium, follow its size and its input, and rest", async () => {
  const program = cube(["--backend", "http", ...HTTP]);
  const page = await newPage({ width: 400, height: 300, ratio: 2 });
  await open(page, await program.link());
  assert.match(program.errors.join("\n"), /framecast: the GPU is .+: /);
  await role(page, "presenter");
  // The page's checksum is that of the frame: the pixels are what the GPU rendered.
  await until("the canvas has every physical pixel of the page", async () => {
    await picture(page);
    return (await size(page)) === "800x600";
  });
  const first = await shot(page);
  assert.equal(pixel(first, 4, 4), BACKGROUND);
  assert.ok(width(first) > 200, `the cube is ${width(first)} pixels wide`);

  // Dragging turns it, the wheel moves it away.
  const side = pixel(first, 560, 350);
  await page.mouse.move(200, 150);
  await page.mouse.down();
  await page.mouse.move(320, 150, { steps: 4 });
  await page.mouse.up();
  await until("it is turned", async () => pixel(await shot(page), 560, 350) !== side);
  await page.mouse.wheel(0, 600);
  await until("it is further away", async () => width(await shot(page)) < width(first) * 0.8);
  await picture(page);
  await save(page, "gpu-cube");

  // Nothing is drawn while nothing changes.
  const { sequence } = await view(page);
  await page.mouse.move(20, 20);
  await page.mouse.move(40, 40);
  assert.equal((await view(page)).sequence, sequence);

  await page.setViewportSize({ width: 100, height: 160 });
  await until("the canvas follows the page", async () => {
    await picture(page);
    return (await size(page)) === "200x320";
  });
  assert.deepEqual(page.problems, []);
  assert.equal((await program.interrupt()).code, 0);
});

test("a window and a browser show the same GPU's picture, and the window drives", async () => {
  const { display } = await startDisplay({ size: "640x480" });
  const program = cube(["--backend", "window,http", "--size", "360x300", ...HTTP], { display });
  const page = await newPage({ width: 360, height: 300 });
  await open(page, await program.link());
  await role(page, "observer");
  const window = await findWindow(display, "cube");
  assert.equal(await size(page), "360x300");
  // Pixel by pixel, as both are shown one to one.
  const same = async () => {
    const [local, remote] = [screen(display, window), await shot(page)];
    return [...Array(12).keys()].every((n) => pixel(local, 30 * n, 150) === pixel(remote, 30 * n, 150));
  };
  await until("both show the same", same);
  const before = pixel(await shot(page), 180, 150);
  xdotool(display, "mousemove", "--window", window, 180, 150, "mousedown", 1);
  xdotool(display, "mousemove", "--window", window, 250, 190);
  xdotool(display, "mouseup", 1);
  await until("the window turned it", async () => pixel(await shot(page), 180, 150) !== before);
  await until("both show the same again", same);
  await save(page, "gpu-observer");
  assert.equal((await program.interrupt()).code, 0);
});
