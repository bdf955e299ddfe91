/**
 * What the details say, from the ledger. Pure.
 *
 * @typedef {import("../core/decode/ledger.js").Summary} Summary
 *
 * @typedef {object} Step a line of the timeline
 * @property {string} label
 * @property {string} text milliseconds
 * @property {number} start where its bar begins, 0 to 1
 * @property {number} length of its bar; 0: none
 *
 * @typedef {object} Fact
 * @property {string} label
 * @property {string | null} text `null`: there is none
 *
 * @typedef {object} Figures
 * @property {Step[]} steps
 * @property {Fact[]} totals milliseconds
 * @property {Fact[]} facts with their units
 */

/** Not known, or not yet. */
const UNKNOWN = "–";
/** Where the timeline may end, in seconds: round numbers, so that it keeps its scale while times vary. */
const SCALES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** @type {Record<import("../core/video.js").State, string>} */
const VIDEO = {
  unknown: UNKNOWN,
  ready: "ready",
  off: "off",
  failed: "stopped: the decoder failed",
  insecure: "only over HTTPS or on this machine",
  none: "not in this browser",
};

/** @type {[keyof Summary & ("input" | "presented" | "encoded" | "sent" | "received" | "decoded" | "painted"), string][]} */
const STEPS = [
  ["input", "Input → drawn"],
  ["presented", "Drawn → presented"],
  ["encoded", "Presented → encoded"],
  ["sent", "Encoded → sent"],
  ["received", "Sent → received"],
  ["decoded", "Received → decoded"],
  ["painted", "Decoded → painted"],
];

/**
 * @param {Summary} summary
 * @param {Pick<import("../core/view.js").Info, "roundTrip" | "exact" | "readable" | "video">} info
 * @returns {Figures}
 */
export default function figures(summary, { roundTrip, exact, readable, video }) {
  const whole = STEPS.reduce((total, [name]) => total + (summary[name] ?? 0), 0);
  const scale = SCALES.find((end) => whole <= end) ?? whole;
  let start = 0;
  const steps = STEPS.map(([name, label]) => {
    const seconds = summary[name];
    const step = { label, text: milliseconds(seconds), start, length: (seconds ?? 0) / scale };
    start += step.length;
    return step;
  });
  const tiles = summary.tilesPerUpdate;
  return {
    steps,
    totals: [
      { label: "Input → painted", text: milliseconds(summary.answer) },
      { label: "Drawn → painted", text: milliseconds(summary.total) },
    ],
    facts: [
      { label: "Updates", text: `${rounded(summary.updatesPerSecond)} /s` },
      { label: "Data", text: `${bytes(summary.bytesPerSecond)}/s` },
      { label: "Per update", text: summary.bytesPerUpdate === null ? UNKNOWN : bytes(summary.bytesPerUpdate) },
      { label: "Tiles per update", text: tiles === null ? UNKNOWN : rounded(tiles) },
      { label: "Exact tiles", text: summary.exactShare === null ? UNKNOWN : `${percent(summary.exactShare)} %` },
      { label: "Shown now", text: summary.bytesPerUpdate === null || !readable ? UNKNOWN : exact ? "exact" : video.shown ? "video" : "JPEG" },
      { label: "Video", text: comes(video.comes) ?? (video.offered ? VIDEO[video.state] : null) },
      { label: "Round trip", text: roundTrip === null ? UNKNOWN : `${milliseconds(roundTrip)} ms` },
    ],
  };
}

/** @param {import("../core/view.js").VideoInfo["comes"]} video */
function comes(video) {
  return video && (video.half ? `on, ${video.width} × ${video.height}` : "on");
}

/** @param {number | null} seconds */
function milliseconds(seconds) {
  return seconds === null ? UNKNOWN : (seconds * 1000).toFixed(1);
}

/**
 * One decimal for small numbers only.
 *
 * @param {number} value
 */
function rounded(value) {
  return value > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

/**
 * All and nothing are told only where they are true.
 *
 * @param {number} share
 */
function percent(share) {
  if (share > 0 && share < 0.01) return "< 1";
  return share < 1 && share > 0.99 ? "99" : String(Math.round(share * 100));
}

/** @param {number} count */
function bytes(count) {
  const units = ["B", "kB", "MB", "GB"];
  let value = count;
  let unit = 0;
  // What would be shown as 1000 is 1.0 of the next.
  while (Math.round(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : rounded(value)} ${units[unit]}`;
}
