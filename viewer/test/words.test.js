import assert from "node:assert/strict";
import test from "node:test";

import words from "../ui/words.js";

/** @type {import("../core/view.js").Info} */
const connected = {
  state: "connected", delayed: false, address: true, retryIn: null, lostFor: 0, reason: "", presenter: true, held: true, role: "drive", by: "", canAsk: false, asks: false, manages: true, recording: null, clients: [], sentAway: [], title: "", fps: 59.7,
  exact: false, readable: true, rested: false, roundTrip: 0.0123, picture: true, keyboard: false,
};

test("connected: role, rate and delay, and nothing over the picture", () => {
  const said = words(connected);
  assert.deepEqual([said.role, said.rate, said.delay], ["Presenter", "60 fps", "12 ms"]);
  assert.deepEqual([said.title, said.detail, said.retry], ["", "", false]);
  assert.equal(words({ ...connected, presenter: false }).role, "Observer");
});

test("a picture at rest is still, whatever the two pictures per change add up to; a slow one has its rate", () => {
  assert.equal(words({ ...connected, fps: 0, rested: true }).rate, "still");
  assert.equal(words({ ...connected, fps: 3.5, rested: true }).rate, "still");
  assert.equal(words({ ...connected, fps: 4, rested: true }).rate, "4 fps");
  assert.equal(words({ ...connected, fps: 2, rested: false }).rate, "2 fps");
  assert.equal(words({ ...connected, fps: 0, picture: false }).rate, "");
});

test("not connected by the page's own will, it says just that, and where there is no address, there is nothing to try", () => {
  const idle = words({ ...connected, state: "idle", presenter: false });
  assert.deepEqual([idle.role, idle.title, idle.detail, idle.retry], ["Not connected", "Not connected", "", false]);
  assert.equal(words({ ...connected, title: "paint", state: "idle" }).tab, "paint");
  const wrong = { ...connected, state: /** @type {const} */ ("refused"), reason: "This is no address." };
  assert.deepEqual([words(wrong).retry, words({ ...wrong, address: false }).retry], [true, false]);
});

test("the presenter learns how to leave by keyboard", () => {
  assert.match(words(connected).roleHint, /F6/);
});

test("an observer learns whether anybody is in control", () => {
  assert.match(words({ ...connected, presenter: false }).roleHint, /somebody/);
  assert.match(words({ ...connected, presenter: false, held: false }).roleHint, /nobody/);
  assert.match(words({ ...connected, presenter: false, by: "desk" }).roleHint, /desk is in control/);
  assert.match(words({ ...connected, presenter: false, role: "watch" }).roleHint, /link lets you watch/);
});

test("who watches in segments is told so, and that nobody drives from here", () => {
  const delayed = words({ ...connected, presenter: false, manages: false, delayed: true });
  assert.deepEqual([delayed.role, delayed.ask, delayed.title], ["Watching only, about a second late", "", ""]);
  assert.match(delayed.roleHint, /No WebSocket gets through/);
  assert.match(delayed.announcement, /^Watching only, about a second late\. No WebSocket/);
});

test("the button about control offers what can be done, and nothing else", () => {
  const observer = { ...connected, presenter: false, manages: false };
  assert.equal(words(connected).ask, "");
  assert.equal(words(observer).ask, "");
  assert.equal(words({ ...observer, canAsk: true }).ask, "Ask for control");
  assert.equal(words({ ...observer, canAsk: true, held: false }).ask, "Take control");
  assert.equal(words({ ...observer, canAsk: true, asks: true }).ask, "Cancel request");
  assert.equal(words({ ...observer, manages: true }).ask, "Take control back");
  assert.equal(words({ ...connected, manages: false }).ask, "Give control back");
});

test("who has no access learns why, and can try", () => {
  const said = words({ ...connected, state: "refused", reason: "This link is not valid." });
  assert.deepEqual([said.title, said.detail, said.retry], ["No access", "This link is not valid.", true]);
});

test("without a first picture it says so, with nothing to try", () => {
  const said = words({ ...connected, picture: false });
  assert.equal(said.title, "Waiting for the first picture…");
  assert.equal(said.retry, false);
});

