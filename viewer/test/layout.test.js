import assert from "node:assert/strict";
import test from "node:test";

import layout from "../core/layout.js";

const hd = { width: 1280, height: 720 };

test("a picture of the view's size fills it pixel by pixel", () => {
  assert.deepEqual(layout.place(hd, hd), { x: 0, y: 0, ...hd, smooth: false });
});

test("a picture of another shape is centred between bars", () => {
  const wide = layout.place({ width: 1000, height: 1000 }, { width: 200, height: 100 });
  assert.deepEqual(wide, { x: 0, y: 250, width: 1000, height: 500, smooth: false });
  const high = layout.place({ width: 1000, height: 500 }, { width: 1000, height: 2000 });
  assert.deepEqual(high, { x: 375, y: 0, width: 250, height: 500, smooth: true });
});

test("a little larger is smooth, from twice the size on pixels are squares, smaller is smooth", () => {
  assert.equal(layout.place(hd, { width: 1000, height: 562 }).smooth, true);
  assert.equal(layout.place(hd, { width: 640, height: 360 }).smooth, false);
  assert.equal(layout.place(hd, { width: 2560, height: 1440 }).smooth, true);
  // Of fewer pixels than its layout: drawn in a hurry, not made of squares.
  assert.equal(layout.place(hd, { width: 320, height: 180, ratio: 0.25 }).smooth, true);
  assert.equal(layout.place(hd, { ...hd, ratio: 0.25 }).smooth, false);
});

test("a picture that lacks a pixel or two is not stretched, one that has one too many is shrunk", () => {
  const off = layout.place(hd, { width: 1279, height: 718 });
  assert.deepEqual(off, { x: 0, y: 1, width: 1279, height: 718, smooth: false });
  const large = layout.place(hd, { width: 1281, height: 720 });
  assert.deepEqual(large, { x: 0, y: 0, width: 1280, height: 719, smooth: true });
});

test("a picture of the view's width with bars above and below is shown pixel by pixel", () => {
  const place = layout.place({ width: 1280, height: 800 }, hd);
  assert.deepEqual(place, { x: 0, y: 40, ...hd, smooth: false });
});

test("a view without a size and a picture like a thread still have a place", () => {
  const none = layout.place({ width: 0, height: 0 }, hd);
  assert.deepEqual([none.width, none.height], [1, 1]);
  const thread = layout.place({ width: 100, height: 100 }, { width: 65_535, height: 1 });
  assert.deepEqual([thread.width, thread.height], [100, 1]);
});

test("a point in the shown picture becomes one of the canvas' logical pixels, also outside of it", () => {
  const shown = { width: 500, height: 250 };
  const picture = { width: 2000, height: 1000 };
  assert.deepEqual(layout.toLogical({ x: 250, y: 125 }, shown, picture, 2), { x: 500, y: 250 });
  assert.deepEqual(layout.toLogical({ x: -50, y: 500 }, shown, picture, 2), { x: -100, y: 1000 });
});

test("the reported size times the ratio is the physical size, whatever the ratio", () => {
  for (const ratio of [0.5, 1, 1.1, 1.25, 1.5, 2.625, 3]) {
    for (const physical of [{ width: 1, height: 1 }, { width: 1003, height: 717 }, { width: 4096, height: 2160 }]) {
      const report = layout.report(physical, ratio);
      assert.equal(report.ratio, ratio);
      assert.equal(Math.round(report.width * ratio), physical.width);
      assert.equal(Math.round(report.height * ratio), physical.height);
    }
  }
});

test("a view without a size reports one pixel, which the server accepts", () => {
  const report = layout.report({ width: 0, height: 0 }, 2);
  assert.deepEqual(report, { width: 0.5, height: 0.5, ratio: 2 });
});

test("a measured size is believed as far as rounding explains it", () => {
  const css = { width: 100.3, height: 50 };
  assert.deepEqual(layout.physical(css, 1.5, null), { width: 150, height: 75 });
  const measured = { width: 151, height: 75 };
  assert.deepEqual(layout.physical(css, 1.5, measured), measured);
  assert.deepEqual(layout.physical(css, 3, measured), { width: 301, height: 150 });
});

test("how the picture stands in the view", () => {
  const [view, picture] = [{ width: 300, height: 300 }, { width: 400, height: 200 }];
  const contained = { x: 0, y: 75, width: 300, height: 150, smooth: true };
  assert.deepEqual(layout.place(view, picture), contained);
  assert.deepEqual(layout.place(view, picture, "contain"), contained);
  assert.deepEqual(layout.place(view, picture, "resize"), contained);
  assert.deepEqual(layout.place(view, picture, "cover"), { x: -150, y: 0, width: 600, height: 300, smooth: true });
  assert.deepEqual(layout.place(view, picture, "none"), { x: -50, y: 50, width: 400, height: 200, smooth: false });
});

test("a picture that covers leaves no edge, also where a pixel is missing", () => {
  const place = layout.place({ width: 301, height: 200 }, { width: 300, height: 200 }, "cover");
  assert.ok(place.width >= 301 && place.height >= 200, JSON.stringify(place));
});

test("what is no fit is contained", () => {
  for (const name of /** @type {const} */ (["contain", "cover", "none", "resize"])) assert.equal(layout.fit(name), name);
  for (const text of [null, "", "fill", "Cover", "constructor"]) assert.equal(layout.fit(text), "contain");
});

test("a picture of another resolution leaves the canvas' size as it is", () => {
  let canvas = { width: 800, height: 600, ratio: 2 };
  for (const resolution of [0.25, 0.25, 4, 1]) {
    const ratio = canvas.ratio * resolution;
    const picture = { width: canvas.width * ratio, height: canvas.height * ratio, ratio };
    canvas = layout.keep(picture, 2);
    assert.deepEqual(canvas, { width: 800, height: 600, ratio: 2 });
  }
});
