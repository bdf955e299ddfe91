// The module for notebooks, held against the contract of anywidget's front-end modules with a model made here.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, newPage, probe, save, stats, until } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];

let notebook;

after(cleanUp);
afterEach(async () => {
  await endTest();
  notebook?.close();
});

/** A notebook's page, of an origin of its own. */
async function open() {
  notebook = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>notebook</title><div id=cell></div>"));
  notebook.listen(0, "127.0.0.1");
  await new Promise((resolve) => notebook.once("listening", resolve));
  const origin = `http://localhost:${notebook.address().port}`;
  const page = await newPage({ width: 700, height: 480 });
  await page.goto(origin);
  await page.evaluate(() => {
    /** As a host's model: traits, `change:` events, and what goes back to the kernel. */
    window.Model = class {
      #traits;
      #changed = {};
      #runs = new Map();
      saved = [];
      constructor(traits) {
        this.#traits = traits;
      }
      get listeners() {
        return [...this.#runs.values()].reduce((sum, { length }) => sum + length, 0);
      }
      get(name) {
        return this.#traits[name];
      }
      set(name, value) {
        this.#traits[name] = this.#changed[name] = value;
        for (const run of this.#runs.get(`change:${name}`) ?? []) run();
      }
      save_changes() {
        this.saved.push(this.#changed);
        this.#changed = {};
      }
      on(name, run) {
        this.#runs.set(name, [...(this.#runs.get(name) ?? []), run]);
      }
      off(name, run) {
        this.#runs.set(name, (this.#runs.get(name) ?? []).filter((other) => other !== run));
      }
      send() {
        throw new Error("there is nobody to send to");
      }
    };
  });
  return { page, origin };
}

test("a widget shows a canvas by its address, follows its traits, tells its state, and ends", async () => {
  const { page, origin } = await open();
  const [one, other] = ["one", "other"].map((title) => probe([...HTTP, "--allow-origin", origin, "--title", title]));
  const [link, second] = [await one.link(), await other.link()];
  // As anywidget does where `_esm` is an address.
  await page.evaluate(async ([src, url]) => {
    window.widget = (await import(url)).default;
    window.model = new window.Model({ src, fit: "resize", height: 300, stats: true, state: "", presenter: false, caption: "", size: null });
    window.end = await window.widget.render({ model: window.model, el: document.querySelector("#cell"), experimental: {} });
  }, [link, new URL("afm.js", link).href]);
  const get = async (name) => await page.evaluate((trait) => window.model.get(trait), name);
  await until("the widget's state is told", async () => (await get("state")) === "connected" && (await get("presenter")) === true);
  await until("the canvas has the widget's height", () => one.events("resize").some((event) => event.pheight === 300));
  await until("the size is told", async () => (await get("size"))?.height === 300);
  assert.equal(await get("caption"), "one");
  // A trait that the widget has not is not made.
  assert.equal(await get("link"), undefined);
  assert.ok(await page.evaluate(() => window.model.saved.some((changes) => changes.state === "connected")));
  await page.mouse.click(200, 150);
  await until("the click arrives", () => one.events("pointer_down").length === 1);
  await save(page, "notebook");

  const set = async (name, value) => await page.evaluate((pair) => window.model.set(...pair), [name, value]);
  await set("height", "12em");
  await until("another height", () => one.events("resize").some((event) => event.pheight === 192));
  await set("src", second);
  await until("another canvas", async () => (await get("caption")) === "other");
  await until("the first is left", async () => (await stats(link)).clients.length === 0);
  await set("control", "none");
  await until("it watches", async () => (await get("presenter")) === false);

  await page.evaluate(() => window.end());
  await until("nobody is there", async () => (await stats(second)).clients.length === 0);
  assert.deepEqual(await page.evaluate(() => [document.querySelector("#cell").childNodes.length, window.model.listeners]), [0, 0]);
  assert.deepEqual(page.problems, []);
});

test("several views of one widget end by their signals, each for itself", async () => {
  const { page, origin } = await open();
  const program = probe([...HTTP, "--allow-origin", origin]);
  const link = await program.link();
  // Where a host takes only the text of a module, the text may name the address.
  await page.evaluate(async ([src, url]) => {
    const text = new Blob([`export { default } from ${JSON.stringify(url)}`], { type: "text/javascript" });
    const widget = (await import(URL.createObjectURL(text))).default;
    window.model = new window.Model({ src });
    window.controllers = [];
    for (let i = 0; i < 2; i += 1) {
      const controller = new AbortController();
      window.controllers.push(controller);
      await widget.render({ model: window.model, el: document.querySelector("#cell"), signal: controller.signal });
    }
    const over = AbortSignal.abort();
    await widget.render({ model: window.model, el: document.querySelector("#cell"), signal: over });
  }, [link, new URL("afm.js", link).href]);
  const clients = async () => (await stats(link)).clients.length;
  await until("two are there", async () => (await clients()) === 2);
  await page.evaluate(() => window.controllers[0].abort());
  await until("one is there", async () => (await clients()) === 1);
  await page.evaluate(() => window.controllers[1].abort());
  await until("nobody is there", async () => (await clients()) === 0);
  assert.equal(await page.evaluate(() => window.model.listeners), 0);
  assert.deepEqual(page.problems, []);
});
