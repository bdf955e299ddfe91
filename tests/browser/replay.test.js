// <framecast-view src="talk.fcast"> in real Chromium, from plain web servers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { cleanUp, endTest, newPage, root, save, until } from "./harness.js";
import { serve, STRICT } from "./static.js";

const FIXTURES = join(root, "backends", "record", "fixtures");
const [complete, uncompleted, , damaged] = JSON.parse(readFileSync(join(FIXTURES, "recordings.json"), "utf8"));
const scene = readFileSync(join(FIXTURES, complete.file));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const POLICY = { "content-security-policy": STRICT };

after(cleanUp);
afterEach(endTest);

/** A page with the element, and its style in a file. */
const page = (attributes, script = "/viewer/framecast-view.js") =>
  `<!doctype html><html lang="en"><title>A talk</title><link rel="stylesheet" href="/page.css"><main><h1>A talk</h1><framecast-view ${attributes}></framecast-view></main><script type="module" src="${script}"></script>`;
const STYLE = "body { margin: 0 } h1 { position: absolute; clip-path: inset(50%) } framecast-view { width: 640px }";

/** A site with a page that plays `talk`, and that page. */
async function play(talk, { attributes = 'src="talk.fcast"', others = {}, script, size = { width: 640, height: 400 }, ...options } = {}) {
  const files = { "/": page(attributes, script), "/page.css": STYLE, "/talk.fcast": talk, "/player.js": readFileSync(join(root, "viewer", "player.js")), ...others };
  const site = await serve(files, { headers: POLICY, ...options });
  const opened = await newPage(size);
  await opened.addInitScript(() => {
    window.heard = [];
    const names = ["loadedmetadata", "durationchange", "loadeddata", "play", "playing", "pause", "waiting", "seeking", "seeked", "ratechange", "ended", "error"];
    for (const name of names) addEventListener(name, () => window.heard.push(name), true);
  });
  await opened.goto(site.origin);
  return { site, page: opened };
}

const told = async (page) => await page.evaluate(() => ({ ...document.querySelector("framecast-view").dataset }));
const get = async (page, ...names) => await page.evaluate((of) => of.map((name) => document.querySelector("framecast-view")[name]), names);
const plays = async (page, state) => await until(`it is ${state}`, async () => (await told(page)).playback === state);
const text = async (page, id) => await page.locator(`framecast-view #${id}`).textContent();

