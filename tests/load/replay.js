// Measures how long <framecast-view> takes to show another time of an hour-long recording that lies on a web server,
// through a proxy that delays everything, and with how many requests.
//
//   node tests/load/replay.js [--delay MILLISECONDS] [--seeks COUNT] [--picture FILE]
//
// The recording is made for it: 1280 × 720, quiet and busy minutes, about 730 MB in the folder for temporary files.

import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crc32 } from "node:zlib";
import { cleanUp, newPage, root } from "../browser/harness.js";

/** Of the packages of the browser tests. */
const { PNG } = createRequire(new URL("../browser/harness.js", import.meta.url))("pngjs");
const { values } = parseArgs({ options: { delay: { type: "string", default: "50" }, seeks: { type: "string", default: "40" }, picture: { type: "string" } } });
const DELAY = Number(values.delay);
const SECONDS = 3600;
const [WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT] = [1280, 720, 128, 72];
const COLUMNS = WIDTH / TILE_WIDTH;
const TILES = COLUMNS * (HEIGHT / TILE_HEIGHT);
/** As the recorder has it: a place after so many whole pictures' bytes, and a second. */
const PLACE_PICTURES = 8;

/** Numbers that are always the same. */
let state = 1;
const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;

/** A picture of so many tiles below one another: flat areas, and some that are not. */
function picture(tiles, hue) {
  const png = new PNG({ width: TILE_WIDTH, height: TILE_HEIGHT * tiles, colorType: 2, inputColorType: 6 });
  for (let tile = 0, at = 0; tile < tiles; tile += 1) {
    const [base, rough] = [random() * 200, random() < 0.3 ? 40 : 0];
    for (let pixel = 0; pixel < TILE_WIDTH * TILE_HEIGHT; pixel += 1, at += 4) {
      const value = base + (pixel % 7 === 0 ? rough * random() : 0);
      png.data.set([value, (value + hue) % 256, 255 - value, 255], at);
    }
  }
  return PNG.sync.write(png, { colorType: 2 });
}

function part(tiles, bytes) {
  const out = Buffer.alloc(80 + 2 * tiles.length);
  out.set([2, 2, 80]);
  out[10] = 3;
  [tiles.length, TILE_WIDTH, TILE_HEIGHT].forEach((value, at) => out.writeUInt16LE(value, 12 + 2 * at));
  out.writeUInt32LE(WIDTH, 20);
  out.writeUInt32LE(HEIGHT, 24);
  out.writeDoubleLE(1, 32);
  out.writeDoubleLE(NaN, 48);
  tiles.forEach((tile, at) => out.writeUInt16LE(tile, 80 + 2 * at));
  return Buffer.concat([out, bytes]);
}

/** Writes the recording; its size, and how many places it has. */
function write(path) {
  const file = openSync(path, "w");
  let [size, changed, untold, parts, last] = [0, 0, 0, 0, 0];
  const places = [];
  const add = (bytes) => {
    writeSync(file, bytes);
    size += bytes.length;
  };
  const chunk = (kind, time, payload = Buffer.alloc(0)) => {
    const head = Buffer.alloc(20);
    head.write(kind, "latin1");
    head.writeUInt32LE(payload.length, 4);
    head.writeBigUInt64LE(BigInt(time), 8);
    head.writeUInt32LE(crc32(payload, crc32(head.subarray(0, 16))), 16);
    add(Buffer.concat([head, payload]));
  };
  add(Buffer.from("8966636173740d0a01000000", "hex"));
  chunk("HEAD", 0, Buffer.from(JSON.stringify({ title: "An hour", lossless: true })));
  const all = Array.from({ length: TILES }, (_, tile) => tile);
  const wholes = Array.from({ length: 8 }, (_, n) => part(all, picture(TILES, n * 30)));
  const pieces = Array.from({ length: 40 }, (_, n) => picture(6, n * 6));
  chunk("PART", 0, wholes[0]);
  for (let second = 1; second < SECONDS; second += 1) {
    // Some minutes are busy.
    const rate = [1, 2, 25, 10, 0, 5, 20][Math.floor(second / 60) % 7];
    if (rate === 0) chunk("TIME", second * 1e6);
    for (let n = 0; n < rate; n += 1) {
      const time = second * 1e6 + Math.floor((n * 1e6) / rate);
      const first = Math.floor(random() * (TILES - 6));
      const bytes = part(all.slice(first, first + 6), pieces[Math.floor(random() * pieces.length)]);
      chunk("PART", time, bytes);
      [changed, untold, parts] = [changed + bytes.length, untold + bytes.length, parts + 1];
      const whole = wholes[second % wholes.length];
      if (time - last < 1e6 || (changed < PLACE_PICTURES * whole.length && parts < 1024)) continue;
      places.push([time, size, untold]);
      chunk("BASE", time, Buffer.from(JSON.stringify({ texts: [] })));
      chunk("BPRT", time, whole);
      [changed, untold, parts, last] = [0, 0, 0, time];
    }
  }
  const index = size;
  const list = Buffer.alloc(24 * places.length);
  places.flat().forEach((value, at) => list.writeBigUInt64LE(BigInt(value), 8 * at));
  chunk("INDX", SECONDS * 1e6, list);
  const end = Buffer.alloc(16);
  [index, untold].forEach((value, at) => end.writeBigUInt64LE(BigInt(value), 8 * at));
  chunk("DONE", SECONDS * 1e6, end);
  closeSync(file);
  return { size, places: places.length, whole: wholes[0].length };
}

