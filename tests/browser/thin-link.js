// A thin link: a proxy that carries so many bytes a second towards the browser, and delays both directions.

import { once } from "node:events";
import net from "node:net";

/** Bytes that wait for the link, as in a router with little memory; more waits in the sender. */
const QUEUE = 64 * 1024;
/** The most that is sent on at a time. */
const PIECE = 4 * 1024;

/**
 * Begins to relay connections to `port` of this machine.
 *
 * @param {number} port
 * @param {{bytesPerSecond: number, delay: number}} link the delay in milliseconds, one way
 * @returns {Promise<{port: number, set(bytesPerSecond: number): void, close(): void}>}
 */
export async function thinLink(port, { bytesPerSecond, delay }) {
  let rate = bytesPerSecond;
  /** When the link is free again, for all connections. */
  let free = 0;
  const sockets = new Set();
  const server = net.createServer({ noDelay: true }, (client) => {
    const program = net.connect({ port, host: "127.0.0.1", noDelay: true });
    const ends = () => [client, program].forEach((socket) => socket.destroy());
    for (const socket of [client, program]) {
      sockets.add(socket);
      socket.on("error", ends).on("close", ends);
    }
    const up = later((bytes) => program.writable && program.write(bytes));
    const down = later((bytes) => client.writable && client.write(bytes));
    // What waits for the link; what is on its way comes on top.
    let waiting = 0;
    const through = later((bytes) => {
      waiting -= bytes.length;
      if (waiting <= QUEUE) program.resume();
      down(bytes, performance.now() + delay);
    });
    client.on("data", (bytes) => up(bytes, performance.now() + delay));
    program.on("data", (bytes) => {
      waiting += bytes.length;
      if (waiting > QUEUE) program.pause();
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        free = Math.max(free, performance.now()) + (piece.length / rate) * 1000;
        through(piece, free);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    set: (bytesPerSecond) => (rate = bytesPerSecond),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Hands bytes to `run` at a time each, in order: timers of different lengths may come in any. */
function later(run) {
  const queue = [];
  const next = () => {
    const now = performance.now();
    while (queue.length > 0 && queue[0].at <= now) run(queue.shift().bytes);
    if (queue.length > 0) setTimeout(next, Math.max(1, queue[0].at - now));
  };
  return (bytes, at) => {
    queue.push({ bytes, at });
    if (queue.length === 1) setTimeout(next, Math.max(0, at - performance.now()));
  };
}
