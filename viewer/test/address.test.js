import assert from "node:assert/strict";
import test from "node:test";

import address from "../core/address.js";
import fixtures from "./fixtures.js";

const { accepted, refused } = /** @type {any} */ (fixtures("addresses.json", "api"));

test("plain addresses of http and https can be opened, as they are shown", () => {
  for (const text of accepted) {
    const found = address.read(text);
    assert.ok(found, text);
    assert.equal(found.href, new URL(text).href);
    assert.ok(found.href.toLowerCase().includes(`//${found.host}`), text);
  }
});

for (const text of refused) {
  test(`no address to open: ${JSON.stringify(text)}`, () => assert.equal(address.read(text), null));
}

test("an address has an end", () => {
  const of = (/** @type {number} */ length) => "https:" + "//example.com/".padEnd(length - 6, "x");
  assert.ok(address.read(of(address.MAX_URL)));
  assert.equal(address.read(of(address.MAX_URL + 1)), null);
  assert.equal(address.read(of(5_000_000)), null);
});

test("no character but visible ASCII is in an address", () => {
  for (let code = 0; code < 0x3000; code += 1) {
    const character = String.fromCodePoint(code);
    if (code > 0x20 && code < 0x7f) continue;
    assert.equal(address.read("https:" + `//a${character}b.example/`), null, String(code));
    assert.equal(address.read("https:" + `//example.com/${character}`), null, String(code));
  }
});
