// What an application knows of the presenter's view, and what it asks of it: where text is typed, and to open an address.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, newPage, open, probe, save, until } from "./harness.js";
import { CONTROL, endServers, played } from "./played.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];

after(cleanUp);
afterEach(async () => {
  await endTest();
  endServers();
});

/** A page of the application under test, and how to say something to it in the server's place. */
async function real(options) {
  const program = probe(HTTP);
  const page = await newPage({ width: 420, height: 300, ...options });
  let socket;
  await page.routeWebSocket(/.*/, (route) => {
    socket = route;
    route.connectToServer();
  });
  const link = await program.link();
  await open(page, link);
  await until("it drives", () => program.events("control_changed").length > 0);
  return { program, page, says: (message) => socket.send(JSON.stringify(message)) };
}

/** The text area that has the keyboard's focus in the picture's stead. */
function area(page) {
  return page.evaluate(() => {
    const view = document.querySelector("framecast-view") ?? document.querySelector("#view");
    const root = (view.shadowRoot ?? document).querySelector("#view");
    const field = root.querySelector("textarea");
    const [own, whole] = [field.getBoundingClientRect(), root.getBoundingClientRect()];
    const place = { x: own.x - whole.x, y: own.y - whole.y, height: own.height };
    return { ...place, mode: field.inputMode, enter: field.enterKeyHint, focused: field.matches(":focus") };
  });
}

test("the application knows what it is looked at with, and hears when that changes", async () => {
  const { program, page } = await real();
  const told = () => program.events("view_info").map(({ platform, color_scheme, pointer }) => ({ platform, color_scheme, pointer }));
  await until("the first", () => told().length === 1);
  const first = { platform: "linux", color_scheme: "light", pointer: "fine" };
  assert.deepEqual(told(), [first]);
  await page.emulateMedia({ colorScheme: "dark" });
  await until("the change", () => told().length === 2);
  assert.deepEqual(told()[1], { ...first, color_scheme: "dark" });
  assert.deepEqual(page.problems, []);
});

test("fingers say which of them went down, moved and was lifted", async () => {
  const { program, page } = await real({ phone: true });
  await until("its view", () => program.events("view_info").length === 1);
  assert.equal(program.events("view_info")[0].pointer, "coarse");
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...points) => {
    const touchPoints = points.map(([id, x, y]) => ({ id, x, y }));
    return session.send("Input.dispatchTouchEvent", { type, touchPoints });
  };
  await touch("touchStart", [1, 100, 150]);
  await touch("touchStart", [1, 100, 150], [2, 200, 150]);
  await touch("touchMove", [1, 100, 150], [2, 220, 180]);
  await touch("touchEnd", [1, 100, 150]);
  await touch("touchEnd");
  await until("both are lifted", () => program.events("pointer_up").length === 2);
  const downs = program.events("pointer_down");
  assert.deepEqual(downs.map(({ changed, ntouches }) => [changed.length, ntouches]), [[1, 1], [1, 2]]);
  const [[one], [two]] = downs.map(({ changed }) => changed);
  assert.notEqual(one, two);
  assert.ok(program.events("pointer_move").some(({ changed }) => changed?.join() === two), "the second moved");
  const ups = program.events("pointer_up");
  assert.deepEqual(ups.flatMap(({ changed }) => changed).sort(), [one, two].sort());
  assert.ok(ups.every(({ changed, touches }) => changed.length === 1 && !(changed[0] in touches)));
});

test("who types is where the application has text typed, and nowhere outside of the picture", async () => {
  const { program, page, says } = await real();
  const caret = { x: 100, y: 80, width: 1, height: 24 };
  says({ type: "text_input", kind: "number", caret });
  await until("it is there", async () => (await area(page)).mode === "decimal");
  const { x, y, height, focused } = await area(page);
  assert.deepEqual([Math.round(x), Math.round(y), Math.round(height), focused], [100, 80, 24, true]);
  await page.mouse.click(300, 200);
  says({ type: "text_input", kind: "number", caret: { ...caret, x: 50 } });
  await until("it moved", async () => Math.round((await area(page)).x) === 50);
  await page.keyboard.type("7");
  await until("what is typed arrives", () => program.events("char").some(({ data }) => data === "7"));
  says({ type: "text_input", kind: "multiline", caret: { x: 1e6, y: -1e6, width: 1, height: 1e6 } });
  await until("it is another", async () => (await area(page)).enter === "enter");
  const far = await area(page);
  assert.deepEqual([Math.round(far.x), Math.round(far.y), Math.round(far.height)], [419, 0, 300]);
  says({ type: "text_input", kind: "none" });
  await until("nowhere any more", async () => (await area(page)).mode === "none");
  await page.mouse.click(200, 100);
  assert.deepEqual([Math.round((await area(page)).x), Math.round((await area(page)).y)], [200, 100]);
  assert.deepEqual(page.problems, []);
});

test("a phone shows its keyboard where text is typed, and the application hears of no other focus", async () => {
  const { page, said, says } = await played({ phone: true });
  const pressed = () => page.getAttribute("#keyboard", "aria-pressed");
  const focus = () => said.filter(({ type }) => type === "focus_in" || type === "focus_out").map(({ type }) => type);
  await until("it has the focus", () => focus().length === 1);
  says({ type: "text_input", kind: "email", caret: { x: 1, y: 1, width: 1, height: 10 } });
  await until("the keyboard", async () => (await area(page)).mode === "email");
  assert.deepEqual([await pressed(), (await area(page)).focused], ["true", true]);
  says({ type: "text_input", kind: "url", caret: { x: 1, y: 1, width: 1, height: 10 } });
  await until("another keyboard", async () => (await area(page)).mode === "url");
  says({ type: "text_input", kind: "none" });
  await until("no keyboard", async () => (await pressed()) === "false");
  assert.equal((await area(page)).mode, "none");
  says({ type: "text_input", kind: "text", caret: { x: 1, y: 1, width: 1, height: 10 } });
  await until("a keyboard", async () => (await pressed()) === "true");
  says({ ...CONTROL, presenter: false });
  await until("control is another's", async () => (await area(page)).mode === "none");
  assert.deepEqual(focus(), ["focus_in"]);
});

