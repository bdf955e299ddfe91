/** The longest address, in characters: `BackendCommand::MAX_URL`. */
const MAX_URL = 2048;
/** Visible ASCII but for what is in no address: nothing that hides, turns or only looks like other text. */
const PLAIN = /^[!#-;=?-[\]_a-z~]+$/;
/** Of http or https, with an authority that has no user name, no escape, something in it and no empty port. */
const PLACE = /^https?:\/\/[^/?#@%]*[^/?#@%:]([/?#]|$)/i;

/**
 * An address that the application asks to open, as it is shown and opened: of http or https, with a host that is what it
 * looks like. `backends/api/src/address.rs` checks the same, but a server may be anybody's. Pure.
 *
 * @param {string} text
 * @returns {{href: string, host: string} | null} `null`: it is none, or not a plain one
 */
function read(text) {
  if (text.length > MAX_URL || !PLAIN.test(text) || !PLACE.test(text)) return null;
  const url = URL.parse ? URL.parse(text) : parsed(text);
  if (!url || !["http:", "https:"].includes(url.protocol)) return null;
  if (url.username !== "" || url.password !== "" || !isPlain(url.hostname) || !PLAIN.test(url.href)) return null;
  if (isOtherwise(text, url.hostname)) return null;
  return { href: url.href, host: url.host };
}

/** @param {string} text */
function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/**
 * Whether a browser reads another host than what is written: 2130706433 and 0x7f.1 are 127.0.0.1.
 *
 * @param {string} text
 * @param {string} host
 */
function isOtherwise(text, host) {
  const written = text.replace(/^[^:]*:\/\//, "").replace(/[/?#].*$/, "").replace(/:\d+$/, "");
  return /^[\d.]+$/.test(host) && written.replace(/\.$/, "") !== host;
}

/** @param {string} host */
function isPlain(host) {
  if (host.startsWith("[")) return host.endsWith("]");
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(host);
}

export default Object.freeze({ MAX_URL, read });
