import Coverage from "./coverage.js";
import decoders from "./decoders.js";
import Ledger from "./ledger.js";
import Rate from "./rate.js";
import Refresh from "./refresh.js";
import Updates from "./updates.js";

/**
 * @typedef {import("./updates.js").Part} Part
 */

/**
 * @template {import("./updates.js").Decoded} B
 * @typedef {import("./updates.js").Update<B>} Update
 */

/**
 * @typedef {object} Shown what is shown
 * @property {number} width of the frame, in physical pixels
 * @property {number} height
 * @property {number} ratio physical pixels per logical pixel
 * @property {bigint} sequence the frame's number
 * @property {number} update the update's number
 * @property {boolean} exact whether all of it are exactly the frame's pixels
 * @property {boolean} video whether it came as video
 */

/**
 * @template {import("./updates.js").Decoded} B
 * @typedef {object} Hooks
 * @property {(part: Part) => Promise<B>} decode
 * @property {(update: Update<B>) => void} draw whatever was decoded of it
 * @property {(shown: Shown, tiles: number) => void} painted something new is drawn, so many tiles of it
 * @property {(message: object) => void} send
 * @property {() => number | null} offset from our clock to the server's
 * @property {() => void} wanted call `frame` in the next animation frame
 * @property {() => void} failed a part could not be shown
 * @property {() => void} overflow more waits than fits: give this connection up
 * @property {() => number} now seconds
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/**
 * What comes over a connection, from parts of updates to what is shown: paints, acknowledges, asks for
 * everything again after a loss, and keeps the books. Knows no DOM: decoding and drawing are handed in.
 *
 * @template {import("./updates.js").Decoded} B
 */
export default class Stream {
  /** `null` before the first update. @type {Shown | null} */
  shown = null;

  #hooks;
  /** @type {Updates<B>} */
  #updates;
  #coverage = new Coverage();
  #refresh;
  #ledger = new Ledger();
  #rate = new Rate();
  /** Exact updates only. */
  #exactRate = new Rate();
  /** The newest picture of a video. @type {import("../transport/protocol.js").Video | null} */
  #video = null;
  #videoRate = new Rate();

  /** @param {Hooks<B>} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
    const { decode, wanted, failed, overflow, now, after, cancel } = hooks;
    this.#refresh = new Refresh({
      needed: () => !this.#coverage.whole,
      send: () => hooks.send({ type: "refresh" }),
      now,
      after,
      cancel,
    });
    this.#updates = new Updates({
      decode,
      paint: (update) => this.#paint(update),
      wanted,
      acknowledge: (update) => this.#acknowledge(update),
      failed,
      overflow,
      now,
      after,
      cancel,
    });
  }

  /**
   * @param {Part} part
   * @param {number} received seconds
   */
  receive(part, received) {
    this.#updates.receive(part, received);
  }

  /** What is shown may not be what the server believes. */
  lose() {
    this.#coverage.lose();
    if (this.shown) this.shown.exact = false;
    this.#refresh.ask();
  }

  /** An animation frame begins. What it returns belongs to `presented`, once the frame is out. */
  frame() {
    return this.#updates.frame();
  }

  /** @param {Update<B>} update */
  presented(update) {
    this.#updates.presented(update);
  }

  /** @param {boolean} on whether anybody sees it */
  see(on) {
    if (on) this.#updates.show();
    else this.#updates.hide();
  }

  /** The connection is gone; the next one begins anew. What is shown stays. */
  reset() {
    this.#updates.reset();
    this.#refresh.clear();
    this.#coverage.clear();
    this.#ledger.clear();
    this.#videoRate.clear();
  }

  /** What comes next is of another canvas; nothing is shown. Call it after `reset`. */
  forget() {
    this.shown = null;
  }

  /** Updates painted per second. */
  get fps() {
    return this.#rate.at(this.#hooks.now());
  }

  /** Whether what is shown is exact, or was within the time that `fps` is taken over. */
  get rested() {
    return this.shown?.exact === true || this.#exactRate.at(this.#hooks.now()) > 0;
  }

  /** The newest picture of a video, if it was painted within the time that `fps` is taken over. */
  get video() {
    return this.#videoRate.at(this.#hooks.now()) > 0 ? this.#video : null;
  }

  /** Where the time and the bytes of the last updates went. */
  get ledger() {
    return this.#ledger.summary(this.#hooks.now());
  }

  /** @param {Update<B>} update */
  #paint(update) {
    const { frame, pieces, broken } = update;
    const coverage = this.#coverage;
    const other = coverage.begin(frame);
    for (const { tiles } of pieces) coverage.missed(tiles);
    if (broken) coverage.lose();
    try {
      this.#hooks.draw(update);
      for (const { tiles, bitmap } of pieces) if (bitmap) coverage.drew(tiles);
    } finally {
      // Also when the server says that all is there, and it is not.
      if (other || frame.exact || broken || pieces.some(({ bitmap }) => !bitmap)) this.#refresh.ask();
    }
    const { width, height, ratio, sequence } = frame;
    const exact = frame.exact && coverage.whole;
    const fresh = other || this.shown?.sequence !== sequence;
    const video = pieces.some(({ bitmap }) => bitmap) ? frame.video : undefined;
    this.shown = { width, height, ratio, sequence, update: frame.update, exact, video: video !== undefined };
    const now = this.#hooks.now();
    if (fresh) this.#rate.add(now);
    if (exact) this.#exactRate.add(now);
    if (video) {
      this.#video = video;
      this.#videoRate.add(now);
    }
    this.#hooks.painted(this.shown, count(pieces, ({ bitmap }) => bitmap !== null));
  }

  /** @param {Update<B>} update */
  #acknowledge({ frame, pieces, size, received, decoded, painted }) {
    const offset = this.#hooks.offset();
    /** @type {Record<string, number | string>} */
    const message = { type: "ack", update: frame.update };
    if (offset !== null) {
      message.received = microseconds(received + offset);
      message.decoded = microseconds(decoded + offset);
      if (painted !== null) message.painted = microseconds(painted + offset);
    }
    this.#hooks.send(message);
    // What nobody saw tells nothing about the way to the screen.
    if (painted === null) return;
    const { input, drawn, presented, encoded, sent } = frame;
    const times = { input, drawn, presented, encoded, sent, received, decoded, painted, offset };
    const exactTiles = count(pieces, ({ encoding }) => decoders.isExact(encoding));
    this.#ledger.add({ ...times, bytes: size, tiles: count(pieces, () => true), exactTiles });
  }
}

/**
 * @template B
 * @param {import("./updates.js").Piece<B>[]} pieces
 * @param {(piece: import("./updates.js").Piece<B>) => boolean} which
 * @returns {number} the tiles of those
 */
function count(pieces, which) {
  return pieces.filter(which).reduce((total, { tiles }) => total + tiles.length, 0);
}

/**
 * No longer on the wire than it is worth.
 *
 * @param {number} seconds
 */
function microseconds(seconds) {
  return Math.round(seconds * 1e6) / 1e6;
}
