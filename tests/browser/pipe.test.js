// Video on standard input, as people use it: from ffmpeg.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, newPage, start, until, view } from "./harness.js";

const SECONDS = 4;
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
afterEach(endTest);

function play(args) {
  const program = framecast(["--backend", "http", "--listen", "127.0.0.1:0", ...args, "pipe"]);
  const source = start("ffmpeg", FFMPEG);
  source.child.stdout.pipe(program.child.stdin);
  return program;
}

test("a video waits for its first viewer, plays in real time, and ends well", async () => {
  const program = play(["--wait-viewer"]);
  const link = await program.link();
  const page = await newPage({ width: 640, height: 360 });
  // Unwatched it would be over by now.
  await new Promise((resolve) => setTimeout(resolve, (SECONDS + 1) * 1000));
  // Before anybody watches: however late the browser is, all of the video takes its time from here on.
  const from = performance.now();
  await page.goto(link);
  assert.deepEqual(await program.ended, { code: 0, signal: null });
  const seconds = (performance.now() - from) / 1000;
  assert.ok(seconds > SECONDS - 1 / RATE, `it was over ${seconds} s after somebody came`);
  await until("it moved", async () => Number((await view(page)).updates) >= 3);
});

test("a video plays in real time though nobody watches", async () => {
  const from = performance.now();
  const program = play([]);
  assert.deepEqual(await program.ended, { code: 0, signal: null });
  const seconds = (performance.now() - from) / 1000;
  assert.ok(seconds > SECONDS - 1 / RATE, `it took ${seconds} s`);
});
