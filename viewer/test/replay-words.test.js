import assert from "node:assert/strict";
import test from "node:test";

import keys from "../ui/replay/keys.js";
import words from "../ui/replay/words.js";

test("times are short to see and whole to hear", () => {
  const shown = [0, 59.99, 60, 3599, 3600, 36_061, NaN, -1, Infinity].map(words.time);
  assert.deepEqual(shown, ["0:00", "0:59", "1:00", "59:59", "1:00:00", "10:01:01", "0:00", "0:00", "0:00"]);
  assert.deepEqual([0, 1, 60, 61, 3600, 7322].map(words.spoken), ["0 seconds", "1 second", "1 minute", "1 minute 1 second", "1 hour", "2 hours 2 minutes 2 seconds"]);
});

test("what is wrong with a recording is said, and nothing if nothing is", () => {
  assert.equal(words.damage(null, 10, 1000), "");
  assert.equal(words.damage({ offset: 900, cut: true }, 75, 900), "Not completed: it ends at 1:15");
  assert.equal(words.damage({ offset: 1234, cut: false }, 75, 56_789), "Damaged at byte 1,234 of 56,789");
});

test("the notice tells what goes on, with the progress of what is read first", () => {
  const info = { state: /** @type {const} */ ("connected"), reason: "", retryIn: null, progress: null, waiting: false };
  assert.equal(words.notice(info).title, "");
  assert.deepEqual(words.notice({ ...info, waiting: true }), { title: "Loading…", detail: "", retry: false });
  assert.equal(words.notice({ ...info, state: "connecting" }).title, "Opening the recording…");
  const reads = (/** @type {number} */ read, /** @type {number | null} */ size) => words.notice({ ...info, state: "connecting", progress: { read, size } }).detail;
  assert.deepEqual([reads(2 ** 19, 2 ** 20), reads(2 ** 25, null), reads(3 * 2 ** 20, 2 ** 20), reads(0, 0)], ["0.5 of 1.0 MiB (50 %)", "32 MiB", "3.0 MiB", "0.0 of 0.0 MiB (0 %)"]);
  const lost = words.notice({ ...info, state: "lost", reason: "It is away.", retryIn: 2.2 });
  assert.deepEqual(lost, { title: "Connection lost", detail: "It is away. Trying again in 3 s.", retry: true });
  assert.match(words.notice({ ...info, state: "lost", reason: "It is away." }).detail, /Trying again…$/);
  assert.deepEqual(words.notice({ ...info, state: "refused", reason: "No." }), { title: "Cannot play this recording", detail: "No.", retry: true });
});

test("keys do what the table of the README says, and with others they are the browser's", () => {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
  const does = (/** @type {string} */ key, more = {}) => keys.action({ key, ...none, ...more });
  assert.deepEqual([does(" "), does("k"), does("f")], [{ does: "toggle" }, { does: "toggle" }, { does: "fullscreen" }]);
  assert.deepEqual([does("ArrowLeft"), does("ArrowRight"), does("PageUp"), does("PageDown")].map((action) => /** @type {any} */ (action).seconds), [-5, 5, -60, 60]);
  for (const [back, on] of [[does(","), does(".")], [does("ArrowLeft", { shiftKey: true }), does("ArrowRight", { shiftKey: true })]]) {
    assert.deepEqual([back, on], [{ does: "step", by: -1 }, { does: "step", by: 1 }]);
  }
  assert.deepEqual([does("Home"), does("End"), does("0"), does("7")].map((action) => /** @type {any} */ (action).part), [0, 1, 0, 0.7]);
  for (const key of ["<", "[", "ArrowDown"]) assert.deepEqual(does(key), { does: "faster", by: -1 });
  for (const key of [">", "]", "ArrowUp"]) assert.deepEqual(does(key), { does: "faster", by: 1 });
  for (const key of ["=", "Backspace"]) assert.deepEqual(does(key), { does: "speed", rate: 1 });
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) assert.equal(does("5", more), null);
  for (const key of ["a", "Tab", "Escape", "Enter"]) assert.equal(does(key), null);
});

test("on the time line, which is a slider, up and Page Up go on, and down and Page Down back", () => {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
  const by = (/** @type {string} */ key) => /** @type {any} */ (keys.action({ key: keys.onSlider(key), ...none })).seconds;
  assert.deepEqual(["ArrowUp", "ArrowDown", "ArrowRight", "ArrowLeft", "PageUp", "PageDown"].map(by), [5, -5, 5, -5, 60, -60]);
  assert.equal(keys.onSlider("Home"), "Home");
});

test("speeds go from one of the list to the next, from any other, too, and not beyond", () => {
  assert.deepEqual([keys.next(1, 1), keys.next(1, -1), keys.next(1.2, 1), keys.next(1.2, -1), keys.next(16, 1), keys.next(0.25, -1)], [1.5, 0.5, 1.5, 1, 16, 0.25]);
});
