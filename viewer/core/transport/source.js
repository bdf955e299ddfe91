import token from "./token.js";

/**
 * From the address of a canvas, as people have it, to its WebSocket and the secret of the link; or to a recording. Pure.
 *
 * @typedef {object} Source
 * @property {string} socket where the WebSocket is, or the recording; without the token, so that no log sees that
 * @property {string | null} token
 * @property {boolean} [recorded] whether it is a recording
 */

/** A name with an ending is a file: the page itself. Anything else is the canvas' own path. */
const FILE = /\.html?$/;
/** Where recordings are: also a file that somebody chose in the page. */
const RECORDED = ["http:", "https:", "blob:"];
/** How the name of one ends. */
const RECORDING = /\.fcast$/i;

/**
 * @param {string} src `http://HOST:PORT/NAME/#token=…`, or relative; with or without the slash at the end
 * @param {string} base what it is relative to
 * @param {boolean} [recorded] it is a recording, whatever its name
 * @returns {Source | null} `null`: it is no address of a canvas
 */
export default function source(src, base, recorded = false) {
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
    return { socket: url.href, token: null, recorded: true };
  }
  const secure = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" };
  const scheme = secure[/** @type {keyof secure} */ (url.protocol)];
  if (!scheme) return null;
  const secret = token.parse(url.hash).token;
  const folder = FILE.test(url.pathname) ? url.pathname.slice(0, url.pathname.lastIndexOf("/")) : url.pathname;
  url.protocol = scheme;
  url.hash = url.search = url.username = url.password = "";
  url.pathname = folder.endsWith("/") ? folder : `${folder}/`;
  return { socket: url.href, token: secret };
}
