import assert from "node:assert/strict";
import test from "node:test";

import Refresh from "../core/decode/refresh.js";

function setUp() {
  const t = {
    now: 10,
    needed: true,
    sent: 0,
    /** @type {{run: () => void, seconds: number} | null} */
    timer: null,
  };
  const refresh = new Refresh({
    needed: () => t.needed,
    send: () => (t.sent += 1),
    now: () => t.now,
    after: (run, seconds) => (t.timer = { run, seconds }),
    cancel: (timer) => {
      if (t.timer === timer) t.timer = null;
    },
  });
  const due = () => {
    const timer = t.timer;
    t.timer = null;
    t.now += timer?.seconds ?? 0;
    timer?.run();
  };
  return { t, refresh, due };
}

test("the first loss asks at once, and more of them within a second ask once more, then", () => {
  const { t, refresh, due } = setUp();
  refresh.ask();
  assert.equal(t.sent, 1);
  t.now += 0.25;
  for (let i = 0; i < 100; i += 1) refresh.ask();
  assert.deepEqual([t.sent, t.timer?.seconds], [1, 0.75]);
  due();
  assert.equal(t.sent, 2);
  refresh.ask();
  assert.deepEqual([t.sent, t.timer?.seconds], [2, 1]);
});

test("what came again in the meantime is not asked for", () => {
  const { t, refresh, due } = setUp();
  refresh.ask();
  refresh.ask();
  t.needed = false;
  due();
  refresh.ask();
  assert.deepEqual([t.sent, t.timer], [1, null]);
});

test("after a second it asks at once", () => {
  const { t, refresh } = setUp();
  refresh.ask();
  t.now += 1;
  refresh.ask();
  assert.deepEqual([t.sent, t.timer], [2, null]);
});

test("another connection was asked nothing", () => {
  const { t, refresh } = setUp();
  refresh.ask();
  refresh.ask();
  refresh.clear();
  assert.equal(t.timer, null);
  refresh.ask();
  assert.equal(t.sent, 2);
});