/** A web server of the viewer and the recording. */
async function serve(path, requests) {
  const { size } = statSync(path);
  const server = createServer((request, response) => {
    if (request.url === "/") {
      const page = '<!doctype html><title>An hour</title><style>body { margin: 0 }</style><framecast-view src="hour.fcast"></framecast-view><script type="module" src="player.js"></script>';
      return response.writeHead(200, { "content-type": "text/html" }).end(page);
    }
    if (request.url === "/player.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(root, "viewer", "player.js")));
    const asked = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (request.url !== "/hour.fcast" || !asked) return response.writeHead(204).end();
    const [from, to] = [Number(asked[1]), Math.min(Number(asked[2]), size - 1)];
    requests.push(to + 1 - from);
    response.writeHead(206, { "content-range": `bytes ${from}-${to}/${size}`, "content-length": to + 1 - from, etag: '"1"' });
    const stream = createReadStream(path, { start: from, end: to });
    stream.pipe(response);
    response.on("close", () => stream.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Passes everything on after a delay, in each direction; a connection begins after both. */
async function delayed(port) {
  const proxy = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    const begun = performance.now() + 2 * DELAY;
    for (const [from, to, first] of [[near, far, begun + DELAY], [far, near, 0]]) {
      let waiting = 0;
      from.on("data", (bytes) => {
        waiting += bytes.length;
        // About what a socket buffers.
        if (waiting > 4 << 20) from.pause();
        setTimeout(() => {
          to.write(bytes);
          waiting -= bytes.length;
          if (waiting < 2 << 20) from.resume();
        }, Math.max(DELAY, first - performance.now()));
      });
      from.on("close", () => setTimeout(() => to.destroy(), DELAY));
      from.on("error", () => {});
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return proxy;
}

const folder = mkdtempSync(join(tmpdir(), "framecast-replay-"));
const requests = [];
let [server, proxy] = [];
try {
  const path = join(folder, "hour.fcast");
  const { size, places, whole } = write(path);
  console.log(`${(size / 1e6).toFixed(0)} MB, ${places} places, a whole picture has ${(whole / 1e3).toFixed(0)} KB; ${DELAY} ms each way`);
  server = await serve(path, requests);
  proxy = await delayed(server.address().port);
  const page = await newPage({ width: WIDTH, height: HEIGHT });
  await page.goto(`http://127.0.0.1:${proxy.address().port}/`);
  const opened = await page.evaluate(async () => {
    const element = document.querySelector("framecast-view");
    const begin = performance.now();
    if (!element.size) await new Promise((resolve) => element.addEventListener("loadeddata", resolve, { once: true }));
    return performance.now() - begin;
  });
  console.log(`first picture ${opened.toFixed(0)} ms after the page, ${requests.length} requests`);
  const found = [];
  for (let n = 0; n < Number(values.seeks); n += 1) {
    const before = requests.length;
    const to = random() * SECONDS;
    const took = await page.evaluate(async (time) => {
      const element = document.querySelector("framecast-view");
      const begin = performance.now();
      const there = new Promise((resolve) => element.addEventListener("seeked", resolve, { once: true }));
      element.currentTime = time;
      await there;
      return performance.now() - begin;
    }, to);
    const asked = requests.length - before;
    // What it reads ahead from there is asked for by then.
    await page.waitForTimeout(500);
    found.push({ took, asked, all: requests.length - before, bytes: requests.slice(before).reduce((sum, bytes) => sum + bytes, 0) });
  }
  const of = (pick) => found.map(pick).sort((a, b) => a - b);
  const line = (name, list, unit) => console.log(`${name}: median ${list[list.length >> 1].toFixed(0)}, 95 % ${list[Math.floor(list.length * 0.95)].toFixed(0)}, most ${list.at(-1).toFixed(0)} ${unit}`);
  line("to show another time", of(({ took }) => took), "ms");
  line("requests until then", of(({ asked }) => asked), "");
  line("requests with those ahead", of(({ all }) => all), "");
  line("asked for, with what is ahead", of(({ bytes }) => bytes / 1e3), "KB");
  if (values.picture) {
    await page.locator("framecast-view #timeline").hover();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: values.picture });
  }
  for (const problem of page.problems) console.log(problem);
} finally {
  await cleanUp();
  proxy?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true });
}
process.exit();
