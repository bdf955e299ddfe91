import assert from "node:assert/strict";
import test from "node:test";

import links from "../core/links.js";

const LINK = { name: "guest", role: /** @type {const} */ ("watch"), seconds: null, clients: 0, made: true, own: false };

test("a line says what a link allows, who uses it and when it ends", () => {
  assert.deepEqual(links.row(LINK), { name: "guest", note: "to watch", revoke: true });
  const told = links.row({ ...LINK, role: "drive", clients: 3, seconds: 7300, own: true });
  assert.deepEqual(told, { name: "guest", note: "yours, to drive, 3 here, ends in 2 h", revoke: false });
  assert.equal(links.row({ ...LINK, made: false }).revoke, false, "it is the operator's");
});

test("the time that is left is told in the largest unit, and never as more than it is", () => {
  for (const [seconds, told] of /** @type {const} */ ([
    [0, "less than a minute"],
    [59, "less than a minute"],
    [60, "1 min"],
    [3599, "59 min"],
    [3600, "1 h"],
    [86_399, "23 h"],
    [86_400, "1 d"],
    [604_800, "7 d"],
  ])) {
    assert.equal(links.row({ ...LINK, seconds }).note, `to watch, ends in ${told}`);
  }
});

test("the address of a link is the canvas', with the secret in its fragment only", () => {
  assert.equal(links.address("ws://127.0.0.1:5/", "AbC-_9"), "http://127.0.0.1:5/#token=AbC-_9");
  assert.equal(links.address("wss://plots.example.org/a/side/?x=1#y", "t"), "https://plots.example.org/a/side/#token=t");
});

test("an address that leads everybody to their own machine is known", () => {
  for (const [host, local] of /** @type {const} */ ([
    ["127.0.0.1:5", true],
    ["localhost", true],
    ["[::1]:5", true],
    ["plots.localhost", true],
    ["127.example.org", false],
    ["192.0.2.1", false],
    ["[2001:db8::1]", false],
    ["localhost.example.org", false],
  ])) {
    assert.equal(links.isLocal(links.address(`ws://${host}/`, "t")), local, host);
  }
});
