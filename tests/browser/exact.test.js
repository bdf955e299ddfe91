// What is still becomes exact, to the last bit: the page's own checksum of what it shows against the
// picture that a client of the older protocol is sent, which is made in another way.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { cleanUp, framecast, newPage, open, save, until } from "./harness.js";

const HTTP = ["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0"];

after(cleanUp);
afterEach(cleanUp);

/** Has the page look at its own server in the older protocol, too, and keep the exact pictures. */
async function watchWhole(page) {
  await page.evaluate(() => {
    const kept = (window.kept = []);
    const socket = new WebSocket(location.href.replace("http", "ws"));
    socket.binaryType = "arraybuffer";
    let head = null;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        head = JSON.parse(data);
        return;
      }
      const { index, timestamp, mimetype } = head;
      socket.send(JSON.stringify({ type: "_framefeedback", index, timestamp, localtime: Date.now() / 1000 }));
      if (mimetype !== "image/png") return;
      const bytes = new Uint8Array(data);
      let text = "";
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      kept.push(btoa(text));
      if (kept.length > 20) kept.shift();
    };
  });
}

/** The checksums of the colours of the exact pictures that were kept. */
async function truths(page) {
  const kept = await page.evaluate(() => window.kept);
  return kept.map((base64) => {
    const { data } = PNG.sync.read(Buffer.from(base64, "base64"));
    const colours = Buffer.alloc((data.length / 4) * 3);
    for (let from = 0, to = 0; from < data.length; from += 4, to += 3) data.copy(colours, to, from, from + 3);
    return crc32(colours).toString(16).padStart(8, "0");
  });
}

/** Waits until the page shows exactly a picture that is known to be right; its proof. */
async function proven(page, seen = new Set()) {
  return await until("an exact picture whose checksum is right", async () => {
    const proof = await page.evaluate(async () => (await import("/main.js")).view.proof());
    return proof.exact && !seen.has(proof.crc) && (await truths(page)).includes(proof.crc) && proof;
  });
}

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
    // As far as an encoder can tell: edges, soft areas, saturated colours and grain.
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
