import token from "./token.js";

/**
 * From the address of a canvas, as people have it, to its WebSocket and the secret of the link. Pure.
 *
 * @typedef {object} Source
 * @property {string} socket where the WebSocket is; without the token, so that no log sees that
 * @property {string | null} token
 */

/** A name with an ending is a file: the page itself. Anything else is the canvas' own path. */
const FILE = /\.html?$/;

/**
 * @param {string} src `http://HOST:PORT/NAME/#token=…`, or relative; with or without the slash at the end
 * @param {string} base what it is relative to
 * @returns {Source | null} `null`: it is no address of a canvas
 */
export default function source(src, base) {
  /** @type {URL} */
  let url;
  try {
    url = new URL(src, base);
  } catch {
    return null;
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
