// Measures how long the page takes over a slow way: from the first request until all its files are
// there, and until its first picture, in Chromium with TLS, through a proxy that holds everything
// back. Prints a table for README.md beside this file.
//
//   cargo build --release --bins && node tests/load/page.js [ROUND TRIP IN MS] [LOADS]

import net from "node:net";
import { once } from "node:events";
import { cleanUp, framecast, freePort, launch, until, useProfile } from "../browser/harness.js";

const ROUND_TRIP = Number(process.argv[2] ?? 100);
const LOADS = Number(process.argv[3] ?? 3);

/** Passes bytes on in their order, each `ms` after it came. */
function delayed(from, to, ms) {
  from.on("data", (bytes) => setTimeout(() => to.writable && to.write(bytes), ms));
  from.on("end", () => setTimeout(() => to.end(), ms));
  from.on("error", () => to.destroy());
}

/** A port that leads to `port`, half a round trip away; it counts connections. */
async function farAway(port) {
  const way = { connections: 0 };
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    way.connections += 1;
    // Whoever connects waits for a round trip before the first byte goes out.
    near.pause();
    setTimeout(() => near.resume(), ROUND_TRIP);
    const far = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    delayed(near, far, ROUND_TRIP / 2);
    delayed(far, near, ROUND_TRIP / 2);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  way.port = server.address().port;
  way.close = () => server.close();
  return way;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const seconds = (values) => `${(median(values) / 1000).toFixed(1)} s`;

useProfile("release");
const measured = { first: [], again: [] };
try {
  // As with a certificate that it knows: one that is let pass page by page costs a second connection each time.
  const browser = await launch("--ignore-certificate-errors");
  for (let load = 0; load < LOADS; load += 1) {
    const port = await freePort();
    const way = await farAway(port);
    const program = framecast([
      ...["--backend", "http", "--listen", `127.0.0.1:${port}`, "--tls", "self-signed"],
      ...["--public-url", `https://127.0.0.1:${way.port}/`, "demo", "dashboard"],
    ]);
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    for (const [name, go] of [
      ["first", async () => page.goto(await program.link())],
      ["again", async () => page.reload()],
    ]) {
      way.connections = 0;
      const from = performance.now();
      await go();
      const loaded = performance.now() - from;
      await until("a picture", () => page.evaluate(() => Number(document.querySelector("#view").dataset.sequence) > 0));
      measured[name].push({ loaded, shown: performance.now() - from, connections: way.connections });
    }
    await page.close();
    way.close();
    await program.interrupt();
  }
} finally {
  await cleanUp();
}
console.log(`| the page over TLS, ${ROUND_TRIP} ms round trip, median of ${LOADS} | loaded | first picture | connections |\n| --- | ---: | ---: | ---: |`);
for (const [name, title] of [["first", "for the first time"], ["again", "loaded again"]]) {
  const of = (what) => measured[name].map((it) => it[what]);
  console.log(`| ${title} | ${seconds(of("loaded"))} | ${seconds(of("shown"))} | ${median(of("connections"))} |`);
}
