import assert from "node:assert/strict";
import test from "node:test";

import Lease from "../core/lease.js";

const rest = { type: /** @type {const} */ ("control"), by: "desk", manages: false, recording: null };
const drives = { ...rest, presenter: true, held: true, can_ask: false, asks: false, manages: true };
const free = { ...rest, presenter: false, held: false, can_ask: true, asks: false };
const waits = { ...rest, presenter: false, held: true, can_ask: true, asks: true };

test("by itself it says nothing, and has what the server tells", () => {
  const lease = new Lease();
  for (const told of [free, drives, waits]) assert.equal(lease.tell(told), null);
  lease.tell(drives);
  assert.deepEqual(lease.info, { presenter: true, held: true, by: "desk", canAsk: false, asks: false, manages: true, recording: null });
});

test("who only watches gives control back each time, has none of it to show, and gets it again by asking", () => {
  const lease = new Lease();
  lease.tell(drives);
  assert.deepEqual(lease.want("none"), { type: "release_control" });
  assert.deepEqual([lease.info.presenter, lease.info.canAsk, lease.info.manages], [false, false, false]);
  assert.equal(lease.tell(free), null);
  assert.deepEqual(lease.tell(drives), { type: "release_control" });
  lease.tell(free);
  assert.deepEqual(lease.want("auto"), { type: "request_control" });
  assert.equal(lease.tell(free), null, "once");
});

test("who wants control asks once on each connection, and again when told to", () => {
  const lease = new Lease();
  lease.want("request");
  assert.deepEqual(lease.tell(free), { type: "request_control" });
  assert.equal(lease.tell(free), null);
  lease.clear();
  assert.deepEqual(lease.tell(free), { type: "request_control" });
  assert.equal(lease.want("request"), null);
  lease.want("auto");
  assert.deepEqual(lease.want("request"), { type: "request_control" });
});

test("a connection that is gone leaves nothing of its control", () => {
  const lease = new Lease();
  lease.tell(drives);
  lease.clear();
  assert.deepEqual(lease.info, { presenter: false, held: false, by: "", canAsk: false, asks: false, manages: false, recording: null });
});
