import assert from "node:assert/strict";
import test from "node:test";

import corner from "../ui/corner.js";

test("a name that is none is the first corner", () => {
  for (const text of [null, "", "bottom-right", "middle", "top"]) assert.equal(corner.named(text), "bottom-right");
  for (const text of ["bottom-left", "top-right", "top-left"]) assert.equal(corner.named(text), text);
});

test("what is let go of goes to the nearest corner, also outside of the picture", () => {
  const box = { width: 400, height: 300 };
  const at = (/** @type {number} */ x, /** @type {number} */ y) => corner.nearest({ x, y }, box);
  assert.deepEqual([at(10, 10), at(390, 10), at(10, 290), at(390, 290)], ["top-left", "top-right", "bottom-left", "bottom-right"]);
  assert.deepEqual([at(-50, -50), at(500, 400)], ["top-left", "bottom-right"]);
});

test("arrow keys lead around all corners and stop at the edges", () => {
  let at = corner.FIRST;
  const seen = [];
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown"]) {
    at = corner.beside(at, key) ?? at;
    seen.push(at);
  }
  assert.deepEqual(seen, ["bottom-left", "bottom-left", "top-left", "top-left", "top-right", "bottom-right"]);
  assert.equal(corner.beside(at, "Enter"), null);
});
