// Firefox: the core of the tests, and what only it does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { core } from "./core.js";
import { open, pixel, probe, shot, shows, until } from "./harness.js";
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
