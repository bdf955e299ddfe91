// Pictures without a WebSocket: for curl, ffmpeg, and an <img> on somebody else's page.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, newPage, pixel, probe, save, shot, stats, until } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0", "--size", "320x240"];

after(cleanUp);
afterEach(endTest);

/** The addresses of `path` for whoever may only watch, with the token in them. */
async function addresses(program, ...paths) {
  const url = new URL((await program.links(2))[1]);
  const token = url.hash.slice("#token=".length);
  return paths.map((path) => {
    const address = new URL(path, url);
    address.hash = "";
    address.searchParams.set("token", token);
    return address.href;
  });
}

function run(command, ...args) {
  return execFileSync(command, args, { maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "pipe"] });
}

/** Serves a page of another site with these pictures one below the other; its address. */
async function otherSite(t, ...pictures) {
  const images = pictures.map((address) => `<img src="${address.replaceAll("&", "&amp;")}">`);
  const html = `<!doctype html><style>body { margin: 0 } img { display: block }</style>${images.join("")}`;
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  // Another name is another site.
  return `http://plots.example.org:${server.address().port}/`;
}

test("curl gets a PNG and a JPEG of the right size, though nobody looks", async () => {
  const program = probe(HTTP);
  for (const [path, kind] of [
    ["snapshot.png", "PNG image data, 320 x 240, 8-bit/color RGB"],
    ["snapshot.jpg", "JPEG image data"],
  ]) {
    const [address] = await addresses(program, path);
    const picture = run("curl", "--silent", "--fail", address);
    const told = execFileSync("file", ["-"], { input: picture, encoding: "utf8" });
    assert.ok(told.includes(kind) && /320 ?x ?240/.test(told), told);
  }
});

test("ffprobe reads stream.mjpg, and ffmpeg its frames", async () => {
  const program = probe([...HTTP, "spin"]);
  const [address, slow] = await addresses(program, "stream.mjpg", "stream.mjpg?fps=20");
  const show = ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"];
  assert.equal(run("ffprobe", ...show, address).toString().trim(), "mjpeg,320,240");
  // Raw frames, 3 bytes a pixel: the first row changes from one to the next.
  const raw = ["-frames:v", "10", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const frames = run("ffmpeg", "-v", "error", "-i", slow, ...raw);
  assert.equal(frames.length, 10 * 320 * 240 * 3);
  const shades = new Set(Array.from({ length: 10 }, (_, n) => frames[n * 320 * 240 * 3]));
  assert.ok(shades.size > 3, `${[...shades]}`);
});

test("an <img> on another site shows a picture that does not change, and follows one that does", async (t) => {
  const [still, moving] = [probe(HTTP), probe([...HTTP, "spin"])];
  const site = await otherSite(
    t,
    ...(await addresses(still, "stream.mjpg", "snapshot.png")),
    ...(await addresses(moving, "stream.mjpg")),
  );
  const page = await newPage({ width: 320, height: 720 });
  // The page never ends loading, and until it is drawn Chromium has nothing to take a picture of.
  await page.goto(site, { waitUntil: "commit" });
  await page.waitForFunction(
    () => document.images.length === 3 && [...document.images].every((image) => image.naturalWidth > 0),
  );
  const near = (seen, wanted) => seen.split(",").every((n, at) => Math.abs(n - wanted[at]) < 12);
  for (const top of [0, 240]) {
    for (const [x, y, color] of [
      [40, 40, [255, 0, 0]],
      [280, 40, [0, 255, 0]],
      [40, 200, [0, 0, 255]],
      [160, 120, [0, 0, 0]],
    ]) {
      await until(`${color} at ${x}, ${top + y}`, async () =>
        near(pixel(await shot(page), x, top + y), color),
      );
    }
  }
  const shades = new Set();
  await until("the moving picture moves", async () => shades.add(pixel(await shot(page), 100, 480)).size > 3);
  await save(page, "pictures");
  const [client] = (await stats((await still.links(1))[0])).clients;
  assert.deepEqual([client.protocol, client.presenter], ["mjpeg", false]);
  await page.close();
  await until("it has left", async () => (await stats((await still.links(1))[0])).clients.length === 0);
});

test("without its token another site is shown nothing", async (t) => {
  const program = probe([...HTTP, "--no-auth"]);
  const site = await otherSite(t, new URL("snapshot.png", await program.link()).href);
  const page = await newPage();
  await page.goto(site);
  assert.equal(await page.evaluate(() => document.images[0].naturalWidth), 0);
  const own = new URL("snapshot.png", await program.link()).href;
  await page.goto(own);
  assert.equal(await page.evaluate(() => document.images[0].naturalWidth), 320);
});
