import assert from "node:assert/strict";
import test from "node:test";

import rectangles from "../core/decode/rectangles.js";

/** Five columns and four rows of tiles of 16 × 8; the last column and row are cut. */
const GRID = { width: 75, height: 30, tileWidth: 16, tileHeight: 8 };
const all = Array.from({ length: 20 }, (_, tile) => tile);

/** @param {number[]} tiles */
const found = (...tiles) => rectangles(Uint16Array.from(tiles), GRID).map(({ x, y, width, height }) => [x, y, width, height]);

test("all tiles are one rectangle, over the edges", () => {
  assert.deepEqual(found(...all), [[0, 0, 80, 32]]);
});

test("neighbours in a row are one, and the end of a row is no neighbour of the next", () => {
  assert.deepEqual(found(1, 2, 4), [[16, 0, 32, 8], [64, 0, 16, 8]]);
  assert.deepEqual(found(4, 5), [[64, 0, 16, 8], [0, 8, 16, 8]]);
});

test("rows that are alike are one where they touch", () => {
  assert.deepEqual(found(1, 2, 6, 7, 16, 17), [[16, 0, 32, 16], [16, 24, 32, 8]]);
  assert.deepEqual(found(0, 1, 3, 5, 6, 8, 10), [[0, 0, 32, 16], [48, 0, 16, 16], [0, 16, 16, 8]]);
});

test("any tiles are covered, each once, and nothing else", () => {
  for (let set = 1; set < 2 ** 20; set += 4099) {
    const tiles = all.filter((tile) => (set >> tile) & 1);
    const covered = found(...tiles).flatMap(([x = 0, y = 0, width = 0, height = 0]) =>
      all.filter((tile) => {
        const [left, top] = [(tile % 5) * 16, Math.floor(tile / 5) * 8];
        return left >= x && left < x + width && top >= y && top < y + height;
      }),
    );
    assert.deepEqual(covered.sort((a, b) => a - b), tiles);
  }
});
