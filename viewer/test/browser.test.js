import assert from "node:assert/strict";
import test from "node:test";

let pages = 0;

/**
 * What a page of a browser with this storage says, twice.
 *
 * @param {{getItem: (key: string) => string | null, setItem: (key: string, value: string) => void}} storage
 */
async function page(storage) {
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  pages += 1;
  /** @type {typeof import("../core/browser.js")} */
  const { default: browser } = await import(`../core/browser.js?${pages}`);
  const name = browser.name("127.0.0.1:60649");
  assert.equal(browser.name("127.0.0.1:60649"), name, "it does not change while the page is there");
  assert.notEqual(browser.name("127.0.0.1:60650"), name, "no server knows what another one does");
  return name;
}

/** @param {[string, string][]} entries */
function storage(...entries) {
  const kept = new Map(entries);
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
}

test("all pages of a browser have one name, and another browser has another", async () => {
  const [one, other] = [storage(), storage()];
  const name = await page(one);
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.equal(await page(one), name);
  assert.notEqual(await page(other), name);
});

test("what another program left in its place is no name", async () => {
  for (const left of ["", "short", "x".repeat(65), "<b>name</b>", "nämlich so"]) {
    const there = storage(["framecast.browser 127.0.0.1:60649", left]);
    const name = await page(there);
    assert.match(name, /^[0-9a-f]{32}$/);
    assert.equal(await page(there), name);
  }
});

test("where nothing may be stored each page has a name of its own", async () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  const shut = { getItem: refuse, setItem: refuse };
  assert.notEqual(await page(shut), await page(shut));
});
