/** How many pongs the offset is chosen from. */
const SAMPLES = 10;
/** The round trip that is told is the median of this many: a busy moment of the page is no distance. */
const ROUND_TRIPS = 5;

/**
 * The server's clock, as far as pings and pongs tell. The pong with the shortest round trip is the one
 * that was delayed least, so its time is the most exact. Pure; seconds.
 */
export default class Clock {
  /** The last ones, oldest first. @type {{took: number, offset: number}[]} */
  #samples = [];

  /**
   * @param {number} sent when the ping went, on our clock
   * @param {number} heard when its pong came
   * @param {number} time what the pong said, on the server's clock
   */
  add(sent, heard, time) {
    const took = Math.max(0, heard - sent);
    this.#samples.push({ took, offset: time - (sent + took / 2) });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** From a ping to its answer. @returns {number | null} */
  get roundTrip() {
    const sorted = this.#samples.slice(-ROUND_TRIPS).map((sample) => sample.took).sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1] ?? null;
  }

  /** What to add to our clock to have the server's; `null`: not known yet. @returns {number | null} */
  get offset() {
    /** @type {{took: number, offset: number} | null} */
    let best = null;
    for (const sample of this.#samples) if (!best || sample.took < best.took) best = sample;
    return best && best.offset;
  }

  clear() {
    this.#samples = [];
  }
}
