// Who may watch, who may drive: links, roles, hand-over, and pages of other sites.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  endTest,
  framecast,
  heard,
  newPage,
  open,
  picture,
  probe,
  proof,
  role,
  save,
  startBrowser,
  startDisplay,
  stats,
  stroke,
  until,
  view,
} from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];

after(cleanUp);
afterEach(endTest);

test("who has the watch link sees everything and changes nothing", async () => {
  const program = probe([...HTTP, "--control", "any"]);
  const [drive, watch] = await program.links(2);
  const [driver, watcher] = [await newPage(), await newPage({ width: 500, height: 400 })];
  await open(driver, drive);
  await open(watcher, watch);
  await role(driver, "presenter");
  assert.equal((await view(watcher)).link, "watch");
  const before = program.events().length;
  await watcher.mouse.click(100, 100);
  await watcher.keyboard.press("r");
  await watcher.setViewportSize({ width: 640, height: 360 });
  // Also with what the page itself would never send.
  await watcher.evaluate(async () => {
    const { view } = await import(document.scripts[0].src);
    view.requestControl();
    view.takeControl();
    view.grantControl(1);
    view.disconnect(1);
  });
  await heard(watcher);
  // The application has what came before when it has this.
  await driver.keyboard.press("g");
  const { sequence } = await view(driver);
  await until("the key", () => program.events("key_down").some((event) => event.key === "g"));
  await picture(watcher, { after: Number(sequence) - 1 });
  const types = program.events().slice(before).map((event) => event.type);
  assert.ok(!program.events("key_down").some((event) => event.key === "r"), types.join());
  assert.ok(!types.includes("resize") && !types.includes("pointer_down"), types.join());
  assert.equal((await view(driver)).role, "presenter");
});

test("of the two links that a demo prints, the first draws and the second cannot", async () => {
  const program = framecast([...HTTP, "demo", "paint"]);
  const [drive, watch] = await program.links(2);
  const size = { width: 800, height: 500 };
  const [driver, watcher] = [await newPage(size), await newPage(size)];
  await open(driver, drive);
  await open(watcher, watch);
  // What both show exactly once the application has drawn all that was said.
  const rests = async (seen) => {
    await Promise.all([heard(driver), heard(watcher)]);
    return await until("both show another exact picture", async () => {
      const [one, other] = [await proof(driver), await proof(watcher)];
      return one.exact && other.exact && one.crc === other.crc && !seen.includes(one.crc) && one.crc;
    });
  };
  const blank = await rests([]);
  await stroke(driver, 200);
  const first = await rests([blank]);
  await stroke(watcher, 300);
  await watcher.setViewportSize({ width: 500, height: 300 });
  // Of the same size, too.
  assert.equal(await rests([]), first);
  const { clients } = await stats(drive);
  assert.deepEqual(clients.map((client) => client.presenter), [true, false]);
  await stroke(driver, 400);
  await rests([blank, first]);
  assert.equal((await view(watcher)).role, "observer");
});

test("the link leaves the address bar, a reload still knows it, and nobody else gets in", async () => {
  const program = probe(HTTP);
  const link = await program.link();
  const page = await newPage();
  await open(page, link);
  assert.ok(!page.url().includes("token"), page.url());
  await page.reload();
  await picture(page);
  assert.equal(await page.evaluate(() => document.cookie), "");
  const stranger = await newPage();
  await stranger.goto(new URL("./", link).href);
  await until("it is refused", async () => (await view(stranger)).state === "refused");
  await save(stranger, "refused");
  // The link in the same tab lets it in.
  await stranger.evaluate((hash) => void (location.hash = hash), new URL(link).hash);
  await picture(stranger);
});

test("a page of another site can connect to neither link", async () => {
  const program = probe(HTTP);
  const links = await program.links(2);
  const foreign = createServer((_, response) => response.end("<!doctype html>a page")).listen(0, "127.0.0.1");
  await new Promise((resolve) => foreign.once("listening", resolve));
  try {
    const page = await newPage();
    await page.goto(`http://localhost:${foreign.address().port}/`);
    for (const link of links) {
      const url = new URL(link);
      const told = await page.evaluate(
        ([address, token]) =>
          new Promise((resolve) => {
            const socket = new WebSocket(address, "framecast.v1");
            socket.onopen = () => {
              socket.send(JSON.stringify({ type: "hello", width: 9, height: 9, ratio: 1, visible: true, token }));
            };
            socket.onmessage = () => resolve("let in");
            socket.onclose = () => resolve("refused");
          }),
        [`ws://${url.host}/`, url.hash.slice("#token=".length)],
      );
      assert.equal(told, "refused");
    }
  } finally {
    foreign.close();
  }
  assert.equal(program.events().filter((event) => event.type !== "rate").length, 0);
});

