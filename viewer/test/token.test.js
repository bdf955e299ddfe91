import assert from "node:assert/strict";
import test from "node:test";

import token from "../core/transport/token.js";

const SECRET = "AbC-_9".repeat(7);

/** @param {string} hash */
function page(hash, stored = new Map()) {
  const replaced = /** @type {string[]} */ ([]);
  const location = { hash, pathname: "/side/", search: "?x=1" };
  const history = {
    state: null,
    /** @type {(state: unknown, unused: string, url?: string | URL | null) => void} */
    replaceState: (_state, _unused, url) => void replaced.push(String(url)),
  };
  const storage = {
    /** @param {string} key */
    getItem: (key) => stored.get(key) ?? null,
    /** @param {string} key @param {string} value */
    setItem: (key, value) => void stored.set(key, value),
  };
  return { taken: token.take(location, history, () => storage), replaced, stored };
}

test("the token leaves the address bar, and a reload finds it", () => {
  const first = page(`#token=${SECRET}`);
  assert.deepEqual([first.taken, first.replaced], [SECRET, ["/side/?x=1"]]);
  const again = page("", first.stored);
  assert.deepEqual([again.taken, again.replaced], [SECRET, []]);
});

test("what else is in the fragment stays", () => {
  assert.deepEqual(page(`#a=b&token=${SECRET}&c`).replaced, ["/side/?x=1#a=b&c"]);
  assert.equal(page("#a=b").taken, null);
});

test("a token of another canvas is not taken", () => {
  assert.equal(page("", new Map([["framecast.token /", SECRET]])).taken, null);
});

test("what cannot be a token is none, and leaves the address bar all the same", () => {
  for (const bad of ["", "a b", "ü", "<b>", "x".repeat(257), "%00"]) {
    const { taken, replaced } = page(`#token=${bad}`);
    assert.deepEqual([taken, replaced], [null, ["/side/?x=1"]], bad);
  }
});

test("a browser that refuses storage is no trouble", () => {
  const location = { hash: `#token=${SECRET}`, pathname: "/", search: "" };
  const history = { state: null, replaceState: () => {} };
  const refuse = () => {
    throw new Error("refused");
  };
  assert.equal(token.take(location, history, refuse), SECRET);
  assert.equal(token.take({ ...location, hash: "" }, history, refuse), null);
});
