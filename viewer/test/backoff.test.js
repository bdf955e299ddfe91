import assert from "node:assert/strict";
import test from "node:test";

import backoff from "../core/transport/backoff.js";

test("waits double up to the longest", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((failures) => backoff.wait(failures, false, 1));
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 15, 15, 15]);
});

test("chance takes up to half of a wait away, and never all of it", () => {
  for (const failures of [0, 3, 50]) {
    const longest = backoff.wait(failures, false, 1);
    assert.equal(backoff.wait(failures, false, 0), longest / 2);
    assert.ok(backoff.wait(failures, false, 0.5) < longest);
  }
});

test("an application that ended is looked for about every five seconds, for ever", () => {
  for (const failures of [0, 1, 100]) {
    assert.equal(backoff.wait(failures, true, 0.5), backoff.ENDED);
    assert.ok(Math.abs(backoff.wait(failures, true, 0) - backoff.ENDED) <= 0.5);
  }
});

test("only a connection that lasted makes earlier failures forgotten", () => {
  assert.equal(backoff.failuresAfter(3, null), 4);
  assert.equal(backoff.failuresAfter(3, backoff.STABLE - 0.1), 4);
  assert.equal(backoff.failuresAfter(3, backoff.STABLE), 0);
});
