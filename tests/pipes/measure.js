// What `framecast run` costs: `cargo build --release -p framecast-cli && node tests/pipes/measure.js`. Figures are in
// src/bin/framecast/PIPE.md. Needs what the browser tests need.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cleanUp, framecast, newPage, open, role, root, target, until, useProfile } from "../browser/harness.js";

const KEYS = 500;
const program = ["--", "python3", join(root, "tests", "pipes", "measured.py")];

console.log("720p from a Python program, without presenting (--backend none):");
const flags = ["--backend", "none", "--draw", "always", "run", ...program, "frames"];
const run = spawnSync(join(target, "release", "framecast"), flags, { encoding: "utf8" });
console.log(run.stdout, run.stderr);

console.log("From an event in Chromium to the Python program:");
useProfile("release");
try {
  const framed = framecast(["--backend", "http", "--listen", "127.0.0.1:0", "run", ...program, "keys"]);
  // What the program prints.
  const came = framed.lines;
  const page = await newPage();
  await open(page, await framed.link(), { exact: false });
  await role(page, "presenter");
  await page.evaluate(() => {
    globalThis.pressed = [];
    const now = () => performance.timeOrigin + performance.now();
    // Before the page's own listener.
    window.addEventListener("keydown", () => globalThis.pressed.push(now()), { capture: true });
  });
  for (let n = 1; n <= KEYS; n += 1) {
    await page.keyboard.press("a");
    await until("the key came", () => came.length >= n);
  }
  const pressed = await page.evaluate(() => globalThis.pressed);
  const times = came.map((at, n) => Number(at) - pressed[n]).sort((one, other) => one - other);
  const at = (part) => times[Math.floor(times.length * part)].toFixed(2);
  console.log(`${times.length} keys: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`);
  await framed.interrupt();
} finally {
  await cleanUp();
}
