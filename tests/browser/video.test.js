// Video in real Chromium, from a server that is made here: H.264 of x264 in the messages of PROTOCOL.md.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { after, afterEach, before, test } from "node:test";
import { PNG } from "pngjs";
import { WebSocketServer } from "ws";
import { atCleanUp, cleanUp, endTest, newPage, until } from "./harness.js";
import { serve } from "./static.js";

/** The video's size. A frame of odd sides has it, and one of twice of those. */
const [WIDTH, HEIGHT] = [322, 242];
const FULL = { width: 321, height: 241 };
const HALF = { width: 641, height: 481 };
const TILE = { width: 128, height: 48 };
/** The side of the squares that the pictures are made of, in pixels of the video. */
const SQUARE = 14;
/** How far a color may be off by coding, in levels; the colors of a wrong matrix or range are off by 16 and more. */
const NEAR = 3;

/** Two pictures, and the access units that they become: a keyframe, and one that builds on it. */
let pictures;
let units;

before(() => {
  pictures = [squares(1), squares(2)];
  units = encode(pictures);
  assert.equal(units.length, 2);
});
after(cleanUp);
afterEach(endTest);

/** A picture of squares in colors by chance, the first ones in those that are hardest. */
function squares(seed) {
  const columns = Math.ceil(WIDTH / SQUARE);
  const hard = [0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0x00ffff, 0xff00ff];
  let state = seed;
  const colors = Array.from({ length: columns * Math.ceil(HEIGHT / SQUARE) }, (_, at) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return hard[at] ?? state >>> 8;
  });
  return (x, y) => colors[Math.floor(y / SQUARE) * columns + Math.floor(x / SQUARE)];
}

