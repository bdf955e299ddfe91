// Measures the programs that a GPU draws, with Chromium on the same machine: the rate of wgpu_cube without a viewer and with
// one, and of egui_app the time from input to pixel, and what it does at rest. Prints tables for README.md beside this file.
//
//   cargo build --release --manifest-path backends/gpu/Cargo.toml -p wgpu-cube -p egui-app && node tests/load/gpu.js [SAMPLES]
//
// CPU is user and system time of the program alone, from /proc, in parts of all cores. Linux only.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUp, newPage, open, root, start, stats, until } from "../browser/harness.js";
import { answers, percentile } from "./answers.js";
import { cpu } from "./cpu.js";

const SAMPLES = Number(process.argv[2] ?? 100);
const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0", "--no-status"];
const FPS = 30;
const SECONDS = 20;
/** How often the cube is turned with and without a viewer, in turn; the medians count. */
const ROUNDS = 3;
/** A drag over the plot: at its start, the pixel is on a peak of the blue signal, and at its end beside it. */
const DRAG = {
  turns: [[670, 280], [700, 280]].map((at) => ({ type: "pointermove", at: /** @type {[number, number]} */ (at) })),
  pixel: /** @type {[number, number]} */ ([414, 114]),
  channel: 0,
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const released = (name) => join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release", name);

/** A session in which the cube is turned, and drawn so many times. */
function turning(frames) {
  const source = { backend: 0, client: 0 };
  const size = { width: 1280, height: 720, ratio: 1 };
  const pointer = { y: 300, button: 1, buttons: [1], ntouches: 0, touches: {}, modifiers: [], pointer_type: "mouse" };
  const lines = [{ format: "framecast-input", version: 1, title: "cube", ...size }];
  lines.push({ type: "pointer_down", ...pointer, x: 0, timestamp: 0, source });
  for (let frame = 0; frame < frames; frame += 1) {
    const timestamp = frame / FPS;
    lines.push({ type: "pointer_move", ...pointer, x: 3 * frame, timestamp, source });
    lines.push({ type: "draw", timestamp, step: 1 / FPS, ...size });
  }
  lines.push({ type: "close", timestamp: frames / FPS });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * Has the cube turned for some seconds, before a viewer or nobody. Returns the frames a second that the program drew, the share of the
 * CPU, and the pictures a second that the viewer painted.
 */
async function turn(log, viewer) {
  const program = start(released("wgpu-cube"), [...HTTP, "--draw", "always", "--replay-input", log]);
  const link = await program.link();
  const from = performance.now();
  const page = viewer ? await newPage({ width: 1280, height: 720 }) : null;
  if (page) await open(page, link, { exact: false });
  await pause(SECONDS * 500);
  const used = cpu(program);
  const middle = performance.now();
  const before = await stats(link);
  await pause(SECONDS * 400);
  const seconds = (performance.now() - middle) / 1000;
  const share = (cpu(program) - used) / seconds / cpus().length;
  const after = await stats(link);
  const painted = page ? (after.clients[0].painted - before.clients[0].painted) / seconds : 0;
  await program.ended;
  const fps = (FPS * SECONDS) / ((performance.now() - from) / 1000);
  await page?.context().close();
  return { fps, share, painted };
}

async function cube() {
  const folder = mkdtempSync(join(tmpdir(), "framecast-gpu-"));
  const log = join(folder, "log");
  writeFileSync(log, turning(FPS * SECONDS));
  // The browser is there before.
  await (await newPage({})).context().close();
  const runs = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const viewers of [0, 1]) runs[viewers].push(await turn(log, viewers === 1));
  }
  const [alone, watched] = runs.map((all) => {
    const median = (what) => all.map((run) => run[what]).sort((a, b) => a - b)[all.length >> 1];
    return { fps: median("fps"), share: median("share"), painted: median("painted") };
  });
  console.log(`| wgpu_cube, 1280 × 720, paced at ${FPS} fps | frames a second | CPU | painted a second |\n| --- | ---: | ---: | ---: |`);
  const line = (what, { fps, share }, painted) => console.log(`| ${what} | ${fps.toFixed(1)} | ${(100 * share).toFixed(0)} % | ${painted} |`);
  line("nobody looks", alone, "");
  line("one Chromium", watched, watched.painted.toFixed(1));
  console.log(`\nWith a viewer ${((100 * watched.fps) / alone.fps).toFixed(1)} % of the frames without one.\n`);
  rmSync(folder, { recursive: true });
}

/** The time from input to pixel of `egui_app`, and what it does at rest. */
async function egui(what, env) {
  const program = start(released("egui-app"), HTTP, { env });
  const link = await program.link();
  const page = await newPage({ width: 1280, height: 720 });
  await open(page, link);
  await until("it drives", async () => (await page.evaluate(() => document.querySelector("#view").dataset.role)) === "presenter");
  await page.mouse.move(700, 280);
  await page.mouse.down();
  await page.mouse.move(690, 280, { steps: 3 });
  await answers(page, 10, DRAG);
  const took = await answers(page, SAMPLES, DRAG);
  await page.mouse.up();
  // What was moving comes to rest, and is sent exactly.
  await pause(3000);
  const [used, from] = [cpu(program), (await stats(link)).frames.presented];
  await pause(10_000);
  const [frames, rest] = [(await stats(link)).frames.presented - from, cpu(program) - used];
  await page.context().close();
  await program.interrupt();
  const times = `${percentile(took, 0.5)} | ${percentile(took, 0.95)}`;
  console.log(`| ${what} | ${times} | ${frames} | ${(rest * 100).toFixed(1)} ms |`);
}

try {
  await cube();
  console.log("| egui_app, 1280 × 720 | input to pixel, median | p95 | frames in 10 s at rest | CPU a second |\n| --- | ---: | ---: | ---: | ---: |");
  await egui("the processor's renderer", {});
  await egui("egui-wgpu on lavapipe", { WGPU_ADAPTER_NAME: "llvmpipe" });
} finally {
  await cleanUp();
}
