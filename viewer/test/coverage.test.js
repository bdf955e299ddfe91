import assert from "node:assert/strict";
import test from "node:test";

import Coverage from "../core/decode/coverage.js";

const grid = { width: 20, height: 10, tileWidth: 8, tileHeight: 8 };
const all = [0, 1, 2, 3, 4, 5];

/** One that shows everything. */
function whole() {
  const coverage = new Coverage();
  coverage.begin(grid);
  coverage.drew(all);
  return coverage;
}

test("a new frame is whole when every tile was drawn", () => {
  const coverage = new Coverage();
  assert.equal(coverage.whole, false);
  assert.equal(coverage.begin(grid), true);
  coverage.drew(all.slice(1));
  assert.equal(coverage.whole, false);
  coverage.drew([0]);
  assert.equal(coverage.whole, true);
  assert.equal(coverage.begin({ ...grid }), false);
  assert.equal(coverage.whole, true);
});

test("a tile that was missed counts once, and drawing it mends it", () => {
  const coverage = whole();
  coverage.missed([2, 5]);
  coverage.missed([2]);
  coverage.drew([2]);
  assert.equal(coverage.whole, false);
  coverage.drew([5, 5]);
  assert.equal(coverage.whole, true);
});

test("after a loss every tile has to come again", () => {
  const coverage = whole();
  coverage.lose();
  coverage.drew(all.slice(1));
  assert.equal(coverage.whole, false);
  coverage.drew(all);
  assert.equal(coverage.whole, true);
});

test("another size needs every tile, another cut of the same pixels does not", () => {
  const coverage = whole();
  assert.equal(coverage.begin({ ...grid, tileWidth: 16 }), true);
  assert.equal(coverage.whole, true);
  coverage.missed([1]);
  coverage.begin(grid);
  coverage.drew([1]);
  assert.equal(coverage.whole, false, "nobody knows where the missing tile went");
  coverage.drew(all);
  coverage.begin({ ...grid, width: 21 });
  assert.equal(coverage.whole, false);
});

test("another connection starts from nothing, and tiles outside the grid change nothing", () => {
  const coverage = whole();
  coverage.missed([6, 60000]);
  coverage.drew([6, 60000]);
  assert.equal(coverage.whole, true);
  coverage.clear();
  assert.equal(coverage.whole, false);
  assert.equal(coverage.begin(grid), true);
  assert.equal(coverage.whole, false);
});
