// Recordings: what a page says of them, and what they show when they are played.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, framecast, newPage, open, role, save, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const folder = mkdtempSync(join(tmpdir(), "framecast-record-"));

after(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true });
});
afterEach(endTest);

/** The CRC of what is shown, once that is exact and `isIt`. */
async function shown(page, isIt = () => true) {
  return await until("it is exact", async () => {
    const { exact, crc } = await page.evaluate(async () => (await import(document.scripts[0].src)).view.proof());
    return exact && isIt(crc) && crc;
  });
}

const recording = (page) => page.locator("#status").getAttribute("data-recording");

test("what is painted is recorded, and plays to the same pixels; the host pauses, and all are told", async () => {
  const file = join(folder, "paint.fcast");
  const painting = framecast([...HTTP, "--record", file, "demo", "paint"]);
  const [drive, watch] = await painting.links(2);
  const size = { width: 500, height: 360 };
  const [host, guest] = [await newPage(size), await newPage(size)];
  await open(host, drive);
  await role(host, "presenter");
  await open(guest, watch);
  for (const page of [host, guest]) await until("it says that it records", async () => (await recording(page)) === "running");
  await host.mouse.move(80, 80);
  await host.mouse.down();
  await host.mouse.move(300, 200, { steps: 8 });
  await host.mouse.move(120, 220, { steps: 8 });
  await host.mouse.up();
  // The button is the host's.
  await guest.hover("#status-show");
  assert.equal(await guest.locator("#record").isDisabled(), true);
  await host.hover("#status-show");
  await host.locator("#record").click();
  for (const page of [host, guest]) await until("it says that it pauses", async () => (await recording(page)) === "paused");
  await save(host, "recording-paused");
  await host.locator("#record").click();
  await until("it goes on", async () => (await recording(guest)) === "running");
  const painted = await shown(host);
  await shown(guest, (crc) => crc === painted);
  assert.deepEqual(await painting.interrupt(), { code: 0, signal: null });

  const playing = framecast([...HTTP, "play", "--speed", "16", file]);
  const page = await newPage(size);
  await open(page, await playing.link());
  await shown(page, (crc) => crc === painted);
  // The time line comes with the pointer, and goes by itself.
  await role(page, "presenter");
  await page.mouse.move(250, 150);
  await page.mouse.move(252, 152);
  await shown(page, (crc) => crc !== painted);
  await save(page, "time-line");
  await shown(page, (crc) => crc === painted);
  // To the beginning: there was nothing on the paper.
  await page.keyboard.press("Home");
  await page.keyboard.press(" ");
  await shown(page, (crc) => crc !== painted);
  assert.deepEqual(page.problems, []);
});
