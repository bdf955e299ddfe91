/**
 * What the page says, from what the view tells. Pure.
 *
 * @typedef {import("../core/view.js").Info} Info
 * @typedef {object} Words
 * @property {string} role
 * @property {string} roleHint
 * @property {string} ask what the button about control does; empty: there is no such button
 * @property {string} recording whether the canvas is recorded; empty: it is not
 * @property {string} rate pictures per second, or that the picture rests; empty while it means nothing
 * @property {string} delay the round trip; likewise
 * @property {string} title of the notice over the picture; empty: no notice
 * @property {string} detail
 * @property {boolean} retry whether there is something to try at once
 * @property {string} announcement for screen readers: changes with the state only, not with every second
 * @property {string} tab the page's title
 */

/** @type {Record<import("../core/transport/connection.js").State, string>} */
const TITLES = {
  idle: "Not connected",
  connecting: "Connecting…",
  connected: "",
  lost: "Connection lost",
  ended: "The application ended",
  refused: "No access",
};
/** In the place of the role while there is none. */
const SHORT = { idle: "Not connected", connecting: "Connecting", lost: "Reconnecting", ended: "Ended", refused: "No access" };
/** In the place of the role where no WebSocket gets through. */
const DELAYED = "Watching only, about a second late";
/** After so many seconds without an answer it is worth saying what else may be the matter. */
const LONG = 30;
/** What a page cannot find out by itself. */
const RESTARTED = "If the program was started again, it may have another address or new links: open the one that it printed.";
/** Below this rate, in pictures per second, one that got exact in between rests. */
const RESTS = 4;

/**
 * @param {Info} info
 * @returns {Words}
 */
export default function words(info) {
  const connected = info.state === "connected";
  const waiting = connected && !info.picture;
  const role = info.state !== "connected" ? SHORT[info.state] : info.delayed ? DELAYED : info.presenter ? "Presenter" : "Observer";
  const name = info.title || "framecast";
  return {
    role,
    roleHint: connected ? hint(info) : "",
    ask: connected ? ask(info) : "",
    recording: !connected || info.recording === null ? "" : info.recording === "running" ? "Recording" : "Recording paused",
    rate: connected && !waiting ? rate(info) : "",
    delay: connected && info.roundTrip !== null ? milliseconds(info.roundTrip) : "",
    title: waiting ? "Waiting for the first picture…" : TITLES[info.state],
    detail: [reason(info), next(info)].filter(Boolean).join(" "),
    retry: info.address && !["idle", "connecting", "connected"].includes(info.state),
    announcement: connected
      ? `${info.delayed ? role : `Connected as ${role.toLowerCase()}`}. ${hint(info)}.${recorded(info)}`
      : [TITLES[info.state], reason(info)].filter(Boolean).join(". "),
    tab: !connected && info.state !== "connecting" && info.state !== "idle" ? `${role} – ${name}` : name,
  };
}

/** @param {Info} info */
function hint(info) {
  if (info.presenter) return "Your input reaches the application; F6 leaves the picture";
  if (info.delayed) return "No WebSocket gets through here, so nobody can drive from here";
  const who = info.held ? `${info.by || "somebody else"} is in control` : "nobody is in control";
  return info.role === "watch" ? `Your link lets you watch; ${who}` : `You watch; ${who}`;
}

/** What is announced of a recording, which takes everybody in. @param {Info} info */
function recorded({ recording }) {
  return recording === null ? "" : recording === "running" ? " It is recorded." : " The recording pauses.";
}

/** @param {Info} info */
function ask(info) {
  if (info.manages) return info.presenter ? "" : "Take control back";
  if (info.asks) return "Cancel request";
  if (info.canAsk) return info.held ? "Ask for control" : "Take control";
  // Who was granted it can give it back.
  return info.presenter ? "Give control back" : "";
}

/**
 * The reason as a sentence, unless the title says just that.
 *
 * @param {Info} info
 */
function reason(info) {
  const text = info.reason.trim().replace(/\.$/, "");
  if (text === "" || text.toLowerCase() === TITLES[info.state].toLowerCase()) return "";
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

/** @param {Info} info */
function next(info) {
  if (info.state === "ended") return `This page looks for it at this address. ${RESTARTED}`;
  if (info.state !== "lost") return "";
  // "in 0 s" is no use to anybody.
  const again = info.retryIn === null ? "Trying again…" : `Trying again in ${Math.max(1, Math.ceil(info.retryIn))} s.`;
  if (info.lostFor < LONG) return again;
  return `No answer for ${duration(info.lostFor)}. ${again} ${RESTARTED}`;
}

/** @param {number} seconds */
function duration(seconds) {
  // In steps, so that what is read does not change all the time.
  if (seconds < 60) return `${Math.floor(seconds / LONG) * LONG} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/**
 * Two pictures per change, the quick one and the exact one, are no rate that anybody should worry about.
 *
 * @param {Info} info
 */
function rate(info) {
  return info.rested && info.fps < RESTS ? "still" : `${Math.round(info.fps)} fps`;
}

/** @param {number} seconds */
function milliseconds(seconds) {
  const value = seconds * 1000;
  return value < 1 ? "< 1 ms" : `${Math.round(value)} ms`;
}
