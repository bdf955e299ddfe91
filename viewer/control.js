/**
 * What a client can want of control, as messages; and what the page offers, by what the server told. Pure.
 *
 * @typedef {import("./protocol.js").Listed} Listed
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

export default Object.freeze({ request, release, take, grant, disconnect, row, asker });
