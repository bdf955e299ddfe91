import assert from "node:assert/strict";
import test from "node:test";

import zoom from "../core/zoom.js";

/** A window of WebKitGTK as it was at 100 %. */
const window = { ratio: 1, counts: false, outerWidth: 1024, outerHeight: 768, innerWidth: 1024, innerHeight: 730 };

/** @param {object} fields */
const ratio = (fields) => zoom.pixelRatio({ ...window, ...fields });

/** @param {number} value */
const short = (value) => Math.round(value * 1000) / 1000;

test("WebKit's zoom counts, though devicePixelRatio stays", () => {
  // [innerWidth, innerHeight, zoom], recorded in WebKitGTK 2.50.
  for (const [innerWidth = 0, innerHeight = 0, expected = 0] of [
    [1024, 730, 1],
    [853, 608, 1.2],
    [711, 506, 1.44],
  ]) {
    assert.equal(short(ratio({ innerWidth, innerHeight })), expected);
    assert.equal(short(ratio({ innerWidth, innerHeight, ratio: 2 })), 2 * expected);
  }
});

test("every step of Safari's and GNOME Web's zoom is found in windows of any width", () => {
  for (const step of [0.3, 0.5, 0.67, 0.75, 0.8, 0.85, 0.9, 1, 1.1, 1.15, 1.2, 1.25, 1.33, 1.5, 1.75, 2, 2.4, 2.5, 3, 4, 5]) {
    for (let outerWidth = 700; outerWidth < 2600; outerWidth += 37) {
      const innerWidth = Math.floor(outerWidth / step);
      const innerHeight = Math.floor(700 / step);
      const found = ratio({ outerWidth, outerHeight: 800, innerWidth, innerHeight });
      // Steps that are less than a pixel apart look the same.
      assert.ok(Math.abs(found - step) * innerWidth <= 2 * step, `${step} at ${outerWidth}: ${found}`);
    }
  }
});

test("a window with edges is not zoomed, and is as sharp when it is", () => {
  assert.equal(ratio({ outerWidth: 1034 }), 1);
  assert.equal(ratio({ outerWidth: 1034, innerWidth: 512, innerHeight: 365 }), 2);
});

test("where devicePixelRatio grows with the zoom it is all there is", () => {
  assert.equal(ratio({ counts: true, ratio: 1.25, innerWidth: 819, innerHeight: 584 }), 1.25);
});

test("a panel beside the page or below is no zoom", () => {
  for (let panel = 20; panel < 1000; panel += 1) {
    assert.equal(ratio({ innerWidth: 1024 - panel }), 1, `${panel} beside`);
    assert.equal(ratio({ innerHeight: Math.max(1, 730 - panel) }), 1, `${panel} below`);
  }
});

test("sizes that are odd or missing are no zoom", () => {
  for (const odd of [
    { innerWidth: 0, innerHeight: 0 },
    { outerWidth: 0, outerHeight: 0 },
    { outerWidth: NaN },
    { innerWidth: NaN },
    { innerWidth: -5 },
    { outerWidth: Infinity },
    { innerWidth: 980, innerHeight: 1700, outerWidth: 390, outerHeight: 664 },
    { innerWidth: 507, outerWidth: 1024 },
  ]) {
    assert.equal(ratio(odd), 1, JSON.stringify(odd));
  }
});

test("a frame in a page has the window's zoom, and none when the page is another's", () => {
  const top = { innerWidth: 853, innerHeight: 608 };
  const here = { devicePixelRatio: 1, outerWidth: 1024, outerHeight: 768, innerWidth: 200, innerHeight: 100 };
  const navigator = { vendor: "Apple Computer, Inc." };
  const look = (/** @type {object} */ frame) => zoom.pixelRatio(zoom.geometry(/** @type {Window} */ (frame)));
  assert.equal(look({ ...here, navigator, top }), 1.2);
  const others = {
    get innerWidth() {
      throw new Error("SecurityError");
    },
  };
  assert.equal(look({ ...here, navigator, top: others }), 1);
  assert.equal(look({ ...here, navigator: { vendor: "" }, top }), 1);
});
