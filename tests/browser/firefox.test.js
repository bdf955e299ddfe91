// Firefox: the core of the tests, and what only it does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PNG } from "pngjs";
import { core } from "./core.js";
import { framecast, open, picture, pixel, probe, shot, shows, until } from "./harness.js";
import { startFirefox } from "./webdriver/firefox.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];

const started = core("Firefox", startFirefox);

test("a HiDPI page of Firefox gets every physical pixel", async () => {
  const program = probe(HTTP);
  const page = await started().browser.page({ width: 500, height: 300, ratio: 2 });
  await open(page, await program.link());
  await until("the canvas has two physical pixels for a logical one", () =>
    program.events("resize").some((event) => event.pwidth === 1000 && event.pheight === 600 && event.ratio === 2),
  );
  await shows(page, 499, 40, "255,0,0");
  const png = await shot(page);
  assert.deepEqual([png.width, png.height], [1000, 600]);
  assert.equal(pixel(png, 499, 100), "255,0,0");
  assert.equal(pixel(png, 500, 100), "0,255,0");
});

test("a Firefox that changes what is read from a canvas saves the server's picture and never claims to be exact", async () => {
  const program = framecast([...HTTP, "--size", "640x400", "demo", "paint"]);
  const link = await program.link();
  const scrambling = await startFirefox({ prefs: { "privacy.resistFingerprinting": true } });
  const [altered, plain] = [await scrambling.page(), await started().browser.page()];
  await open(altered, link, { exact: false });
  await open(plain, link, { exact: false });
  // The same updates, so that what is exact there would be exact here.
  const { sequence } = await picture(plain);
  assert.equal((await picture(altered, { exact: false, after: Number(sequence) - 1 })).exact, "false");
  const token = new URL(link).hash.slice("#token=".length);
  // The demo may draw between the two, as when it hears of the pointer.
  await until("it saves the server's picture", async () => {
    const read = await altered.evaluate(async () => {
      const { view } = await import(document.scripts[0].src);
      const bytes = new Uint8Array(await (await view.snapshot()).arrayBuffer());
      const proof = await view.proof().catch((error) => error.message);
      return { saved: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), proof, exact: view.info.exact };
    });
    assert.match(read.proof, /changes what is read from a canvas/);
    assert.equal(read.exact, false);
    const answer = await fetch(new URL("snapshot.png", link), { headers: { authorization: `Bearer ${token}` } });
    const [ours, theirs] = [Buffer.from(read.saved, "base64"), Buffer.from(await answer.arrayBuffer())].map((png) => PNG.sync.read(png));
    return ours.width === theirs.width && ours.height === theirs.height && Buffer.compare(ours.data, theirs.data) === 0;
  });
  assert.deepEqual(altered.problems, []);
});
