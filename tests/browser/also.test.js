// A page that knows a second server of its canvas (`--also`), where it goes on when its own dies.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import bus from "./bus.js";
import { cleanUp, endTest, framecast, freePort, newPage, open, pixel, proof, role, save, shot, stats, until, view } from "./harness.js";

const SIZE = { width: 800, height: 500 };

after(cleanUp);
afterEach(endTest);

/** Two ports that nothing listens on. */
async function twoPorts() {
  const one = await freePort();
  for (;;) {
    const other = await freePort();
    if (other !== one) return [one, other];
  }
}

/** What the page shows. */
test("when its edge dies a page goes on at the other one, and back when that dies, too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "framecast-also-"));
  try {
    const token = randomBytes(32).toString("base64url");
    const links = join(folder, "links");
    writeFileSync(links, `room watch never ${token}\n`, { mode: 0o600 });
    const address = await bus();
    const origin = framecast(["--backend", "http", "--listen", "127.0.0.1:0", "--publish", address, "demo", "paint"]);
    const driver = await newPage(SIZE);
    await open(driver, await origin.link());
    await role(driver, "presenter");
    const ports = await twoPorts();
    const at = (place) => `http://127.0.0.1:${ports[place]}/#token=${token}`;
    const edge = (place) => {
      const other = `http://127.0.0.1:${ports[1 - place]}`;
      const flags = ["--listen", `127.0.0.1:${ports[place]}`, "--link-file", links, "--also", `${other}/`, "--allow-origin", other];
      return framecast(["--backend", "http", ...flags, "edge", address, "--name", `edge-${place}`]);
    };
    const edges = [edge(0), edge(1)];
    for (const place of [0, 1]) assert.equal(await edges[place].link(), at(place));

    const page = await newPage(SIZE);
    await open(page, at(0), { exact: false });
    /** Paints, and waits until the page, the only viewer of the edge there, shows the same picture as the origin. */
    const paint = async (y, place) => {
      // Where the stroke ends.
      const end = async (of) => pixel(await shot(of), 590, y);
      const blank = await end(driver);
      await driver.mouse.move(200, y);
      await driver.mouse.down();
      await driver.mouse.move(600, y, { steps: 8 });
      await driver.mouse.up();
      await driver.mouse.move(500, 450);
      await until("the origin shows the stroke", async () => (await end(driver)) !== blank);
      await until("the page shows the stroke", async () => {
        const { state } = await view(page);
        return state === "connected" && (await end(page)) === (await end(driver));
      });
      await until("the page shows exactly what the origin does", async () => {
        const [here, there] = [await proof(page), await proof(driver)];
        return here.exact && there.exact && here.crc === there.crc;
      });
      assert.equal((await stats(at(place))).clients.length, 1);
    };
    const dies = async (place) => {
      edges[place].child.kill("SIGKILL");
      await edges[place].ended;
    };
    await paint(150, 0);
    await dies(0);
    await paint(250, 1);
    edges[0] = edge(0);
    await edges[0].link();
    await dies(1);
    await paint(350, 0);
    assert.equal((await view(page)).state, "connected");
    await save(page, "also");
    // All that was wrong is what died.
    const problems = page.problems.filter((problem) => !problem.includes("net::ERR_CONNECTION_REFUSED"));
    assert.deepEqual([problems, driver.problems], [[], []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
