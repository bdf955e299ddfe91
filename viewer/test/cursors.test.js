import assert from "node:assert/strict";
import test from "node:test";

import cursors from "../core/cursors.js";
import fixtures from "./fixtures.js";

test("every shape that an application can ask for is known", () => {
  const names = fixtures("cursors.json", "api");
  assert.equal(names.length, 35);
  for (const name of names) assert.equal(cursors.known(name), name);
});

test("what is no shape is the default", () => {
  for (const name of ["", "Grab", "banana", "auto", "url(https://evil.example/x.png), auto", "constructor", "x".repeat(1e5)]) {
    assert.equal(cursors.known(name), "default");
  }
});
