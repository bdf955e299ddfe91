// Programs in other languages, run by `framecast run`: examples/python, examples/c and examples/node.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, newPage, open, pixel, role, root, save, shot, shows, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const examples = join(root, "examples");

after(cleanUp);
afterEach(endTest);

/** Runs a program, and opens its page as the presenter. */
async function run(size, flags, ...program) {
  const framed = framecast([...HTTP, "run", ...flags, "--", ...program]);
  const page = await newPage(size);
  await open(page, await framed.link(), { exact: false });
  await role(page, "presenter");
  return { framed, page };
}

test("a game in Python: the paddle follows the pointer and the keys, and the ball moves", async () => {
  const { framed, page } = await run({ width: 320, height: 240 }, [], "python3", join(examples, "python", "pong.py"));
  // The paddle is bluish, the ground dark.
  const isPaddle = async (y) => {
    const [, green, blue] = pixel(await shot(page), 11, y).split(",").map(Number);
    return green > 150 && blue > 150;
  };
  const paddleIs = (there, away) =>
    until(`the paddle is at ${there}`, async () => (await isPaddle(there)) && !(await isPaddle(away)));
  await paddleIs(120, 20);
  await page.mouse.move(200, 30);
  await paddleIs(30, 120);
  await page.keyboard.down("ArrowDown");
  await paddleIs(230, 30);
  await page.keyboard.up("ArrowDown");
  const before = Number((await view(page)).sequence);
  await until("the ball moves", async () => Number((await view(page)).sequence) > before + 20);
  assert.match(await page.title(), /Pong: \d/);
  await save(page, "python-pong");
  assert.equal((await framed.interrupt()).code, 0);
  await until("the page says so", async () => (await view(page)).state === "ended");
});

test("a program in C paints where the pointer is dragged, and may print", async () => {
  const folder = mkdtempSync(join(tmpdir(), "framecast-c-"));
  const paint = join(folder, "paint");
  execFileSync("gcc", ["-O1", "-o", paint, join(examples, "c", "paint.c")]);
  try {
    const { framed, page } = await run({ width: 400, height: 300 }, [], paint);
    const [paper, ink] = ["244,244,244", "32,95,192"];
    await shows(page, 200, 100, paper);
    await page.mouse.move(60, 100);
    await page.mouse.down();
    await page.mouse.move(340, 100, { steps: 5 });
    await page.mouse.up();
    await shows(page, 200, 100, ink);
    await shows(page, 320, 100, ink);
    await shows(page, 200, 110, paper);
    await save(page, "c-paint");
    await page.keyboard.press("c");
    await shows(page, 200, 100, paper);
    await page.keyboard.press("Escape");
    assert.deepEqual(await framed.ended, { code: 0, signal: null });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const flags of [[], ["--stdio"]]) {
  test(`a game in JavaScript: the snake goes where the arrow keys send it ${flags}`, async () => {
    const { framed, page } = await run({ width: 320, height: 240 }, flags, "node", join(examples, "node", "snake.js"));
    const center = (column, row) => [column * 16 + 8, row * 16 + 8];
    const [ground, green] = ["28,36,48", "96,208,96"];
    await shows(page, ...center(5, 7), green);
    await shows(page, ...center(6, 7), ground);
    // The food lies in its row.
    await page.keyboard.press("ArrowRight");
    await until("it has eaten", async () => (await page.title()).includes("Snake: 1"));
    assert.notEqual(pixel(await shot(page), ...center(5, 7)), green);
    await save(page, `node-snake${flags}`);
    await page.keyboard.press("Escape");
    assert.deepEqual(await framed.ended, { code: 0, signal: null });
  });
}

test("a figure of matplotlib fills the page, is zoomed by the wheel, and answers a click", async () => {
  const python = process.env.FRAMECAST_TEST_PYTHON;
  assert.ok(python, "FRAMECAST_TEST_PYTHON names a python with matplotlib; tests/run makes one");
  const backend = "MPLBACKEND=module://framecast_matplotlib";
  const plot = join(examples, "python", "plot.py");
  const { framed, page } = await run({ width: 640, height: 480 }, [], "env", backend, python, plot);
  assert.match(await page.title(), /a swinging curve/);
  const count = async (matches) => {
    const png = await shot(page);
    let found = 0;
    for (let at = 0; at < png.data.length; at += 4) {
      if (matches(png.data[at], png.data[at + 1], png.data[at + 2])) found += 1;
    }
    return found;
  };
  const exact = async () => (await view(page)).exact === "true";
  const blue = () => count((red, green, blue) => red < 110 && blue > 140);
  const marked = () => count((red, green, blue) => red > 180 && green < 80 && blue < 80);
  assert.equal(await marked(), 0);
  await until("it rests", exact);
  const before = await blue();
  assert.ok(before > 1000, `${before} pixels of the curve`);
  await page.mouse.move(500, 250);
  await page.mouse.wheel(0, -1000);
  await until("another part of the curve is seen", async () => (await exact()) && (await blue()) !== before);
  await page.keyboard.press("h");
  await until("all of it is seen again", async () => (await exact()) && (await blue()) === before);
  await page.mouse.click(500, 250);
  await until("a point is marked", async () => (await marked()) > 20);
  await save(page, "python-plot");
  await page.setViewportSize({ width: 500, height: 300 });
  await until("it fills a smaller page", async () => {
    const { width, height } = await shot(page);
    return width === 500 && height === 300 && (await exact()) && (await marked()) > 20;
  });
  await save(page, "python-plot-small");
  assert.equal((await framed.interrupt()).code, 0);
});
