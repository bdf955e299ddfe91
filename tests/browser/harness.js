// What the tests share: programs, displays, browsers, pixels. Everything started here is ended by
// `endTest` after each test, but for Chromium, which stays for the next one until `cleanUp`.

import { spawn, execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import net from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { PNG } from "pngjs";

/** Longer than anything here takes on a busy machine, in milliseconds. */
export const PATIENCE = 60_000;

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..", "..");
/** Where cargo builds. */
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const out = join(here, "out");

const cleanUps = [];
let profile = "debug";
/** What starts programs of another system, and how their names end. */
let runner = [];
let suffix = "";

/** Uses the programs of another build: 'debug' (as at first) or 'release'. */
export function useProfile(name) {
  profile = name;
}

/** Uses the programs built for Windows, which `wine` runs. */
export function useWindows(wine) {
  profile = join("x86_64-pc-windows-gnu", "debug");
  runner = [wine];
  suffix = ".exe";
}

/** Has `cleanUp` call `end`, before what was started earlier is ended. */
export function atCleanUp(end) {
  cleanUps.push(end);
}

/** Ends everything that was started, the newest first. */
export async function cleanUp() {
  await endAllSince(0);
  await browser?.close();
  browser = undefined;
}

/** Ends everything that was started, the newest first, but for the browser of `newPage`: a new one takes its time. */
export async function endTest() {
  await endAllSince(0);
}

/** What has been started until now, for `endAllSince`. */
export function startedSoFar() {
  return cleanUps.length;
}

/** Ends what was started after `mark` was taken, the newest first. */
export async function endAllSince(mark) {
  while (cleanUps.length > mark) await cleanUps.pop()();
}

/** Waits until `probe` returns something true, and returns that. */
export async function until(what, probe) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const result = await probe();
    if (result) return result;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A running program: its lines so far, and its end. */
class Program {
  constructor(name, command, args, options = {}) {
    this.name = name;
    this.lines = [];
    this.errors = [];
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
    this.child.stdin.on("error", () => {}); // it may end before it has read everything
    createInterface(this.child.stdout).on("line", (line) => this.lines.push(line));
    createInterface(this.child.stderr).on("line", (line) => this.errors.push(line));
    this.ended = once(this.child, "close").then(([code, signal]) => {
      this.result = { code, signal };
      return this.result;
    });
    this.ended.catch(() => {});
    cleanUps.push(async () => {
      if (!this.result) this.child.kill("SIGKILL");
      await this.ended;
    });
  }

  /** The link to the web mirror, once it is told. */
  async link() {
    return (await this.links(1))[0];
  }

  /** The first `count` links, once they are told. */
  async links(count) {
    return await until(`the links of ${this.name}`, () => {
      if (this.result) throw new Error(`${this.name} ended: ${this.errors.join("\n")}`);
      const links = this.errors.flatMap((line) => line.match(/https?:\/\/\S+/) ?? []);
      return links.length >= count && links;
    });
  }

  /** The events the probe told of so far, without those of its clock. */
  events(...types) {
    const events = this.lines.map((line) => JSON.parse(line));
    return events.filter((event) => types.length === 0 || types.includes(event.type));
  }

  /** Ctrl-C, and its result. */
  async interrupt() {
    this.child.kill("SIGINT");
    return await this.ended;
  }
}

function environment(display) {
  const env = { ...process.env };
  delete env.DISPLAY;
  delete env.WAYLAND_DISPLAY;
  delete env.FRAMECAST_BACKEND;
  if (display) env.DISPLAY = display;
  return env;
}

function built(name, path, args, display, env = {}) {
  const [command, ...rest] = [...runner, join(target, profile, `${path}${suffix}`), ...args];
  return new Program(name, command, rest, { env: { ...environment(display), ...env } });
}

/** Starts an example. */
export function example(name, args, { display, env } = {}) {
  return built(name, join("examples", name), args, display, env);
}

/** Starts the application under test, with `--listen` on a free port where it listens. */
export function probe(args, options) {
  return example("probe", args, options);
}

/** Where the application under test is, for whoever starts it themselves. */
export function probePath() {
  return join(target, profile, "examples", "probe");
}

/** Starts the framecast program. */
export function framecast(args, { display } = {}) {
  return built("framecast", "framecast", args, display);
}

/** Starts any other program. */
export function start(command, args, { display, env = {} } = {}) {
  return new Program(command, command, args, { env: { ...environment(display), ...env } });
}

/**
 * A port that nothing listens on, for a program that ends and starts again there. Not one of those that the system gives
 * to whoever asks for any (32768 and above on Linux): another test could be given it meanwhile.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = net.createServer().listen(port, "127.0.0.1");
    const isFree = await new Promise((resolve) => server.on("listening", () => resolve(true)).on("error", () => resolve(false)));
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Starts an X server on a free display, with a window manager if asked to. Returns it, with its name. */
export async function startDisplay({ size = "800x600", manager = false } = {}) {
  const args = ["-displayfd", "1", "-screen", "0", `${size}x24`, "-nolisten", "tcp", "-noreset"];
  const server = start("Xvfb", args);
  const number = await until("the display", () => {
    if (server.result) throw new Error(`Xvfb ended: ${server.errors.join("\n")}`);
    return server.lines[0];
  });
  server.display = `:${number.trim()}`;
  if (manager) {
    // It loses a window that is mapped while it starts, so wait until it has.
    const openbox = start("openbox", ["--startup", "echo ready"], { display: server.display });
    await until("the window manager", () => openbox.lines.includes("ready"));
  }
  return server;
}

/** Runs wmctrl with `args` on `display`, which needs a window manager; what it printed. */
export function wmctrl(display, ...args) {
  return execFileSync("wmctrl", args, {
    env: environment(display),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** Runs xdotool with `args` on `display`; what it printed. */
export function xdotool(display, ...args) {
  return execFileSync("xdotool", args.map(String), { env: environment(display), encoding: "utf8" }).trim();
}

/** The one window called `title`, once it is there. */
export async function findWindow(display, title) {
  return await until(`the window ${title}`, () => {
    try {
      return xdotool(display, "search", "--onlyvisible", "--name", title).split("\n")[0];
    } catch {
      return "";
    }
  });
}

/** What `display` shows, or one window on it. */
export function screen(display, window = "root") {
  const png = execFileSync("import", ["-window", window, "png:-"], {
    env: environment(display),
    maxBuffer: 64 << 20,
  });
  return PNG.sync.read(png);
}

const CHROMIUM = {
  executablePath: join(here, "chromium.sh"),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A name that is set aside for examples (RFC 2606).
    "--host-resolver-rules=MAP plots.example.org 127.0.0.1",
  ],
};

let browser;

/**
 * A new page, with sizes of its own and as if in a browser of its own; with `untrusted`, it takes any certificate, and with
 * `phone` people point with a finger.
 */
export async function newPage({ width = 320, height = 240, ratio = 1, untrusted = false, phone = false } = {}) {
  if (!browser?.isConnected()) browser = await chromium.launch(CHROMIUM);
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: ratio,
    ignoreHTTPSErrors: untrusted,
    hasTouch: phone,
    isMobile: phone,
  });
  cleanUps.push(() => context.close());
  const page = await context.newPage();
  page.problems = [];
  page.pongs = 0;
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload === "string" && JSON.parse(payload).type === "pong") page.pongs += 1;
    });
  });
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(message.text());
  });
  page.on("pageerror", (error) => page.problems.push(String(error)));
  return page;
}

