// The status in the corner, the wheel of pages around the picture, and what a page says after its program started again.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, afterEach, test } from "node:test";
import { PNG } from "pngjs";
import { cleanUp, endTest, framecast, freePort, newPage, open, pixel, probe, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const servers = [];

after(cleanUp);
afterEach(async () => {
  await endTest();
  for (const server of servers.splice(0)) server.close();
});

const corner = (page) => page.locator("#status").getAttribute("data-corner");

test("the status is dragged to another corner, stays there after a reload, and arrow keys move it", async () => {
  const page = await newPage({ width: 600, height: 400 });
  await open(page, await probe(HTTP).link());
  // So that it does not go small meanwhile.
  await page.hover("#status-show");
  const box = await page.locator("#status-show").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(300, 200, { steps: 4 });
  await page.mouse.move(40, 30, { steps: 4 });
  await page.mouse.up();
  assert.equal(await corner(page), "top-left");
  // So quick that it sees no move, and then over it without a button.
  const moved = await page.locator("#status-show").boundingBox();
  await page.mouse.move(moved.x + moved.width / 2, moved.y + moved.height / 2);
  await page.mouse.down();
  await page.mouse.move(560, 30);
  await page.mouse.up();
  assert.equal(await corner(page), "top-right");
  const right = await page.locator("#status-show").boundingBox();
  await page.mouse.move(right.x + right.width / 2, right.y + right.height / 2);
  await page.mouse.move(40, 30, { steps: 4 });
  await page.mouse.up();
  assert.equal(await corner(page), "top-right");
  await page.locator("#status-show").focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await corner(page), "top-left");
  const there = await page.locator("#status").boundingBox();
  assert.ok(there.x < 10 && there.y < 10, JSON.stringify(there));
  await page.reload();
  await until("it is connected", async () => (await view(page)).state === "connected");
  assert.equal(await corner(page), "top-left");
  await page.locator("#status-show").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await corner(page), "top-right");
  await page.keyboard.press("ArrowDown");
  assert.equal(await corner(page), "bottom-right");
});

test("an application leaves the status out, and what must be seen still shows", async () => {
  const program = framecast([...HTTP, "--no-status", "--control", "request", "--link", "desk=drive", "--link", "lab=drive", "demo", "paint"]);
  const [desk, lab] = await program.links(2);
  const [host, guest] = [await newPage({ width: 600, height: 400 }), await newPage()];
  await open(host, desk, { exact: false });
  await open(guest, lab, { exact: false });
  assert.equal(await host.locator("#status").isVisible(), false);
  await guest.evaluate(async () => (await import(document.scripts[0].src)).view.requestControl());
  await host.waitForSelector("#prompt:not([hidden])");
  await host.keyboard.press("Tab");
  await host.locator("#prompt-grant").focus();
  await host.keyboard.press("Enter");
  await until("it is granted", async () => (await view(guest)).role === "presenter");
  await until("the focus is somewhere", () => host.evaluate(() => document.activeElement !== document.body));
  program.child.kill("SIGKILL");
  await host.waitForSelector("#notice:not([hidden])");
  assert.match(await host.textContent("#notice-title"), /Connection lost/);
});

test("a page scrolls past the picture by the wheel, until somebody clicks into it, or it wants the wheel always", async () => {
  const files = {};
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(files.page));
  servers.push(server.listen(0, "127.0.0.1"));
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://localhost:${server.address().port}`;
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  files.page = `<!doctype html><title>mine</title><framecast-view src="${link}" style="width: 300px; height: 200px"></framecast-view>
    <div style="height: 3000px"></div><script type="module" src="${new URL("framecast-view.js", link).href}"></script>`;
  const page = await newPage({ width: 400, height: 400 });
  await page.goto(origin);
  await until("a picture", async () => (await view(page)).exact === "true" && (await view(page)).role === "presenter");
  const scrolled = () => page.evaluate(() => scrollY);
  await page.mouse.move(100, 100);
  await page.mouse.wheel(0, 40);
  await until("it scrolls", async () => (await scrolled()) === 40);
  assert.equal(program.events("wheel").length, 0);
  await page.mouse.click(100, 60);
  await page.mouse.wheel(0, 40);
  await until("the wheel", () => program.events("wheel").length > 0);
  assert.equal(await scrolled(), 40);
  // Somewhere else in the page.
  await page.mouse.click(350, 350);
  await page.mouse.move(100, 60);
  const before = program.events("wheel").length;
  await page.evaluate(() => {
    document.activeElement.blur();
    document.querySelector("framecast-view").wheel = "always";
  });
  await page.mouse.wheel(0, 40);
  await until("the wheel", () => program.events("wheel").length > before);
  assert.equal(await scrolled(), 40);
});

for (const [how, signal] of [["killed", "SIGKILL"], ["ended", "SIGTERM"]]) {
  test(`a program that was ${how} and started again with new links: the old page says so, and what to do`, async () => {
    const port = await freePort();
    const args = ["--backend", "http", "--listen", `127.0.0.1:${port}`, "demo", "paint"];
    const first = framecast(args);
    const page = await newPage({ width: 600, height: 400 });
    await open(page, await first.link(), { exact: false });
    first.child.kill(signal);
    await first.ended;
    if (how === "ended") {
      await until("it ended", async () => (await view(page)).state === "ended");
      assert.match(await page.textContent("#notice-detail"), /new links: open the one that it printed\.$/);
    }
    const link = await framecast(args).link();
    await until("it is refused", async () => (await view(page)).state === "refused");
    assert.match(await page.textContent("#notice-detail"), /was started again and has new links.* Open the link that the program printed last/);
    await page.evaluate((hash) => void (location.hash = hash), new URL(link).hash);
    await until("it is back", async () => (await view(page)).state === "connected");
  });
}

test("a browser that changes a few low bits of what is read saves the server's picture, and claims nothing", async () => {
  const page = await newPage({ width: 400, height: 300 });
  await page.addInitScript(() => {
    const read = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function (...of) {
      const image = read.apply(this, of);
      for (let at = 0; at < image.data.length; at += 4 * 501) image.data[at] ^= 1;
      return image;
    };
    HTMLCanvasElement.prototype.toBlob = (then) => then(new Blob(["noise"]));
  });
  await open(page, await probe(HTTP).link(), { exact: false });
  await until("it is drawn", async () => Number((await view(page)).updates) > 0);
  assert.equal((await view(page)).exact, "false");
  await page.hover("#status");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  const png = PNG.sync.read(readFileSync(await download.path()));
  assert.deepEqual([png.width, png.height, pixel(png, 20, 20)], [400, 300, "255,0,0"]);
  await until("the note", async () => /as the server has it/.test(await page.textContent("#note")));
});
