// What a visit of the viewer's page costs: requests and bytes of a first one, and of the next.

import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, newPage, open, picture, probe, root, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
/** A first visit asks for no more, and is sent no more bytes, with heads and without pictures. */
const REQUESTS = 6;
const BYTES = 49_800;

after(cleanUp);
afterEach(endTest);

/** Collects what `page` asks for from now on; what it has already does not count. */
async function watch(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const requests = new Map();
  const seen = { requests, sockets: 0, cached: 0 };
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (request.url.startsWith("http")) requests.set(requestId, { path: new URL(request.url).pathname, bytes: 0 });
  });
  session.on("Network.requestServedFromCache", ({ requestId }) => forget(requestId));
  session.on("Network.responseReceived", ({ requestId, response }) => {
    const { fromDiskCache, headers } = response;
    const request = requests.get(requestId);
    if (fromDiskCache) forget(requestId);
    else if (request) Object.assign(request, { status: response.status, coding: headers["content-encoding"] ?? "" });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.bytes = encodedDataLength;
  });
  session.on("Network.webSocketHandshakeResponseReceived", () => (seen.sockets += 1));
  function forget(id) {
    seen.cached += Number(requests.delete(id));
  }
  return {
    /** What was collected, as soon as nothing is on its way; then it begins anew. */
    async take() {
      await until("all of it is there", () => [...requests.values()].every(({ bytes }) => bytes > 0));
      const all = [...requests.values()];
      const taken = { ...seen, paths: all.map(({ path }) => path).sort(), all, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
      requests.clear();
      Object.assign(seen, { sockets: 0, cached: 0 });
      return taken;
    },
  };
}

/** Opens `link` and checks that this first visit is small. */
async function firstVisit(page, visits, link) {
  await open(page, link);
  const first = await visits.take();
  assert.equal(first.sockets, 1);
  assert.ok(first.all.length + first.sockets <= REQUESTS, first.paths.join(" "));
  assert.ok(first.bytes <= BYTES, `${first.bytes} bytes`);
  assert.ok(first.bytes > 10_000, "the bytes are counted");
  assert.equal(first.all.find(({ path }) => path === "/bundle.js")?.coding, "br");
}

test("a first visit is a handful of requests, and a second one the page and its socket", async () => {
  const link = await probe(HTTP).link();
  const page = await newPage();
  const visits = await watch(page);
  await firstVisit(page, visits, link);
  await page.goto("about:blank");
  await visits.take();
  await open(page, link);
  const second = await visits.take();
  assert.deepEqual([second.paths, second.sockets], [["/"], 1]);
  assert.ok(second.cached >= 2, "the bundle and the style");
  assert.deepEqual(page.problems, []);
});

// What comes by a certificate that nobody trusts Chromium keeps for no second visit.
test("a first visit over TLS is a handful of requests, too", async () => {
  const link = await probe([...HTTP, "--tls", "self-signed"]).link();
  const page = await newPage({ untrusted: true });
  await firstVisit(page, await watch(page), link);
  assert.deepEqual(page.problems, []);
});

test("a browser that takes nothing compressed, or only gzip, shows the same page", async () => {
  const program = probe([...HTTP, "--no-auth"]);
  for (const [accepted, coding] of [["identity", ""], ["gzip, deflate", "gzip"]]) {
    const page = await newPage();
    await page.setExtraHTTPHeaders({ "accept-encoding": accepted });
    const visits = await watch(page);
    await open(page, await program.link());
    const { all, paths, bytes } = await visits.take();
    assert.equal(all.find(({ path }) => path === "/bundle.js")?.coding, coding, accepted);
    assert.equal(paths.includes("/core/view.js"), coding === "", "module by module where it has to be");
    if (coding) assert.ok(bytes <= BYTES, `${bytes} bytes`);
    assert.deepEqual(page.problems, []);
  }
});

test("who edits a module of the viewer's sees that at the next reload, also after a visit of the bundle", async () => {
  const web = mkdtempSync(join(tmpdir(), "framecast-edit-"));
  after(() => rmSync(web, { recursive: true, force: true }));
  const program = probe([...HTTP, "--web-root", web]);
  const page = await newPage();
  const link = await program.link();
  await open(page, link);
  assert.equal(await page.evaluate(() => window.edited), undefined);
  const code = readFileSync(join(root, "viewer/core/view.js"), "utf8");
  mkdirSync(join(web, "core"));
  for (const edit of [1, 2]) {
    writeFileSync(join(web, "core/view.js"), `${code}\nwindow.edited = ${edit};\n`);
    await page.reload();
    await picture(page);
    assert.equal(await page.evaluate(() => window.edited), edit);
  }
  rmSync(join(web, "core"), { recursive: true });
  await page.reload();
  await picture(page);
  assert.equal(await page.evaluate(() => window.edited), undefined);
  assert.equal((await view(page)).state, "connected");
  assert.deepEqual(page.problems, []);
});
