import { readFileSync } from "node:fs";

/** The same files are read by the tests of the crates that they lie in. */
const BACKENDS = new URL("../../backends/", import.meta.url);

/**
 * @param {string} name
 * @param {string} [crate]
 * @returns {any[]}
 */
export default function fixtures(name, crate = "stream") {
  return JSON.parse(readFileSync(new URL(`${crate}/fixtures/${name}`, BACKENDS), "utf8"));
}
