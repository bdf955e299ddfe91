// A page of one's own: the example, from memory and from a directory, and what such a page may not do.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { cleanUp, endTest, example, newPage, open, picture, pixel, probe, root, save, shot, shows, until, view } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];
const SEA = "11,60,73";
const FOAM = "231,243,241";
const CORAL = "255,111,89";

after(cleanUp);
afterEach(endTest);

/** A folder that is gone after the tests. */
function folder() {
  const path = mkdtempSync(join(tmpdir(), "framecast-page-"));
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A new page that also counts what its policy forbids. */
async function watchedPage(size) {
  const page = await newPage(size);
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(event.effectiveDirective));
  });
  return page;
}

/** Whether the logo is there, with pixels. */
async function logo(page) {
  return await page.evaluate(() => {
    const { complete, naturalWidth } = document.getElementById("logo");
    return complete && naturalWidth > 0;
  });
}

/** The middle of the view, in CSS pixels of the page. */
async function middle(page) {
  const { x, y, width, height } = await page.locator("framecast-view").boundingBox();
  return [x + width / 2, y + height / 2];
}

test("the example shows its own page around the picture, and whoever opens it drives", async () => {
  const program = example("custom_page", HTTP);
  const page = await watchedPage({ width: 500, height: 400 });
  await open(page, await program.link());
  assert.equal(await page.title(), "Tidepool");
  assert.ok(await logo(page));
  const [x, y] = await middle(page);
  await shows(page, x, y, CORAL);
  const shown = await shot(page);
  assert.equal(pixel(shown, x - 100, y), FOAM, "the picture");
  assert.equal(pixel(shown, 5, 200), SEA, "the page");
  assert.equal(pixel(shown, 32, 30), "11,60,73", "the logo's water");
  await save(page, "custom-page");
  await until("it drives", async () => (await view(page)).role === "presenter");
  assert.equal(await page.textContent("#state"), "you drive");
  const { sequence } = await view(page);
  await page.mouse.click(x - 100, y);
  await picture(page, { after: Number(sequence) });
  await shows(page, x - 100, y, CORAL);
  await shows(page, x, y, FOAM);
  assert.equal(new URL(page.url()).hash, "", "the token is out of the address bar");
  // The second link watches through the same page.
  const watcher = await watchedPage({ width: 500, height: 400 });
  await open(watcher, (await program.links(2))[1]);
  assert.equal(await watcher.textContent("#state"), "you watch");
  for (const each of [page, watcher]) {
    assert.deepEqual(each.problems, []);
    assert.deepEqual(await each.evaluate(() => window.violations), []);
  }
});

test("a directory comes before what the program has, and what is edited is there after a reload", async () => {
  const web = folder();
  cpSync(join(root, "examples/custom_page"), web, { recursive: true });
  const index = join(web, "index.html");
  writeFileSync(index, readFileSync(index, "utf8").replaceAll("Tidepool", "Rockpool"));
  const program = example("custom_page", [...HTTP, "--web-root", web]);
  const page = await watchedPage();
  await open(page, await program.link());
  assert.equal(await page.title(), "Rockpool");
  const style = join(web, "tidepool/page.css");
  writeFileSync(style, readFileSync(style, "utf8").replace("#0b3c49", "#123456"));
  await page.reload();
  await picture(page);
  assert.equal(pixel(await shot(page), 5, 120), "18,52,86");
  rmSync(index);
  await page.reload();
  await picture(page);
  assert.equal(await page.title(), "Tidepool", "the program's own is there again");
  assert.ok(await logo(page));
  assert.deepEqual(page.problems, []);
});

test("the viewer's page takes its title from a flag, and its icon from a directory", async () => {
  const web = folder();
  writeFileSync(join(web, "favicon.svg"), "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><path d='M0 0h8v8z'/></svg>");
  const program = probe([...HTTP, "--web-root", web, "--title", "Tide table"]);
  const page = await watchedPage();
  await open(page, await program.link());
  await until("the title", async () => (await page.title()).includes("Tide table"));
  const icon = await page.evaluate(async () => {
    const answer = await fetch(document.querySelector("link[rel=icon]").href);
    return [answer.status, answer.headers.get("content-type"), await answer.text()];
  });
  assert.deepEqual(icon.slice(0, 2), [200, "image/svg+xml"]);
  assert.ok(icon[2].includes("M0 0h8v8z"));
  assert.deepEqual(page.problems, []);
});

test("a page of one's own uses what its owner names, and nothing else of that kind", async () => {
  const web = folder();
  const elsewhere = createServer((request, response) => {
    const type = request.url.endsWith(".js") ? "text/javascript" : "text/css";
    const body = request.url.endsWith(".js") ? "document.title += ' script'" : "body { background: rgb(1, 2, 3) }";
    response.writeHead(200, { "content-type": type }).end(body);
  });
  elsewhere.listen(0, "127.0.0.1");
  after(() => elsewhere.close());
  await new Promise((resolve) => elsewhere.once("listening", resolve));
  const origin = `http://127.0.0.1:${elsewhere.address().port}`;
  writeFileSync(
    join(web, "index.html"),
    `<!doctype html><title>named</title><link rel="stylesheet" href="${origin}/a.css"><body style="margin: 7px">
     <script src="${origin}/a.js"></script><framecast-view id="view" src="." style="height: 200px"></framecast-view>
     <script type="module" src="framecast-view.js"></script>`,
  );
  const program = probe([...HTTP, "--web-root", web, "--no-auth", "--web-sources", `style-src ${origin} 'unsafe-inline'`]);
  const page = await watchedPage();
  await open(page, await program.link());
  assert.equal(await page.title(), "named", "no script was named");
  const [background, margin] = await page.evaluate(() => {
    const { backgroundColor, marginTop } = getComputedStyle(document.body);
    return [backgroundColor, marginTop];
  });
  assert.deepEqual([background, margin], ["rgb(1, 2, 3)", "7px"]);
  await until("it is told", async () => (await page.evaluate(() => window.violations)).length > 0);
  assert.deepEqual(await page.evaluate(() => window.violations), ["script-src-elem"]);
});

test("nothing inline and nothing from elsewhere runs in a page of one's own", async () => {
  const web = folder();
  writeFileSync(
    join(web, "index.html"),
    `<!doctype html><title>inline</title><style>body { color: red }</style>
     <script>document.title = "ran"</script><body onload="document.title = 'ran'" style="margin: 0">
     <script src="http://other.example/x.js"></script><img src="http://other.example/x.png">
     <link rel="stylesheet" href="own.css"><script src="own.js"></script>`,
  );
  writeFileSync(join(web, "own.css"), "@font-face { font-family: own; src: url(own.woff2) } body { font-family: own }");
  writeFileSync(join(web, "own.js"), "document.title += ' own'");
  writeFileSync(join(web, "own.woff2"), "no font");
  const program = probe([...HTTP, "--web-root", web]);
  const page = await watchedPage();
  await page.goto(await program.link(), { waitUntil: "load" });
  assert.equal(await page.title(), "inline own");
  const violations = async () => [...new Set(await page.evaluate(() => window.violations))].sort();
  await until("they are told", async () => (await violations()).length >= 5);
  assert.deepEqual(await violations(), [
    "img-src",
    "script-src-attr",
    "script-src-elem",
    "style-src-attr",
    "style-src-elem",
  ]);
});
