import assert from "node:assert/strict";
import test from "node:test";

import Wheel from "../core/input/wheel.js";
import zoom from "../core/zoom.js";

/** Long after the event before, so that they do not belong to one movement. */
let time = 0;

/**
 * An event as a browser made it, its fields in the order deltaMode, deltaX, deltaY, wheelDeltaX, wheelDeltaY.
 *
 * @param {number[]} fields
 * @param {object} [more]
 */
function recorded([deltaMode = 0, deltaX = 0, deltaY = 0, wheelDeltaX = 0, wheelDeltaY = 0], more = {}) {
  time += 10_000;
  return { deltaMode, deltaX, deltaY, wheelDeltaX, wheelDeltaY, timeStamp: time, shiftKey: false, ...more };
}

/** @param {import("../core/input/wheel.js").WheelLike} event @param {boolean} [swapped] @param {number[]} [zooms] */
function turn(event, swapped = false, zooms = [1]) {
  const { dx, dy } = new Wheel(swapped).turn(event, zooms);
  return [dx, dy];
}

/** One notch up, down, to the left and to the right of a wheel of the X server. */
const NOTCHES = {
  "Firefox 153, Linux": [[1, 0, -6, 0, 120], [1, 0, 6, 0, -120], [1, -2, 0, 120, 0], [1, 2, 0, -120, 0]],
  "Chromium 156, Linux": [[0, 0, -120, 0, 120], [0, 0, 120, 0, -120], [0, -120, 0, 120, 0], [0, 120, 0, -120, 0]],
  "WebKitGTK 2.50": [[0, 0, -81, 0, 120], [0, 0, 81, 0, -120], [0, -101, 0, 120, 0], [0, 101, 0, -120, 0]],
};

for (const [browser, events] of Object.entries(NOTCHES)) {
  test(`a notch is 100: ${browser}`, () => {
    const turns = events.map((fields) => turn(recorded(fields), browser.startsWith("WebKit")));
    assert.deepEqual(turns, [[0, -100], [0, 100], [-100, 0], [100, 0]]);
  });
}

test("a notch is 100 where it is 100 pixels, as on Windows, and where the wheel turns pages", () => {
  assert.deepEqual(turn(recorded([0, 0, 100, 0, -120])), [0, 100]);
  assert.deepEqual(turn(recorded([2, 0, 1, 0, -120])), [0, 100]);
  assert.deepEqual(turn(recorded([2, 0, -1, 0, 120])), [0, -100]);
});

test("a wheel counts notches or pages, and a trackpad pixels", () => {
  const unit = (/** @type {number[]} */ fields) => new Wheel(false).turn(recorded(fields)).unit;
  for (const events of Object.values(NOTCHES)) assert.deepEqual(events.map(unit), ["notch", "notch", "notch", "notch"]);
  assert.equal(unit([0, 0, 100, 0, -120]), "notch");
  assert.equal(unit([2, 0, 1, 0, -120]), "page");
  assert.equal(unit([0, 0, 7, 0, -21]), "pixel");
  const exchanged = new Wheel(true).turn(recorded([0, 81, 0, -120, 0], { shiftKey: true }));
  assert.deepEqual(exchanged, { dx: 0, dy: 100, unit: "notch" });
});

test("notches that come in one event are as many", () => {
  assert.deepEqual(turn(recorded([1, 0, 18, 0, -360])), [0, 300]);
  assert.deepEqual(turn(recorded([0, 0, -240, 0, 240])), [0, -200]);
  assert.deepEqual(turn(recorded([0, 202, 162, -240, -240]), true), [200, 200]);
});

test("with Shift it is the same wheel, also where the browser exchanges the axes", () => {
  const shift = { shiftKey: true };
  assert.deepEqual(turn(recorded([1, 0, 6, 0, -120], shift)), [0, 100]);
  assert.deepEqual(turn(recorded([0, 0, 120, 0, -120], shift)), [0, 100]);
  assert.deepEqual(turn(recorded([0, 81, 0, -120, 0], shift), true), [0, 100]);
  // The wheel that turns to the side.
  assert.deepEqual(turn(recorded([1, 2, 0, -120, 0], shift)), [100, 0]);
  assert.deepEqual(turn(recorded([0, 0, 101, 0, -120], shift), true), [100, 0]);
});

test("a direction that was reversed by a setting stays so", () => {
  assert.deepEqual(turn(recorded([1, 0, -6, 0, -120])), [0, -100]);
  assert.deepEqual(turn(recorded([0, 0, -100, 0, -120])), [0, -100]);
});

test("a wheel that turns finer than by notches tells parts of one", () => {
  assert.deepEqual(turn(recorded([1, 0, 0.375, 0, -15])), [0, 12.5]);
  assert.deepEqual(turn(recorded([0, 0, 12.5, 0, -15])), [0, 12.5]);
});

