import assert from "node:assert/strict";
import test from "node:test";

import Ledger from "../core/decode/ledger.js";

/**
 * An update whose steps take 1, 2, 3, ... units of 1/1024 s, and being presented half of the second; the server's clock is
 * 1000 ahead.
 *
 * @param {number} at when it was painted
 * @param {Partial<import("../core/decode/ledger.js").Entry>} [more]
 * @returns {import("../core/decode/ledger.js").Entry}
 */
function entry(at, more = {}) {
  const unit = 1 / 1024;
  const [decoded, received] = [at - 6 * unit, at - 11 * unit];
  const sent = 1000 + received - 4 * unit;
  return {
    input: sent - 6 * unit, drawn: sent - 5 * unit, presented: sent - 4 * unit, encoded: sent - 3 * unit, sent, received,
    decoded, painted: at, offset: 1000, bytes: 1000, tiles: 10, exactTiles: 0, ...more,
  };
}

/** @param {number | null} seconds */
const units = (seconds) => seconds && seconds * 1024;

test("each step has its time", () => {
  const ledger = new Ledger();
  ledger.add(entry(1));
  const { input, presented, encoded, sent, received, decoded, painted, total, answer } = ledger.summary(1);
  assert.deepEqual([input, presented, encoded, sent, received, decoded, painted].map(units), [1, 1, 1, 3, 4, 5, 6]);
  assert.deepEqual([total, answer].map(units), [20, 21]);
});

test("where a server does not say when frames are presented, encoding them begins when they are drawn", () => {
  const ledger = new Ledger();
  ledger.add(entry(1, { presented: null }));
  const { presented, encoded } = ledger.summary(1);
  assert.deepEqual([presented, units(encoded)], [null, 2]);
});

test("before anything was painted all is unknown, and nothing flows", () => {
  const { updatesPerSecond, bytesPerSecond, ...rest } = new Ledger().summary(5);
  assert.deepEqual([updatesPerSecond, bytesPerSecond], [0, 0]);
  assert.deepEqual(new Set(Object.values(rest)), new Set([null]));
});

test("while the server's clock is unknown, what needs it is unknown, and nothing else", () => {
  const ledger = new Ledger();
  ledger.add(entry(1, { offset: null }));
  const { received, total, answer, encoded, decoded } = ledger.summary(1);
  assert.deepEqual([received, total, answer], [null, null, null]);
  assert.deepEqual([encoded, decoded].map(units), [1, 5]);
});

test("updates without an input do not count for its steps, and the median is of the others", () => {
  const ledger = new Ledger();
  ledger.add(entry(1, { input: null }));
  assert.equal(ledger.summary(1).input, null);
  assert.equal(ledger.summary(1).answer, null);
  ledger.add(entry(1.25));
  ledger.add(entry(1.5, { input: null }));
  assert.deepEqual(units(ledger.summary(1.5).input), 1);
});

test("medians do not follow a single slow update, and no step takes less than no time", () => {
  const ledger = new Ledger();
  for (let i = 0; i < 9; i += 1) ledger.add(entry(1 + i / 64));
  ledger.add(entry(1.5, { received: -20 }));
  assert.equal(units(ledger.summary(1.5).decoded), 5);
  const early = new Ledger();
  early.add(entry(1, { offset: 0 }));
  assert.equal(early.summary(1).received, 0);
});

test("rates are of the last two seconds, sizes are means, the share is of tiles", () => {
  const ledger = new Ledger();
  ledger.add(entry(1));
  ledger.add(entry(8.5, { bytes: 3000, tiles: 30, exactTiles: 30 }));
  ledger.add(entry(9));
  const summary = ledger.summary(10);
  assert.deepEqual([summary.updatesPerSecond, summary.bytesPerSecond], [1, 2000]);
  assert.deepEqual([summary.bytesPerUpdate, summary.tilesPerUpdate, summary.exactShare], [2000, 20, 0.75]);
});

test("a picture at rest keeps the times of its last update, and its rates are 0", () => {
  const ledger = new Ledger();
  ledger.add(entry(1));
  ledger.add(entry(1.5, { bytes: 7 }));
  const summary = ledger.summary(100);
  assert.deepEqual([summary.updatesPerSecond, summary.bytesPerSecond, summary.bytesPerUpdate], [0, 0, 7]);
  assert.equal(units(summary.total), 20);
  ledger.clear();
  assert.equal(ledger.summary(100).total, null);
});

test("what is remembered has a limit", () => {
  const ledger = new Ledger();
  for (let i = 0; i < 100_000; i += 1) ledger.add(entry(1));
  assert.equal(ledger.summary(1).updatesPerSecond, 512);
});