test("control is asked for, granted and taken back", async () => {
  const program = framecast([...HTTP, "--control", "request", "--link", "desk=drive", "--link", "lab=drive", "demo", "paint"]);
  const [desk, lab] = await program.links(2);
  const size = { width: 900, height: 560 };
  const [host, guest] = [await newPage(size), await newPage(size)];
  await open(host, desk, { exact: false });
  await open(guest, lab, { exact: false });
  await guest.click("#ask");
  await host.waitForSelector("#prompt:not([hidden])");
  assert.match(await host.textContent("#prompt-text"), /^lab .* asks for control$/);
  await host.hover("#status");
  await host.click("#viewers-show");
  await save(host, "viewers");
  await host.click("#prompt-grant");
  await role(guest, "presenter");
  await role(host, "observer");
  assert.match(await guest.textContent("#ask"), /back/);
  await host.click("#take");
  await role(host, "presenter");
  await host.click("#viewers-list li:nth-child(2) button:last-child");
  await until("it is sent away", async () => (await view(guest)).state === "refused");
  assert.match(await guest.textContent("#notice-detail"), /disconnected/);
  // Neither a new page of its browser nor another browser of its machine comes in by that link.
  await guest.reload();
  await until("it is refused", async () => (await view(guest)).state === "refused");
  const stranger = await newPage(size);
  await stranger.goto(lab);
  await until("another browser is refused, too", async () => (await view(stranger)).state === "refused");
  assert.match(await stranger.textContent("#notice-detail"), /from this network/);
  assert.match(await host.textContent("#away"), /^Sent away\s*lab 127\.0\.0\.1.*Let in again$/);
  await save(host, "sent-away");
  await host.click("#away-list button");
  await until("nobody is listed", async () => !(await host.locator("#away").isVisible()));
  await guest.click("#retry");
  await role(guest, "observer");
  assert.deepEqual(host.problems, []);
});

test("a double click sends one viewer away, and by keyboard the focus goes on to the next", async () => {
  const program = framecast([...HTTP, "--link", "desk=drive", "--link", "lab=watch", "demo", "paint"]);
  const [desk, lab] = await program.links(2);
  const host = await newPage({ width: 900, height: 560 });
  await open(host, desk, { exact: false });
  const guests = [];
  for (let i = 0; i < 4; i++) {
    guests.push(await newPage());
    await open(guests[i], lab, { exact: false });
  }
  const gone = async () => {
    const states = await Promise.all(guests.map(async (guest) => (await view(guest)).state));
    return states.filter((state) => state === "refused").length;
  };
  await host.hover("#status");
  await host.click("#viewers-show");
  await until("all are listed", async () => (await host.locator("#viewers-list li").count()) === 5);
  await host.locator("#viewers-list button").nth(1).dblclick({ delay: 40 });
  await until("it has gone", async () => (await host.locator("#away-list li").count()) === 1);
  assert.equal(await gone(), 1);
  await host.locator("#viewers-list button").first().focus();
  for (const left of [2, 1]) {
    await host.keyboard.press("Enter");
    await until("the next has gone", async () => (await host.locator("#viewers-list button").count()) === left);
  }
  // And on to those who may be let in.
  await host.keyboard.press("Enter");
  await until("all have gone", async () => (await host.locator("#away-list li").count()) === 4);
  for (let left = 3; left >= 0; left--) {
    await host.keyboard.press("Enter");
    await until("one may come back", async () => (await host.locator("#away-list li").count()) === left);
  }
  assert.equal(await host.evaluate(() => document.querySelector("#view").shadowRoot.activeElement.id), "viewers-hide");
});

test("a presenter whose page is hidden loses control, and the other goes on", async () => {
  const program = probe([...HTTP, "--control-timeout", "1", "spin"]);
  const link = await program.link();
  const [first, second] = [await newPage(), await newPage()];
  await open(first, link, { exact: false });
  await open(second, link, { exact: false });
  await role(first, "presenter");
  // As when its tab goes to the background: what the browser then says, and that it stops painting.
  await first.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await role(second, "presenter");
  const { sequence } = await view(second);
  await picture(second, { exact: false, after: Number(sequence) + 60 });
  assert.equal((await view(first)).role, "observer");
});

/** Two views of an animation: the presenter's tab is in the background, the observer's is seen. */
async function hiddenPresenter(timeout) {
  const { display } = await startDisplay({ size: "1000x700" });
  const browser = await startBrowser(display);
  const program = probe([...HTTP, "--control-timeout", timeout, "spin"]);
  const link = await program.link();
  await browser.tab(link);
  await until("it drives", async () => (await stats(link)).clients[0]?.presenter);
  const observer = await browser.page();
  await open(observer, link, { exact: false });
  const before = performance.now();
  // Truly: Chromium hides a tab behind another.
  await browser.tab("about:blank");
  await until("it is hidden", async () => !(await stats(link)).clients[0].visible);
  return { program, link, observer, before };
}

test("a presenter's tab in the background is sent nothing and holds nobody up", async () => {
  const { link, observer } = await hiddenPresenter("never");
  const [{ updates: sent }] = (await stats(link)).clients;
  const painted = async () => Number((await view(observer)).updates);
  // More than would come if each waited for a tab in the background, which Chromium lets run once a second.
  const enough = (await painted()) + 120;
  await until("the other paints on", async () => (await painted()) >= enough);
  const { clients } = await stats(link);
  assert.deepEqual(clients.map(({ presenter, visible }) => [presenter, visible]), [
    [true, false],
    [false, true],
  ]);
  assert.equal(clients[0].updates, sent);
});

test("a presenter's tab in the background hands over by policy", async () => {
  const { program, observer, before } = await hiddenPresenter("2");
  await role(observer, "presenter");
  assert.ok(performance.now() - before >= 2000, "not before its time");
  await observer.keyboard.press("g");
  await until("its key", () => program.events("key_down").length === 1);
});