/** A browser besides the one of `newPage`, with more flags. */
export async function launch(...flags) {
  const launched = await chromium.launch({ ...CHROMIUM, args: [...CHROMIUM.args, ...flags] });
  cleanUps.push(() => launched.close());
  return launched;
}

/** A browser with windows and tabs on `display`, for what a page without a window does not know. */
export async function startBrowser(display) {
  const windowed = await chromium.launch({ ...CHROMIUM, headless: false, env: environment(display) });
  cleanUps.push(() => windowed.close());
  const session = await windowed.newBrowserCDPSession();
  return {
    /** A new tab in front of the others; not one of playwright's pages, which always count as visible. */
    async tab(url) {
      const target = await session.send("Target.createTarget", { url });
      await session.send("Target.activateTarget", target);
    },
    /** A page in a window of its own. */
    async page() {
      return await (await windowed.newContext()).newPage();
    },
    /** A page that is as large as its window, in front of the others. */
    async window() {
      const context = await windowed.newContext({ viewport: null });
      cleanUps.push(() => context.close());
      return await context.newPage();
    },
  };
}

/** What the server tells whoever has `link`. */
export async function stats(link) {
  const url = new URL(link);
  const token = url.hash.slice("#token=".length);
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  return await (await fetch(new URL("stats", url), { headers })).json();
}

