import stored from "./stored.js";

/**
 * What this browser calls itself towards the server, so that it is known when it comes again: whoever was sent away
 * does not come back by a new page, and who only shares an address with them does. Random, of this origin alone, and as
 * long as the browser keeps it.
 */

const KEY = "framecast.browser";
const BYTES = 16;
const NAME = /^[\w-]{8,64}$/;

/** Where nothing is stored, one for this page. @type {string | null} */
let own = null;

/** @returns {string} at most 64 letters, digits, - and _ */
function name() {
  const known = own ?? stored.get(KEY);
  own = known !== null && NAME.test(known) ? known : random();
  if (own !== known) stored.set(KEY, own);
  return own;
}

function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default Object.freeze({ name });