test("a trackpad scrolls by its pixels", () => {
  for (const fields of [
    [0, 0, 1, 0, -3],
    [0, -4, 7, 12, -21],
    [0, 0, 53, 0, -53],
    [0, 0.5, -2.25, -1, 6],
    // What looks like notches is three times the pixels.
    [0, 0, 40, 0, -120],
    [0, 80, 120, -240, -360],
  ]) {
    assert.deepEqual(turn(recorded(fields)), [fields[1], fields[2]]);
  }
});

test("a trackpad's movement that passes through what looks like notches stays smooth", () => {
  const wheel = new Wheel(false);
  const start = recorded([]).timeStamp;
  const move = (/** @type {number} */ pixels, /** @type {number} */ after) => {
    const event = recorded([0, 0, pixels, 0, -pixels], { timeStamp: start + after });
    return wheel.turn(event).dy;
  };
  assert.deepEqual([move(7, 0), move(64, 16), move(120, 32), move(240, 48), move(90, 64)], [7, 64, 120, 240, 90]);
  assert.equal(move(120, 2000), 100, "later it is a wheel");
});

test("without the browser's word on notches, a line is a third of one and a page is one", () => {
  const bare = (/** @type {number} */ deltaMode, /** @type {number} */ deltaY) => {
    const event = { deltaMode, deltaX: 0, deltaY, timeStamp: (time += 10_000), shiftKey: false };
    return turn(event)[1];
  };
  assert.deepEqual([bare(0, 100), bare(1, 3), bare(2, 1), bare(0, 7)], [100, 100, 100, 7]);
});

test("nothing that comes from a page's script is anything but a number", () => {
  for (const fields of [[0, NaN, 0, 120, 0], [0, 0, Infinity, 0, -120], [1, NaN, NaN, NaN, NaN], [7, 0, 3, 0, 1e9]]) {
    for (const value of turn(recorded(fields))) assert.equal(typeof value, "number");
  }
});

/** A window of Chromium on an ordinary screen. */
const screen = { ratio: 1, counts: true, outerWidth: 1050, outerHeight: 880, innerWidth: 1042, innerHeight: 789 };

test("a notch is 100 on a page that Chromium zoomed, which divides what it tells", () => {
  // [devicePixelRatio, innerWidth, innerHeight, deltaY, wheelDeltaY], recorded in Chromium 156.
  for (const [ratio = 1, innerWidth = 0, innerHeight = 0, deltaY = 0, wheelDeltaY = 0] of [
    [1.100000023841858, 947, 717, 109.09090672642736, -109],
    [1.25, 834, 631, 96, -96],
    [1.5, 695, 526, 80, -80],
    [1.75, 595, 451, 68.57142857142857, -68],
    [2, 521, 394, 60, -60],
    [2.5, 417, 315, 48, -48],
    [3, 347, 263, 40, -40],
    [4, 260, 197, 30, -30],
    [5, 208, 157, 24, -24],
    [0.8999999761581421, 1157, 876, 133.33333686546052, -133],
    [0.800000011920929, 1302, 986, 149.99999776482585, -149],
    [0.75, 1389, 1052, 160, -160],
    [0.6666666865348816, 1563, 1183, 179.99999463558214, -179],
    [0.5, 2084, 1578, 240, -240],
    [0.3333333432674408, 3126, 2367, 359.9999892711643, -359],
    [0.25, 4168, 3156, 480, -480],
  ]) {
    const zooms = zoom.candidates({ ...screen, ratio, innerWidth, innerHeight });
    assert.deepEqual(turn(recorded([0, 0, deltaY, 0, wheelDeltaY]), false, zooms), [0, 100], `at ${ratio}`);
    // Two in one event are added up before the fraction is cut off.
    const two = [0, 0, 2 * deltaY, 0, -Math.trunc(2 * deltaY)];
    assert.deepEqual(turn(recorded(two), false, zooms), [0, 200], `two at ${ratio}`);
    assert.deepEqual(turn(recorded([0, 0, 5, 0, -5]), false, zooms), [0, 5], "a trackpad");
  }
});

test("a dense screen and a panel beside the page are no zoom", () => {
  const dense = { ...screen, ratio: 2 };
  assert.deepEqual(turn(recorded([0, 0, 240, 0, -240]), false, zoom.candidates(dense)), [0, 200]);
  const panel = { ...screen, innerWidth: 680 };
  assert.deepEqual(turn(recorded([0, 0, 240, 0, -240]), false, zoom.candidates(panel)), [0, 200]);
  const both = { ...panel, ratio: 1.5 };
  assert.deepEqual(turn(recorded([0, 0, 120, 0, -120]), false, zoom.candidates(both)), [0, 100]);
});
