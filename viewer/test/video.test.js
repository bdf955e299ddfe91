import assert from "node:assert/strict";
import test from "node:test";

import Video from "../core/video.js";
import videoSupport from "../core/decode/video-support.js";

/**
 * @param {() => unknown} answer what the browser says of a config
 * @param {object[]} [asked] gets the configs
 */
function scope(answer, asked = []) {
  const isConfigSupported = async (/** @type {object} */ config) => {
    asked.push(config);
    return /** @type {any} */ (await answer());
  };
  return { isSecureContext: true, VideoDecoder: { isConfigSupported } };
}

test("the browser is asked once for the largest pictures of the plainest profile", async () => {
  /** @type {any[]} */
  const asked = [];
  const page = scope(() => ({ supported: true }), asked);
  assert.deepEqual(await Promise.all([videoSupport(page), videoSupport(page)]), ["ready", "ready"]);
  assert.equal(await videoSupport(page), "ready");
  assert.equal(asked.length, 1);
  assert.deepEqual([asked[0].codec, asked[0].codedWidth, asked[0].codedHeight], ["avc1.42E028", 1920, 1080]);
});

test("a browser without it, and one that fails, can none; elsewhere only secure pages can", async () => {
  assert.equal(await videoSupport(scope(() => ({ supported: false }))), "none");
  assert.equal(await videoSupport(scope(() => ({}))), "none");
  assert.equal(await videoSupport(scope(() => Promise.reject(new TypeError("what is that?")))), "none");
  assert.equal(await videoSupport({ isSecureContext: true }), "none");
  assert.equal(await videoSupport({ isSecureContext: false }), "insecure");
});

test("video is wanted as soon as the browser says that it can, unless the person wants none", () => {
  const video = new Video(true);
  assert.deepEqual([video.state, video.codecs], ["unknown", []]);
  video.know("ready");
  assert.deepEqual([video.state, video.codecs], ["ready", ["h264"]]);
  video.allow(false);
  assert.deepEqual([video.state, video.codecs], ["off", []]);
  video.allow(true);
  assert.deepEqual(video.codecs, ["h264"]);
  const off = new Video(false);
  off.know("ready");
  assert.deepEqual([off.state, off.codecs], ["off", []]);
});

test("a browser that cannot is asked for none, whatever the person wants", () => {
  for (const support of /** @type {const} */ (["none", "insecure"])) {
    const video = new Video(true);
    video.know(support);
    video.allow(true);
    assert.deepEqual([video.state, video.codecs], [support, []]);
  }
});

test("after a failure there is none until the person asks for it again", () => {
  const video = new Video(true);
  video.know("ready");
  video.fail();
  assert.deepEqual([video.state, video.codecs], ["failed", []]);
  video.know("ready");
  assert.equal(video.state, "failed");
  video.allow(false);
  assert.equal(video.state, "off");
  video.allow(true);
  assert.deepEqual([video.state, video.codecs], ["ready", ["h264"]]);
});
