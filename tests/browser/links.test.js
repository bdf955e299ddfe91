// Links that stay the same when the program starts again (`--link-file`), and what a page says of one that is gone.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, freePort, newPage, open, until, view } from "./harness.js";

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
