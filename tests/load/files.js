// How long somebody who may drive waits while strangers hold all open files:
// node tests/load/files.js [PROGRAM] [SECONDS]
//
// The server has `--clients 1000` and a soft limit of 1,024 open files. Strangers hold up to 1,100 connections: each
// opens a WebSocket and says nothing, and another comes at once for each that ends. A driver comes again and again.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const STRANGERS = 1100;
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const [program = join(root, "target", "release", "framecast"), seconds = "30"] = process.argv.slice(2);

const args = ["--backend", "http", "--listen", "127.0.0.1:0", "--clients", "1000", "demo"];
const server = spawn("sh", ["-c", 'ulimit -S -n 1024 && exec "$0" "$@"', program, ...args], {
  stdio: ["ignore", "ignore", "pipe"],
});
const link = await new Promise((resolve, reject) => {
  createInterface(server.stderr).on("line", (line) => {
    const found = line.match(/http:\/\/\S+#token=\S+/);
    if (found) resolve(new URL(found[0]));
  });
  server.once("exit", () => reject(new Error(`${program} ended`)));
});

function handshake(more = "") {
  return [
    "GET / HTTP/1.1",
    `Host: ${link.host}`,
    `Origin: http://${link.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: framecast.v1",
    `${more}\r\n`,
  ].join("\r\n");
}

let attacking = true;
const held = new Set();
function stranger() {
  const socket = connect(Number(link.port), "127.0.0.1");
  held.add(socket);
  socket.on("error", () => {});
  socket.on("connect", () => socket.write(handshake()));
  socket.resume();
  socket.on("close", () => {
    held.delete(socket);
    if (attacking) setTimeout(stranger, 1);
  });
}

/** Milliseconds until a driver is welcome. */
async function drive() {
  const start = performance.now();
  for (;;) {
    const socket = connect(Number(link.port), "127.0.0.1");
    const welcome = new Promise((resolve) => {
      let said = "";
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        said += bytes.toString("latin1");
        if (said.includes("welcome")) resolve(true);
      });
      socket.on("close", () => resolve(false));
    });
    const hello = Buffer.from('{"type":"hello","width":1,"height":1,"ratio":1,"visible":false}');
    socket.on("connect", () => {
      const bearer = `Authorization: Bearer ${link.hash.slice("#token=".length)}\r\n`;
      socket.write(handshake(bearer));
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | hello.length, 0, 0, 0, 0]), hello]));
    });
    const fine = await welcome;
    socket.destroy();
    if (fine) return performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const before = await drive();
for (let n = 0; n < STRANGERS; n += 1) stranger();
await new Promise((resolve) => setTimeout(resolve, 2000));
const took = [];
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  took.push(await drive());
  await new Promise((resolve) => setTimeout(resolve, 200));
}
attacking = false;
took.sort((a, b) => a - b);
const at = (share) => `${Math.round(took[Math.min(took.length - 1, Math.floor(share * took.length))])} ms`;
console.log(`a driver is in after ${Math.round(before)} ms without strangers`);
console.log(`with them: median ${at(0.5)}, 95 % ${at(0.95)}, slowest ${at(1)}; ${took.length} times in ${seconds} s`);
held.forEach((socket) => socket.destroy());
server.kill("SIGINT");
await once(server, "exit");
process.exit();
