// Cookies belong to a host and not to a port: other programs' pages on this machine set them for ours, too.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, newPage, open, picture, probe, role, until, view } from "./harness.js";

after(cleanUp);
afterEach(endTest);

/** A page of another program at this host, which sets `cookie`. Returns its address and the cookies it was sent. */
async function otherProgram(t, host, cookie) {
  const sent = [];
  const server = createServer((request, response) => {
    if (request.headers.cookie) sent.push(request.headers.cookie);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><script>document.cookie = ${JSON.stringify(cookie)}</script>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { address: `http://${host}:${server.address().port}/`, sent };
}

test("a cookie that another page of this host has set, which is not ASCII, keeps nobody out", async (t) => {
  const program = probe(["--backend", "http", "--listen", "127.0.0.1:0", "--size", "320x240"]);
  const link = await program.link();
  const other = await otherProgram(t, new URL(link).hostname, "a=ü;path=/");
  const page = await newPage();
  await page.goto(other.address);
  await page.goto(other.address);
  // As bytes: UTF-8, which Node.js shows as Latin-1.
  assert.deepEqual(other.sent.slice(0, 1), ["a=\u00c3\u00bc"], "the browser sends it");
  await open(page, link);
  await role(page, "presenter");
  const { sequence } = await view(page);
  await page.reload();
  await picture(page, { exact: true });
  await page.keyboard.press("g");
  await until("the key", () => program.events("key_down").some((event) => event.key === "g"));
  assert.ok(Number((await view(page)).sequence) >= Number(sequence));
  assert.deepEqual(page.problems, []);
});
