/**
 * @typedef {object} Entry what is known of an update that was painted. Seconds: of the server's clock up to
 *   `sent`, of ours from `received`
 * @property {number | null} input
 * @property {number} drawn
 * @property {number | null} presented
 * @property {number} encoded
 * @property {number} sent
 * @property {number} received
 * @property {number} decoded
 * @property {number} painted
 * @property {number | null} offset from our clock to the server's; `null`: not known
 * @property {number} bytes
 * @property {number} tiles
 * @property {number} exactTiles how many of them came as exact pixels
 *
 * @typedef {object} Summary medians in seconds; `null`: not known
 * @property {number | null} input from the input to drawn
 * @property {number | null} presented from drawn: how long its pixels took to come from a GPU, for example
 * @property {number | null} encoded from presented, or from drawn if that is not known
 * @property {number | null} sent from encoded; likewise:
 * @property {number | null} received
 * @property {number | null} decoded
 * @property {number | null} painted
 * @property {number | null} total from drawn to painted
 * @property {number | null} answer from the input to painted
 * @property {number} updatesPerSecond
 * @property {number} bytesPerSecond
 * @property {number | null} bytesPerUpdate mean
 * @property {number | null} tilesPerUpdate mean
 * @property {number | null} exactShare 0 to 1, of the tiles
 */

/** How far back a summary looks, in seconds. */
const WINDOW = 2;
/** More updates than any screen shows in the window. */
const MOST = 1024;

/** Where the time and the bytes of the last updates went. Pure. */
export default class Ledger {
  /** Oldest first. @type {Entry[]} */
  #entries = [];

  /** @param {Entry} entry */
  add(entry) {
    this.#entries.push(entry);
    if (this.#entries.length > MOST) this.#entries.shift();
  }

  /**
   * Of the updates in the window. When there are none, the picture rests: then the times are those of the last
   * update, and the rates are 0.
   *
   * @param {number} now seconds, on our clock
   * @returns {Summary}
   */
  summary(now) {
    const from = now - WINDOW;
    while (this.#entries.length > 1 && /** @type {Entry} */ (this.#entries[0]).painted <= from) this.#entries.shift();
    const entries = this.#entries;
    const recent = entries.filter((entry) => entry.painted > from);
    const bytes = sum(entries, "bytes");
    const tiles = sum(entries, "tiles");
    return {
      input: median(entries, (entry) => entry.input !== null && entry.drawn - entry.input),
      presented: median(entries, (entry) => entry.presented !== null && entry.presented - entry.drawn),
      encoded: median(entries, (entry) => entry.encoded - (entry.presented ?? entry.drawn)),
      sent: median(entries, (entry) => entry.sent - entry.encoded),
      received: median(entries, (entry) => entry.offset !== null && entry.received + entry.offset - entry.sent),
      decoded: median(entries, (entry) => entry.decoded - entry.received),
      painted: median(entries, (entry) => entry.painted - entry.decoded),
      total: median(entries, (entry) => entry.offset !== null && entry.painted + entry.offset - entry.drawn),
      answer: median(
        entries,
        (entry) => entry.offset !== null && entry.input !== null && entry.painted + entry.offset - entry.input,
      ),
      updatesPerSecond: recent.length / WINDOW,
      bytesPerSecond: sum(recent, "bytes") / WINDOW,
      bytesPerUpdate: entries.length > 0 ? bytes / entries.length : null,
      tilesPerUpdate: entries.length > 0 ? tiles / entries.length : null,
      exactShare: tiles > 0 ? sum(entries, "exactTiles") / tiles : null,
    };
  }

  clear() {
    this.#entries = [];
  }
}

/**
 * @param {Entry[]} entries
 * @param {(entry: Entry) => number | false} step `false`: not known of this one
 * @returns {number | null}
 */
function median(entries, step) {
  // Clocks differ a little; nothing takes less than no time.
  const known = entries.map(step).filter((value) => value !== false).map((value) => Math.max(0, value));
  return known.sort((a, b) => a - b)[known.length >> 1] ?? null;
}

/**
 * @param {Entry[]} entries
 * @param {"bytes" | "tiles" | "exactTiles"} field
 */
function sum(entries, field) {
  return entries.reduce((total, entry) => total + entry[field], 0);
}
