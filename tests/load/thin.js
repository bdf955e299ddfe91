// Shows what moves in a browser behind a thin link, with video and without, and prints what the page's details say.
//
//   node tests/load/thin.js [--demo NAME] [--mbit RATE] [--delay MILLISECONDS] [--seconds TIME] [--firefox]
//
// Pictures of both pages go to tests/browser/out. Uses the release build of the program.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { cleanUp, framecast, newPage, root, stats, useProfile } from "../browser/harness.js";
import { thinLink } from "../browser/thin-link.js";
import { startFirefox } from "../browser/webdriver/firefox.js";

const { values } = parseArgs({
  options: {
    demo: { type: "string", default: "plasma" },
    mbit: { type: "string", default: "2" },
    delay: { type: "string", default: "25" },
    seconds: { type: "string", default: "20" },
    firefox: { type: "boolean", default: false },
  },
});
const out = join(root, "tests", "browser", "out");
const name = `thin-${values.demo}${values.firefox ? "-firefox" : ""}`;
let firefox = null;

/** One page, whose program sends video or does not. */
async function look(mode) {
  const program = framecast([
    ...["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0", "--size", "1280x720"],
    ...["--video", mode, "demo", values.demo],
  ]);
  const url = new URL(await program.link());
  const link = await thinLink(Number(url.port), { bytesPerSecond: Number(values.mbit) * 125e3, delay: Number(values.delay) });
  const page = await (firefox ? firefox.page({ width: 1280, height: 760 }) : newPage({ width: 1280, height: 760 }));
  await page.goto(`http://127.0.0.1:${link.port}/`);
  await sleep(Number(values.seconds) * 1000);
  await page.evaluate(() => document.querySelector("#view").shadowRoot.querySelector("#details-show").click());
  await sleep(3000);
  const file = join(out, `${name}-${mode}.png`);
  mkdirSync(out, { recursive: true });
  await page.screenshot({ path: file });
  const { clients: [client] } = await stats(url.href);
  console.log(`${mode}: ${client.fps.toFixed(1)} fps, drawn to painted ${client.steps.drawn_to_painted} ms (median), video ${client.video_bits_per_second ?? "none"}; ${file}`);
  await page.close();
  link.close();
  return file;
}

useProfile("release");
try {
  if (values.firefox) firefox = await startFirefox();
  const files = [await look("auto"), await look("never")];
  const both = join(out, `${name}.png`);
  execFileSync("convert", [...files, "+append", both]);
  console.log(both);
} finally {
  await cleanUp();
}
