/**
 * What a host can want of the server's links, as messages; and how the page shows them. Pure.
 *
 * @typedef {import("./transport/protocol.js").Link} Link
 *
 * @typedef {object} Row a line in the list of links
 * @property {string} name
 * @property {string} note what there is to know about it
 * @property {boolean} revoke whether it can be revoked here
 */

const list = () => ({ type: "list_links" });
/**
 * @param {string} name
 * @param {import("./transport/protocol.js").Role} role
 * @param {number | null} lifetime in seconds; `null`: as long as is possible
 */
const add = (name, role, lifetime) => ({ type: "add_link", name, role, ...(lifetime === null ? {} : { lifetime }) });
/** @param {string} name */
const revoke = (name) => ({ type: "revoke_link", name });

/**
 * @param {Link} link
 * @returns {Row}
 */
function row({ name, role, seconds, clients, made, own }) {
  const notes = [
    own && "yours",
    role === "watch" ? "to watch" : "to drive",
    clients > 0 && `${clients} here`,
    seconds !== null && `ends in ${time(seconds)}`,
  ];
  return { name, note: notes.filter(Boolean).join(", "), revoke: made && !own };
}

/** The largest unit of which there is one, rounded down. @param {number} seconds */
function time(seconds) {
  for (const [unit, length] of /** @type {const} */ ([["d", 86_400], ["h", 3600], ["min", 60]])) {
    if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}`;
  }
  return "less than a minute";
}

/**
 * The address of a canvas by a link.
 *
 * @param {string} socket where its WebSocket is
 * @param {string} token the link's secret
 */
function address(socket, token) {
  const found = new URL(socket.replace(/^ws/, "http"));
  found.search = "";
  found.hash = `token=${token}`;
  return found.href;
}

/** Whether an address leads everybody to their own machine. @param {string} address */
function isLocal(address) {
  return /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(new URL(address).hostname);
}

export default Object.freeze({ list, add, revoke, row, address, isLocal });
