// Measures how long the page takes: from the first request until all its files are there, and until its first
// picture, in Chromium, on loopback, with TLS, and with TLS through a proxy that holds everything
// back. Prints a table for README.md beside this file. Of several programs (other builds of framecast) each is measured in turn.
//
//   cargo build --release --bins && node tests/load/page.js [ROUND TRIP IN MS] [LOADS] [PROGRAM...]

import net from "node:net";
import { once } from "node:events";
import { cleanUp, endAllSince, framecast, freePort, launch, start, startedSoFar, useProfile } from "../browser/harness.js";

const ROUND_TRIP = Number(process.argv[2] ?? 100);
const LOADS = Number(process.argv[3] ?? 3);
/** `null`: the one that was built here. */
const PROGRAMS = process.argv.length > 4 ? process.argv.slice(4) : [null];
const TLS = ["--tls", "self-signed"];
const WAYS = [
  ["loopback", [], 0],
  ["TLS", TLS, 0],
  [`TLS, ${ROUND_TRIP} ms round trip`, TLS, ROUND_TRIP],
];

/** Passes bytes on in their order, each `ms` after it came. */
function delayed(from, to, ms) {
  const write = (bytes) => to.writable && to.write(bytes);
  from.on("data", (bytes) => (ms > 0 ? setTimeout(write, ms, bytes) : write(bytes)));
  from.on("end", () => setTimeout(() => to.end(), ms));
  from.on("error", () => to.destroy());
}

/** A port that leads to `port`, half of `roundTrip` away; it counts connections. */
async function farAway(port, roundTrip) {
  const way = { connections: 0 };
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    way.connections += 1;
    // Whoever connects waits for a round trip before the first byte goes out.
    near.pause();
    if (roundTrip > 0) setTimeout(() => near.resume(), roundTrip);
    else near.resume();
    const far = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    delayed(near, far, roundTrip / 2);
    delayed(far, near, roundTrip / 2);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  way.port = server.address().port;
  way.close = () => server.close();
  return way;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const milliseconds = (values) => `${Math.round(median(values) / 10) * 10} ms`;

/** Loads the page of `program` twice; how long it took, and how many connections. */
async function load(browser, program, flags, roundTrip) {
  const mark = startedSoFar();
  const port = await freePort();
  const way = await farAway(port, roundTrip);
  const base = `${flags.length > 0 ? "https" : "http"}://127.0.0.1:${way.port}/`;
  const args = ["--backend", "http", "--listen", `127.0.0.1:${port}`, ...flags, "--public-url", base, "demo", "dashboard"];
  const running = program ? start(program, args) : framecast(args);
  const link = await running.link();
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const measured = {};
  for (const [name, go] of [
    ["first", () => page.goto(link)],
    ["again", () => page.reload()],
  ]) {
    way.connections = 0;
    const from = performance.now();
    await go();
    const loaded = performance.now() - from;
    // In the page, every frame: asking from here takes its time.
    await page.waitForFunction(() => Number(document.querySelector("#view")?.dataset.sequence) > 0);
    measured[name] = { loaded, shown: performance.now() - from, connections: way.connections };
  }
  await context.close();
  way.close();
  await endAllSince(mark);
  return measured;
}

useProfile("release");
try {
  console.log(`| the page, median of ${LOADS} | loaded | first picture | connections |\n| --- | ---: | ---: | ---: |`);
  for (const [title, flags, roundTrip] of WAYS) {
    // As with a certificate that it knows: one that is let pass page by page costs a second connection each time.
    const mark = startedSoFar();
    const browser = await launch("--ignore-certificate-errors");
    const all = PROGRAMS.map(() => []);
    // The first load of all warms the browser.
    await load(browser, PROGRAMS[0], flags, roundTrip);
    for (let round = 0; round < LOADS; round += 1) {
      for (const [at, program] of PROGRAMS.entries()) all[at].push(await load(browser, program, flags, roundTrip));
    }
    for (const [at, program] of PROGRAMS.entries()) {
      for (const [name, when] of [["first", "for the first time"], ["again", "loaded again"]]) {
        const of = (what) => all[at].map((measured) => measured[name][what]);
        const cells = [milliseconds(of("loaded")), milliseconds(of("shown")), median(of("connections"))];
        console.log(`| ${title}, ${when}${program ? `, ${program}` : ""} | ${cells.join(" | ")} |`);
      }
    }
    await endAllSince(mark);
  }
} finally {
  await cleanUp();
}
