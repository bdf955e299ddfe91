import assert from "node:assert/strict";
import test from "node:test";

import Rate from "../rate.js";

test("a steady stream has its rate, and a still picture has none", () => {
  const rate = new Rate();
  for (let i = 1; i <= 300; i += 1) rate.add(i / 60);
  assert.equal(Math.round(rate.at(5)), 60);
  assert.equal(rate.at(10), 0);
});

test("what is remembered has a limit", () => {
  const rate = new Rate();
  for (let i = 0; i < 100_000; i += 1) rate.add(1);
  assert.equal(rate.at(1), 512);
});
