// A canvas by way of the browser's accessibility tree, which is what screen readers read: what it says, and what is
// done with it. The application is examples/accessible.rs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { cleanUp, endTest, example, heard, newPage, open, role, until } from "./harness.js";

const ARGS = ["--backend", "http", "--listen", "127.0.0.1:0"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

after(cleanUp);
afterEach(endTest);

/** Chromium's accessibility tree of `page`, and what assistive technology does with it. */
async function assistive(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Accessibility.enable");
  const nodes = async () => {
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    return nodes.filter(({ ignored }) => !ignored).map((node) => ({
      id: node.nodeId,
      dom: node.backendDOMNodeId,
      parent: node.parentId,
      role: node.role?.value,
      name: node.name?.value ?? "",
      value: node.value?.value,
      ...Object.fromEntries((node.properties ?? []).map(({ name, value }) => [name, value.value ?? value.relatedNodes])),
    }));
  };
  const find = async (role, name) => (await nodes()).find((node) => node.role === role && node.name === name);
  const act = async (role, name, what) => {
    const { dom } = await until(`${role} ${name}`, () => find(role, name));
    const { object } = await session.send("DOM.resolveNode", { backendNodeId: dom });
    await session.send("Runtime.callFunctionOn", { objectId: object.objectId, functionDeclaration: what.toString() });
  };
  return {
    nodes,
    find,
    click: (role, name) => act(role, name, function () { this.click(); }),
    focus: (role, name) => act(role, name, function () { this.focus(); }),
    /** As Chromium does itself for whoever sets a value through its accessibility tree. */
    set: (role, name, value) =>
      act(role, name, `function () {
        this.value = ${JSON.stringify(String(value))};
        for (const type of ["input", "change"]) this.dispatchEvent(new Event(type, { bubbles: true }));
      }`),
    says: (text) => until(`it says "${text}"`, async () => (await nodes()).some(({ role, name }) => role === "StaticText" && name === text)),
  };
}

/** The messages about the tree that `page` gets from now on. */
function updates(page) {
  const all = [];
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      const message = typeof payload === "string" ? JSON.parse(payload) : {};
      if (message.type === "accessibility") all.push(message);
    });
  });
  return all;
}

/** Waits until `read` returns what is `wanted`: Chromium brings its tree up to date piece by piece. */
async function becomes(what, wanted, read) {
  let last;
  try {
    await until(what, async () => isDeepStrictEqual((last = await read()), wanted));
  } catch (error) {
    assert.deepEqual(last, wanted, what);
    throw error;
  }
}

const focusedIn = (page) => page.evaluate(() => document.querySelector("#view").shadowRoot.activeElement?.tagName);

test("a screen reader finds what the picture shows, where it shows it, and operates it", async () => {
  const page = await newPage({ width: 600, height: 400 });
  await open(page, await example("accessible", ARGS).link());
  const reader = await assistive(page);
  await reader.says("The light is at 60 percent");
  const [slider, group] = [await reader.find("slider", "Brightness"), await reader.find("group", "Desk lamp")];
  const lampIs = (checked) => becomes("the lamp", checked, async () => (await reader.find("switch", "Lamp"))?.checked);
  await lampIs("true");
  await becomes("the slider", [60, 0, 100], async () => {
    const { value, valuemin, valuemax } = (await reader.find("slider", "Brightness")) ?? {};
    return [value, valuemin, valuemax];
  });
  // What the DevTools of Chromium 156 call the text of a value is the number, on every page.
  await becomes("its value in words", "60 percent", () => page.locator("#tree input[type=range]").getAttribute("aria-valuetext"));
  await becomes("what is in the group", ["switch", "slider", "status polite"], async () => {
    const within = (await reader.nodes()).filter(({ parent }) => parent === group.id);
    return within.map(({ role, live = "" }) => `${role} ${live}`.trim());
  });
  const box = await page.locator("#tree [role=switch]").boundingBox();
  const canvas = await page.locator("#view canvas").boundingBox();
  assert.deepEqual([box.x - canvas.x, box.y - canvas.y, box.width, box.height], [40, 40, 120, 60]);

  await reader.click("switch", "Lamp");
  await reader.says("The light is at 0 percent");
  await lampIs("false");
  await reader.click("switch", "Lamp");
  await reader.set("slider", "Brightness", 25);
  await reader.says("The light is at 25 percent");
  await becomes("the same element", [25, slider.dom], async () => {
    const { value, dom } = (await reader.find("slider", "Brightness")) ?? {};
    return [value, dom];
  });
  assert.deepEqual(page.problems, []);
});

