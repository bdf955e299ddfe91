import assert from "node:assert/strict";
import test from "node:test";

import fileName from "../ui/file-name.js";

const TIME = new Date(2026, 0, 2, 3, 4, 5);
const STAMP = " 2026-01-02 03.04.05.png";

test("a saved picture is called by title and time", () => {
  assert.equal(fileName("paint", TIME), `paint${STAMP}`);
  assert.equal(fileName("Größe ü 日本 😀", TIME), `Größe ü 日本 😀${STAMP}`);
});

test("a title becomes a name that every file system takes and that shows what it is", () => {
  assert.equal(fileName("../../etc/passwd", TIME), `etc passwd${STAMP}`);
  assert.equal(fileName("a/b\\c:d*e?f\"g<h>i|j", TIME), `a b c d e f g h i j${STAMP}`);
  assert.equal(fileName(" .hidden", TIME), `hidden${STAMP}`);
  assert.equal(fileName("x\u202egnp.exe\u0000\n", TIME), `x gnp.exe${STAMP}`);
  assert.equal(fileName("\ud800 half", TIME), `half${STAMP}`);
  for (const title of ["", " ", "...", "///", "\u200b"]) assert.equal(fileName(title, TIME), `framecast${STAMP}`);
});

test("a long title is cut, never inside of a character", () => {
  const name = fileName("😀".repeat(1000), TIME);
  assert.equal(name, `${"😀".repeat(60)}${STAMP}`);
});
