import assert from "node:assert/strict";
import test from "node:test";

import Rate from "../core/decode/rate.js";

test("a steady stream has its rate, and a still picture has none", () => {
  const rate = new Rate();
  for (let i = 1; i <= 300; i += 1) rate.add(i / 60);
  assert.equal(Math.round(rate.at(5)), 60);
  assert.equal(rate.at(10), 0);
});

test("what comes 60 times a second is never told as more, whenever one looks", () => {
  const rate = new Rate();
  let [most, least] = [0, Infinity];
  for (let i = 1; i <= 600; i += 1) {
    // Screens and clocks are not quite in step.
    rate.add(i / 60 + (i % 3) * 0.004);
    if (i < 120) continue;
    for (let later = 0; later < 1 / 60; later += 0.004) {
      most = Math.max(most, rate.at(i / 60 + 0.008 + later));
      least = Math.min(least, rate.at(i / 60 + 0.008 + later));
    }
  }
  assert.ok(most < 60.5 && least > 59.5, `${least} to ${most}`);
});

test("a stream that stops has a lower rate with every moment", () => {
  const rate = new Rate();
  for (let i = 1; i <= 300; i += 1) rate.add(i / 60);
  const rates = [5, 5.5, 6, 6.5, 7].map((now) => Math.round(rate.at(now)));
  assert.deepEqual(rates, [60, 45, 30, 15, 0]);
});

test("what is remembered has a limit", () => {
  const rate = new Rate();
  for (let i = 0; i < 100_000; i += 1) rate.add(1);
  assert.equal(rate.at(1), 512);
});
