// What moves behind a thin link comes as video, and what rests is exact.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { atCleanUp, cleanUp, endTest, framecast, newPage, open, save, stats, until } from "./harness.js";
import { thinLink } from "./thin-link.js";
import { proven, watchWhole } from "./truth.js";

after(cleanUp);
afterEach(endTest);

test("what moves behind a thin link comes as video, and exactly when it rests", async () => {
  const program = framecast(["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0", "--size", "640x360", "demo", "cube"]);
  const url = new URL(await program.link());
  const link = await thinLink(Number(url.port), { bytesPerSecond: 125e3, delay: 10 });
  atCleanUp(() => link.close());
  const page = await newPage({ width: 640, height: 360 });
  await open(page, `http://127.0.0.1:${link.port}/`, { exact: false });
  const client = async () => (await stats(url.href)).clients[0];
  await until("it is sent video", async () => (await client())?.video_bits_per_second);
  const { painted } = await client();
  await until("it paints video", async () => {
    const { painted: now, video_bits_per_second: video } = await client();
    return video !== null && now > painted + 30;
  });
  const { encoded } = await stats(url.href);
  assert.ok(encoded.video_pictures > encoded.video_keyframes && encoded.video_keyframes > 0, JSON.stringify(encoded));
  await save(page, "thin-video");
  // The cube stands still, and there is room for what is exact.
  link.set(50e6);
  await watchWhole(page);
  await page.keyboard.press("Space");
  await proven(page);
  assert.deepEqual(page.problems, []);
});

test("who does not want video is sent tiles", async () => {
  const program = framecast(["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0", "--size", "640x360", "--video", "always", "demo", "cube"]);
  const url = await program.link();
  const page = await newPage({ width: 640, height: 460 });
  await open(page, url, { exact: false });
  const video = async () => (await stats(url)).clients[0].video_bits_per_second;
  await until("it is sent video", async () => (await video()) !== null);
  await page.locator("#details-show").focus();
  await page.keyboard.press("Enter");
  const box = page.getByRole("checkbox", { name: "Video" });
  await box.uncheck();
  await until("it is sent tiles", async () => (await video()) === null);
  await box.check();
  await until("it is sent video again", async () => (await video()) !== null);
  assert.deepEqual(page.problems, []);
});

test("where the server sends no video, there is nothing to switch", async () => {
  for (const [video, switches] of [["never", 0], ["auto", 1]]) {
    const program = framecast(["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0", "--size", "640x360", "--video", video, "demo", "cube"]);
    const page = await newPage({ width: 640, height: 460 });
    await open(page, await program.link(), { exact: false });
    await page.locator("#details-show").focus();
    await page.keyboard.press("Enter");
    await page.locator("#details-facts dt", { hasText: "Round trip" }).waitFor();
    // The browser may say later that it can decode any.
    await until(`${switches} switches with ${video}`, async () => (await page.getByRole("checkbox", { name: "Video" }).count()) === switches);
    assert.equal(await page.locator("#details-facts > div:visible dt", { hasText: "Video" }).count(), switches);
    assert.deepEqual(page.problems, []);
  }
});
