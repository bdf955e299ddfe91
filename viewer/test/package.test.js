import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const viewer = join(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = mkdtempSync(join(tmpdir(), "framecast-package-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
}

/** @param {string} file */
const read = (file) => readFileSync(join(viewer, file), "utf8");

test("the package is packed with all it needs, installed without a network, resolved, and its types are used", () => {
  const [packed] = JSON.parse(npm(["pack", "--json", "--pack-destination", scratch], viewer));
  const files = new Set(packed.files.map((/** @type {{path: string}} */ { path }) => path));
  for (const file of files) {
    if (!file.endsWith(".js")) continue;
    for (const [, other = ""] of read(file).matchAll(/(?:from |import |import\()"(\.[^"]+)"/g)) {
      assert.ok(files.has(join(dirname(file), other)), `${file} imports ${other}, which is not packed`);
    }
  }
  for (const file of ["main.js", "bundle.js", "index.html", "style.css", "Cargo.toml", "scripts/types.js", "test/package.test.js"]) {
    assert.ok(!files.has(file), `${file} is of no use there`);
  }
  for (const file of ["player.js", "player.html"]) assert.ok(files.has(file), `${file} is to be copied`);
  assert.ok(files.has("README.md") && files.has("LICENSE-MIT") && files.has("LICENSE-APACHE"), [...files].join(" "));

  writeFileSync(join(scratch, "package.json"), JSON.stringify({ name: "scratch", private: true, type: "module" }));
  npm(["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", `./${packed.filename}`], scratch);
  const resolve = "for (const name of ['', '/afm.js', '/player.js', '/custom-elements.json', '/package.json']) console.log(import.meta.resolve('framecast-viewer' + name))";
  writeFileSync(join(scratch, "resolve.js"), resolve);
  const found = execFileSync(process.execPath, ["resolve.js"], { cwd: scratch, encoding: "utf8" }).trim().split("\n");
  const installed = join(scratch, "node_modules", "framecast-viewer");
  const wanted = ["framecast-view.js", "afm.js", "player.js", "custom-elements.json", "package.json"].map((name) => join(installed, name));
  assert.deepEqual(found.map((url) => fileURLToPath(url)), wanted);

  writeFileSync(join(scratch, "use.ts"), readFileSync(join(viewer, "test", "use.ts"), "utf8"));
  const compiler = join(viewer, "node_modules", "typescript", "bin", "tsc");
  const options = ["--noEmit", "--strict", "--target", "ES2022", "--module", "ES2022", "--moduleResolution", "bundler"];
  execFileSync(process.execPath, [compiler, ...options, "use.ts"], { cwd: scratch, stdio: ["ignore", "inherit", "inherit"] });
});

test("the manifest of the element tells what the element has", () => {
  const { modules } = JSON.parse(read("custom-elements.json"));
  const [element] = modules[0].declarations;
  const code = read("framecast-view.js");
  const replay = read("ui/replay/replay.js");
  const names = (/** @type {{name: string}[]} */ list) => list.map(({ name }) => name).sort();
  // Those that are watched, and those that are only looked at.
  const attributes = JSON.parse(/** @type {RegExpExecArray} */ (/observedAttributes = (\[.*\])/.exec(code))[1] ?? "");
  const looked = [...(code + replay).matchAll(/(?:has|get)Attribute\("([a-z]+)"\)/g)].map(([, name]) => name);
  assert.deepEqual(names(element.attributes), [...new Set([...attributes, ...looked])].sort());
  const events = [...code.matchAll(/"(framecast-[a-z]+)"/g)].map(([, name]) => name).filter((name) => name !== "framecast-view");
  // What a player has news of; what it draws is none, and what it cannot read is an error.
  const news = [.../** @type {RegExpExecArray} */ (/typedef \{("play"[^}]+)\} News/.exec(read("core/replay/player.js")))[1].matchAll(/"([a-z]+)"/g)].map(([, name]) => name);
  const media = news.filter((name) => !["shown", "texts", "failed", "damaged"].includes(name));
  const others = [...replay.matchAll(/#tell\("([a-z]+)"\)/g)].map(([, name]) => name);
  assert.deepEqual(names(element.events), [...new Set([...events, ...media, ...others])].sort());
  const style = ["base", "status", "panels", "needs"].map((name) => read(`ui/style-${name}.js`)).join("") + read("ui/replay/style.js");
  const properties = [...style.matchAll(/var\((--framecast-[a-z-]+)/g)].map(([, name]) => name);
  assert.deepEqual(names(element.cssProperties), [...new Set(properties)].sort());
  const parts = [...(read("ui/chrome.js") + read("ui/replay/chrome.js")).matchAll(/part: [`"]([a-z ]+)/g)].flatMap(([, names]) => /** @type {string} */ (names).trim().split(" "));
  assert.deepEqual(names(element.cssParts), [...new Set([...parts, "canvas", "details", "viewers"])].sort());
  const readme = read("README.md");
  for (const name of [...names(element.attributes), ...names(element.events), ...names(element.cssProperties), ...names(element.cssParts)]) {
    assert.ok(readme.includes(`\`${name}\``), `README.md does not tell of ${name}`);
  }
});
