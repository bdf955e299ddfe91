import assert from "node:assert/strict";
import test from "node:test";

import viewInfo from "../core/view-info.js";

/** What browsers say of themselves: `navigator.platform`, what of the user agent counts, and touch points. */
const SYSTEMS = /** @type {const} */ ([
  ["mac", "MacIntel", "Macintosh; Intel Mac OS X 10_15_7", 0],
  ["ios", "MacIntel", "Macintosh; Intel Mac OS X 10_15_7", 5],
  ["ios", "iPhone", "iPhone; CPU iPhone OS 18_5 like Mac OS X", 5],
  ["windows", "Win32", "Windows NT 10.0; Win64; x64", 0],
  ["windows", "Win32", "Windows NT 10.0; Win64; x64", 10],
  ["linux", "Linux x86_64", "X11; Linux x86_64", 0],
  ["linux", "Linux x86_64", "X11; CrOS x86_64 14541.0.0", 0],
  ["linux", "FreeBSD amd64", "X11; FreeBSD amd64; rv:150.0", 0],
  ["android", "Linux armv81", "Linux; Android 10; K", 5],
  [undefined, "", "", 0],
  [undefined, "PlayStation", "PlayStation 5", 0],
]);

for (const [platform, name, agent, maxTouchPoints] of SYSTEMS) {
  test(`${name || "a browser that says nothing"} (${agent}), ${maxTouchPoints} fingers: ${platform}`, () => {
    assert.equal(viewInfo.platform({ platform: name, userAgent: `Mozilla/5.0 (${agent})`, maxTouchPoints }), platform);
  });
}

const silent = { platform: "", userAgent: "", maxTouchPoints: 0 };

test("what media queries say is told, and what they do not say is left out", () => {
  const dark = new Set(["(prefers-color-scheme: dark)", "(pointer: coarse)"]);
  assert.deepEqual(viewInfo.read(silent, (query) => dark.has(query)), { color_scheme: "dark", pointer: "coarse" });
  assert.deepEqual(viewInfo.read(silent, () => false), {});
});

test("a change of any query is told, until the end", () => {
  /** @type {(() => void)[]} */
  const listeners = [];
  /** @type {any} */
  const window = {
    matchMedia: () => ({
      addEventListener: (/** @type {string} */ _, /** @type {() => void} */ told, /** @type {object} */ { signal }) => {
        assert.ok(signal);
        listeners.push(told);
      },
    }),
  };
  let changes = 0;
  viewInfo.watch(window, () => (changes += 1), new AbortController().signal);
  for (const told of listeners) told();
  assert.deepEqual([listeners.length, changes], [5, 5]);
});
