// Browsers alone: no window, no display.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import {
  cleanUp,
  endTest,
  example,
  neverRead,
  newPage,
  open,
  picture,
  pixel,
  probe,
  role,
  save,
  shot,
  shows,
  until,
  view,
} from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
/** For clients that know no links, and links that outlive the program. */
const OPEN = [...HTTP, "--no-auth"];
const RED = "255,0,0";
const GREEN = "0,255,0";
const BLUE = "0,0,255";
const WHITE = "255,255,255";
const BLACK = "0,0,0";
const MAGENTA = "255,0,255";

after(cleanUp);
afterEach(endTest);

test("Chromium shows the exact pixels, at the size of the page", async () => {
  const program = probe(HTTP);
  const page = await newPage({ width: 400, height: 300 });
  await open(page, await program.link());
  // The page's size becomes the canvas' size.
  await until("the canvas has the size of the page", () =>
    program.events("resize").some((event) => event.pwidth === 400 && event.pheight === 300),
  );
  await shows(page, 199, 20, RED);
  const png = await shot(page);
  assert.deepEqual([png.width, png.height], [400, 300]);
  for (const [x, y, color] of [
    [199, 100, RED],
    [200, 100, GREEN],
    [199, 200, BLUE],
    [200, 200, WHITE],
    [180, 130, BLACK],
    [219, 169, BLACK],
    [179, 129, RED],
    [220, 129, GREEN],
  ]) {
    assert.equal(pixel(png, x, y), color, `at ${x}, ${y}`);
  }
  assert.deepEqual(page.problems, []);
  await save(page, "mirror");
  assert.equal((await program.interrupt()).code, 0);
});

test("a HiDPI page gets every physical pixel", async () => {
  const program = probe(HTTP);
  const page = await newPage({ width: 300, height: 200, ratio: 2 });
  await open(page, await program.link());
  await until("the canvas has two physical pixels for a logical one", () =>
    program
      .events("resize")
      .some((event) => event.pwidth === 600 && event.pheight === 400 && event.ratio === 2),
  );
  await shows(page, 299, 40, RED);
  const png = await shot(page);
  assert.equal(pixel(png, 299, 100), RED);
  assert.equal(pixel(png, 300, 100), GREEN);
});

test("the first browser drives, the second sees the same and changes nothing, then takes over", async () => {
  const program = probe(HTTP);
  const link = await program.link();
  const [first, second] = [await newPage(), await newPage()];
  await open(first, link);
  await open(second, link);
  await role(first, "presenter");
  await role(second, "observer");

  await first.mouse.click(60, 50);
  await first.keyboard.press("g");
  await shows(first, 160, 120, GREEN);
  await shows(second, 160, 120, GREEN);
  await shows(second, 60, 50, MAGENTA);
  const state = await picture(first);
  await picture(second, { after: Number(state.sequence) - 1 });
  assert.equal((await view(second)).sequence, state.sequence, "the same frame");

  const before = program.events("key_down", "pointer_down").length;
  await second.mouse.click(100, 100);
  await second.keyboard.press("r");
  // Something that must come after it, by way of the same server.
  await first.keyboard.press("b");
  await shows(second, 160, 120, BLUE);
  assert.equal(program.events("key_down", "pointer_down").length, before + 1);

  await first.close();
  await role(second, "presenter");
  await second.mouse.click(100, 150);
  await second.keyboard.press("r");
  await shows(second, 160, 120, RED);
  await shows(second, 100, 150, MAGENTA);
  assert.equal((await program.interrupt()).code, 0);
});

test("every kind of input arrives with its names and units", async () => {
  const program = probe(HTTP);
  const page = await newPage();
  await open(page, await program.link());
  await page.mouse.move(50, 60);
  await page.mouse.down({ button: "right" });
  await page.mouse.move(70, 80);
  await page.mouse.up({ button: "right" });
  await page.mouse.dblclick(20, 30);
  await page.mouse.wheel(0, 100);
  await page.keyboard.down("Shift");
  await page.keyboard.press("KeyA");
  await page.keyboard.up("Shift");
  await page.keyboard.press("ArrowLeft");
  await until("the last key", () => program.events("key_up").some((event) => event.key === "ArrowLeft"));
  const [down] = program.events("pointer_down");
  assert.deepEqual([down.button, down.buttons, down.x, down.y], [2, [2], 50, 60]);
  assert.equal(program.events("double_click").length, 1);
  const wheel = program.events("wheel").reduce((sum, event) => sum + event.dy, 0);
  assert.equal(wheel, 100);
  const keys = program.events("key_down").map((event) => [event.key, event.code, event.modifiers]);
  assert.deepEqual(keys, [
    ["Shift", "ShiftLeft", ["Shift"]],
    ["A", "KeyA", ["Shift"]],
    ["ArrowLeft", "ArrowLeft", []],
  ]);
  assert.deepEqual(
    program.events("char").map((event) => event.data),
    ["A"],
  );
});

