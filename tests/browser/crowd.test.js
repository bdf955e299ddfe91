// A crowd behind a cache (`--live`): Varnish and nginx with the configurations of examples/edge, many readers, and a page that gets
// no WebSocket through.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import bus from "./bus.js";
import { atCleanUp, cleanUp, endTest, framecast, freePort, newPage, open, proof, role, root, save, start, until, view } from "./harness.js";

const SIZE = { width: 800, height: 500 };
/** So many read at once, and so many segments each. */
const READERS = 200;
const SEGMENTS = 3;

after(cleanUp);
afterEach(endTest);

/** Replaces what must be there. */
function replace(text, from, to) {
  assert.ok(text.includes(from), `the configuration has no ${from}`);
  return text.replaceAll(from, to);
}

/** An example's configuration with both edges at `port` of this machine, and a folder for it. */
function configuration(name, port) {
  const folder = mkdtempSync(join(tmpdir(), "framecast-crowd-"));
  atCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  let text = readFileSync(join(root, "examples", "edge", name), "utf8");
  const [host, own] = name.endsWith(".vcl") ? [['"', '"; .port = "60649"'], ['"127.0.0.1', `"; .port = "${port}"`]] : [["", ":60649"], ["127.0.0.1", `:${port}`]];
  for (const edge of ["10.0.0.11", "10.0.0.12"]) text = replace(text, `${host[0]}${edge}${host[1]}`, `${own[0]}${own[1]}`);
  return { folder, text };
}

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

async function listening(name, program, port) {
  await until(name, async () => {
    if (program.result) throw new Error(`${name} ended: ${program.errors.join("\n")}`);
    return await listens(port);
  });
}

/** Starts Varnish at `port` before the server at `upstream`. */
async function varnish(port, upstream) {
  const { folder, text } = configuration("varnish.vcl", upstream);
  const file = join(folder, "default.vcl");
  writeFileSync(file, text);
  const flags = ["-F", "-j", "none", "-n", join(folder, "work"), "-a", `127.0.0.1:${port}`, "-f", file, "-s", "malloc,64m"];
  await listening("varnishd", start("varnishd", flags), port);
}