/** The honest state of a page's view: state, role, sequence, exact, updates. */
export async function view(page) {
  return await page.evaluate(() => {
    const element = document.querySelector("[data-state]");
    return element ? { ...element.dataset } : {};
  });
}

/** Waits until the page is "presenter" or "observer". */
export async function role(page, wanted) {
  await until(`the page is ${wanted}`, async () => (await view(page)).role === wanted);
}

/** Waits until the server has read all that the page said so far. */
export async function heard(page) {
  // The next pong may be the answer to a ping from before.
  const { pongs } = page;
  await until("the page's pings are answered", () => page.pongs >= pongs + 2);
}

/** What a page can prove of the picture that it shows: whether it is exact, and its checksum. */
export const proof = (page) => page.evaluate(async () => (await import(document.scripts[0].src)).view.proof());

/** Waits until all pages show one exact picture that is not among those `seen`; returns its checksum. */
export async function allShow(pages, seen = []) {
  return await until("all show another exact picture", async () => {
    const proofs = await Promise.all(pages.map(proof));
    const [{ crc }] = proofs;
    return proofs.every((it) => it.exact && it.crc === crc) && !seen.includes(crc) && crc;
  });
}

/** Draws a line in the demo "paint", and takes the pointer elsewhere. */
export async function stroke(page, y) {
  await page.mouse.move(200, y);
  await page.mouse.down();
  await page.mouse.move(600, y, { steps: 8 });
  await page.mouse.up();
  await page.mouse.move(500, 450);
}

/** Opens `link` and waits for a picture; with `exact`, for the exact one. */
export async function open(page, link, { exact = true } = {}) {
  await page.goto(link);
  await picture(page, { exact });
}

/** Waits for a picture that is newer than `after`; with `exact`, for the exact one. */
export async function picture(page, { exact = true, after = 0 } = {}) {
  return await until(`a picture after ${after}${exact ? ", exact" : ""}`, async () => {
    const state = await view(page);
    const fine = state.state === "connected" && Number(state.sequence) > after;
    return fine && (!exact || state.exact === "true") && state;
  });
}

/** What the page shows, without the status. */
export async function shot(page) {
  return PNG.sync.read(await page.screenshot({ animations: "disabled" }));
}

/** The pixel of a picture at x, y as "r,g,b". */
export function pixel(png, x, y) {
  const at = (Math.floor(y) * png.width + Math.floor(x)) * 4;
  return [...png.data.subarray(at, at + 3)].join(",");
}

/** Waits until the page shows `color` at x, y. */
export async function shows(page, x, y, color) {
  let seen;
  try {
    await until("", async () => (seen = pixel(await shot(page), x, y)) === color);
  } catch {
    await save(page, "unexpected");
    throw new Error(`the page shows ${seen} at ${x}, ${y}, not ${color}`);
  }
}

/** A client that says hello, says it is visible, and then never reads; it is being sent pictures. */
export async function neverRead(link) {
  const { host, port } = new URL(link);
  const others = (await stats(link)).clients.map(({ client }) => client);
  const socket = net.connect(Number(port), "127.0.0.1");
  socket.on("error", () => {}); // it may be dropped for not reading
  await once(socket, "connect");
  socket.pause();
  socket.write(hello(host));
  await until("it is sent pictures", async () =>
    (await stats(link)).clients.some(({ client, updates }) => updates > 0 && !others.includes(client)),
  );
  return socket;
}

/** What a client sends first: the WebSocket handshake and `hello`, as one piece of bytes. */
export function hello(host) {
  const request = [
    "GET / HTTP/1.1",
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: framecast.v1",
    "",
    "",
  ].join("\r\n");
  const text = Buffer.from('{"type":"hello","width":1280,"height":720,"ratio":1,"visible":true}');
  // A final text frame, masked with zeros (RFC 6455, section 5.2).
  return Buffer.concat([Buffer.from(request), Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
}

/** Keeps a screenshot for people, in tests/browser/out. */
export async function save(page, name) {
  mkdirSync(out, { recursive: true });
  await page.screenshot({ path: join(out, `${name}.png`) });
}
