// A web server of files, as any web space has: with parts of files (Range requests) or without, and as far away as wanted.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { atCleanUp, root } from "./harness.js";

const TYPES = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", fcast: "application/vnd.framecast.recording" };
/** As strict as a page can be, with nothing but what a recording needs. */
export const STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; base-uri 'none'; require-trusted-types-for 'script'";

/**
 * Serves `files` by path, and the viewer's below /viewer/.
 *
 * @returns its origin and the requests so far. To be changed at any time: `files`; `ranges`; `delay`, in milliseconds; `fails`, how
 *   many requests for recordings get no answer; `holdsAfter`, after so many bytes a whole file waits for `go`
 */
export async function serve(files, { ranges = true, delay = 0, headers = {} } = {}) {
  const site = { files, ranges, delay, requests: [], fails: 0, holdsAfter: Infinity, go() {} };
  const server = createServer((request, response) => setTimeout(() => answer(site, request, response, headers), site.delay));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atCleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  site.origin = `http://127.0.0.1:${server.address().port}`;
  return site;
}

function answer(site, request, response, headers) {
  const { pathname } = new URL(request.url, "http://localhost");
  const asked = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  site.requests.push({ path: pathname, range: request.headers.range ?? null });
  if (site.fails > 0 && pathname.endsWith(".fcast")) {
    site.fails -= 1;
    return response.destroy();
  }
  let body = site.files[pathname];
  if (body === undefined && pathname.startsWith("/viewer/")) body = readFileSync(join(root, "viewer", pathname.slice("/viewer/".length)));
  if (body === undefined) return response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
  const type = TYPES[pathname.split(".").at(-1)] ?? TYPES.html;
  if (!site.ranges || !asked) {
    response.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(body), ...headers });
    if (body.length <= site.holdsAfter) return response.end(body);
    response.write(body.subarray(0, site.holdsAfter));
    site.go = () => response.end(body.subarray(site.holdsAfter));
    return;
  }
  const [from, to] = [Number(asked[1]), Math.min(Number(asked[2]) + 1, body.length)];
  if (from >= body.length) return response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
  const range = { "content-range": `bytes ${from}-${to - 1}/${body.length}`, "content-length": to - from, etag: '"1"' };
  response.writeHead(206, { "content-type": type, ...range, ...headers }).end(body.subarray(from, to));
}
