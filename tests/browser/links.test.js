// Links that stay the same when the program starts again (`--link-file`), what a page says of one that is gone, and links
// that the host makes and revokes in the page.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, freePort, heard, newPage, open, picture, probe, save, until, view } from "./harness.js";

const folder = mkdtempSync(join(tmpdir(), "framecast-links-"));
let files = 0;

after(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(endTest);

/** A program on one port, with links from one file, as often as it is started. */
async function served() {
  const file = join(folder, `links-${(files += 1)}`);
  const port = await freePort();
  const args = ["--backend", "http", "--listen", `127.0.0.1:${port}`, "--link-file", file, "demo", "paint"];
  return {
    start: () => framecast(args),
    /** Takes the line of a link away. The file stays the same one, and private. */
    remove: (name) => {
      const lines = readFileSync(file, "utf8").split("\n");
      const left = lines.filter((line) => !line.startsWith(`${name} `));
      assert.equal(left.length, lines.length - 1);
      writeFileSync(file, left.join("\n"));
    },
  };
}

const state = async (page, wanted) => await until(`the page is ${wanted}`, async () => (await view(page)).state === wanted);
const notice = async (page) => `${await page.textContent("#notice-title")}. ${await page.textContent("#notice-detail")}`;

for (const [how, signal, while_down] of [
  ["killed", "SIGKILL", /^Connection lost\. The server cannot be reached\. Trying again/],
  ["ended", "SIGTERM", /^The application ended\. .*This page looks for it at this address\./],
]) {
  test(`a program that was ${how} and started again with the same file: pages whose link is left come back, others say that it is no longer valid`, async () => {
    const { start, remove } = await served();
    const first = start();
    const links = await first.links(2);
    const [driver, watcher] = [await newPage({ width: 600, height: 400 }), await newPage({ width: 600, height: 400 })];
    await open(driver, links[0], { exact: false });
    await open(watcher, links[1], { exact: false });
    first.child.kill(signal);
    await first.ended;
    for (const page of [driver, watcher]) {
      await until(`it says that it was ${how}`, async () => while_down.test(await notice(page)));
      assert.doesNotMatch(await notice(page), /no longer valid/);
    }
    // It keeps trying, and says so.
    const tries = driver.problems.length;
    await until("it tries again", () => driver.problems.length >= tries + 2);
    assert.match(await notice(driver), while_down);
    remove("watch");
    assert.deepEqual(await start().links(1), links.slice(0, 1));
    await state(driver, "connected");
    assert.equal(await driver.locator("#notice").isVisible(), false);
    assert.equal((await view(driver)).link, "drive");
    await state(watcher, "refused");
    assert.match(await notice(watcher), /^No access\. This link is no longer valid: /);
    assert.doesNotMatch(await notice(watcher), /reached|Trying again/);
    // Who has the link and comes anew hears of it, too.
    const other = await newPage({ width: 600, height: 400 });
    await other.goto(links[1]);
    await state(other, "refused");
    assert.match(await notice(other), /the one it was opened with is not valid/);
  });
}

test("a link whose line is taken out of the file while its page is open: the page says that it is no longer valid, and others stay", async () => {
  const { start, remove } = await served();
  const program = start();
  const links = await program.links(2);
  const [driver, watcher] = [await newPage({ width: 600, height: 400 }), await newPage({ width: 600, height: 400 })];
  await open(driver, links[0], { exact: false });
  await open(watcher, links[1], { exact: false });
  remove("watch");
  await until("the program noticed", () => program.errors.some((line) => /gone: 1, new ones: 0/.test(line)));
  await state(watcher, "refused");
  assert.match(await notice(watcher), /^No access\. This link is no longer valid: /);
  assert.equal((await view(driver)).state, "connected");
});

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const press = async (page, id) => {
  await page.locator(id).focus();
  await page.keyboard.press("Enter");
};
const linksOf = (page) => page.evaluate(() => Array.from(document.querySelector("#view").shadowRoot.querySelectorAll("#links-list li span"), (line) => line.innerText.replace("\n", ": ")));
const secrets = (page) => page.evaluate(() => document.querySelector("#view").shadowRoot.querySelector("#link-address").value);

test("the host makes a link to watch by keyboard, somebody comes by it and sees the picture, and is sent away when it is revoked", async () => {
  const program = probe([...HTTP, "--link", "desk=drive", "--link", "wall=watch"]);
  const [desk, wall] = await program.links(2);
  const [host, watcher] = [await newPage({ width: 900, height: 700 }), await newPage({ width: 600, height: 400 })];
  await open(host, desk, { exact: false });
  await open(watcher, wall, { exact: false });
  await host.locator("#status-show").focus();
  await press(host, "#viewers-show");
  await host.waitForSelector("#links:not([hidden])");
  assert.deepEqual(await linksOf(host), ["desk: yours, to drive, 1 here", "wall: to watch, 1 here"]);
  await host.locator("#link-name").focus();
  await host.keyboard.type("guest");
  await host.getByText("an hour", { exact: true }).click();
  await press(host, "#link-name");
  await host.waitForSelector("#link-made:not([hidden])");
  assert.equal(await host.locator("#link-made-label").textContent(), "The address of guest, shown only now");
  const address = await secrets(host);
  await save(host, "host-links");
  // What was typed did not reach the application.
  await heard(host);
  assert.equal((await view(host)).role, "presenter");
  assert.deepEqual(program.events("key_down", "char"), []);
  await until("it is told", () => program.errors.some((line) => line.includes("who came by the link desk made the link guest, to watch")));
  assert.ok(!program.errors.some((line) => line.includes(new URL(address).hash.slice("#token=".length))));

  const guest = await newPage({ width: 600, height: 400 });
  await open(guest, address, { exact: false });
  await picture(guest);
  assert.equal((await view(guest)).link, "watch");
  await until("it is counted", async () => (await linksOf(host)).some((line) => /^guest: to watch, 1 here, ends in (59 min|1 h)$/.test(line)));
  // Closed and opened again, the panel has no secret any more.
  await host.keyboard.press("Escape");
  await press(host, "#viewers-show");
  await host.waitForSelector("#links:not([hidden])");
  assert.equal(await secrets(host), "");
  assert.equal(await host.locator("#link-made").isVisible(), false);
  assert.equal(await host.locator("#links-list button").count(), 1, "those of the operator cannot be revoked");
  await press(host, "#revoke-guest");
  await state(guest, "refused");
  assert.match(await notice(guest), /^No access\. This link is no longer valid: /);
  await until("it is gone from the list", async () => (await linksOf(host)).length === 2);
  assert.equal((await view(watcher)).state, "connected");
});

test("a name that is taken is told, and the mouse reaches what text goes into", async () => {
  const program = framecast([...HTTP, "--link", "desk=drive", "demo", "paint"]);
  const host = await newPage({ width: 900, height: 700 });
  await open(host, await program.link(), { exact: false });
  await host.hover("#status");
  await host.click("#viewers-show");
  await host.click("#link-name");
  await host.keyboard.type("desk");
  await host.click("#link-add");
  await until("it is refused", async () => /^Not done: there is a link "desk" already/.test(await host.locator("#links-told").textContent()));
  assert.equal(await host.locator("#link-made").isVisible(), false);
});

test("who is not host has no links on its page, nor has a host where they are fixed, whatever is sent", async () => {
  const program = framecast([...HTTP, "--fixed-links", "--link", "desk=drive", "--link", "wall=watch", "demo", "paint"]);
  const free = framecast([...HTTP, "--link", "desk=drive", "--link", "wall=watch", "demo", "paint"]);
  const [fixed] = await program.links(2);
  const [desk, wall] = await free.links(2);
  const [host, driver, watcher] = [await newPage(), await newPage(), await newPage()];
  await open(host, fixed, { exact: false });
  await open(driver, desk, { exact: false });
  await open(watcher, wall, { exact: false });
  await host.hover("#status");
  await host.click("#viewers-show");
  for (const page of [host, watcher]) {
    await page.evaluate(async () => {
      const { view } = await import(document.scripts[0].src);
      view.listLinks();
      view.addLink("mine", "drive", null);
      view.revokeLink("wall");
    });
    await heard(page);
  }
  // Another page is answered.
  await driver.hover("#status");
  await driver.click("#viewers-show");
  await driver.waitForSelector("#links:not([hidden])");
  assert.deepEqual(await linksOf(driver), ["desk: yours, to drive, 1 here", "wall: to watch, 1 here"]);
  for (const page of [host, watcher]) assert.equal(await page.locator("#links").isVisible(), false);
  assert.equal((await view(watcher)).state, "connected");
});
