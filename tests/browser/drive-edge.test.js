// Who has one of the origin's links to drive drives at an edge that is made for it.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import bus from "./bus.js";
import { allShow, cleanUp, endTest, framecast, newPage, open, picture, probe, role, save, stroke, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const SIZE = { width: 800, height: 500 };

after(cleanUp);
afterEach(endTest);

/** Starts an edge of which the origin's links are told where they work. */
async function edgeAt(address, ...args) {
  const edge = framecast([...HTTP, "edge", ...args, address]);
  const own = await edge.link();
  return { program: edge, own, with: (link) => new URL(own).href.split("#")[0] + new URL(link).hash };
}

/** Opens `link` again and again until `is` holds, since an edge learns of the origin's links a little later. */
async function come(page, link, what, is) {
  await page.goto(link);
  await until(what, async () => {
    if (await is()) return true;
    if ((await view(page)).state === "refused") await page.evaluate((hash) => void (location.hash = hash), new URL(link).hash);
    return false;
  });
}

/** A page at `link`, as soon as it is let in. */
async function pageAt(link) {
  const page = await newPage(SIZE);
  await come(page, link, "it is let in", async () => (await view(page)).state === "connected");
  await picture(page, { exact: false });
  return page;
}

test("who drives at an edge paints, who watches there does not, and an edge that is not made for it lets no driver in", async () => {
  const address = await bus();
  const origin = framecast([...HTTP, "--publish", address, "demo", "paint"]);
  const [drive, watch] = await origin.links(2);
  const edge = await edgeAt(address, "--drive", "--name", "fra-1");
  const [driver, watcher] = [await pageAt(edge.with(drive)), await pageAt(edge.with(watch))];
  await role(driver, "presenter");
  const observer = await newPage(SIZE);
  await open(observer, watch);
  const pages = [driver, watcher, observer];
  const blank = await allShow(pages);
  await stroke(watcher, 200);
  await stroke(driver, 300);
  const first = await allShow(pages, [blank]);
  await stroke(driver, 400);
  await allShow(pages, [blank, first]);
  await save(driver, "edge-driver");
  assert.equal((await view(watcher)).role, "observer");

  const closed = await edgeAt(address, "--name", "ham-1");
  const visitor = await pageAt(closed.with(watch));
  await allShow([...pages, visitor]);
  const stranger = await newPage(SIZE);
  await stranger.goto(closed.with(drive));
  await until("it is refused", async () => (await view(stranger)).state === "refused");
  for (const page of [...pages, visitor]) assert.deepEqual(page.problems, []);
});

test("control goes from the origin to an edge and back, and the host there sends somebody away", async () => {
  const address = await bus();
  const origin = probe([...HTTP, "--publish", address, "--control", "request"]);
  const [drive] = await origin.links(2);
  const edge = await edgeAt(address, "--drive", "--name", "fra-1");
  const own = await newPage(SIZE);
  await open(own, drive);
  await role(own, "presenter");
  const other = await pageAt(edge.with(drive));
  await role(other, "observer");
  // The host sees who is there, and the edge as one line.
  const people = () => own.evaluate(async () => (await import(document.scripts[0].src)).view.info.clients);
  const found = await until("both are listed", async () => {
    const list = await people();
    return list.find((it) => / at fra-1$/.test(it.label)) && list.find((it) => it.label === "edge fra-1: 0 watching") && list;
  });
  const { number } = found.find((it) => / at fra-1$/.test(it.label));
  const ask = (page, what, ...args) =>
    page.evaluate(async ([what, args]) => (await import(document.scripts[0].src)).view[what](...args), [what, args]);
  await ask(other, "requestControl");
  await until("it asks", async () => (await people()).some((it) => it.number === number && it.asks));
  await ask(own, "grantControl", number);
  await role(other, "presenter");
  await role(own, "observer");
  // What is pressed here happens there, in order, and nothing is left pressed.
  for (const key of ["a", "b", "c"]) await other.keyboard.press(key);
  await until("the keys", () => origin.events("key_up").length === 3);
  assert.deepEqual(origin.events("key_down").map((it) => it.key), ["a", "b", "c"]);
  await other.keyboard.down("x");
  await until("it is pressed", () => origin.events("key_down").length === 4);
  await ask(own, "takeControl");
  await role(own, "presenter");
  await until("it is released", () => origin.events("key_up").some((it) => it.key === "x"));
  await ask(own, "disconnect", number);
  const sentAway = () => other.evaluate(async () => /disconnected this viewer/.test((await import(document.scripts[0].src)).view.info.reason));
  await until("it was sent away", sentAway);
  // It does not come back, neither here nor at another edge, until it is let in.
  for (const it of [edge, await edgeAt(address, "--drive", "--name", "ham-1")]) {
    await come(other, it.with(drive), "it is sent away again", sentAway);
  }
  await ask(own, "letIn", number);
  await come(other, edge.with(drive), "it is let in", async () => (await view(other)).state === "connected");
  await role(other, "observer");
  for (const page of [own, other]) assert.deepEqual(page.problems, []);
});

test("an edge that dies while somebody drives there leaves nothing pressed", async () => {
  const address = await bus();
  const origin = probe([...HTTP, "--publish", address]);
  const [drive] = await origin.links(2);
  const edge = await edgeAt(address, "--drive");
  const driver = await pageAt(edge.with(drive));
  await role(driver, "presenter");
  await driver.keyboard.down("x");
  await until("it is pressed", () => origin.events("key_down").length === 1);
  edge.program.child.kill("SIGKILL");
  await until("it is released", () => origin.events("key_up").length === 1);
});
