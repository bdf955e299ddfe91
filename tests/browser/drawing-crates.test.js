// Programs that draw with somebody else's crate: examples/plotters, embedded_graphics and tiny_skia.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { PNG } from "pngjs";
import { cleanUp, endTest, newPage, open, picture, root, save, shot, shows, start, target, until, view } from "./harness.js";
import { checksum, proven, watchWhole } from "./truth.js";

const HTTP = ["--backend", "http", "--no-auth", "--listen", "127.0.0.1:0"];
const WHITE = "255,255,255";
/** The boiler's line in the chart. */
const RED = "255,118,110";

after(cleanUp);
afterEach(endTest);

function program(name) {
  return start(join(target, "debug", name), HTTP);
}

/** The program's newest picture. */
async function snapshot(link) {
  const answer = await fetch(new URL("snapshot.png", link));
  return PNG.sync.read(Buffer.from(await answer.arrayBuffer()));
}

/** The colors of the pixels in a part of `png`, row by row. */
function colors(png, { left, top, width, height }) {
  return Array.from({ length: width * height }, (_, index) => {
    const at = ((top + Math.floor(index / width)) * png.width + left + (index % width)) * 4;
    return png.data.subarray(at, at + 3).join(",");
  });
}

/** How many pixels differ in a part of two pictures. */
function difference(one, other, part) {
  const others = colors(other, part);
  return colors(one, part).filter((color, index) => color !== others[index]).length;
}

test("plotters: the chart is dragged into the past, zoomed where the pointer is, and follows again", async () => {
  const chart = program("plotters-chart");
  const page = await newPage({ width: 480, height: 320 });
  await open(page, await chart.link(), { exact: false });
  const goesOn = async () => {
    const { sequence } = await view(page);
    await picture(page, { exact: false, after: Number(sequence) + 5 });
  };
  await goesOn();

  const [left, right, top, bottom] = [64, 464, 40, 276];
  const drag = async (from, to) => {
    await page.mouse.move(from, 200);
    await page.mouse.down();
    await page.mouse.move(to, 200, { steps: 4 });
    await page.mouse.up();
  };
  /** Whether the page shows these seconds: the boiler's line is where it was measured, give or take the noise. */
  const isShown = async (from, to) => {
    const png = await shot(page);
    return [100, 180, 260, 340, 420].every((x) => {
      const at = from + ((x - left) / (right - left)) * (to - from);
      const degrees = 62 + 9 * Math.sin(at / 9) + 3 * Math.cos(at / 2.3);
      const column = colors(png, { left: x, top, width: 1, height: bottom - top });
      const height = bottom - top - (column.indexOf(RED) + column.lastIndexOf(RED)) / 2;
      return column.includes(RED) && Math.abs((height / (bottom - top)) * 80 - degrees) < 1.2;
    });
  };
  await until("it is dragged to the beginning", async () => {
    await drag(80, 460);
    return await isShown(0, 40);
  });
  await drag(300, 200);
  await until("a quarter of it has moved on", () => isShown(10, 50));
  await page.mouse.move(264, 200);
  await page.mouse.wheel(0, 100);
  await until("there is a quarter more around the middle", () => isShown(5, 55));
  await save(page, "plotters");

  // Nothing is drawn in the past but what the key does.
  await picture(page);
  await page.keyboard.press("Space");
  await goesOn();
  assert.deepEqual(page.problems, []);
});

test("embedded-graphics: clicks and keys set the temperature, and what was drawn in parts is exact", async () => {
  const thermostat = program("embedded-graphics-thermostat");
  const page = await newPage();
  await open(page, await thermostat.link());
  await watchWhole(page);
  const approved = checksum(PNG.sync.read(readFileSync(join(root, "examples", "pictures", "embedded_graphics.png"))));
  assert.equal((await proven(page)).crc, approved, "not the picture in examples/README.md");

  // The arc at the top has the color of the temperature.
  const arc = [160, 20];
  await shows(page, ...arc, "224,119,192");
  await page.mouse.move(276, 180);
  await page.mouse.down();
  await shows(page, ...arc, "238,117,180");
  await shows(page, 258, 184, "226,230,242");
  await page.mouse.up();
  await shows(page, 258, 184, "34,38,52");
  await save(page, "embedded-graphics");
  await page.keyboard.press("ArrowDown");
  await shows(page, ...arc, "224,119,192");
  await until("it is the first picture again", async () => (await proven(page)).crc === approved);
  // A debug build reports pixels that changed outside of the damage.
  assert.ok(!thermostat.errors.some((line) => line.includes("damage")), thermostat.errors.join("\n"));
  assert.deepEqual(page.problems, []);
});

test("tiny-skia: a dragged handle takes its curve along, and nothing else", async () => {
  const curves = program("tiny-skia-curves");
  const link = await curves.link();
  const page = await newPage();
  await open(page, link);
  const [x, from, to] = [198, 24, 124];
  await shows(page, x, from, WHITE);
  const before = await snapshot(link);
  await page.mouse.move(x, from);
  await page.mouse.down();
  await page.mouse.move(x, to, { steps: 5 });
  await shows(page, x, to, WHITE);
  await page.mouse.up();
  await shows(page, x, from, "12,13,24");
  const around = (left, top) => ({ left: left - 10, top: top - 10, width: 20, height: 20 });
  const later = await snapshot(link);
  for (const [what, part] of [
    ["where the handle was", around(x, from)],
    ["where it is", around(x, to)],
    ["the lower curve", { left: 190, top: 130, width: 60, height: 60 }],
  ]) {
    const changed = difference(before, later, part);
    assert.ok(changed > 50, `${what}: ${changed} pixels differ`);
  }
  // The upper handles and the left end are where they were.
  assert.equal(difference(before, later, { left: 0, top: 0, width: 120, height: 80 }), 0);
  await save(page, "tiny-skia");
  assert.deepEqual(page.problems, []);
});