/** Encodes pictures nearly without loss, as servers do, by BT.601 in the limited range. */
function encode(pictures) {
  const rgb = Buffer.alloc(pictures.length * WIDTH * HEIGHT * 3);
  pictures.forEach((color, n) => {
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) rgb.writeUIntBE(color(x, y), ((n * HEIGHT + y) * WIDTH + x) * 3, 3);
    }
  });
  const input = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${WIDTH}x${HEIGHT}`, "-r", "30", "-i", "-"];
  const colors = ["-vf", "scale=out_color_matrix=smpte170m:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p", "-color_range", "tv"];
  const options = "aud=1:keyint=100:scenecut=0:slices=1:fullrange=off:colormatrix=smpte170m:colorprim=bt709:transfer=iec61966-2-1";
  const codec = ["-c:v", "libx264", "-profile:v", "baseline", "-tune", "zerolatency", "-qp", "1", "-x264-params", options];
  const { status, stdout, stderr } = spawnSync("ffmpeg", ["-v", "error", ...input, ...colors, ...codec, "-f", "h264", "-"], { input: rgb, maxBuffer: 64 << 20 });
  assert.equal(status, 0, String(stderr));
  // Each access unit begins with a delimiter.
  const starts = [...indices(stdout, Buffer.from([0, 0, 0, 1, 9]))];
  return starts.map((start, n) => stdout.subarray(start, starts[n + 1]));
}

function* indices(bytes, part) {
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) yield at;
}

/** What all binary messages have at the same offsets. */
function head(kind, encoding, update, { width, height }) {
  const bytes = Buffer.alloc(80);
  bytes.set([kind, encoding]);
  bytes.writeUInt16LE(80, 2);
  bytes.writeUInt32LE(update, 4);
  bytes.writeUInt16LE(TILE.width, 14);
  bytes.writeUInt16LE(TILE.height, 16);
  bytes.writeUInt32LE(width, 20);
  bytes.writeUInt32LE(height, 24);
  bytes.writeDoubleLE(1, 32);
  bytes.writeBigUInt64LE(BigInt(update), 40);
  bytes.writeDoubleLE(NaN, 48);
  return bytes;
}

/** A picture of a video. */
function video(update, frame, ranges, { keyframe = false, unit = units[keyframe ? 0 : 1] } = {}) {
  const bytes = head(3, 1, update, frame);
  const parameters = units[0].indexOf(Buffer.from([0, 0, 1, 0x67])) + 4;
  bytes.set([Number(keyframe), ...units[0].subarray(parameters, parameters + 3)], 8);
  bytes.writeUInt16LE(ranges.length, 12);
  bytes.writeUInt16LE(WIDTH, 28);
  bytes.writeUInt16LE(HEIGHT, 30);
  const list = Buffer.alloc(4 * ranges.length);
  ranges.flat().forEach((number, at) => list.writeUInt16LE(number, 2 * at));
  return Buffer.concat([bytes, list, unit]);
}

/** A tile in one color, exactly. */
function tile(update, frame, number, color) {
  const png = new PNG(TILE);
  for (let at = 0; at < png.data.length; at += 4) png.data.writeUInt32BE(((color << 8) | 255) >>> 0, at);
  const bytes = head(2, 2, update, frame);
  bytes[10] = 1;
  bytes.writeUInt16LE(1, 12);
  const list = Buffer.alloc(2);
  list.writeUInt16LE(number);
  return Buffer.concat([bytes, list, PNG.sync.write(png)]);
}

/** A server that welcomes whoever comes with these `codecs`, and a page that shows its canvas; both by the name `host`. */
async function open({ host = "127.0.0.1", codecs = ["h264"] } = {}) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "framecast.v1" });
  await once(server, "listening");
  atCleanUp(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  /** The messages of each connection. */
  const connections = [];
  server.on("connection", (socket) => {
    const messages = [];
    connections.push({ messages, send: (bytes) => socket.send(bytes) });
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      messages.push(message);
      if (message.type === "hello") socket.send(JSON.stringify({ type: "welcome", client: 1, role: "watch", video: codecs }));
    });
  });
  const html = `<!doctype html><title>Video</title><link rel="stylesheet" href="/page.css"><framecast-view stats src="http://${host}:${server.address().port}/"></framecast-view><script type="module" src="/viewer/framecast-view.js"></script>`;
  const site = await serve({ "/": html, "/page.css": "body { margin: 0 } framecast-view { width: 800px; height: 600px }" });
  const page = await newPage({ width: 800, height: 600 });
  await page.goto(site.origin.replace("127.0.0.1", host));
  return { page, connections };
}

/** The newest connection, once the server was told on it that the page takes video. */
async function takesVideo({ connections }, count = 1) {
  return await until("the page says that it takes video", () => {
    const connection = connections.at(count - 1);
    const told = connection?.messages.filter(({ type }) => type === "hello" || type === "video") ?? [];
    const [codecs] = told.map(({ video, codecs }) => codecs ?? video ?? []).slice(-1);
    return codecs?.includes("h264") && connection;
  });
}

const data = async (page) => await page.evaluate(() => ({ ...document.querySelector("framecast-view").dataset }));
const acknowledged = async ({ messages }, update) =>
  await until(`update ${update} is acknowledged`, () => messages.some((message) => message.type === "ack" && message.update === update));

/** What the details say of something. */
async function fact(page, label) {
  return await page.evaluate((wanted) => {
    const lines = [...document.querySelector("framecast-view").shadowRoot.querySelectorAll("#details-facts > div")];
    return lines.find((line) => line.querySelector("dt").textContent === wanted)?.querySelector("dd").textContent;
  }, label);
}

/** Compares the middle of each square that is shown with `color(x, y, tile)`, in pixels of the video. */
async function compare(page, frame, scale, color) {
  const base64 = await page.evaluate(async () => {
    const blob = await document.querySelector("framecast-view").snapshot();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  const shown = PNG.sync.read(Buffer.from(base64, "base64"));
  assert.deepEqual([shown.width, shown.height], [frame.width, frame.height]);
  const columns = Math.ceil(frame.width / TILE.width);
  for (let y = SQUARE / 2; y * scale < frame.height; y += SQUARE) {
    for (let x = SQUARE / 2; x * scale < frame.width; x += SQUARE) {
      const [left, top] = [x * scale, y * scale];
      const at = (top * frame.width + left) * 4;
      const number = Math.floor(top / TILE.height) * columns + Math.floor(left / TILE.width);
      const wanted = color(x, y, number);
      for (const channel of [0, 1, 2]) {
        const [is, should] = [shown.data[at + channel], (wanted >> (16 - 8 * channel)) & 255];
        assert.ok(Math.abs(is - should) <= NEAR, `${is}, not ${should}, at ${left}, ${top}, channel ${channel}, tile ${number}`);
      }
    }
  }
}

test("listed tiles come from the video, in its colors; all others stay", async () => {
  const opened = await open();
  const { page } = opened;
  const connection = await takesVideo(opened);
  connection.send(video(1, FULL, [[0, 18]], { keyframe: true }));
  await acknowledged(connection, 1);
  await compare(page, FULL, 1, pictures[0]);
  connection.send(tile(2, FULL, 4, 0x123456));
  connection.send(video(3, FULL, [[1, 3], [7, 2], [17, 1]]));
  await acknowledged(connection, 3);
  const fromVideo = new Set([1, 2, 3, 7, 8, 17]);
  await compare(page, FULL, 1, (x, y, number) => (number === 4 ? 0x123456 : pictures[Number(fromVideo.has(number))](x, y)));
  const { updates, video: videos, exact, failed, malformed } = await data(page);
  assert.deepEqual([updates, videos, exact, failed, malformed], ["3", "2", "false", "0", "0"]);
  assert.deepEqual(page.problems, []);
});

test("at half the size a pixel of the video stands for four, and the details say so", async () => {
  const opened = await open();
  const { page } = opened;
  const connection = await takesVideo(opened);
  await page.locator("framecast-view #details-show").click();
  await until("the details say that it may come", async () => (await fact(page, "Video")) === "ready");
  connection.send(video(1, HALF, [[0, 66]], { keyframe: true }));
  connection.send(video(2, HALF, [[6, 7], [65, 1]]));
  await acknowledged(connection, 2);
  const fromSecond = (number) => (number >= 6 && number < 13) || number === 65;
  await compare(page, HALF, 2, (x, y, number) => pictures[Number(fromSecond(number))](x, y));
  await until("the details say what is shown", async () => (await fact(page, "Shown now")) === "video");
  // For two seconds: it is sent again.
  let update = 2;
  await until("the details say what comes", async () => {
    connection.send(video((update += 1), HALF, [[0, 66]], { keyframe: true }));
    return (await fact(page, "Video")) === "on, 322 × 242";
  });
  assert.deepEqual(page.problems, []);
});

test("who switches video off gets none, also on the next visit, until it is switched on", async () => {
  const opened = await open();
  const { page, connections } = opened;
  const connection = await takesVideo(opened);
  await page.locator("framecast-view #details-show").click();
  const box = page.getByRole("checkbox", { name: "Video" });
  assert.equal(await box.isChecked(), true);
  await box.click();
  await until("the server is told", () => connection.messages.some(({ type, codecs }) => type === "video" && codecs.length === 0));
  await until("the details say so", async () => (await fact(page, "Video")) === "off");
  await page.reload();
  await page.locator("framecast-view #details-show").click();
  await until("the details say so again", async () => (await fact(page, "Video")) === "off");
  const [hello] = await until("it came again", () => connections[1]?.messages.length > 0 && connections[1].messages);
  assert.equal(hello.video, undefined);
  await until("it is connected", async () => (await data(page)).state === "connected");
  assert.deepEqual(connections[1].messages.filter(({ type }) => type === "video"), []);
  assert.equal(await box.isChecked(), false);
  await box.click();
  await takesVideo(opened, 2);
});

test("a decoder that fails is told of, and what comes as tiles goes on; somebody may try again", async () => {
  const opened = await open();
  const { page } = opened;
  const connection = await takesVideo(opened);
  await page.locator("framecast-view #details-show").click();
  connection.send(video(1, FULL, [[0, 18]], { keyframe: true }));
  await acknowledged(connection, 1);
  connection.send(video(2, FULL, [[0, 18]], { keyframe: true, unit: Buffer.from("no access unit") }));
  await acknowledged(connection, 2);
  const news = connection.messages.filter(({ type }) => type === "video" || type === "refresh").slice(-2);
  assert.deepEqual(news, [{ type: "video", codecs: [] }, { type: "refresh" }]);
  await until("the details say so", async () => (await fact(page, "Video")) === "stopped: the decoder failed");
  connection.send(tile(3, FULL, 0, 0x123456));
  await acknowledged(connection, 3);
  await compare(page, FULL, 1, (x, y, number) => (number === 0 ? 0x123456 : pictures[0](x, y)));
  await page.getByRole("checkbox", { name: "Video" }).click();
  await takesVideo(opened);
  connection.send(video(4, FULL, [[0, 18]], { keyframe: true }));
  await acknowledged(connection, 4);
  await compare(page, FULL, 1, pictures[0]);
});

test("a page that is not secure takes no video, and the details say why", async () => {
  const { page, connections } = await open({ host: "plots.example.org" });
  const [hello] = await until("it came", () => connections[0]?.messages.length > 0 && connections[0].messages);
  assert.equal(hello.video, undefined);
  await page.locator("framecast-view #details-show").click();
  await until("the details say so", async () => (await fact(page, "Video")) === "only over HTTPS or on this machine");
  assert.equal(await page.getByRole("checkbox", { name: "Video" }).count(), 0);
  assert.deepEqual(connections[0].messages.filter(({ type }) => type === "video"), []);
});

test("where the server sends no video, the details say nothing of it", async () => {
  for (const codecs of [[], null]) {
    const opened = await open({ codecs });
    const { page } = opened;
    const connection = await takesVideo(opened);
    await page.locator("framecast-view #details-show").click();
    connection.send(tile(1, FULL, 0, 0x123456));
    await acknowledged(connection, 1);
    await until("the details are there", async () => (await fact(page, "Shown now")) !== undefined);
    const lines = page.locator("framecast-view #details-facts > div:visible");
    assert.deepEqual((await lines.locator("dt").allTextContents()).slice(-2), ["Shown now", "Round trip"]);
    assert.equal(await page.getByRole("checkbox", { name: "Video" }).count(), 0);
    assert.deepEqual(page.problems, []);
  }
});
