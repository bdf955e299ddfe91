// Behind nginx, which speaks TLS and puts the page under a path: examples/nginx.conf.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, freePort, newPage, open, pixel, probe, role, root, shot, start, until, view } from "./harness.js";

const NAME = "plots.example.org";

after(cleanUp);
afterEach(endTest);

/** Whether something listens at a port. */
async function listens(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect"); // rejects on an error
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Replaces what must be there. */
function replace(text, from, to) {
  assert.ok(text.includes(from), `examples/nginx.conf has no ${from}`);
  return text.replaceAll(from, to);
}

/** Starts nginx with the example's configuration, at `port` in front of `upstream`. */
async function nginx(port, upstream) {
  const folder = mkdtempSync(join(tmpdir(), "framecast-nginx-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", join(folder, "privkey.pem")];
  const made = ["-out", join(folder, "fullchain.pem"), "-days", "2", "-subj", `/CN=${NAME}`];
  execFileSync("openssl", ["req", "-x509", ...key, ...made, "-addext", `subjectAltName=DNS:${NAME}`], { stdio: "ignore" });
  let server = readFileSync(join(root, "examples", "nginx.conf"), "utf8");
  server = replace(server, "443 ssl", `127.0.0.1:${port} ssl`);
  server = replace(server, "/etc/ssl/plots.example.org", folder);
  server = replace(server, "http://127.0.0.1:60649/;", `${upstream};`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  writeFileSync(
    join(folder, "all.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {} http { access_log off; ${temporary.join(" ")} ${server} }`,
  );
  const program = start("nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "all.conf")]);
  await until("nginx", async () => {
    if (program.result) throw new Error(`nginx ended: ${program.errors.join("\n")}`);
    return await listens(port);
  });
}

/** The status of a WebSocket that a program asks for with a wrong token, in the name of a page of `origin`. */
async function upgrade(port, origin) {
  const headers = {
    host: `${NAME}:${port}`,
    origin,
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    authorization: "Bearer wrong",
  };
  const asked = get({ host: "127.0.0.1", port, path: "/canvas/", headers, rejectUnauthorized: false });
  const [response] = await once(asked, "response");
  response.destroy();
  return response.statusCode;
}

test("behind nginx with TLS and under a path, it is watched and driven, and other sites stay out", async () => {
  // The browser's port is part of its origin, and known only once nginx listens.
  const port = await freePort();
  const base = `https://${NAME}:${port}/canvas/`;
  const upstreamPort = await freePort();
  const program = probe([
    ...["--backend", "http", "--listen", `127.0.0.1:${upstreamPort}`, "--public-url", base],
    ...["--trusted-proxy", "127.0.0.1"],
  ]);
  const links = await program.links(2);
  assert.ok(links.every((link) => link.startsWith(`${base}#token=`)), links.join(" "));
  await nginx(port, `http://127.0.0.1:${upstreamPort}/`);
  const [driver, watcher] = [await newPage({ untrusted: true }), await newPage({ untrusted: true })];
  await open(driver, links[0]);
  await open(watcher, links[1]);
  await role(driver, "presenter");
  assert.equal((await view(watcher)).link, "watch");
  await driver.keyboard.press("g");
  await until("the key", () => program.events("key_down").some((event) => event.key === "g"));
  assert.equal(pixel(await shot(driver), 40, 40), pixel(await shot(watcher), 40, 40));
  assert.deepEqual(driver.problems, []);
  for (const [origin, wanted] of [[`https://${NAME}:${port}`, 401], ["https://evil.example", 403]]) {
    assert.equal(await upgrade(port, origin), wanted, origin);
  }
});
