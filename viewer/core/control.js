/**
 * What a client can want of control, as messages; and what the page offers, by what the server told. Pure.
 *
 * @typedef {import("./transport/protocol.js").Listed} Listed
 *
 * @typedef {"auto" | "request" | "none"} Mode what a view wants of control: what the server gives it; that, and to ask
 *   for it; never any
 *
 * @typedef {object} Row a line in the list of viewers
 * @property {number} number
 * @property {string} name
 * @property {string} note what there is to know about it
 * @property {boolean} quiet nobody looks at it
 * @property {boolean} grant whether control can be given to it
 * @property {boolean} disconnect whether it can be sent away
 */

const request = () => ({ type: "request_control" });
const release = () => ({ type: "release_control" });
const take = () => ({ type: "take_control" });
/** @param {number} number */
const grant = (number) => ({ type: "grant_control", number });
/** @param {number} number */
const disconnect = (number) => ({ type: "disconnect", number });
/** @param {number} number */
const letIn = (number) => ({ type: "let_in", number });
/** @param {boolean} on */
const record = (on) => ({ type: on ? "resume_recording" : "pause_recording" });

/**
 * @param {Listed} viewer
 * @returns {Row}
 */
function row(viewer) {
  const notes = [
    viewer.you && "you",
    viewer.presenter ? "in control" : viewer.role === "watch" && "watches only",
    viewer.asks && "asks for control",
    !viewer.visible && "hidden",
  ];
  return {
    number: viewer.number,
    name: viewer.label,
    note: notes.filter(Boolean).join(", "),
    quiet: !viewer.visible,
    grant: !viewer.presenter && !viewer.you && viewer.role === "drive",
    disconnect: !viewer.you,
  };
}

/**
 * Who is to be asked about first, of those who wait and were not put off.
 *
 * @param {Listed[]} viewers
 * @param {Set<number>} putOff
 * @returns {Listed | null}
 */
function asker(viewers, putOff) {
  return viewers.find((viewer) => viewer.asks && !putOff.has(viewer.number)) ?? null;
}

/**
 * Who came and who went, as a sentence; empty: nobody.
 *
 * @param {Map<number, string>} before labels, by number
 * @param {Map<number, string>} after
 */
function changes(before, after) {
  const only = (/** @type {Map<number, string>} */ these, /** @type {Map<number, string>} */ those) =>
    [...these].filter(([number]) => !those.has(number)).map(([, label]) => label);
  const told = (/** @type {string[]} */ who, /** @type {string} */ what) =>
    who.length === 0 ? "" : who.length === 1 ? `${who[0]} ${what}.` : `${who.length} viewers ${what}.`;
  return [told(only(after, before), "joined"), told(only(before, after), "left")].filter(Boolean).join(" ");
}

/**
 * What to say about control without being asked.
 *
 * @param {Mode} mode
 * @param {{presenter: boolean, can_ask: boolean, asks: boolean}} told by the server
 * @param {{asked: boolean, declined: boolean}} done on this connection: asked so; given up so
 * @returns {"request" | "release" | null}
 */
function wish(mode, { presenter, can_ask, asks }, { asked, declined }) {
  if (mode === "none") return presenter || asks ? "release" : null;
  if (presenter || asks || !can_ask) return null;
  // Who gave control up is given it again only when it asks.
  return declined || (mode === "request" && !asked) ? "request" : null;
}

/**
 * @param {string | null} text
 * @returns {Mode}
 */
function mode(text) {
  return text === "request" || text === "none" ? text : "auto";
}

export default Object.freeze({ request, release, take, grant, disconnect, letIn, record, wish, mode, row, asker, changes });
