import assert from "node:assert/strict";
import test from "node:test";

import clipboard from "../ui/clipboard.js";

test("nothing is written at once unless the page is secure and somebody just did something there", () => {
  const fine = { secure: true, writes: true, active: true };
  assert.ok(clipboard.atOnce(fine));
  for (const name of Object.keys(fine)) assert.ok(!clipboard.atOnce({ ...fine, [name]: false }), name);
});

/**
 * @param {object} fields
 * @returns {any} as much of a window as is looked at
 */
function browser({ active = true, secure = true, writeText = async (/** @type {string} */ _) => {} } = {}) {
  return { isSecureContext: secure, navigator: { clipboard: { writeText }, userActivation: { isActive: active } } };
}

test("writing says whether it happened", async () => {
  /** @type {string[]} */
  const written = [];
  const writeText = async (/** @type {string} */ text) => void written.push(text);
  assert.equal(await clipboard.write("a", browser({ writeText })), true);
  assert.equal(await clipboard.write("b", browser({ writeText, active: false })), false);
  assert.equal(await clipboard.write("c", browser({ writeText, secure: false })), false);
  const refuses = async () => {
    throw new DOMException("no", "NotAllowedError");
  };
  assert.equal(await clipboard.write("d", browser({ writeText: refuses })), false);
  assert.deepEqual(written, ["a"]);
});

test("an insecure page has no clipboard, and a browser may not tell of activity", async () => {
  assert.equal(await clipboard.write("a", /** @type {any} */ ({ isSecureContext: false, navigator: {} })), false);
  const silent = { isSecureContext: true, navigator: { clipboard: { writeText: async () => {} } } };
  assert.equal(await clipboard.write("a", /** @type {any} */ (silent)), false);
});
