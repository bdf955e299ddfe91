// Measures how soon the page is back after the network was a black hole: the server is in a network namespace
// of its own, and during an outage whatever is sent to it, or by it, is lost without a word. The kernel's own
// repetitions, and what Chromium does about WebSockets that fail, are part of it. Needs root and iproute2.
//
//   cargo build --release --bins && node tests/load/outage.js [--lengths 60,150] [--times 2] [--pages 3] [VIEWER DIRECTORY…]
//
// With directories: compares the pages that these hold, all in the same outages.

import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { cleanUp, launch, root, start, until, useProfile, view } from "../browser/harness.js";
import { join } from "node:path";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lengths: { type: "string", default: "60,150" },
    times: { type: "string", default: "2" },
    pages: { type: "string", default: "3" },
    profile: { type: "string", default: "release" },
  },
});
const viewers = positionals.length > 0 ? positionals : [join(root, "viewer")];
const lengths = values.lengths.split(",").map(Number);
const SPACE = `framecast-${process.pid}`;
const [NEAR, FAR] = [`fc${process.pid}a`, `fc${process.pid}b`];
const [US, SERVER] = ["10.213.77.1", "10.213.77.2"];

const ip = (...args) => execFileSync("ip", args, { encoding: "utf8" });
const there = (...args) => ip("netns", "exec", SPACE, "ip", ...args);
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const address = (text) => text.match(/link\/ether (\S+)/)[1];

/** A neighbour with a false address: the other end drops what it gets. */
function network(on) {
  const [near, far] = [address(ip("link", "show", NEAR)), address(there("link", "show", FAR))];
  const nobody = "02:00:00:00:00:99";
  ip("neigh", "replace", SERVER, "lladdr", on ? far : nobody, "dev", NEAR, "nud", "permanent");
  there("neigh", "replace", US, "lladdr", on ? near : nobody, "dev", FAR, "nud", "permanent");
}

const median = (sorted) => sorted[Math.floor((sorted.length - 1) / 2)];

useProfile(values.profile);
const took = new Map();
try {
  ip("netns", "add", SPACE);
  ip("link", "add", NEAR, "type", "veth", "peer", "name", FAR);
  ip("link", "set", FAR, "netns", SPACE);
  ip("addr", "add", `${US}/24`, "dev", NEAR);
  ip("link", "set", NEAR, "up");
  there("addr", "add", `${SERVER}/24`, "dev", FAR);
  there("link", "set", FAR, "up");
  there("link", "set", "lo", "up");
  network(true);
  const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const opened = [];
  for (const viewer of viewers) {
    const program = start("ip", [
      ...["netns", "exec", SPACE, join(target, values.profile, "framecast")],
      ...["--backend", "http", "--listen", `${SERVER}:0`, "--insecure", "--web-root", viewer, "demo", "paint"],
    ]);
    const link = await program.link();
    const browser = await launch();
    for (let i = 0; i < Number(values.pages); i += 1) {
      const page = await (await browser.newContext()).newPage();
      await page.goto(link);
      opened.push({ viewer, page });
    }
  }
  const connected = async ({ page }) => (await view(page)).state === "connected";
  for (const length of lengths) {
    for (let time = 0; time < Number(values.times); time += 1) {
      for (const it of opened) await until("it is connected", () => connected(it));
      await sleep(8);
      network(false);
      // Not in step with anything.
      await sleep(length + 2 * Math.random());
      for (const { page } of opened) {
        if ((await view(page)).state !== "lost") throw new Error("the page did not notice the outage");
        await page.evaluate(() => {
          const element = document.querySelector("#view");
          window.back = new Promise((resolve) => {
            const look = () => element.dataset.state === "connected" && resolve(Date.now());
            new MutationObserver(look).observe(element, { attributeFilter: ["data-state"] });
          });
        });
      }
      network(true);
      const from = Date.now();
      for (const { viewer, page } of opened) {
        const key = `${viewer}, ${length} s`;
        const seconds = ((await page.evaluate(() => window.back)) - from) / 1000;
        took.set(key, [...(took.get(key) ?? []), seconds]);
      }
    }
  }
} finally {
  await cleanUp();
  try {
    ip("netns", "del", SPACE);
  } catch {
    // It was never made.
  }
}
console.log("| outage | back after: min / median / max | of |\n| --- | ---: | ---: |");
for (const [key, times] of took) {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`| ${key} | ${[sorted[0], median(sorted), sorted.at(-1)].map((time) => time.toFixed(1)).join(" / ")} s | ${sorted.length} |`);
}
