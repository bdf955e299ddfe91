// Measures input to pixel in Chromium on this machine, the page's frame clock included: from a press
// in the page to the first moment, after an animation frame, at which the page's canvas shows the
// answer. Prints a table for README.md beside this file.
//
//   cargo build --release -p framecast-load && node tests/load/latency.js [SAMPLES]
//
// The application is `framecast-load serve`: a square in the corner changes with every press.

import { join } from "node:path";
import { cleanUp, newPage, open, root, start, until } from "../browser/harness.js";

const SAMPLES = Number(process.argv[2] ?? 100);
const CONTENTS = [
  ["idle", ["static"], 20],
  ["dashboard, 200×150 change 20 times a second", ["dashboard", "--fps", "20"], 20],
  ["full motion, 60 fps", ["motion", "--fps", "60"], 35],
];
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release", "framecast-load");

/** Milliseconds of each press, measured in the page. */
async function presses(page, samples) {
  return await page.evaluate(async (samples) => {
    const canvas = document.querySelector("#view").shadowRoot.querySelector("canvas");
    const probe = document.createElement("canvas");
    probe.width = probe.height = 1;
    const context = probe.getContext("2d", { willReadFrequently: true });
    const white = () => {
      context.drawImage(canvas, 8, 8, 1, 1, 0, 0, 1, 1);
      return context.getImageData(0, 0, 1, 1).data[0] > 127;
    };
    const channel = new MessageChannel();
    // After all that is done in an animation frame, as it is shown.
    const frame = () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => {
          channel.port1.onmessage = resolve;
          channel.port2.postMessage(null);
        }),
      );
    const press = (type) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const place = { clientX: left + width / 2, clientY: top + height / 2 };
      const what = { pointerId: 1, pointerType: "mouse", button: 0, buttons: type === "pointerdown" ? 1 : 0 };
      canvas.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, ...place, ...what }));
    };
    const took = [];
    while (took.length < samples) {
      // At any moment between two frames.
      await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 60));
      const before = white();
      const from = performance.now();
      press("pointerdown");
      do await frame();
      while (white() === before && performance.now() - from < 5000);
      took.push(performance.now() - from);
      press("pointerup");
    }
    return took;
  }, samples);
}

console.log("| input to pixel | median | p95 | wanted |\n| --- | ---: | ---: | --- |");
try {
  for (const [name, content, wanted] of CONTENTS) {
    const server = start(program, ["serve", ...content]);
    const link = await until("the link", () => server.errors.join("\n").match(/http:\/\/\S+/)?.[0]);
    const page = await newPage({ width: 1280, height: 720 });
    await open(page, link, { exact: false });
    await until("it drives", async () => (await page.evaluate(() => document.querySelector("#view").dataset.role)) === "presenter");
    await presses(page, 10);
    const took = (await presses(page, SAMPLES)).sort((a, b) => a - b);
    const at = (share) => `${took[Math.floor((took.length - 1) * share)].toFixed(1)} ms`;
    console.log(`| ${name} | ${at(0.5)} | ${at(0.95)} | median at most ${wanted} ms |`);
    await page.context().close();
    server.child.kill("SIGKILL");
    await server.ended;
  }
} finally {
  await cleanUp();
}
