/**
 * What the player of a recording says. Pure.
 *
 * @typedef {import("../../core/replay/recording.js").Damage} Damage
 * @typedef {object} Notice over the picture
 * @property {string} title empty: there is none
 * @property {string} detail
 * @property {boolean} retry whether there is something to try
 *
 * @typedef {object} Info
 * @property {import("../../framecast-view.js").State} state
 * @property {string} reason
 * @property {number | null} retryIn seconds until the next try; `null`: there is none, or it is under way
 * @property {{read: number, size: number | null} | null} progress bytes of what has to be read first
 * @property {boolean} waiting for what comes next
 */

/**
 * A time for people: 0:07, 1:02:03.
 *
 * @param {number} seconds
 */
function time(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/**
 * A time as it is read aloud.
 *
 * @param {number} seconds
 */
function spoken(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const count = (/** @type {number} */ value, /** @type {string} */ unit) => `${value} ${unit}${value === 1 ? "" : "s"}`;
  return [hours && count(hours, "hour"), minutes && count(minutes, "minute"), (rest || whole < 60) && count(rest, "second")].filter(Boolean).join(" ");
}

/**
 * @param {Damage | null} damage
 * @param {number} duration seconds
 * @param {number} size bytes of the file
 */
function damage(damage, duration, size) {
  if (!damage) return "";
  if (damage.cut) return `Not completed: it ends at ${time(duration)}`;
  return `Damaged at byte ${damage.offset.toLocaleString("en")} of ${size.toLocaleString("en")}`;
}

/**
 * @param {Info} info
 * @returns {Notice}
 */
function notice({ state, reason, retryIn, progress, waiting }) {
  if (state === "refused") return { title: "Cannot play this recording", detail: reason, retry: true };
  if (state === "lost") {
    const again = retryIn === null ? "Trying again…" : `Trying again in ${Math.max(1, Math.ceil(retryIn))} s.`;
    return { title: "Connection lost", detail: `${reason} ${again}`, retry: true };
  }
  if (state === "connecting") return { title: progress ? "Reading the recording…" : "Opening the recording…", detail: progress ? amount(progress) : "", retry: false };
  return { title: waiting ? "Loading…" : "", detail: "", retry: false };
}

/** @param {{read: number, size: number | null}} progress */
function amount({ read, size }) {
  const mebi = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
  if (size === null || size < read) return `${mebi(read)} MiB`;
  return `${mebi(read)} of ${mebi(size)} MiB (${Math.floor((100 * read) / Math.max(size, 1))} %)`;
}

/** @param {number} rate */
function rate(rate) {
  return `${rate}×`;
}

export default Object.freeze({ time, spoken, damage, notice, rate });
