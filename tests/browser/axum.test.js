// Canvases in somebody else's web application, with its own pages and its own login: examples/axum_app.rs.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, example, newPage, pixel, save, shot, until } from "./harness.js";

after(cleanUp);
afterEach(endTest);

/** Starts the application; its address. */
async function application() {
  const program = example("axum_app", ["127.0.0.1:0"]);
  return await until("the application's address", () => {
    if (program.result) throw new Error(`it ended: ${program.errors.join("\n")}`);
    return program.lines.map((line) => line.match(/http:\/\/\S+/)?.[0]).find(Boolean);
  });
}

async function logIn(page, name, password) {
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await page.click("button");
}

/** Waits until both canvases of a page are shown exactly; what their elements say. */
async function both(page) {
  return await until("both canvases", async () => {
    const states = await page.evaluate(() => [...document.querySelectorAll("framecast-view")].map((it) => ({ ...it.dataset })));
    return states.length === 2 && states.every((it) => it.state === "connected" && it.exact === "true") && states;
  });
}

async function middle(page, id) {
  const { x, y, width, height } = await page.locator(`#${id}`).boundingBox();
  return [x + width / 2, y + height / 2];
}

test("an application shows two canvases to whom it lets in, and says who may drive", async () => {
  const address = await application();
  const size = { width: 800, height: 480 };
  const [driver, guest] = [await newPage(size), await newPage(size)];
  await driver.goto(address);
  await logIn(driver, "driver", "no");
  // Whoever is not logged in gets nothing of the canvases, not even the viewer's files.
  for (const path of ["", "left/", "left/framecast-view.js", "left/stats"]) {
    const status = await driver.evaluate(async (url) => (await fetch(url)).status, `/canvas/${path}`);
    assert.equal(status, 401, path);
  }
  await driver.goto(address);
  await logIn(driver, "driver", "wheel");
  await until("it drives both", async () => (await both(driver)).every((it) => it.role === "presenter"));
  await guest.goto(address);
  await logIn(guest, "guest", "eyes");
  assert.deepEqual((await both(guest)).map((it) => it.link), ["watch", "watch"]);

  const disc = "250,250,245";
  const at = async (page, id) => {
    const [x, y] = await middle(page, id);
    return pixel(await shot(page), x, y);
  };
  assert.equal(await at(guest, "left"), disc);
  // The guest's pointer changes nothing, the driver's moves the disc away; and on one canvas only.
  const [x, y] = await middle(guest, "left");
  await guest.mouse.move(x + 100, y - 60);
  const [left, top] = await middle(driver, "left");
  await driver.mouse.move(left - 90, top + 50, { steps: 3 });
  await until("the disc to go", async () => (await at(guest, "left")) !== disc);
  await until("the disc where the pointer is", async () => pixel(await shot(guest), x - 90, y + 50) === disc);
  assert.equal(await at(guest, "right"), disc);
  await save(driver, "axum-app");
  const unexpected = driver.problems.filter((problem) => !problem.includes("401"));
  assert.deepEqual([...unexpected, ...guest.problems], []);
});

test("a page of another site gets no WebSocket from the application, whatever cookies it has", async () => {
  const address = await application();
  const page = await newPage({ width: 800, height: 480 });
  await page.goto(address);
  await logIn(page, "driver", "wheel");
  await both(page);
  const [cookie] = await page.context().cookies();
  const status = async (origin) => {
    const { get } = await import("node:http");
    return await new Promise((resolve, reject) => {
      const headers = {
        cookie: `${cookie.name}=${cookie.value}`,
        origin,
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-protocol": "framecast.v1",
      };
      const asked = get(new URL("canvas/left/", address), { headers });
      asked.on("upgrade", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      });
      asked.on("response", (response) => {
        response.destroy();
        resolve(response.statusCode);
      });
      asked.on("error", reject);
    });
  };
  assert.equal(await status(new URL(address).origin), 101);
  assert.equal(await status("https://evil.example"), 403);
});