test("a late joiner gets the resting picture, and the title", async () => {
  const program = probe([...HTTP, "--title", "late & <b>bold</b>"]);
  const link = await program.link();
  const first = await newPage();
  await open(first, link);
  const { sequence } = await view(first);
  const late = await newPage();
  await open(late, link);
  assert.equal((await view(late)).sequence, sequence, "no new frame was drawn for it");
  await until("the title", async () => (await late.title()) === "late & <b>bold</b>");
});

test("the end of the application is told, and a new start is found again", async () => {
  const program = probe(OPEN);
  const link = await program.link();
  const page = await newPage();
  await open(page, link);
  assert.equal((await program.interrupt()).code, 0);
  await until("the page says so", async () => (await view(page)).state === "ended");
  await save(page, "ended");
  const again = probe(["--backend", "http", "--no-auth", "--listen", new URL(link).host]);
  await again.link();
  await picture(page);
});

test("a connection that is lost is told apart from an application that ended", async () => {
  const [ends, dies] = [probe(HTTP), probe(HTTP)];
  const [told, lost] = [await newPage(), await newPage()];
  await open(told, await ends.link());
  await open(lost, await dies.link());
  dies.child.kill("SIGKILL");
  await until("one is lost", async () => (await view(lost)).state === "lost");
  assert.equal((await ends.interrupt()).code, 0);
  await until("one has ended", async () => (await view(told)).state === "ended");
  assert.equal(await lost.textContent("#notice-title"), "Connection lost");
  assert.equal(await told.textContent("#notice-title"), "The application ended");
  await save(lost, "lost");
});

test("a browser that never reads slows nobody down", async () => {
  const program = probe([...OPEN, "spin"]);
  const link = await program.link();
  const page = await newPage();
  await open(page, link, { exact: false });
  const stalled = await neverRead(link);
  const from = Number((await view(page)).sequence);
  await picture(page, { exact: false, after: from + 60 });
  stalled.destroy();
});

test("two canvases share an address", async () => {
  const program = example("multiple", [...HTTP, "--title", "first"]);
  const link = await program.link();
  const [left, right] = [
    await newPage({ width: 480, height: 360 }),
    await newPage({ width: 480, height: 360 }),
  ];
  await open(left, link);
  await open(right, new URL(`right/${new URL(link).hash}`, link).href);
  await until(
    "the titles",
    async () => (await left.title()) === "first" && (await right.title()) === "right",
  );
  await left.mouse.move(100, 100);
  await left.mouse.down();
  await left.mouse.up();
  const { sequence } = await view(right);
  await picture(right, { after: Number(sequence) - 1 });
  // It catches no signal.
  assert.equal((await program.interrupt()).signal, "SIGINT");
  const waiting = probe([...HTTP, "--wait-viewer"]);
  await waiting.link();
  assert.equal((await waiting.interrupt()).code, 0);
});

test("the status of the page gets out of the way of the picture", async () => {
  const program = probe(HTTP);
  const page = await newPage({ width: 400, height: 300 });
  await open(page, await program.link());
  const pill = () => page.locator("#status").boundingBox();
  // Whether or not it has gone small by now.
  await page.hover("#status");
  await until("it is open", async () => (await page.locator("#status.small").count()) === 0);
  const before = await pill();
  await page.mouse.move(200, 20);
  const [x, y] = [before.x + 30, before.y + before.height / 2];
  await until("it is a dot", async () => (await pill()).width < before.width / 2);
  await page.mouse.click(x, y);
  await until("the click arrives", () => program.events("pointer_down").length === 1);
});
