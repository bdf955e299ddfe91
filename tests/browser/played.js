// A page whose server is played, message by message.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { newPage, root, until } from "./harness.js";

export const CONTROL = { type: "control", held: true, by: "", can_ask: false, asks: false, manages: false };

const servers = [];

/** Ends the servers of the pages. */
export function endServers() {
  for (const server of servers.splice(0)) server.close();
}

/** The viewer's files, and a page with one element; at `host`, where it is secure or not. */
async function site(host, body) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    const page = `<!doctype html><title>x</title><framecast-view src="/" stats autofocus></framecast-view>${body}<script type="module" src="framecast-view.js"></script>`;
    const script = pathname.endsWith(".js");
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ? readFileSync(join(root, "viewer", pathname)) : page);
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://${host}:${server.address().port}/`;
}

/** A page whose WebSocket is played; what it said, and how to say something. */
export async function played({ presenter = true, host = "localhost", permissions = [], idle = false, phone = false, body = "" } = {}) {
  const page = await newPage({ width: 420, height: 300, phone });
  // What the tests run in the page counts as something that a person did.
  if (idle) {
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, "userActivation", { get: () => ({ isActive: false, hasBeenActive: false }) });
    });
  }
  await page.context().grantPermissions(permissions);
  const said = [];
  let socket;
  await page.routeWebSocket(/.*/, (route) => {
    socket = route;
    route.onMessage((text) => {
      const message = JSON.parse(text);
      said.push(message);
      if (message.type === "hello") {
        route.send(JSON.stringify({ type: "welcome", client: 1, role: "drive" }));
        route.send(JSON.stringify({ ...CONTROL, presenter }));
      }
      if (message.type === "ping") route.send(JSON.stringify({ type: "pong", id: message.id, time: 1 }));
    });
  });
  await page.goto(await site(host, body));
  await until("it has its role", () => page.evaluate((role) => document.querySelector("framecast-view")?.dataset.role === role, presenter ? "presenter" : "observer"));
  return { page, said, says: (message) => socket.send(JSON.stringify(message)) };
}