/** Starts nginx at `port` before the server at `upstream`; `blocks`: it lets no WebSocket through. */
async function nginx(port, upstream, blocks = false) {
  const { folder, text } = configuration("nginx-cache.conf", upstream);
  // Its TLS is that of nginx.conf, which is tested elsewhere.
  let server = replace(text, "443 ssl;", `127.0.0.1:${port};`).replaceAll(/^\s*ssl_certificate.*$/gm, "");
  server = replace(server, "/var/cache/nginx", join(folder, "cache"));
  mkdirSync(join(folder, "cache"));
  if (blocks) server = replace(server, "proxy_pass       http://lecture_edges;", "if ($http_upgrade) { return 403; } proxy_pass http://lecture_edges;");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  const events = "events { worker_connections 2000; }";
  writeFileSync(join(folder, "all.conf"), `daemon off; master_process off; pid ${folder}/pid; error_log stderr error; ${events} http { access_log off; ${temporary.join(" ")} ${server} }`);
  const program = start("nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "all.conf")]);
  await listening("nginx", program, port);
  return program;
}

/** Counts what is asked of the server at `upstream`: of each path, how often. */
async function counter(upstream) {
  const counts = new Map();
  const server = http.createServer((request, response) => {
    counts.set(request.url, (counts.get(request.url) ?? 0) + 1);
    const { method, url: path, headers } = request;
    const passed = http.request({ host: "127.0.0.1", port: upstream, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    request.pipe(passed);
  });
  server.on("upgrade", (request, socket, head) => {
    const lines = [];
    for (let at = 0; at < request.rawHeaders.length; at += 2) lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    const passed = connect(upstream, "127.0.0.1", () => {
      passed.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      passed.write(head);
      socket.pipe(passed).pipe(socket);
    });
    for (const one of [socket, passed]) {
      one.on("error", () => {});
      one.on("close", () => (one === socket ? passed : socket).destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atCleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: server.address().port, counts };
}

/** A program with segments, whose page is at `port`; its `count` links. */
async function program(port, args, count = 2) {
  const upstream = await freePort();
  const flags = ["--listen", `127.0.0.1:${upstream}`, "--public-url", `http://127.0.0.1:${port}/`, "--trusted-proxy", "127.0.0.1", "--live"];
  const started = framecast(["--backend", "http", ...flags, ...args]);
  const links = await until("the links", () => {
    if (started.result) throw new Error(`it ended: ${started.errors.join("\n")}`);
    const found = started.errors.flatMap((line) => line.match(/https?:\/\/\S+#token=\S+/) ?? []);
    return found.length >= count && found;
  });
  assert.ok(started.errors.some((line) => line.includes("anybody who can reach this server may watch") && line.includes(`http://127.0.0.1:${port}/live/`)));
  return { upstream, links };
}

/** What an object of the cache at `base` has. */
async function object(base, name) {
  const answer = await fetch(new URL(`live/${name}`, base));
  assert.equal(answer.status, 200, name);
  return Buffer.from(await answer.arrayBuffer());
}

/** The name that a segment ends with. */
function nextOf(bytes) {
  let at = 0;
  for (;;) {
    const length = bytes.readUInt32LE(at + 1);
    if (bytes[at] === 0) {
      assert.equal(at + 5 + length, bytes.length);
      return bytes.toString("latin1", at + 5);
    }
    at += 5 + length;
  }
}

/** Reads as a page does; the objects by name. */
async function reader(base) {
  const objects = new Map();
  const { first } = JSON.parse(await object(base, "now"));
  for (let name = first; objects.size <= SEGMENTS; name = nextOf(objects.get(name))) objects.set(name, await object(base, name));
  return objects;
}

for (const [name, cache] of Object.entries({ Varnish: varnish, nginx })) {
  test(`behind ${name} the server answers each object once, whatever the number of readers`, async () => {
    const port = await freePort();
    const base = `http://127.0.0.1:${port}/`;
    const { upstream } = await program(port, ["demo", "dashboard"]);
    const counted = await counter(upstream);
    await cache(port, counted.port);
    const began = performance.now();
    const all = await Promise.all(Array.from({ length: READERS }, () => reader(base)));
    const seconds = (performance.now() - began) / 1000;
    const objects = new Map();
    for (const [of, bytes] of all.flatMap((it) => [...it])) {
      assert.ok(objects.get(of)?.equals(bytes) ?? true, `${of} is two things`);
      objects.set(of, bytes);
    }
    assert.ok(objects.size > SEGMENTS && objects.size < 10 * SEGMENTS, `${objects.size} objects`);
    for (const of of objects.keys()) assert.equal(counted.counts.get(`/live/${of}`), 1, `${of} was asked for again`);
    const asked = [...counted.counts].filter(([path]) => path.startsWith("/live/") && path !== "/live/now");
    assert.equal(asked.length, objects.size);
    assert.ok(counted.counts.get("/live/now") <= 2 + seconds, `${counted.counts.get("/live/now")} times in ${seconds} s`);
    // Neither a query nor what a browser sends besides makes another object.
    const [some] = objects.keys();
    for (const [header, value] of [["cookie", "a=b"], ["authorization", "Bearer x"], ["origin", "https://evil.example"], ["accept-encoding", "br"]]) {
      const answer = await fetch(`${base}live/${some}?again`, { headers: { [header]: value } });
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(objects.get(some)), header);
    }
    assert.equal(counted.counts.get(`/live/${some}`), 1);
  });
}

test("a page that gets no WebSocket through watches exactly the same by way of a cache, says so, and goes back", async () => {
  const [port, other] = [await freePort(), await freePort()];
  const { upstream, links } = await program(port, ["demo", "paint"]);
  const blocking = await nginx(port, upstream, true);
  // Another way to the same server, by which WebSockets come.
  await varnish(other, upstream);
  const driver = await newPage(SIZE);
  await open(driver, links[0].replace(`:${port}/`, `:${other}/`));
  await role(driver, "presenter");
  const page = await newPage(SIZE);
  await page.goto(links[1]);
  await until("the page watches", async () => (await view(page)).delayed === "true");
  const stroke = async (y) => {
    await driver.mouse.move(200, y);
    await driver.mouse.down();
    await driver.mouse.move(600, y, { steps: 8 });
    await driver.mouse.up();
    await driver.mouse.move(500, 450);
  };
  const same = async (seen) =>
    await until("both show the same, exactly", async () => {
      const [here, there] = [await proof(page).catch(() => null), await proof(driver)];
      return here?.exact && there.exact && here.crc === there.crc && here.crc !== seen && here.crc;
    });
  const blank = await same();
  await stroke(200);
  const first = await same(blank);
  await stroke(300);
  await same(first);
  const shown = await view(page);
  assert.deepEqual([shown.state, shown.role], ["connected", "observer"]);
  const status = page.locator("#status #role");
  assert.equal(await status.textContent(), "Watching only, about a second late");
  await save(page, "crowd");
  // Nobody needs a link for that.
  const stranger = await newPage(SIZE);
  await stranger.goto(`http://127.0.0.1:${port}/`);
  const now = await proof(page);
  await until("a stranger sees it, too", async () => (await proof(stranger).catch(() => null))?.crc === now.crc);
  // From now on WebSockets come through there; the page tries again when somebody returns to it.
  blocking.child.kill("SIGKILL");
  await blocking.ended;
  await nginx(port, upstream);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await until("the page has its WebSocket", async () => {
    const { state, delayed, link } = await view(page);
    return state === "connected" && delayed === "false" && link === "watch";
  });
  await stroke(400);
  await same(now.crc);
  const expected = ["403", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"];
  const problems = page.problems.filter((problem) => !expected.some((it) => problem.includes(it)));
  assert.deepEqual([problems, driver.problems], [[], []]);
});

test("an edge has segments, too, of what is drawn at the origin", async () => {
  const address = await bus();
  const origin = framecast(["--backend", "http", "--listen", "127.0.0.1:0", "--publish", address, "demo", "paint"]);
  const driver = await newPage(SIZE);
  await open(driver, await origin.link());
  await role(driver, "presenter");
  const port = await freePort();
  const { upstream } = await program(port, ["edge", address], 1);
  await nginx(port, upstream, true);
  const page = await newPage(SIZE);
  await page.goto(`http://127.0.0.1:${port}/`);
  const same = async (seen) =>
    await until("both show the same, exactly", async () => {
      const [here, there] = [await proof(page).catch(() => null), await proof(driver)];
      return here?.exact && there.exact && here.crc === there.crc && here.crc !== seen && here.crc;
    });
  const blank = await same();
  await driver.mouse.move(200, 200);
  await driver.mouse.down();
  await driver.mouse.move(600, 300, { steps: 8 });
  await driver.mouse.up();
  await driver.mouse.move(500, 450);
  await same(blank);
  assert.equal((await view(page)).delayed, "true");
});
