// Measures input to pixel in Chromium on this machine, the page's frame clock included: from a press
// in the page to the first moment, after an animation frame, at which the page's canvas shows the
// answer. Prints a table for README.md beside this file.
//
//   cargo build --release -p framecast-load && node tests/load/latency.js [SAMPLES]
//
// The application is `framecast-load serve`: a square in the corner changes with every press.

import { join } from "node:path";
import { cleanUp, newPage, open, root, start, until } from "../browser/harness.js";
import { answers, percentile } from "./answers.js";

const SAMPLES = Number(process.argv[2] ?? 100);
const CONTENTS = [
  ["idle", ["static"], 20],
  ["dashboard, 200×150 change 20 times a second", ["dashboard", "--fps", "20"], 20],
  ["full motion, 60 fps", ["motion", "--fps", "60"], 35],
];
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release", "framecast-load");

/** A press anywhere, which the square in the corner answers. */
const PRESS = { turns: [{ type: "pointerdown", then: "pointerup", at: [640, 360] }], pixel: [8, 8], channel: 0 };

console.log("| input to pixel | median | p95 | wanted |\n| --- | ---: | ---: | --- |");
try {
  for (const [name, content, wanted] of CONTENTS) {
    const server = start(program, ["serve", ...content]);
    const link = await until("the link", () => server.errors.join("\n").match(/http:\/\/\S+/)?.[0]);
    const page = await newPage({ width: 1280, height: 720 });
    await open(page, link, { exact: false });
    await until("it drives", async () => (await page.evaluate(() => document.querySelector("#view").dataset.role)) === "presenter");
    await answers(page, 10, PRESS);
    const took = await answers(page, SAMPLES, PRESS);
    console.log(`| ${name} | ${percentile(took, 0.5)} | ${percentile(took, 0.95)} | median at most ${wanted} ms |`);
    await page.context().close();
    server.child.kill("SIGKILL");
    await server.ended;
  }
} finally {
  await cleanUp();
}
