import token from "./token.js";

/**
 * From the addresses of a canvas, as people have them, to its WebSockets and the secret of the link; or to a recording. Pure.
 *
 * @typedef {object} Source
 * @property {string[]} urls where WebSockets are, or the recording; without the token, so that no log sees that
 * @property {string | null} token of the first address that has one
 * @property {boolean} [recorded] whether it is a recording
 */

/** A name with an ending is a file: the page itself. Anything else is the canvas' own path. */
const FILE = /\.html?$/;
/** Where recordings are: also a file that somebody chose in the page. */
const RECORDED = ["http:", "https:", "blob:"];
/** How the name of one ends. */
const RECORDING = /\.fcast$/i;

/**
 * @param {string} src `http://HOST:PORT/NAME/#token=…`, or relative; with or without the slash at the end. Several servers of
 *   one canvas, with white space between them; or one recording
 * @param {string} base what they are relative to
 * @param {boolean} [recorded] it is a recording, whatever its name
 * @returns {Source | null} `null`: one of them is no address of a canvas
 */
export default function source(src, base, recorded = false) {
  const whole = one(src, base, recorded);
  // The name of a recording may have spaces.
  if (whole?.recorded) return whole;
  const all = src.trim().split(/\s+/).map((part) => one(part, base, false));
  if (all.some((it) => !it || it.recorded)) return null;
  const found = /** @type {Source[]} */ (all);
  return { urls: [...new Set(found.flatMap(({ urls }) => urls))], token: found.find(({ token }) => token)?.token ?? null };
}

/**
 * @param {string} src
 * @param {string} base
 * @param {boolean} recorded
 * @returns {Source | null}
 */
function one(src, base, recorded) {
  /** @type {URL} */
  let url;
  try {
    url = new URL(src, base);
  } catch {
    return null;
  }
  if (recorded || RECORDING.test(url.pathname)) {
    if (!RECORDED.includes(url.protocol)) return null;
    url.hash = url.username = url.password = "";
    return { urls: [url.href], token: null, recorded: true };
  }
  const secure = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" };
  const scheme = secure[/** @type {keyof secure} */ (url.protocol)];
  if (!scheme) return null;
  const secret = token.parse(url.hash).token;
  const folder = FILE.test(url.pathname) ? url.pathname.slice(0, url.pathname.lastIndexOf("/")) : url.pathname;
  url.protocol = scheme;
  url.hash = url.search = url.username = url.password = "";
  url.pathname = folder.endsWith("/") ? folder : `${folder}/`;
  return { urls: [url.href], token: secret };
}