test("lost: counts down in whole seconds, and offers to try at once", () => {
  const lost = { ...connected, state: /** @type {const} */ ("lost"), retryIn: 2.1 };
  assert.equal(words(lost).detail, "Trying again in 3 s.");
  assert.equal(words({ ...lost, retryIn: 0.01 }).detail, "Trying again in 1 s.");
  assert.equal(words({ ...lost, retryIn: null }).detail, "Trying again…");
  assert.equal(words({ ...lost, reason: "Too many viewers are connected." }).detail, "Too many viewers are connected. Trying again in 3 s.");
  assert.equal(words(lost).retry, true);
  assert.deepEqual([words(lost).role, words(lost).rate, words(lost).delay], ["Reconnecting", "", ""]);
});

test("a server that is gone for long may have been started again, and the page says what to do then", () => {
  const lost = { ...connected, state: /** @type {const} */ ("lost"), retryIn: null };
  assert.equal(words({ ...lost, lostFor: 29 }).detail, "Trying again…");
  assert.match(words({ ...lost, lostFor: 59 }).detail, /^No answer for 30 s\. Trying again… If the program was started again, .* open the one that it printed\.$/);
  assert.match(words({ ...lost, lostFor: 60 }).detail, /^No answer for 1 min\./);
  assert.match(words({ ...lost, lostFor: 3599 }).detail, /^No answer for 59 min\./);
  assert.match(words({ ...lost, lostFor: 7300 }).detail, /^No answer for 2 h\./);
});

test("the tab's title is the application's, with what is wrong before it", () => {
  assert.equal(words(connected).tab, "framecast");
  assert.equal(words({ ...connected, title: "paint" }).tab, "paint");
  assert.equal(words({ ...connected, title: "paint", state: "connecting" }).tab, "paint");
  assert.equal(words({ ...connected, title: "paint", state: "ended" }).tab, "Ended – paint");
  assert.equal(words({ ...connected, title: "paint", state: "lost" }).tab, "Reconnecting – paint");
  assert.equal(words({ ...connected, state: "connecting" }).role, "Connecting");
});

test("the announcement tells what a role means, and whether somebody is in control", () => {
  const observer = { ...connected, presenter: false };
  assert.equal(words(observer).announcement, "Connected as observer. You watch; somebody else is in control.");
  assert.notEqual(words(observer).announcement, words({ ...observer, held: false }).announcement);
});

test("the countdown is not announced, changes of state are", () => {
  const lost = { ...connected, state: /** @type {const} */ ("lost"), retryIn: 9 };
  assert.equal(words(lost).announcement, words({ ...lost, retryIn: 3 }).announcement);
  assert.notEqual(words(lost).announcement, words(connected).announcement);
  assert.notEqual(words(connected).announcement, words({ ...connected, presenter: false }).announcement);
});

test("ended: gives the reason, waits for it, and offers to look at once", () => {
  const said = words({ ...connected, state: "ended", retryIn: 4, reason: "done" });
  assert.equal(said.title, "The application ended");
  assert.equal(said.role, "Ended");
  assert.equal(
    said.detail,
    "Done. This page looks for it at this address. If the program was started again, it may have another address or new links: open the one that it printed.",
  );
  assert.equal(said.announcement, "The application ended. Done.");
  assert.equal(said.retry, true);
});

test("a reason that says what the title says is not repeated", () => {
  const said = words({ ...connected, state: "ended", reason: "the application ended" });
  assert.match(said.detail, /^This page looks for it at this address\. /);
  assert.equal(said.announcement, "The application ended");
});

test("everybody is told that it is recorded", () => {
  assert.equal(words(connected).recording, "");
  const running = words({ ...connected, recording: "running" });
  assert.equal(running.recording, "Recording");
  assert.match(running.announcement, /It is recorded/);
  const paused = words({ ...connected, presenter: false, recording: "paused" });
  assert.equal(paused.recording, "Recording paused");
  assert.match(paused.announcement, /pauses/);
  assert.equal(words({ ...connected, state: "lost", recording: "running" }).recording, "");
});
