import assert from "node:assert/strict";
import test from "node:test";

import Fallback from "../core/transport/fallback.js";

/** @param {{urls?: string[], load?: () => Promise<any>}} [options] */
function setUp({ urls = ["wss://a/canvas/", "wss://b/"], load } = {}) {
  const log = /** @type {string[]} */ ([]);
  /** @type {{seconds: number, run: () => void}[]} */
  let timers = [];
  /** @type {any[]} */
  const made = [];
  class Fake {
    /**
     * @param {string} base
     * @param {any} hooks
     */
    constructor(base, hooks) {
      log.push(`reads ${base}`);
      Object.assign(this, { hooks });
      made.push(this);
    }
    /** @param {boolean} on */
    wake(on) {
      log.push(on ? "awake" : "asleep");
    }
    stop() {
      log.push("stops");
    }
    restart() {
      log.push("restarts");
    }
  }
  const fallback = new Fallback(
    {
      anew: () => log.push("anew"),
      message: () => log.push("message"),
      part: () => log.push("part"),
      changed: () => log.push(fallback.on ? "on" : "off"),
    },
    {
      after: (run, seconds) => {
        const timer = { seconds, run };
        timers.push(timer);
        return timer;
      },
      cancel: (timer) => void (timers = timers.filter((other) => other !== timer)),
      load: load ?? (async () => ({ default: Fake })),
    },
  );
  fallback.use(urls);
  return {
    fallback,
    made,
    log: () => log.splice(0),
    waits: () => timers.map(({ seconds }) => seconds),
    /** The timers run out. */
    async ring() {
      const due = timers;
      timers = [];
      for (const { run } of due) run();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("after some seconds without a connection it reads segments, and until there is one", async () => {
  const { fallback, made, log, waits, ring } = setUp();
  fallback.see("connecting");
  fallback.see("lost");
  fallback.see("lost");
  assert.deepEqual([waits(), log()], [[4], []]);
  await ring();
  assert.deepEqual([log(), fallback.on], [["reads https://a/canvas/live/", "awake"], false]);
  made[0].hooks.anew();
  made[0].hooks.part();
  made[0].hooks.message();
  made[0].hooks.anew();
  assert.deepEqual([log(), fallback.on], [["anew", "on", "part", "message", "anew"], true]);
  // The next tries fail, too.
  fallback.see("lost");
  assert.deepEqual([waits(), log()], [[], []]);
  fallback.wake(false);
  fallback.restart();
  assert.deepEqual(log(), ["asleep", "restarts"]);
  fallback.see("connected");
  assert.deepEqual([log(), fallback.on], [["stops", "off"], false]);
});

test("a connection in time, the end of the application and a refusal are no reason for it", async () => {
  for (const state of /** @type {const} */ (["connected", "ended", "refused", "idle"])) {
    const { fallback, log, waits, ring } = setUp();
    fallback.see("connecting");
    fallback.see(state);
    assert.deepEqual(waits(), [], state);
    await ring();
    assert.deepEqual(log(), [], state);
  }
});

test("where there are none it looks at the next server, and at none of them twice that has none", async () => {
  const { fallback, made, log, waits, ring } = setUp();
  fallback.see("lost");
  await ring();
  made[0].hooks.over(true);
  assert.deepEqual([log(), waits()], [["reads https://a/canvas/live/", "awake", "stops"], [15]]);
  await ring();
  made[1].hooks.over(false);
  assert.deepEqual(log(), ["reads https://b/live/", "awake", "stops"]);
  await ring();
  made[2].hooks.anew();
  made[2].hooks.over(true);
  assert.deepEqual(log(), ["reads https://b/live/", "awake", "anew", "on", "stops", "off"]);
  await ring();
  fallback.see("lost");
  await ring();
  assert.deepEqual(log(), [], "there is no server left to ask");
});

test("what is loaded too late is of no use, and what cannot be loaded is tried again", async () => {
  /** @type {(module: any) => void} */
  let loaded = () => {};
  const late = setUp({ load: () => new Promise((resolve) => (loaded = resolve)) });
  late.fallback.see("lost");
  await late.ring();
  late.fallback.see("connected");
  loaded({ default: class {} });
  await late.ring();
  assert.deepEqual(late.log(), []);
  const failing = setUp({ load: () => Promise.reject(new Error("no network")) });
  failing.fallback.see("lost");
  await failing.ring();
  assert.deepEqual([failing.log(), failing.waits()], [[], [15]]);
});
