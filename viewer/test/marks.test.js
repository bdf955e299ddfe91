import assert from "node:assert/strict";
import test from "node:test";

import Marks from "../core/marks.js";

const shown = { width: 4, height: 3, ratio: 1, sequence: 7n, update: 2, exact: true, video: false };

function setUp() {
  const host = { dataset: /** @type {Record<string, string>} */ ({}) };
  return { data: host.dataset, marks: new Marks(/** @type {any} */ (host)) };
}

test("an element says from the first what was counted: nothing", () => {
  assert.deepEqual(setUp().data, { updates: "0", tiles: "0", video: "0", failed: "0", malformed: "0" });
});

test("an element says what it shows, how exactly, and how much it painted", () => {
  const { data, marks } = setUp();
  assert.equal(marks.painted(shown, 5), true);
  assert.equal(marks.painted({ ...shown, sequence: 9n, update: 3, exact: false, video: true }, 2), false);
  const { sequence, update, exact, updates, tiles, video } = data;
  assert.deepEqual([sequence, update, exact, updates, tiles, video], ["9", "3", "false", "2", "7", "1"]);
});

test("an element says whether it drives, apart from what its link allows", () => {
  const { data, marks } = setUp();
  marks.show({ state: "connected", presenter: false, role: "drive" });
  assert.deepEqual([data.state, data.role, data.link], ["connected", "observer", "drive"]);
  marks.show({ state: "lost", presenter: true, role: "watch" });
  assert.deepEqual([data.state, data.role, data.link], ["lost", "presenter", "watch"]);
});

test("what is lost is not exact, and what is forgotten is not said, but still counted", () => {
  const { data, marks } = setUp();
  marks.painted(shown, 5);
  marks.lose();
  assert.equal(data.exact, "false");
  marks.forget();
  marks.count("failed", 2);
  assert.deepEqual(data, { updates: "1", tiles: "5", video: "0", failed: "2", malformed: "0" });
});
