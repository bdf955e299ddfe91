// Text between a page and an application: the server is played here, message by message.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, save, until } from "./harness.js";
import { CONTROL, endServers, played } from "./played.js";

after(cleanUp);
afterEach(async () => {
  await endTest();
  endServers();
});

/** Puts `text` on the browser's clipboard, and pastes it as a person does. */
async function paste(page, text) {
  await page.evaluate((value) => navigator.clipboard.writeText(value), text);
  await page.keyboard.press("Control+V");
}

const BOTH = ["clipboard-read", "clipboard-write"];

test("what is pasted goes out as one event, and what is too long is refused with a note", async () => {
  const { page, said } = await played({ permissions: BOTH });
  const pasted = () => said.filter(({ type }) => type === "paste");
  await paste(page, "one\r\ntwo\u0007 ü");
  await until("the paste", () => pasted().length === 1);
  assert.deepEqual(pasted()[0], { type: "paste", data: "one\ntwo ü" });
  await paste(page, "x".repeat(40_000));
  await page.waitForSelector("#note:not([hidden])");
  assert.equal(await page.textContent("#note"), "Not pasted: 40 KiB of text, and 32 KiB are possible at once");
  await save(page, "too-long");
  await paste(page, "three");
  await until("the next paste", () => pasted().length === 2);
  assert.ok(!said.some(({ type }) => type === "char"));
  assert.deepEqual(page.problems, []);
});

test("who only watches pastes nothing", async () => {
  const { page, said } = await played({ presenter: false, permissions: BOTH });
  await page.mouse.click(100, 100);
  await paste(page, "one");
  await until("it said something since", () => said.filter(({ type }) => type === "ping").length >= 2);
  assert.ok(!said.some(({ type }) => type === "paste" || type === "char"));
});

test("the application's text goes to the clipboard of who just did something, without a question", async () => {
  const { page, says } = await played({ permissions: BOTH });
  await page.mouse.click(100, 100);
  says({ type: "clipboard", text: "from the application\nü" });
  await until("it is there", async () => (await page.evaluate(() => navigator.clipboard.readText())) === "from the application\nü");
  assert.equal(await page.isVisible("#offer"), false);
});

test("who did nothing is asked, and a click copies, also in an insecure page", async () => {
  for (const host of ["localhost", "plots.example.org"]) {
    const { page, says } = await played({ host, permissions: BOTH, idle: true });
    assert.equal(await page.evaluate(() => isSecureContext), host === "localhost");
    says({ type: "clipboard", text: "a <b>text</b>\nof two lines" });
    await page.waitForSelector("#offer:not([hidden])");
    assert.equal(await page.textContent("#offer-text"), "a <b>text</b>");
    await save(page, `offer-${host}`);
    const focused = await page.evaluate(() => document.activeElement.localName);
    await page.click("#offer-copy");
    await page.waitForSelector("#offer", { state: "hidden" });
    assert.equal(await page.textContent("#note"), "Copied");
    // The keyboard is where it was.
    assert.equal(await page.evaluate(() => document.activeElement.localName), focused);
    assert.equal(await read(page), "a <b>text</b>\nof two lines", host);
  }
});

/** What is on the clipboard of the browser of `page`, which may not read it itself. */
async function read(page) {
  const { page: other } = await played({ permissions: BOTH });
  await other.bringToFront();
  const text = await other.evaluate(() => navigator.clipboard.readText());
  await other.close();
  await page.bringToFront();
  return text;
}

test("nobody but the presenter is offered anything, and an offer goes with control", async () => {
  const { page, says, said } = await played({ presenter: false, idle: true });
  says({ type: "clipboard", text: "secret" });
  says({ ...CONTROL, presenter: true });
  says({ type: "clipboard", text: "offered" });
  await page.waitForSelector("#offer:not([hidden])");
  assert.equal(await page.textContent("#offer-text"), "offered");
  says({ ...CONTROL, presenter: false });
  await page.waitForSelector("#offer", { state: "hidden" });
  assert.equal(await page.textContent("#offer-text"), "");
  assert.ok(said.length > 0);
});

test("a page may deal with the text itself", async () => {
  const { page, says } = await played();
  await page.evaluate(() => {
    window.texts = [];
    document.addEventListener("framecast-clipboard", (event) => {
      event.preventDefault();
      window.texts.push(event.detail.text);
    });
  });
  says({ type: "clipboard", text: "mine" });
  await until("the page has it", async () => (await page.evaluate(() => window.texts.join())) === "mine");
  assert.equal(await page.isVisible("#offer"), false);
});

test("a hostile text is only text, and what is no text is dropped", async () => {
  const { page, says } = await played({ idle: true });
  says({ type: "clipboard", text: 5 });
  says({ type: "clipboard" });
  says({ type: "clipboard", text: `<img src=x onerror="window.hacked=1">${"x".repeat(5000)}` });
  await page.waitForSelector("#offer:not([hidden])");
  assert.equal((await page.textContent("#offer-text")).length, 120);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.evaluate(() => document.querySelector("framecast-view").dataset.malformed), "2");
});
