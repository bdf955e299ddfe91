// Makes one file of the page's modules and compresses it: bundle.js.br and bundle.js.gz, which servers send in the
// place of bundle.js. And player.js, one file of the element with all that plays recordings, to copy to a web space. With
// --check, only says whether the files here are what the modules give.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const viewer = join(dirname(fileURLToPath(import.meta.url)), "..");

/** By the ending of the compressed file's name. */
const CODINGS = {
  br: {
    pack: (/** @type {Buffer} */ bytes) =>
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    unpack: brotliDecompressSync,
  },
  gz: {
    pack: (/** @type {Buffer} */ bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 }),
    unpack: gunzipSync,
  },
};

/** What only those load who show a recording, or get no WebSocket through; from the page's own modules it comes by itself. */
const LAZY = ["./ui/replay/replay.js", "./core/transport/segments.js"];

const made = await bundle("bundle.js", LAZY);
const player = await bundle("framecast-view.js", []);

// Compressed bytes differ from one zlib to the next, so what they stand for is compared.
const stale = Object.entries(CODINGS).filter(([ending, { unpack }]) => {
  try {
    return !unpack(readFileSync(path(ending))).equals(made);
  } catch {
    return true;
  }
});
const PLAYER = join(viewer, "player.js");
const stalePlayer = !existsSync(PLAYER) || !readFileSync(PLAYER).equals(player);
if (process.argv.includes("--check")) {
  if (stale.length > 0 || stalePlayer) {
    const names = [...stale.map(([ending]) => `bundle.js.${ending}`), ...(stalePlayer ? ["player.js"] : [])].join(" and ");
    console.error(`${names}: not what the viewer's modules give; run: npm run --prefix viewer bundle`);
    process.exitCode = 1;
  }
} else {
  // One that is current stays as it is: another zlib's bytes would be a change without a reason.
  for (const [ending, { pack }] of stale) writeFileSync(path(ending), pack(made));
  writeFileSync(PLAYER, player);
}

/**
 * @param {string} entry
 * @param {string[]} external modules that stay their own files
 */
async function bundle(entry, external) {
  const { outputFiles } = await build({
    absWorkingDir: viewer,
    entryPoints: [entry],
    bundle: true,
    external,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
    logLevel: "error",
  });
  return Buffer.from(/** @type {import("esbuild").OutputFile} */ (outputFiles[0]).contents);
}

/** @param {string} ending */
function path(ending) {
  return join(viewer, `bundle.js.${ending}`);
}
