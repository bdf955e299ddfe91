import assert from "node:assert/strict";
import test from "node:test";

import Clock from "../core/transport/clock.js";

test("without a pong nothing is known", () => {
  assert.deepEqual([new Clock().offset, new Clock().roundTrip], [null, null]);
});

test("the offset is that of the shortest round trip, however late the others were", () => {
  const clock = new Clock();
  // The server's clock is 100 ahead; the answer, not the ping, is what takes long.
  clock.add(1, 1.5, 101.01);
  clock.add(2, 2.02, 102.01);
  clock.add(3, 3.9, 103.01);
  assert.equal(clock.offset, 100);
});

test("an old pong is forgotten, so that clocks may drift", () => {
  const clock = new Clock();
  clock.add(0, 0.01, 50.005);
  for (let i = 1; i < 10; i += 1) clock.add(i, i + 0.02, i + 60.01);
  assert.equal(clock.offset, 50);
  clock.add(10, 10.02, 70.01);
  assert.ok(Math.abs((clock.offset ?? 0) - 60) < 1e-9);
});

test("the round trip is the median of the last five", () => {
  const clock = new Clock();
  for (const took of [9, 0.25, 0.5, 0.75, 2, 4]) clock.add(0, took, 0);
  assert.equal(clock.roundTrip, 0.75);
});

test("another connection knows nothing of the one before, and a clock that goes back does no harm", () => {
  const clock = new Clock();
  clock.add(5, 4, 100);
  assert.deepEqual([clock.offset, clock.roundTrip], [95, 0]);
  clock.clear();
  assert.deepEqual([clock.offset, clock.roundTrip], [null, null]);
});