/** The CRC of the colors that the element shows, and its size. */
async function proof(page) {
  const base64 = await page.evaluate(async () => {
    const blob = await document.querySelector("framecast-view").snapshot();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  const { width, height, data } = PNG.sync.read(Buffer.from(base64, "base64"));
  const colors = Buffer.alloc(width * height * 3);
  for (let from = 0, to = 0; to < colors.length; from += 4, to += 3) data.copy(colors, to, from, from + 3);
  return { crc: crc32(colors).toString(16).padStart(8, "0"), width, height };
}

/** A chunk of a recording, as FORMAT.md has it. */
function chunk(kind, payload, time = 0) {
  const head = Buffer.alloc(20);
  head.write(kind);
  head.writeUInt32LE(payload.length, 4);
  head.writeBigUInt64LE(BigInt(time), 8);
  head.writeUInt32LE(crc32(payload, crc32(head.subarray(0, 16))), 16);
  return Buffer.concat([head, payload]);
}

/** Moves to a time in seconds, and waits until that is shown. */
async function seek(page, time) {
  await page.evaluate(async (to) => {
    const element = document.querySelector("framecast-view");
    const there = new Promise((resolve) => element.addEventListener("seeked", resolve, { once: true }));
    element.currentTime = to;
    await there;
  }, time);
}

for (const [name, options] of Object.entries({
  "a server that gives parts": {},
  "a server that gives only the whole file": { ranges: false },
  "a server that is 50 ms away": { delay: 50 },
  "one file": { script: "/player.js" },
})) {
  test(`from ${name}, each time is shown exactly, under a strict policy`, async () => {
    const { page, site } = await play(scene, options);
    await plays(page, "paused");
    assert.deepEqual(await get(page, "duration", "currentTime", "paused", "ended", "state", "caption"), [10.5, 0, true, false, "connected", "a scene"]);
    for (const { time, crc, width, height, title } of [...complete.times, ...[...complete.times].reverse()]) {
      await seek(page, time / 1e6);
      assert.deepEqual([await proof(page), (await get(page, "caption"))[0]], [{ crc, width, height }, title], `at ${time}`);
      assert.equal((await told(page)).exact, "true");
    }
    assert.equal(site.requests.filter(({ path }) => path === "/talk.fcast").length, 1);
    assert.deepEqual(page.problems, []);
  });
}

test("it plays by itself to its end, tells of it as media elements do, and again from the beginning", async () => {
  const { page } = await play(scene, { attributes: 'src="talk.fcast" autoplay' });
  await plays(page, "playing");
  await page.evaluate(() => (document.querySelector("framecast-view").playbackRate = 8));
  await plays(page, "ended");
  assert.deepEqual(await get(page, "currentTime", "paused", "ended", "playbackRate"), [10.5, true, true, 8]);
  assert.equal((await proof(page)).crc, complete.times.at(-1).crc);
  const heard = (await page.evaluate(() => window.heard)).filter((name) => name !== "waiting");
  assert.deepEqual(heard.filter((name, at) => heard.indexOf(name) === at), ["durationchange", "loadedmetadata", "seeking", "play", "loadeddata", "seeked", "playing", "ratechange", "pause", "ended"]);
  assert.equal(await page.locator("framecast-view #play").getAttribute("aria-label"), "Play again");
  await page.evaluate(() => document.querySelector("framecast-view").setAttribute("loop", ""));
  await page.locator("framecast-view #play").click();
  await until("it began anew twice", async () => (await page.evaluate(() => window.heard)).filter((name) => name === "seeking").length >= 3);
  assert.deepEqual(await get(page, "paused", "ended"), [false, false]);
  assert.deepEqual(page.problems, []);
});

test("a recording by another name is told apart from a program by its type, and without one the page says so", async () => {
  const { page } = await play(scene, { attributes: 'src="talk" stats', others: { "/talk": scene } });
  await until("it says what is missing", async () => (await text(page, "notice-detail")).includes('type="recording"'));
  await page.evaluate(() => document.querySelector("framecast-view").setAttribute("type", "recording"));
  await plays(page, "paused");
  assert.equal((await get(page, "state"))[0], "connected");
});

test("buttons, the time line and the list of speeds do what they show", async () => {
  const { page } = await play(scene);
  await plays(page, "paused");
  const of = (id) => page.locator(`framecast-view #${id}`);
  assert.ok(await of("begin").isVisible());
  await of("begin").click();
  await plays(page, "playing");
  assert.equal(await of("begin").isVisible(), false);
  await of("play").click();
  await plays(page, "paused");
  const { x, y, width, height } = await of("timeline").boundingBox();
  const at = (share) => [x + width * share, y + height / 2];
  // What is there at 7 s: the picture of the place before.
  await page.mouse.move(...at(7.1 / 10.5));
  assert.equal(await page.locator("framecast-view #preview span").textContent(), "0:07");
  const small = page.locator("framecast-view #preview canvas");
  await until("a small picture", async () => (await small.evaluate((canvas) => canvas.width)) === 160);
  const pixel = await small.evaluate((canvas) => [...canvas.getContext("2d").getImageData(65, 25, 1, 1).data]);
  assert.ok(pixel.slice(0, 3).some((value) => value > 0), `${pixel}`);
  await save(page, "replay-preview");
  await page.mouse.down();
  await plays(page, "paused");
  await until("it is there", async () => Math.abs((await get(page, "currentTime"))[0] - 7.1) < 0.05);
  // Dragged to and fro, beyond the end, and let go at 3.2 s.
  for (const share of [0.9, 0.1, 1.4, 3.2 / 10.5]) await page.mouse.move(...at(share), { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(300, 40);
  await until("it is there, too", async () => Math.abs((await get(page, "currentTime"))[0] - 3.2) < 0.05 && (await told(page)).playback === "paused");
  assert.equal((await proof(page)).crc, complete.times[3].crc);
  assert.equal(await text(page, "time"), "0:030:10");
  assert.equal(await page.locator("framecast-view #preview").isVisible(), false);
  await of("speed").click();
  await save(page, "replay-speeds");
  await page.locator('framecast-view [data-rate="2"]').click();
  assert.deepEqual([await get(page, "playbackRate"), await of("speed").textContent(), await of("speeds").isVisible()], [[2], "2×", false]);
  // A click into the picture plays and pauses.
  await page.mouse.click(300, 40);
  await plays(page, "playing");
  await page.mouse.click(300, 40);
  await plays(page, "paused");
  assert.deepEqual(page.problems, []);
});

test("everything can be done by keys, and said", async () => {
  const { page } = await play(scene);
  await plays(page, "paused");
  const of = (id) => page.locator(`framecast-view #${id}`);
  const focused = async () => await page.evaluate(() => document.querySelector("framecast-view").shadowRoot.activeElement?.id);
  const time = async (seconds) => {
    await plays(page, "paused");
    await until(`${seconds} s`, async () => Math.abs((await get(page, "currentTime"))[0] - seconds) < 1e-6);
  };
  const order = [];
  for (let n = 0; n < 4; n += 1) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  assert.deepEqual(order, ["play", "timeline", "speed", "fullscreen"]);
  await of("timeline").focus();
  for (const [key, seconds] of [["5", 5.25], ["ArrowLeft", 0.25], ["ArrowUp", 5.25], ["End", 10.5], ["PageDown", 0], ["PageUp", 10.5], ["Home", 0], ["ArrowRight", 5], ["Home", 0]]) {
    await page.keyboard.press(key);
    await time(seconds);
  }
  assert.deepEqual([await of("timeline").getAttribute("aria-valuenow"), await of("timeline").getAttribute("aria-valuetext")], ["0", "0 seconds of 10 seconds"]);
  // From change to change, and back.
  await page.keyboard.press("Shift+ArrowRight");
  await until("the first change", async () => (await get(page, "currentTime"))[0] > 0);
  const [first] = await get(page, "currentTime");
  await page.keyboard.press("Shift+ArrowRight");
  await until("the second", async () => (await get(page, "currentTime"))[0] > first);
  await page.keyboard.press(",");
  await time(first);
  for (const [key, rate] of [[">", 1.5], [">", 2], ["<", 1.5], ["Backspace", 1], ["<", 0.5]]) {
    await page.keyboard.press(key);
    assert.deepEqual(await get(page, "playbackRate"), [rate], key);
  }
  assert.equal(await text(page, "announcement"), "Speed 0.5×");
  await page.keyboard.press(" ");
  await plays(page, "playing");
  await page.keyboard.press("k");
  await plays(page, "paused");
  // A key that is a button's own is that button's.
  await of("play").focus();
  await page.keyboard.press(" ");
  await plays(page, "playing");
  await page.keyboard.press("Enter");
  await plays(page, "paused");
  await of("speed").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  assert.deepEqual([await get(page, "playbackRate"), await focused(), await of("speeds").isVisible()], [[1.5], "speed", false]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.deepEqual([await focused(), await of("speeds").isVisible()], ["speed", false]);
  // With others, they are the browser's.
  await page.keyboard.press("Control+5");
  await page.keyboard.press("f");
  await until("it fills the screen", async () => await page.evaluate(() => document.fullscreenElement?.localName === "framecast-view"));
  await page.keyboard.press("f");
  await until("no more", async () => await page.evaluate(() => document.fullscreenElement === null));
  assert.deepEqual(page.problems, []);
});

test("nothing is in the way of the picture while it plays and nobody does anything", async () => {
  const { page } = await play(scene, { attributes: 'src="talk.fcast" loop' });
  await plays(page, "paused");
  const bar = page.locator("framecast-view #controls");
  const quiet = async () => await bar.evaluate((element) => element.classList.contains("quiet"));
  // It may be quiet again before somebody looks.
  await bar.evaluate((element) => {
    window.woken = 0;
    new MutationObserver(() => element.classList.contains("quiet") || (window.woken += 1)).observe(element, { attributeFilter: ["class"], attributes: true });
  });
  await page.mouse.move(200, 60);
  await page.mouse.click(200, 60);
  await plays(page, "playing");
  await until("it is quiet", quiet);
  const before = await page.evaluate(() => window.woken);
  await page.mouse.move(220, 70);
  await until("it is there", async () => (await page.evaluate(() => window.woken)) > before);
  await until("it is quiet again", quiet);
  // Who uses the keys sees where they are.
  await page.keyboard.press("Tab");
  await until("it is there, and stays", async () => !(await quiet()));
  await page.keyboard.press(" ");
  await plays(page, "paused");
  assert.equal(await quiet(), false);
});

test("a recording that was not completed plays and says so; so does one that is damaged", async () => {
  const { page } = await play(scene.subarray(0, uncompleted.cut));
  await plays(page, "paused");
  assert.deepEqual([await text(page, "heading-detail"), await text(page, "announcement"), await get(page, "duration")], ["Not completed: it ends at 0:10", "Not completed: it ends at 0:10", [10.5]]);
  await seek(page, 10.5);
  assert.equal((await proof(page)).crc, uncompleted.times.at(-1).crc);
  assert.deepEqual(page.problems, []);

  const bytes = Buffer.from(scene);
  bytes[damaged.flip] ^= 1;
  const { page: other } = await play(bytes);
  await plays(other, "paused");
  for (const { time, crc } of damaged.times) {
    await seek(other, time / 1e6);
    assert.equal((await proof(other)).crc, crc, `at ${time}`);
  }
  await seek(other, 4);
  await until("it is said", async () => /^Damaged at byte [\d,]+ of 50,547$/.test(await text(other, "heading-detail")));
  // After it, it goes on.
  await seek(other, 10.5);
  assert.equal((await proof(other)).crc, complete.times.at(-1).crc);
  await save(other, "replay-damaged");
  assert.deepEqual(other.problems, []);
});

test("what cannot be played says why, and another try finds it", async () => {
  const { page, site } = await play(undefined);
  const notice = async (title, detail) => await until(title, async () => (await text(page, "notice-title")) === title && detail.test(await text(page, "notice-detail")));
  await notice("Cannot play this recording", /There is no recording at this address/);
  assert.deepEqual([(await told(page)).state, await page.locator("framecast-view #controls").isVisible()], ["refused", false]);
  await save(page, "replay-missing");
  site.files["/talk.fcast"] = Buffer.from("GIF89a");
  await page.locator("framecast-view #retry").click();
  await notice("Cannot play this recording", /no recording of framecast/);
  const late = Buffer.from(scene);
  late[8] = 9;
  site.files["/talk.fcast"] = late;
  await page.locator("framecast-view #retry").click();
  await notice("Cannot play this recording", /version 9 .* newer viewer/);
  // The network is away for a moment: it tries again by itself.
  Object.assign(site, { fails: 2 });
  site.files["/talk.fcast"] = scene;
  await page.locator("framecast-view #retry").click();
  await plays(page, "paused");
  await seek(page, 10.5);
  assert.equal((await proof(page)).crc, complete.times.at(-1).crc);
});

test("from a server without parts it is read with progress, and a file that changes meanwhile is not played on", async () => {
  const first = 12 + 20 + scene.readUInt32LE(16);
  // Much that is no picture: kinds that nobody knows are passed over. Without its index, whose offsets are others now.
  const filler = chunk("FILL", Buffer.alloc(3 << 20, 7));
  const long = Buffer.concat([scene.subarray(0, first), filler, scene.subarray(first, uncompleted.cut)]);
  const site = await serve({ "/": page('src="talk.fcast"'), "/page.css": STYLE, "/talk.fcast": long }, { ranges: false, headers: POLICY });
  site.holdsAfter = 1 << 20;
  const opened = await newPage({ width: 640, height: 400 });
  await opened.goto(site.origin);
  await until("the progress", async () => /^1\.0 of 3\.0 MiB \(3\d %\)$/.test(await text(opened, "notice-detail")));
  await save(opened, "replay-progress");
  site.go();
  await plays(opened, "paused");
  await seek(opened, 10.5);
  assert.equal((await proof(opened)).crc, complete.times.at(-1).crc);

  // Complete, without places, and with a last text that is far from all that is read before.
  const index = Buffer.concat([long, ...Array.from({ length: 4 }, () => filler), chunk("TEXT", Buffer.from('{"type":"title","value":"late"}'), 10.5e6), filler]);
  const end = Buffer.alloc(16);
  end.writeBigUInt64LE(BigInt(index.length), 0);
  const { page: other, site: changing } = await play(Buffer.concat([index, chunk("INDX", Buffer.alloc(0), 10.5e6), chunk("DONE", end, 10.5e6)]));
  await plays(other, "paused");
  changing.files["/talk.fcast"] = Buffer.concat([index, Buffer.alloc(10)]);
  await other.evaluate(() => (document.querySelector("framecast-view").currentTime = 10.5));
  await until("it says so", async () => /changed while it was played/.test(await text(other, "notice-detail")));
  await other.locator("framecast-view #retry").click();
  await plays(other, "paused");
  assert.deepEqual([opened.problems, other.problems], [[], []]);
});

test("another address plays another recording, and what was wished before there was one holds", async () => {
  const { page, site } = await play(scene, { attributes: "" });
  site.files["/get"] = scene;
  await page.evaluate(() => {
    const element = document.querySelector("framecast-view");
    Object.assign(element, { currentTime: 6.05, playbackRate: 4, src: "/talk.fcast" });
  });
  await plays(page, "paused");
  assert.deepEqual([await get(page, "currentTime", "playbackRate"), (await proof(page)).crc], [[6.05, 4], complete.times[4].crc]);
  await page.evaluate(() => {
    const element = document.querySelector("framecast-view");
    element.setAttribute("type", "recording");
    element.src = "/get?id=7";
  });
  await until("the other, from its beginning", async () => (await told(page)).playback === "paused" && (await get(page, "currentTime"))[0] === 0);
  assert.equal((await proof(page)).crc, complete.times[0].crc);
  await page.evaluate(() => (document.querySelector("framecast-view").src = ""));
  await until("it is closed", async () => (await told(page)).state === "idle");
  // A file that somebody chose.
  await page.evaluate(async () => {
    const element = document.querySelector("framecast-view");
    element.src = URL.createObjectURL(await (await fetch("/talk.fcast")).blob());
    element.play();
  });
  await until("it is refused by the policy, and says so", async () => (await told(page)).state === "lost");
  assert.ok(page.problems.every((problem) => problem.includes("blob:")), page.problems.join(" "));
});

test("taken out it leaves nothing behind, and can come back", async () => {
  const { page, site } = await play(scene);
  await plays(page, "paused");
  await page.locator("framecast-view #begin").click();
  await plays(page, "playing");
  await page.mouse.move(300, await page.locator("framecast-view #timeline").evaluate((line) => line.getBoundingClientRect().top + 10));
  await until("a small picture", async () => (await page.locator("framecast-view #preview canvas").evaluate((canvas) => canvas.width)) > 0);
  await page.locator("framecast-view #speed").click();
  await page.keyboard.press("Escape");
  await page.evaluate(() => {
    window.element = document.querySelector("framecast-view");
    window.element.remove();
  });
  await until("it is gone", async () => (await page.evaluate(() => window.element.state)) === "idle");
  assert.deepEqual(await page.evaluate(() => [element.shadowRoot.childNodes.length, element.size, element.paused, element.duration]), [0, null, true, NaN]);
  await page.evaluate(() => document.querySelector("main").append(window.element));
  await plays(page, "paused");
  await page.evaluate(() => {
    window.there = new WeakRef(window.element);
    window.element.play();
    window.element.remove();
    delete window.element;
  });
  await until("it is collected", async () => {
    await page.requestGC();
    return await page.evaluate(() => window.there.deref() === undefined);
  });
  assert.equal(site.requests.filter(({ path }) => path === "/talk.fcast").length, 2);
  assert.deepEqual(page.problems, []);
});

test("axe finds nothing wrong, in light and in dark, wide and narrow", async () => {
  const { page, site } = await play(scene.subarray(0, uncompleted.cut), { headers: {} });
  const fine = async (state) => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => document.querySelector("framecast-view").shadowRoot.getAnimations().forEach((animation) => animation.effect.getTiming().iterations !== Infinity && animation.finish()));
      await save(page, `replay-${state}-${colorScheme}`);
      if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
      const wrong = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document);
        return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(" ")}: ${failureSummary}`));
      });
      assert.deepEqual(wrong, [], `${state}, ${colorScheme}`);
    }
  };
  await page.evaluate(() => (document.documentElement.style.colorScheme = "light dark"));
  await plays(page, "paused");
  await fine("begin");
  await seek(page, 4);
  await page.locator("framecast-view #timeline").focus();
  await page.locator("framecast-view #speed").click();
  await fine("speeds");
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 300, height: 300 });
  await page.addStyleTag({ content: "framecast-view { width: 300px !important; height: 200px }" });
  await fine("narrow");
  site.files["/talk.fcast"] = undefined;
  await page.evaluate(() => (document.querySelector("framecast-view").src = "other.fcast"));
  await until("it is missing", async () => (await told(page)).state === "refused");
  await fine("refused");
});