test("what somebody types elsewhere on the page stays there, and an observer types nothing", async () => {
  const { page, says } = await played({ body: '<input id="other">' });
  await page.focus("#other");
  says({ type: "text_input", kind: "text", caret: { x: 1, y: 1, width: 1, height: 10 } });
  await until("it is told", async () => (await area(page)).mode === "text");
  await page.keyboard.type("secret");
  assert.equal(await page.inputValue("#other"), "secret");
  says({ ...CONTROL, presenter: false });
  says({ type: "text_input", kind: "email", caret: { x: 1, y: 1, width: 1, height: 10 } });
  await until("it is an observer", async () => (await area(page)).mode === "none");
});

/** A server that only counts what it is asked for, and by whom. */
async function elsewhere() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, referer: request.headers.referer });
    response.end("<!doctype html><title>elsewhere</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { asked, address: `http://127.0.0.1:${server.address().port}/a?b=c#d`, end: () => server.close() };
}

test("an address opens when the presenter says so, and in a page that knows nothing of this one", async () => {
  const { asked, address, end } = await elsewhere();
  const { page, says } = await played();
  const pages = () => page.context().pages().length;
  says({ type: "open_url", url: address });
  await page.waitForSelector("#visit:not([hidden])");
  assert.equal(await page.textContent("#visit-address"), address);
  await until("it can be opened", () => page.getAttribute("#visit-open", "href"));
  await save(page, "visit");
  assert.deepEqual([asked, pages()], [[], 1], "never by itself");
  const [other] = await Promise.all([page.context().waitForEvent("page"), page.click("#visit-open")]);
  await other.waitForLoadState();
  assert.equal(other.url(), address);
  assert.equal(await other.evaluate(() => window.opener), null);
  assert.equal(await other.evaluate(() => document.referrer), "");
  assert.deepEqual(asked[0], { url: "/a?b=c", referer: undefined });
  await page.waitForSelector("#visit", { state: "hidden" });
  end();
});

test("a click that was meant for something else opens nothing, and what is dismissed is gone", async () => {
  const { page, says } = await played();
  // Time stands still: nobody can have read it.
  await page.evaluate(() => (window.setTimeout = () => 0));
  says({ type: "open_url", url: "http://127.0.0.1:9/first" });
  await page.waitForSelector("#visit:not([hidden])");
  await page.click("#visit-open", { force: true });
  await page.keyboard.press("Enter");
  says({ type: "open_url", url: "http://127.0.0.1:9/second" });
  await until("the newest", async () => (await page.textContent("#visit-address")).endsWith("second"));
  assert.equal(await page.getAttribute("#visit-open", "href"), null);
  assert.equal(page.context().pages().length, 1);
  await page.click("#visit-later");
  await page.waitForSelector("#visit", { state: "hidden" });
  assert.deepEqual(page.problems, []);
});

test("nobody is asked to open what is no plain address of the web", async () => {
  const { page, says } = await played();
  for (const url of [
    "javascript:window.hacked=1", "data:text/html,<script>alert(1)</script>", "https://good.example@evil.example/",
    "https://good.example/\u202egpj.exe", "https://g\u043e\u043ed.example/", "file:///etc/passwd", "//evil.example/",
    `https://example.com/${"x".repeat(3000)}`, "https://example.com/\" onclick=\"window.hacked=1", 7, null, { toString: 1 },
  ]) {
    says({ type: "open_url", url });
  }
  says({ type: "open_url", url: "https://example.com/<b>" });
  says({ type: "title", value: "all of them came" });
  await until("the last", () => page.evaluate(() => document.querySelector("framecast-view").caption === "all of them came"));
  assert.equal(await page.isVisible("#visit"), false);
  assert.equal(await page.evaluate(() => "hacked" in window), false);
});

test("only the presenter is asked, the question goes with control, and a page may answer it", async () => {
  const { page, says } = await played({ presenter: false });
  const url = "http://127.0.0.1:9/";
  says({ type: "open_url", url });
  says({ ...CONTROL, presenter: true });
  await until("it drives", () => page.evaluate(() => document.querySelector("framecast-view").presenter));
  assert.equal(await page.isVisible("#visit"), false, "it was an observer's");
  says({ type: "open_url", url });
  await page.waitForSelector("#visit:not([hidden])");
  says({ ...CONTROL, presenter: false });
  await page.waitForSelector("#visit", { state: "hidden" });
  says({ ...CONTROL, presenter: true });
  await page.evaluate(() => {
    window.asked = [];
    document.addEventListener("framecast-open", (event) => {
      event.preventDefault();
      window.asked.push(event.detail.url);
    });
  });
  says({ type: "open_url", url });
  says({ type: "open_url", url: "javascript:alert(1)" });
  await until("the page is asked", () => page.evaluate(() => window.asked.length > 0));
  assert.deepEqual(await page.evaluate(() => window.asked), [url]);
  assert.equal(await page.isVisible("#visit"), false);
});
