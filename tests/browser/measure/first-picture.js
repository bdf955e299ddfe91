// How long a first visit takes until the first picture, for two builds of the framecast program in turn:
//
//   node tests/browser/measure/first-picture.js OLD_PROGRAM NEW_PROGRAM [ROUNDS]
//
// On loopback, over TLS, and over TLS with a round trip of 100 ms, which a proxy adds: it holds what it reads for 50 ms in each
// direction, and each new connection for a whole round trip, as TCP's handshake would. Prints medians in milliseconds, from the
// navigation to the painted picture, and their ratio.

import { once } from "node:events";
import net from "node:net";
import { cleanUp, endAllSince, launch, start, startedSoFar, until } from "../harness.js";

const [, , before, now, rounds = "9"] = process.argv;
if (!before || !now) {
  console.error("usage: node tests/browser/measure/first-picture.js OLD_PROGRAM NEW_PROGRAM [ROUNDS]");
  process.exit(2);
}
const HALF = 50;
const WAYS = [
  ["loopback", [], 0],
  ["TLS", ["--tls", "self-signed"], 0],
  ["TLS, 100 ms", ["--tls", "self-signed"], HALF],
];

/** A proxy to `port` that holds everything for `half` milliseconds in each direction; its own port. */
async function delayed(port, half) {
  const sockets = new Set();
  const server = net.createServer((near) => {
    sockets.add(near);
    const far = net.connect({ port, host: "127.0.0.1", noDelay: true });
    near.setNoDelay(true);
    // The client believes that it is connected; it would be after a round trip.
    carry(near, far, half, performance.now() + 2 * half);
    carry(far, near, half, 0);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, end: () => (server.close(), sockets.forEach((socket) => socket.destroy())) };
}

function carry(from, to, half, earliest) {
  const later = (run) => setTimeout(run, Math.max(half, earliest + half - performance.now()));
  from.on("data", (bytes) => later(() => to.writable && to.write(bytes)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy());
  from.on("close", () => later(() => to.destroy()));
}

/** Milliseconds from the navigation to the first picture that was painted, in a browser that was never there. */
async function visit(browser, link) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = () => {
      const element = document.querySelector("[data-sequence]");
      if (element) requestAnimationFrame(() => setTimeout(() => (window.shownAt = performance.now())));
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(link, { waitUntil: "commit" });
  const taken = await until("a picture", () => page.evaluate(() => window.shownAt ?? 0).catch(() => 0));
  await context.close();
  return taken;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

try {
  const browser = await launch();
  for (const [name, flags, half] of WAYS) {
    const times = { before: [], now: [] };
    for (let round = -1; round < Number(rounds); round += 1) {
      for (const [key, program] of [["before", before], ["now", now]]) {
        const mark = startedSoFar();
        const link = new URL(await start(program, ["--backend", "http", "--listen", "127.0.0.1:0", ...flags, "demo"]).link());
        const proxy = half > 0 ? await delayed(link.port, half) : null;
        if (proxy) link.port = proxy.port;
        const taken = await visit(browser, link.href);
        // The first round warms the browser.
        if (round >= 0) times[key].push(taken);
        proxy?.end();
        await endAllSince(mark);
      }
    }
    const [old, fresh] = [median(times.before), median(times.now)];
    console.log(`${name}: ${old.toFixed(0)} ms before, ${fresh.toFixed(0)} ms now, ${(fresh / old).toFixed(2)} of it`);
  }
} finally {
  await cleanUp();
}
