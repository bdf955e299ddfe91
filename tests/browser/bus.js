import { start, until } from "./harness.js";

/** Starts a NATS server; returns the address of a canvas there. */
export default async function bus() {
  const server = start("nats-server", ["--addr", "127.0.0.1", "--port", "-1"]);
  const port = await until("the port of nats-server", () =>
    server.errors.map((line) => line.match(/client connections on 127\.0\.0\.1:(\d+)/)?.[1]).find(Boolean),
  );
  return `nats://127.0.0.1:${port}/lecture`;
}
