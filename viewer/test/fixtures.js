import { readFileSync } from "node:fs";

/** The same files are read by the server's tests. */
const FOLDER = new URL("../../backends/http/fixtures/", import.meta.url);

/**
 * @param {string} name
 * @returns {any[]}
 */
export default function fixtures(name) {
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
}
