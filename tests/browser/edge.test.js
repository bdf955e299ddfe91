// A canvas that is drawn in one place and served by edges: what browsers see there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import bus from "./bus.js";
import { allShow, cleanUp, endTest, framecast, newPage, open, role, save, stroke, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const SIZE = { width: 800, height: 500 };

after(cleanUp);
afterEach(endTest);

/** Starts an edge; returns a page that shows what it serves. */
async function watcherAt(address, name) {
  const edge = framecast([...HTTP, "edge", address, "--name", name]);
  const page = await newPage(SIZE);
  await open(page, await edge.link(), { exact: false });
  return page;
}

test("what is painted at the origin is exact at two edges, where nobody can paint", async () => {
  const address = await bus();
  const origin = framecast([...HTTP, "--publish", address, "demo", "paint"]);
  const driver = await newPage(SIZE);
  await open(driver, await origin.link());
  await role(driver, "presenter");
  const watchers = [await watcherAt(address, "one"), await watcherAt(address, "two")];
  const pages = [driver, ...watchers];
  const blank = await allShow(pages);
  await stroke(driver, 200);
  const first = await allShow(pages, [blank]);
  await stroke(watchers[0], 300);
  await stroke(driver, 400);
  await stroke(watchers[1], 300);
  await allShow(pages, [blank, first]);
  assert.equal((await view(watchers[0])).role, "observer");
  await save(watchers[1], "edge-paint");
  // A late one has the same at once.
  await allShow([...pages, await watcherAt(address, "three")]);
  for (const page of pages) assert.deepEqual(page.problems, []);
});

test("a photograph is exact at an edge, and so is a snapshot", async () => {
  const folder = mkdtempSync(join(tmpdir(), "framecast-edge-"));
  try {
    const file = join(folder, "photograph.png");
    const source = ["-f", "lavfi", "-i", "mandelbrot=size=700x450:start_scale=0.01"];
    const grain = ["-vf", "gblur=sigma=0.8,noise=alls=9:allf=u:all_seed=7", "-frames:v", "1"];
    execFileSync("ffmpeg", ["-v", "error", ...source, ...grain, file]);
    const address = await bus();
    const origin = framecast([...HTTP, "--publish", address, "show", file]);
    const [shown, link] = [await newPage(SIZE), await origin.link()];
    await open(shown, link);
    const edge = framecast([...HTTP, "edge", address]);
    const page = await newPage(SIZE);
    await open(page, await edge.link(), { exact: false });
    await allShow([shown, page]);
    const snapshot = async (of) => {
      const url = new URL(of);
      const token = url.hash.slice("#token=".length);
      const answer = await fetch(new URL("snapshot.png", url), { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 200);
      return Buffer.from(await answer.arrayBuffer());
    };
    assert.ok((await snapshot(await edge.link())).equals(await snapshot(link)));
    await save(page, "edge-photograph");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("viewers of an edge keep the last picture until the next origin is there", async () => {
  const address = await bus();
  const slow = ["--size", "900x600", "--max-fps", "0.7"];
  const origin = framecast(["--backend", "none", ...slow, "--publish", address, "demo", "dashboard"]);
  const page = await watcherAt(address, "one");
  const before = await allShow([page]);
  origin.child.kill("SIGKILL");
  await origin.ended;
  assert.equal((await view(page)).state, "connected");
  framecast(["--backend", "none", "--size", "640x400", "--publish", address, "demo", "paint"]);
  await allShow([page], [before]);
  const size = await page.evaluate(async () => {
    const { view } = await import(document.scripts[0].src);
    const { width, height } = await createImageBitmap(await view.snapshot());
    return `${width}x${height}`;
  });
  assert.equal(size, "640x400");
  assert.deepEqual(page.problems, []);
});
