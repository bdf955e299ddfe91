// Files of framecast-jpeg in decoders that others wrote.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cleanUp, example, newPage } from "./harness.js";

/** How far a decoder's PSNR may be from zune-jpeg's, in dB. */
const NEAR = 0.3;
/** Above it a decoder's rounding counts, and how it enlarges chroma: two and a half levels on average. In dB. */
const EXACT = 40;

const folder = mkdtempSync(join(tmpdir(), "framecast-jpeg-"));
/** What the example `jpeg_samples` told: of each file its name, source, size, and PSNR when zune-jpeg decodes it. */
let samples;

before(async () => {
  const program = example("jpeg_samples", [folder]);
  const { code } = await program.ended;
  assert.equal(code, 0, program.errors.join("\n"));
  samples = program.events();
  // 3 samplings, 4 qualities, 4 pictures and the tiles.
  assert.equal(samples.length, 60);
});
after(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true });
});

/** In dB; infinite if they are the same. Both are RGB. */
function psnr(a, b) {
  assert.equal(a.length, b.length, "the decoded picture has another size");
  const squares = a.reduce((sum, value, n) => sum + (value - b[n]) ** 2, 0);
  return 10 * Math.log10((255 ** 2 * a.length) / squares);
}

/** Compares what `decode(path, sample)` makes of each file, in RGB, with its source. */
async function compare(decode) {
  for (const sample of samples) {
    const decoded = await decode(join(folder, sample.jpeg), sample);
    const reached = psnr(decoded, readFileSync(join(folder, sample.source)));
    assert.ok(
      Math.abs(Math.min(reached, EXACT) - Math.min(sample.psnr, EXACT)) <= NEAR,
      `${sample.jpeg}: ${reached.toFixed(2)} dB, and ${sample.psnr} dB when zune-jpeg decodes it`,
    );
  }
}

/** Runs a decoder: what it wrote, and the lines it printed on standard error. */
function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { maxBuffer: 64 << 20 });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error ?? stderr}`);
  return { stdout, lines: stderr.toString().split("\n").filter(Boolean) };
}

/** The pixels of a PPM file with the size of `sample`. */
function rgb(ppm, { width, height }) {
  const head = `P6\n${width} ${height}\n255\n`;
  assert.equal(ppm.subarray(0, head.length).toString(), head);
  return ppm.subarray(head.length);
}

test("djpeg of libjpeg-turbo decodes them without a warning", async () => {
  await compare((path, sample) => {
    // `-strict` makes a warning an error.
    const { stdout, lines } = run("djpeg", "-strict", "-pnm", path);
    assert.deepEqual(lines, [], path);
    return rgb(stdout, sample);
  });
});

/**
 * What ffmpeg 5.1 prints of files that are in order: of its own conversion to RGB, and of small files, also those of
 * libjpeg-turbo. djpeg would tell if the end of the image was missing.
 */
const HARMLESS = /^\[swscaler .*deprecated pixel format used|^\[mjpeg [^\]]*\] EOI missing, emulating$/;

test("ffmpeg decodes them", async () => {
  await compare((path, sample) => {
    const exact = ["-sws_flags", "accurate_rnd+full_chroma_int"];
    const ppm = ["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", ...exact, "-"];
    const { stdout, lines } = run("ffmpeg", "-v", "repeat+warning", "-xerror", "-i", path, ...ppm);
    assert.deepEqual(lines.filter((line) => !HARMLESS.test(line)), [], path);
    return rgb(stdout, sample);
  });
});

test("Chromium decodes them", async () => {
  const page = await newPage();
  await compare(async (path, { width, height }) => {
    const decoded = await page.evaluate(decodeInPage, readFileSync(path).toString("base64"));
    assert.deepEqual([decoded.width, decoded.height], [width, height]);
    return Buffer.from(decoded.rgba, "base64").filter((_, n) => n % 4 < 3);
  });
  assert.deepEqual(page.problems, []);
});

async function decodeInPage(jpeg) {
  const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  let text = "";
  for (const byte of context.getImageData(0, 0, width, height).data) text += String.fromCharCode(byte);
  return { width, height, rgba: btoa(text) };
}
