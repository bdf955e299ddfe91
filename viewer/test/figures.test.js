import assert from "node:assert/strict";
import test from "node:test";

import figures from "../ui/figures.js";
import Ledger from "../core/decode/ledger.js";

const summary = {
  input: 0.002, presented: 0.001, encoded: 0.002, sent: 0, received: 0.005, decoded: 0.004, painted: 0.01, total: 0.0221, answer: 0.024,
  updatesPerSecond: 60, bytesPerSecond: 8_400_000, bytesPerUpdate: 139_212, tilesPerUpdate: 150, exactShare: 0.5,
};
/** @type {import("../core/view.js").VideoInfo} */
const video = { offered: true, state: "ready", comes: null, shown: false };
const info = { roundTrip: 0.0004, exact: false, readable: true, video };

/** @param {{label: string, text: string | null}[]} facts */
const texts = (facts) => Object.fromEntries(facts.map(({ label, text }) => [label, text]));

test("the steps follow one another on a timeline that ends at a round number", () => {
  const { steps } = figures(summary, info);
  assert.deepEqual(steps.map(({ text }) => text), ["2.0", "1.0", "2.0", "0.0", "5.0", "4.0", "10.0"]);
  const ends = steps.map(({ start, length }) => [start, length].map((value) => Math.round(value * 50)));
  assert.deepEqual(ends, [[0, 2], [2, 1], [3, 2], [5, 0], [5, 5], [10, 4], [14, 10]]);
});

test("the timeline keeps its scale while the times vary a little, and holds the longest", () => {
  const length = (/** @type {number} */ painted) => figures({ ...summary, painted }, info).steps[0]?.length;
  assert.equal(length(0.01), length(0.03));
  const { steps } = figures({ ...summary, painted: 100 }, info);
  const last = steps.at(-1);
  assert.ok(last && last.start + last.length <= 1 + 1e-9);
});

test("numbers have few digits, and units", () => {
  const { totals, facts } = figures(summary, info);
  assert.deepEqual(texts(totals), { "Input → painted": "24.0", "Drawn → painted": "22.1" });
  assert.deepEqual(texts(facts), {
    Updates: "60 /s", Data: "8.4 MB/s", "Per update": "139 kB", "Tiles per update": "150", "Exact tiles": "50 %",
    "Shown now": "JPEG", Video: "ready", "Round trip": "0.4 ms",
  });
});

test("bytes grow through their units, and never show 1000 of one", () => {
  const data = (/** @type {number} */ bytesPerSecond) => texts(figures({ ...summary, bytesPerSecond }, info).facts).Data;
  assert.deepEqual(
    [0, 999, 1000, 12_345, 999_499, 999_500, 1e9, 5e12].map(data),
    ["0 B/s", "999 B/s", "1.0 kB/s", "12 kB/s", "999 kB/s", "1.0 MB/s", "1.0 GB/s", "5000 GB/s"],
  );
});

test("all and nothing are told only where they are true", () => {
  const share = (/** @type {number} */ exactShare) => texts(figures({ ...summary, exactShare }, info).facts)["Exact tiles"];
  assert.deepEqual([0, 0.001, 0.999, 1].map(share), ["0 %", "< 1 %", "99 %", "100 %"]);
});

test("what is not known is a dash, and no line is missing", () => {
  const { steps, totals, facts } = figures(new Ledger().summary(1), { ...info, roundTrip: null, video: { ...video, state: "unknown" } });
  const known = figures(summary, info);
  assert.deepEqual(steps.map(({ text, length }) => [text, length]), known.steps.map(() => ["–", 0]));
  assert.deepEqual(Object.keys(texts(facts)), Object.keys(texts(known.facts)));
  assert.deepEqual(totals.map(({ text }) => text), ["–", "–"]);
  assert.deepEqual(facts.map(({ text }) => text), ["0 /s", "0 B/s", "–", "–", "–", "–", "–", "–"]);
});

test("what there is of video is told in words, and what comes goes before what may come", () => {
  const told = (/** @type {Partial<typeof video>} */ more) => texts(figures(summary, { ...info, video: { ...video, ...more } }).facts);
  const states = /** @type {const} */ (["ready", "off", "failed", "insecure", "none", "unknown"]);
  assert.deepEqual(states.map((state) => told({ state }).Video), [
    "ready", "off", "stopped: the decoder failed", "only over HTTPS or on this machine", "not in this browser", "–",
  ]);
  assert.equal(told({ comes: { width: 640, height: 360, half: false } }).Video, "on");
  assert.equal(told({ comes: { width: 640, height: 360, half: true } }).Video, "on, 640 × 360");
  for (const state of states) assert.equal(told({ offered: false, state }).Video, null, "a server that sends none");
  assert.equal(told({ offered: false, comes: { width: 640, height: 360, half: false } }).Video, "on");
  assert.equal(told({ shown: true })["Shown now"], "video");
  assert.equal(texts(figures(summary, { ...info, exact: true, video: { ...video, shown: true } }).facts)["Shown now"], "exact");
});
