// What is still becomes exact, to the last bit.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, newPage, open, save } from "./harness.js";
import { proven, watchWhole } from "./truth.js";

const HTTP = ["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0"];

after(cleanUp);
afterEach(endTest);

test("paint converges to the exact pixels", async () => {
  const program = framecast([...HTTP, "--size", "800x500", "demo", "paint"]);
  const page = await newPage({ width: 800, height: 500 });
  await open(page, await program.link(), { exact: false });
  await watchWhole(page);
  const blank = await proven(page);
  for (const [from, to] of [
    [120, 420],
    [300, 90],
  ]) {
    await page.mouse.move(200, from);
    await page.mouse.down();
    await page.mouse.move(420, 250, { steps: 8 });
    await page.mouse.move(650, to, { steps: 8 });
    await page.mouse.up();
  }
  // Off the canvas' tools, so that nothing is highlighted.
  await page.mouse.move(500, 400);
  await proven(page, new Set([blank.crc]));
  await save(page, "exact-paint");
  assert.deepEqual(page.problems, []);
});

test("dashboard converges to the exact pixels, again and again", async () => {
  // Slow enough that every frame comes to rest.
  const program = framecast([...HTTP, "--size", "900x600", "--max-fps", "0.7", "demo", "dashboard"]);
  const page = await newPage({ width: 900, height: 600 });
  await open(page, await program.link(), { exact: false });
  await watchWhole(page);
  const seen = new Set();
  while (seen.size < 3) seen.add((await proven(page, seen)).crc);
  await save(page, "exact-dashboard");
  assert.deepEqual(page.problems, []);
});

test("a photograph converges to the exact pixels", async () => {
  const folder = mkdtempSync(join(tmpdir(), "framecast-exact-"));
  try {
    // As far as an encoder can tell: edges, soft areas, saturated colors and grain.
    const file = join(folder, "photograph.png");
    const source = ["-f", "lavfi", "-i", "mandelbrot=size=1100x700:start_scale=0.01"];
    const grain = ["-vf", "gblur=sigma=0.8,noise=alls=9:allf=u:all_seed=7", "-frames:v", "1"];
    execFileSync("ffmpeg", ["-v", "error", ...source, ...grain, file]);
    const program = framecast([...HTTP, "show", file]);
    const page = await newPage({ width: 1100, height: 700 });
    await open(page, await program.link(), { exact: false });
    await watchWhole(page);
    await proven(page);
    await save(page, "exact-photograph");
    assert.deepEqual(page.problems, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