test("the keyboard stays the application's, and its focus is what a screen reader is told", async () => {
  const page = await newPage({ width: 600, height: 400 });
  await open(page, await example("accessible", ARGS).link());
  await role(page, "presenter");
  const reader = await assistive(page);
  await reader.says("The light is at 60 percent");
  await page.evaluate(() => document.querySelector("#view").focus());
  const active = async () => {
    const nodes = await reader.nodes();
    const holder = nodes.find(({ focused, role }) => focused && role === "textbox");
    return holder?.activedescendant?.map(({ backendDOMNodeId }) => nodes.find(({ dom }) => dom === backendDOMNodeId)?.name)[0];
  };
  const isActive = (name) => until(`${name} has the focus`, async () => (await active()) === name);
  await isActive("Lamp");
  await page.keyboard.press("Tab");
  await isActive("Brightness");
  await page.keyboard.press("ArrowRight");
  await reader.says("The light is at 65 percent");
  await reader.focus("switch", "Lamp");
  await isActive("Lamp");
  assert.equal(await focusedIn(page), "TEXTAREA", "the keyboard is still the application's");
  await page.keyboard.press("Space");
  await reader.says("The light is at 0 percent");
});

test("who watches reads it, where it is in their picture, and changes nothing", async () => {
  const program = example("accessible", ARGS);
  const [drive, watch] = await program.links(2);
  const presenter = await newPage({ width: 600, height: 400 });
  await open(presenter, drive);
  const page = await newPage({ width: 300, height: 200 });
  await open(page, watch);
  await role(page, "observer");
  const [reader, other] = [await assistive(page), await assistive(presenter)];
  await reader.says("The light is at 60 percent");
  await becomes("they are disabled", [true, true], async () => {
    const [lamp, slider] = [await reader.find("switch", "Lamp"), await reader.find("slider", "Brightness")];
    return [lamp?.disabled, slider?.disabled];
  });
  const box = await page.locator("#tree [role=switch]").boundingBox();
  const canvas = await page.locator("#view canvas").boundingBox();
  const scale = canvas.width / 600;
  for (const [got, wanted] of [[box.x - canvas.x, 40], [box.y - canvas.y, 40], [box.width, 120], [box.height, 60]]) {
    assert.ok(Math.abs(got - wanted * scale) < 0.5, `${got}, ${wanted} × ${scale}`);
  }
  await reader.click("switch", "Lamp");
  await reader.set("slider", "Brightness", 1);
  assert.equal((await reader.find("slider", "Brightness")).value, 60);
  await heard(page);
  await other.set("slider", "Brightness", 80);
  await reader.says("The light is at 80 percent");
  await becomes("the lamp", "true", async () => (await reader.find("switch", "Lamp"))?.checked);
});

test("a tree that rests is silent, also while the application hands it over again and again", async () => {
  const page = await newPage({ width: 600, height: 400 });
  const got = updates(page);
  await open(page, await example("accessible", ARGS).link());
  await role(page, "presenter");
  const reader = await assistive(page);
  await reader.says("The light is at 60 percent");
  await heard(page);
  assert.equal(got.length, 1);
  await page.evaluate(() => document.querySelector("#view").focus());
  for (let key = 0; key < 20; key += 1) await page.keyboard.press("x");
  await heard(page);
  assert.equal(got.length, 1);
  await page.keyboard.press("Tab");
  await until("the change comes", () => got.length === 2);
  assert.deepEqual(got[1].nodes, [], "only the focus changed");
});

test("a page can turn it off and on again, and axe finds nothing wrong with it", async () => {
  const page = await newPage({ width: 600, height: 400 });
  await open(page, await example("accessible", ARGS).link());
  const reader = await assistive(page);
  await reader.says("The light is at 60 percent");
  await page.evaluate(AXE);
  const wrong = await page.evaluate(async () => (await window.axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`));
  assert.deepEqual(wrong, []);
  const turn = (way) => page.evaluate((way) => (document.querySelector("#view").accessibility = way), way);
  await turn("off");
  await until("it is gone", async () => !(await reader.find("switch", "Lamp")));
  await turn("on");
  await reader.says("The light is at 60 percent");
});
