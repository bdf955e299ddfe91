// Writes types/*.d.ts from the JSDoc of what the package exports; with --check, only says whether they are current.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What people import; what those import stays ours. */
const PUBLIC = ["framecast-view", "afm"];

const viewer = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");
const out = mkdtempSync(join(tmpdir(), "framecast-types-"));
try {
  const compiler = join(viewer, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [compiler, "--project", join(viewer, "tsconfig.types.json"), "--outDir", out], { stdio: "inherit" });
  for (const name of PUBLIC) {
    const file = `${name}.d.ts`;
    // What `document.createElement` and `addEventListener` know of it, JSDoc cannot say.
    const made = `/// <reference path="./global.d.ts" />\n${readFileSync(join(out, file), "utf8")}`;
    for (const [, other] of made.matchAll(/(?:from|import)\W*"\.\/([^"]+)\.js"/g)) {
      if (!PUBLIC.includes(other)) throw new Error(`${file} tells of ${other}.js, which is not public`);
    }
    const committed = join(viewer, "types", file);
    if (!check) writeFileSync(committed, made);
    else if (read(committed) !== made) throw new Error(`types/${file} is not current: npm run types`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
