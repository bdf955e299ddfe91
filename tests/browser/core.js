// The core of what a page does, for every browser: Firefox runs it here, WebKit in tests/cross. Chromium has these
// and more in files of their own.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { PNG } from "pngjs";
import {
  cleanUp,
  endAllSince,
  framecast,
  open,
  picture,
  pixel,
  probe,
  role,
  save,
  shot,
  shows,
  startDisplay,
  startedSoFar,
  until,
  view,
} from "./harness.js";
import { realInput } from "./real-input.js";
import { proven, watchWhole } from "./truth.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
/** For clients that know no links, and links that outlive the program. */
const OPEN = [...HTTP, "--no-auth"];
const RED = "255,0,0";
const GREEN = "0,255,0";
const BLUE = "0,0,255";
const WHITE = "255,255,255";
const MAGENTA = "255,0,255";

/**
 * The tests, for the browser that `start` starts on a display.
 *
 * @param name as in the names of the tests
 * @param start given `{ display }`; what it returns has `page`, given `{ width, height, ratio }`
 * @param options those of `realInput`
 * @returns a function that returns the display and the browser, for further tests
 */
export function core(name, start, options) {
  let display;
  let browser;
  let mark;
  before(async () => {
    ({ display } = await startDisplay({ size: "1200x900", manager: true }));
    browser = await start({ display });
    mark = startedSoFar();
  });
  afterEach(async () => await endAllSince(mark));
  after(cleanUp);

  test(`${name} shows the exact pixels, at the size of the page`, async () => {
    const program = probe(HTTP);
    const page = await browser.page({ width: 640, height: 480 });
    await open(page, await program.link());
    await until("the canvas has the size of the page", () =>
      program.events("resize").some((event) => event.pwidth === 640 && event.pheight === 480),
    );
    await shows(page, 319, 20, RED);
    const png = await shot(page);
    assert.deepEqual([png.width, png.height], [640, 480]);
    for (const [x, y, color] of [
      [319, 100, RED],
      [320, 100, GREEN],
      [319, 400, BLUE],
      [320, 400, WHITE],
      [300, 220, "0,0,0"],
      [299, 219, RED],
    ]) {
      assert.equal(pixel(png, x, y), color, `at ${x}, ${y}`);
    }
    assert.deepEqual(page.problems, []);
    await save(page, `${name}-mirror`);
  });

  test(`${name} draws what the pointer does, and converges to the exact pixels`, async () => {
    const program = framecast([...OPEN, "--size", "800x500", "demo", "paint"]);
    const page = await browser.page({ width: 800, height: 500 });
    await open(page, await program.link(), { exact: false });
    await watchWhole(page);
    const blank = await proven(page);
    await page.mouse.move(200, 120);
    await page.mouse.down();
    await page.mouse.move(420, 250, { steps: 8 });
    await page.mouse.move(650, 420, { steps: 8 });
    await page.mouse.up();
    // Off the canvas' tools, so that nothing is highlighted.
    await page.mouse.move(500, 400);
    await proven(page, new Set([blank.crc]));
    await save(page, `${name}-paint`);
    assert.deepEqual(page.problems, []);
  });

  test(`${name} shows motion`, async () => {
    const program = probe([...OPEN, "spin"]);
    const page = await browser.page();
    await open(page, await program.link(), { exact: false });
    const before = await view(page);
    await picture(page, { exact: false, after: Number(before.sequence) + 60 });
    await until("it paints", async () => Number((await view(page)).updates) > Number(before.updates) + 10);
    const { failed, malformed } = await view(page);
    assert.deepEqual([failed, malformed], ["0", "0"]);
  });

  test(`with ${name}, the first page drives, the second sees the same and changes nothing, then takes over`, async () => {
    const program = probe(HTTP);
    const link = await program.link();
    const [first, second] = [await browser.page(), await browser.page()];
    await open(first, link);
    await open(second, link);
    await role(first, "presenter");
    await role(second, "observer");
    await first.mouse.click(60, 50);
    await shows(first, 60, 50, MAGENTA);
    const state = await picture(first);
    await picture(second, { after: Number(state.sequence) - 1 });
    assert.equal((await view(second)).sequence, state.sequence, "the same frame");
    await second.mouse.click(100, 100);
    // Something that must come after it, by way of the same server.
    await first.mouse.click(70, 150);
    await until("the second press", () => program.events("pointer_down").length === 2);
    assert.equal(program.events("pointer_down").at(-1).y, 150);
    await first.close();
    await role(second, "presenter");
    await second.mouse.click(90, 120);
    await shows(second, 90, 120, MAGENTA);
  });

  test(`${name} tells the end of the application, and finds a new start`, async () => {
    const program = probe(OPEN);
    const link = await program.link();
    const page = await browser.page();
    await open(page, link);
    assert.equal((await program.interrupt()).code, 0);
    await until("the page says so", async () => (await view(page)).state === "ended");
    const again = probe(["--backend", "http", "--no-auth", "--listen", new URL(link).host]);
    await again.link();
    await picture(page);
    again.child.kill("SIGKILL");
    await until("it is lost", async () => (await view(page)).state === "lost");
  });

  test(`${name} saves the exact picture`, async () => {
    const program = framecast([...OPEN, "--size", "640x400", "demo", "paint"]);
    const link = await program.link();
    const page = await browser.page({ width: 640, height: 400 });
    await open(page, link);
    // The demo may draw between the two, as when it hears of the pointer.
    await until("it is the server's picture", async () => {
      const saved = await page.evaluate(async () => {
        const { view } = await import(document.scripts[0].src);
        const bytes = new Uint8Array(await (await view.snapshot()).arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      });
      const ours = PNG.sync.read(Buffer.from(saved, "base64"));
      const answer = await fetch(new URL("snapshot.png", link));
      const theirs = PNG.sync.read(Buffer.from(await answer.arrayBuffer()));
      return ours.width === theirs.width && ours.height === theirs.height && Buffer.compare(ours.data, theirs.data) === 0;
    });
  });

  realInput(name, () => ({ display, page: async () => await browser.page() }), options);

  return () => ({ display, browser });
}
