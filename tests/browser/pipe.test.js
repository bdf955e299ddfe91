// Video on standard input, as people use it: from ffmpeg.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { cleanUp, framecast, newPage, start, until, view } from "./harness.js";

const SECONDS = 6;
const RATE = 30;
const FFMPEG = [
  "-v",
  "error",
  "-f",
  "lavfi",
  "-i",
  `testsrc2=size=640x360:rate=${RATE}`,
  "-t",
  `${SECONDS}`,
  "-f",
  "yuv4mpegpipe",
  "-pix_fmt",
  "yuv420p",
  "-",
];

after(cleanUp);
afterEach(cleanUp);

function play(args) {
  const program = framecast(["--backend", "http", "--listen", "127.0.0.1:0", ...args, "pipe"]);
  const source = start("ffmpeg", FFMPEG);
  source.child.stdout.pipe(program.child.stdin);
  return program;
}

test("a video waits for its first viewer, plays in real time, and ends well", async () => {
  const program = play(["--wait-viewer"]);
  const link = await program.link();
  // Unwatched it would be over by now.
  await new Promise((resolve) => setTimeout(resolve, (SECONDS + 1) * 1000));
  const page = await newPage({ width: 640, height: 360 });
  await page.goto(link);
  const first = await until("the first picture", async () => {
    const { sequence } = await view(page);
    return Number(sequence) > 0 && { sequence: Number(sequence), at: performance.now() };
  });
  assert.ok(first.sequence <= (SECONDS * RATE) / 4, `it began at frame ${first.sequence}, not with the viewer`);
  assert.deepEqual(await program.ended, { code: 0, signal: null });
  const seconds = (performance.now() - first.at) / 1000;
  assert.ok(seconds > SECONDS - first.sequence / RATE - 0.5, `${seconds} s from frame ${first.sequence} on`);
  assert.ok(Number((await view(page)).updates) > (SECONDS * RATE) / 4, "it moved");
});

test("a video plays in real time though nobody watches", async () => {
  const from = performance.now();
  const program = play([]);
  assert.deepEqual(await program.ended, { code: 0, signal: null });
  const seconds = (performance.now() - from) / 1000;
  assert.ok(seconds > SECONDS - 1, `it took ${seconds} s`);
});
