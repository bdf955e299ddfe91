import assert from "node:assert/strict";
import test from "node:test";

import source from "../core/transport/source.js";

const BASE = "https://page.example/app/index.html";

for (const [src, url, token] of /** @type {[string, string, string | null][]} */ ([
  ["http://127.0.0.1:60649/#token=AbC-_9", "ws://127.0.0.1:60649/", "AbC-_9"],
  ["http://127.0.0.1:60649#token=AbC-_9", "ws://127.0.0.1:60649/", "AbC-_9"],
  ["https://plots.example/left/", "wss://plots.example/left/", null],
  ["https://plots.example/left", "wss://plots.example/left/", null],
  ["https://plots.example/left/index.html#token=x", "wss://plots.example/left/", "x"],
  [".", "wss://page.example/app/", null],
  ["", "wss://page.example/app/", null],
  ["../canvas", "wss://page.example/canvas/", null],
  ["//other.example/a#x=1&token=t", "wss://other.example/a/", "t"],
  ["ws://[::1]:8080/", "ws://[::1]:8080/", null],
  ["http://h/#token=not%20a%20token", "ws://h/", null],
])) {
  test(`the address ${JSON.stringify(src)}`, () => assert.deepEqual(source(src, BASE), { urls: [url], token }));
}

test("nothing secret or foreign stands in the address of the WebSocket", () => {
  const found = source("https://user:secret@h/a?token=secret&x=1#token=secret", BASE);
  assert.deepEqual(found, { urls: ["wss://h/a/"], token: "secret" });
});

test("several servers of a canvas have one link", () => {
  const urls = ["wss://a.example/x/", "wss://b.example/", "wss://page.example/app/"];
  assert.deepEqual(source(" https://a.example/x\n\thttps://b.example/#token=b . ", BASE), { urls, token: "b" });
  assert.deepEqual(source("https://a.example/x#token=a https://b.example/#token=b .", BASE), { urls, token: "a" });
  assert.deepEqual(source("https://a.example/x https://b.example/ . ./", BASE), { urls, token: null });
});

test("a list is one of canvases only", () => {
  for (const other of ["javascript:alert(1)", "http://[", "talk.fcast", "file:///etc/passwd"]) {
    assert.equal(source(`https://a.example/ ${other} https://b.example/`, BASE), null, other);
  }
});

test("what leads to no server is no address", () => {
  for (const src of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://", "http://[", "blob:https://h/1"]) {
    assert.equal(source(src, BASE), null, src);
  }
});

test("a file that ends in .fcast is a recording, and so is whatever is said to be one", () => {
  const at = (/** @type {string} */ url) => ({ urls: [url], token: null, recorded: true });
  assert.deepEqual(source("talk.fcast", BASE), at(new URL("talk.fcast", BASE).href));
  assert.deepEqual(source("https://user:secret@h/a/Talk.FCAST?v=2#token=x", BASE), at("https://h/a/Talk.FCAST?v=2"));
  assert.deepEqual(source("https://h/get?id=7", BASE, true), at("https://h/get?id=7"));
  assert.deepEqual(source("blob:https://h/1", BASE, true), at("blob:https://h/1"));
  assert.deepEqual(source("my talk.fcast", BASE), at("https://page.example/app/my%20talk.fcast"));
  assert.equal(source("talk.fcast/", BASE)?.recorded, undefined);
  for (const src of ["javascript:alert(1)//.fcast", "file:///talk.fcast", "data:text/plain,.fcast", "ws://h/talk.fcast"]) assert.equal(source(src, BASE), null, src);
});
