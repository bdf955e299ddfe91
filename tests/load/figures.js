// Measures what framecast costs: CPU when idle and per drawn frame, time to the first frame,
// dependencies, binary size. Prints the tables of README.md beside this file.
//
//   node tests/load/figures.js [--build]      (--build also times a clean default build)
//
// CPU is user + system time of the framecast process alone, from /proc; it counts neither
// Chromium nor the X server. Linux only.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import net from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import {
  cleanUp,
  findWindow,
  hello,
  newPage,
  open,
  probe,
  root,
  startDisplay,
  until,
  useProfile,
} from "../browser/harness.js";
import { cpu } from "./cpu.js";

const SECONDS = 10;
const SIZE = ["--size", "1280x720"];
const LISTEN = ["--listen", "127.0.0.1:0"];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Frames presented so far, as the probe tells once a second. */
function frames(program) {
  return program.events("rate").at(-1)?.frames ?? 0;
}

/** CPU and frames of `program` over some seconds, from report to report. */
async function measure(program) {
  const reports = () => program.events("rate").length;
  const report = async (after) => await until("the next report", () => reports() > after);
  await pause(2000); // the start is over
  await report(reports());
  const [cpuFrom, framesFrom, first, at] = [cpu(program), frames(program), reports(), performance.now()];
  await report(first + SECONDS - 1);
  const seconds = (performance.now() - at) / 1000;
  return { cpu: cpu(program) - cpuFrom, frames: frames(program) - framesFrom, seconds };
}

async function idle() {
  console.log("| idle, the picture does not change | CPU ms per second |\n| --- | ---: |");
  const { display } = await startDisplay({ size: "1600x900" });
  for (const [what, backend, browsers] of [
    ["http, no browser", "http", 0],
    ["http, one browser", "http", 1],
    ["window, http, no browser", "window,http", 0],
    ["window, http, one browser", "window,http", 1],
  ]) {
    const program = probe(["--backend", backend, ...LISTEN, ...SIZE], { display });
    const link = await program.link();
    if (backend.includes("window")) await findWindow(display, "probe");
    for (let n = 0; n < browsers; n++) {
      await open(await newPage({ width: 1280, height: 720 }), link);
    }
    const { cpu, seconds } = await measure(program);
    console.log(`| ${what} | ${((cpu / seconds) * 1000).toFixed(1)} |`);
    await program.interrupt();
  }
  await cleanUp();
}

async function drawing() {
  console.log(
    "\n| 1280×720, every frame changes | frames per second | CPU ms per drawn frame |\n| --- | ---: | ---: |",
  );
  const { display } = await startDisplay({ size: "1600x900" });
  for (const [what, args, browsers] of [
    ["`--backend none --draw always`", ["--backend", "none", "--draw", "always"], 0],
    ["`--backend http`, one Chromium", ["--backend", "http", ...LISTEN], 1],
    ["`--backend window`", ["--backend", "window"], 0],
    ["`--backend window,http`, one Chromium", ["--backend", "window,http", ...LISTEN], 1],
  ]) {
    const program = probe([...args, ...SIZE, "spin"], { display });
    if (args.includes("window") || args.includes("window,http")) await findWindow(display, "probe");
    for (let n = 0; n < browsers; n++) {
      await open(await newPage({ width: 1280, height: 720 }), await program.link(), { exact: false });
    }
    const { cpu, frames, seconds } = await measure(program);
    console.log(`| ${what} | ${(frames / seconds).toFixed(1)} | ${((cpu / frames) * 1000).toFixed(2)} |`);
    await program.interrupt();
  }
  await cleanUp();
}

/** Milliseconds from starting the process until a client has the first byte of a picture. */
async function firstFrame() {
  const times = [];
  for (let n = 0; n < 10; n++) {
    const from = performance.now();
    const program = probe(["--backend", "http", ...LISTEN, ...SIZE]);
    const link = await until("the link", () => program.errors.find((line) => line.includes("http://")));
    const { host, port } = new URL(link.match(/http:\S+/)[0]);
    await new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), "127.0.0.1");
      socket.on("error", reject);
      socket.write(hello(host));
      let seen = Buffer.alloc(0);
      socket.on("data", (data) => {
        seen = Buffer.concat([seen, data]);
        if (hasPicture(seen)) {
          socket.destroy();
          resolve();
        }
      });
    });
    times.push(performance.now() - from);
    await program.interrupt();
  }
  times.sort((a, b) => a - b);
  console.log(
    `\nFrom start to the first picture at a client: median ${times[5].toFixed(0)} ms, ` +
      `${times[0].toFixed(0)} to ${times.at(-1).toFixed(0)} ms (10 starts)`,
  );
}

/** Whether a binary WebSocket frame has begun in what a server sent (RFC 6455, section 5.2). */
function hasPicture(bytes) {
  const head = bytes.indexOf("\r\n\r\n");
  for (let at = head + 4; head >= 0 && at + 1 < bytes.length;) {
    if ((bytes[at] & 0x0f) === 2) return true;
    const short = bytes[at + 1] & 0x7f;
    if (short > 125) return false;
    at += 2 + short;
  }
  return false;
}

function build() {
  const target = mkdtempSync(join(tmpdir(), "framecast-build-"));
  const from = performance.now();
  execFileSync("cargo", ["build", "--release", "--locked", "--bin", "framecast", "--quiet"], {
    cwd: root,
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: "inherit",
  });
  const seconds = (performance.now() - from) / 1000;
  console.log(`\nDefault release build from clean: ${seconds.toFixed(0)} s on ${cpus().length} cores`);
  rmSync(target, { recursive: true });
}

function sizes() {
  const tree = (args) =>
    new Set(
      execFileSync(
        "cargo",
        ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", ...args],
        { cwd: root, encoding: "utf8" },
      )
        .split("\n")
        .map((line) => line.split(" (")[0])
        .filter(Boolean),
    );
  const count = (args) => [...tree(args)].filter((name) => !name.startsWith("framecast")).length;
  const program = statSync(
    join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release", "framecast"),
  );
  console.log(
    `\nCrates in the default build: ${count([])}; ` +
      `as a library with window and http: ${count(["--no-default-features", "--features", "window,http"])}; ` +
      `with neither: ${count(["--no-default-features"])}`,
  );
  console.log(`Size of the program: ${(program.size / 1024 / 1024).toFixed(1)} MiB`);
}

useProfile("release");
execFileSync(
  "cargo",
  ["build", "--release", "--locked", "--quiet", "--bin", "framecast", "--example", "probe"],
  {
    cwd: root,
    stdio: "inherit",
  },
);
try {
  await idle();
  await drawing();
  await firstFrame();
  sizes();
  if (process.argv.includes("--build")) build();
} finally {
  await cleanUp();
}
