/**
 * @typedef {import("./protocol.js").Picture} Picture
 * @typedef {{close(): void}} Bitmap a decoded picture (`ImageBitmap`)
 */

/**
 * @template {Bitmap} B
 * @typedef {object} Hooks
 * @property {(picture: Picture) => Promise<B>} decode
 * @property {(picture: Picture, bitmap: B) => void} paint draws; called from `frame`
 * @property {() => void} wanted there is something to paint: call `frame` in the next animation frame
 * @property {(update: number) => void} acknowledge
 * @property {() => void} failed a picture could not be decoded, not in time, or not painted
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/**
 * @typedef {object} Entry
 * @property {number} update
 * @property {number} order its place in the order received
 * @property {"open" | "dropped" | "settled"} state dropped: waits for a newer one to be settled
 */

/** How many pictures are decoded at a time: one while the one before is being waited for. */
const MOST_DECODING = 2;
/** What is not decoded by then, in seconds, has failed: the browser may never say. */
const DECODE_TIMEOUT = 10;

/**
 * From received to painted: of what waits, the newest wins; every picture is acknowledged, in order,
 * once it or a newer one was painted. What cannot be decoded counts as painted, so that a bad picture
 * never stops the stream. One that comes after its time is shown all the same, if nothing newer is. While nobody sees the page, nothing is decoded, the newest picture is kept,
 * and all are acknowledged at once (`show` and `hide`).
 *
 * Knows no DOM: decoding and painting are handed in.
 *
 * @template {Bitmap} B
 */
export default class Decoder {
  #hooks;
  /** @type {Entry[]} not acknowledged, in the order received */
  #entries = [];
  /** @type {{picture: Picture, entry: Entry} | null} the newest, not yet being decoded */
  #next = null;
  /** @type {{picture: Picture, entry: Entry, bitmap: B} | null} decoded, newer than what is shown */
  #ready = null;
  #decoding = 0;
  /** Grows with every reset: what was being decoded then is of no use. */
  #generation = 0;
  /** The place of the newest picture that is ready or shown, in the order received. */
  #newest = 0;
  #received = 0;
  #visible = true;

  /** @param {Hooks<B>} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** @param {Picture} picture */
  receive(picture) {
    this.#received += 1;
    /** @type {Entry} */
    const entry = { update: picture.update, order: this.#received, state: "open" };
    this.#entries.push(entry);
    if (this.#next) this.#next.entry.state = "dropped";
    this.#next = { picture, entry };
    if (this.#visible) this.#start();
    else this.#acknowledgeAll();
  }

  /**
   * Paints what is ready.
   *
   * @returns {Entry | null} what to hand to `painted` once the frame is out
   */
  frame() {
    const ready = this.#ready;
    this.#ready = null;
    if (!ready) return null;
    try {
      this.#hooks.paint(ready.picture, ready.bitmap);
    } catch {
      this.#hooks.failed();
    }
    ready.bitmap.close();
    return ready.entry;
  }

  /**
   * The frame that `frame` painted into was presented.
   *
   * @param {Entry} entry
   */
  painted(entry) {
    this.#settle(entry);
  }

  hide() {
    this.#visible = false;
    this.#acknowledgeAll();
  }

  show() {
    this.#visible = true;
    this.#start();
    if (this.#ready) this.#hooks.wanted();
  }

  /** The connection is gone, and what was received with it. What is shown stays. */
  reset() {
    this.#generation += 1;
    this.#entries = [];
    this.#next = null;
    this.#ready?.bitmap.close();
    this.#ready = null;
    this.#decoding = 0;
  }

  #start() {
    if (!this.#visible || !this.#next || this.#decoding >= MOST_DECODING) return;
    const { picture, entry } = this.#next;
    this.#next = null;
    this.#decoding += 1;
    const generation = this.#generation;
    let waited = true;
    /** @returns {boolean} whether it is still of use */
    const done = () => {
      this.#hooks.cancel(timer);
      if (generation !== this.#generation) return false;
      if (waited) this.#decoding -= 1;
      waited = false;
      return true;
    };
    const failed = () => {
      const late = !waited;
      if (!done() || late) return;
      this.#hooks.failed();
      this.#settle(entry);
      this.#start();
    };
    const timer = this.#hooks.after(failed, DECODE_TIMEOUT);
    this.#hooks.decode(picture).then((bitmap) => {
      if (done()) this.#decoded(picture, entry, bitmap);
      else bitmap.close();
    }, failed);
  }

  /**
   * @param {Picture} picture
   * @param {Entry} entry
   * @param {B} bitmap
   */
  #decoded(picture, entry, bitmap) {
    if (entry.order < this.#newest) {
      // A newer one was decoded faster, and may be shown already.
      bitmap.close();
      const overtaken = this.#entries.some((other) => other.order > entry.order && other.state === "settled");
      if (entry.state === "open") entry.state = overtaken ? "settled" : "dropped";
      this.#sweep();
    } else {
      this.#newest = entry.order;
      if (this.#ready) {
        if (this.#ready.entry.state === "open") this.#ready.entry.state = "dropped";
        this.#ready.bitmap.close();
      }
      this.#ready = { picture, entry, bitmap };
      this.#hooks.wanted();
    }
    this.#start();
  }

  /**
   * What was dropped for `entry` or before it is settled with it.
   *
   * @param {Entry} entry
   */
  #settle(entry) {
    entry.state = "settled";
    for (const older of this.#entries) {
      if (older.order < entry.order && older.state === "dropped") older.state = "settled";
    }
    this.#sweep();
  }

  /** Acknowledges from the oldest on, as far as nothing is open. */
  #sweep() {
    while (this.#entries[0]?.state === "settled") {
      const entry = /** @type {Entry} */ (this.#entries.shift());
      this.#hooks.acknowledge(entry.update);
    }
  }

  #acknowledgeAll() {
    const entries = this.#entries;
    this.#entries = [];
    for (const entry of entries) this.#hooks.acknowledge(entry.update);
  }
}
