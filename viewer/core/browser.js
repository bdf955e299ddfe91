import stored from "./stored.js";

/**
 * What this browser calls itself towards a server, so that it is known when it comes again: whoever was sent away
 * does not come back by a new page, and who only shares an address with them does. Random, another for each server and
 * each origin of a page, and as long as the browser keeps it.
 */

const KEY = "framecast.browser";
const BYTES = 16;
const NAME = /^[\w-]{8,64}$/;

/** By server, also where nothing may be stored. @type {Map<string, string>} */
const names = new Map();

/**
 * @param {string} server its host and port
 * @returns {string} at most 64 letters, digits, - and _
 */
function name(server) {
  const key = `${KEY} ${server}`;
  const known = names.get(key) ?? stored.get(key);
  const own = known !== null && NAME.test(known) ? known : random();
  if (own !== known) stored.set(key, own);
  names.set(key, own);
  return own;
}

function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default Object.freeze({ name });
