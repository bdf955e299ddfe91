/**
 * @typedef {import("../transport/protocol.js").Part | import("../transport/protocol.js").VideoPart} Part
 * @typedef {{width: number, height: number, close(): void}} Bitmap the decoded picture of a part (`ImageBitmap`)
 * @typedef {{displayWidth: number, displayHeight: number, close(): void}} Frame that of a video (`VideoFrame`)
 * @typedef {Bitmap | Frame} Decoded
 */

/**
 * @template B
 * @typedef {object} Piece a part, without its bytes
 * @property {Uint16Array} tiles
 * @property {import("./decoders.js").Encoding | "h264"} encoding
 * @property {B | null} bitmap the tiles below one another, or all of a video; `null`: not decoded (yet), or not to be
 */

/**
 * @template B
 * @typedef {object} Update what is shown in one step
 * @property {Part} frame its newest part, for what all of them say of the frame; without its bytes
 * @property {Piece<B>[]} pieces
 * @property {boolean} broken parts of it are missing
 * @property {boolean} complete its last part is there, or will not come
 * @property {number} undecoded how many pieces are still being decoded, or wait for it
 * @property {number} size bytes received
 * @property {number} pixels in all its pieces
 * @property {number} received when its last part came, in seconds
 * @property {number} decoded when its last piece was decoded
 * @property {number | null} painted when it was seen first; `null`: not yet, or nobody looked
 */

/**
 * @template {Decoded} B
 * @typedef {object} Hooks
 * @property {(part: Part) => Promise<B>} decode
 * @property {(update: Update<B>) => void} paint draws all its pieces; their bitmaps are closed after it. Not called for a
 *   picture of a video that the next one covers already
 * @property {() => void} wanted something was painted: call `frame` in the next animation frame
 * @property {(update: Update<B>) => void} acknowledge
 * @property {() => void} failed a part could not be decoded, not in time, or not painted, or is missing
 * @property {() => void} overflow more waits than fits: give this connection up
 * @property {() => number} now seconds
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/** What is not decoded by then, in seconds, has failed: the browser may never say. */
const DECODE_TIMEOUT = 10;
/** The most bytes that wait to be painted; more than any server has under way to one viewer. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What a part costs besides its bytes, so that many small ones have a limit, too. */
const OVERHEAD = 1024;
/** How many parts are decoded at a time: more than the browser has threads for. */
const MOST_DECODING = 16;
/** How many pixels may be decoded ahead of the update that is next. */
const MOST_PIXELS = 2 ** 26;

/**
 * From received to painted: parts are put together to updates and decoded side by side; updates are
 * painted in the order received, each in one step as soon as all its parts are decoded, and
 * acknowledged in that order once they were seen. What cannot be decoded counts as decoded, so that a
 * bad part never stops the stream. While nobody sees the page, what is painted is acknowledged at once
 * (`show` and `hide`).
 *
 * It paints without waiting for an animation frame: the browser shows it with the next one, and that
 * has then no work left to do.
 *
 * Knows no DOM: decoding and painting are handed in.
 *
 * @template {Decoded} B
 */
export default class Updates {
  static MOST_BYTES = MOST_BYTES;
  static MOST_PIXELS = MOST_PIXELS;

  #hooks;
  /** Not painted, in the order received. @type {Update<B>[]} */
  #updates = [];
  /** Not being decoded yet, in the order received. @type {{part: Part, piece: Piece<B>, update: Update<B>}[]} */
  #waiting = [];
  /** Painted, not acknowledged. @type {Update<B>[]} */
  #painted = [];
  #decoding = 0;
  /** What the updates that are not painted cost, in bytes. */
  #cost = 0;
  /** Pixels of pieces that are decoded, or being decoded, but not painted. */
  #pixels = 0;
  /** Grows with every reset: what was being decoded then is of no use. */
  #generation = 0;
  #visible = true;

  /** @param {Hooks<B>} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /**
   * @param {Part} part
   * @param {number} received seconds
   */
  receive(part, received) {
    const update = this.#updateOf(part);
    /** @type {Piece<B>} */
    const piece = { tiles: part.tiles, encoding: part.encoding, bitmap: null };
    update.pieces.push(piece);
    update.frame = { ...part, bytes: new Uint8Array(0) };
    update.undecoded += 1;
    update.size += part.bytes.byteLength;
    update.received = received;
    update.complete = part.last;
    this.#cost += part.bytes.byteLength + OVERHEAD;
    if (this.#cost > MOST_BYTES) {
      this.#hooks.overflow();
      return;
    }
    this.#waiting.push({ part, piece, update });
    this.#start();
    this.#advance();
  }

  /**
   * An animation frame begins.
   *
   * @returns {Update<B> | null} what to hand to `presented` once the frame is out
   */
  frame() {
    return this.#painted.at(-1) ?? null;
  }

  /**
   * The frame that shows `update`, and all before it, went out.
   *
   * @param {Update<B>} update
   */
  presented(update) {
    const index = this.#painted.indexOf(update);
    const now = this.#hooks.now();
    for (const seen of this.#painted.splice(0, index + 1)) {
      seen.painted = now;
      this.#hooks.acknowledge(seen);
    }
  }

  hide() {
    this.#visible = false;
    this.#acknowledgeUnseen();
  }

  show() {
    this.#visible = true;
  }

  /** The connection is gone, and what was received with it. What is shown stays. */
  reset() {
    this.#generation += 1;
    for (const update of this.#updates) close(update);
    this.#updates = [];
    this.#waiting = [];
    this.#painted = [];
    this.#decoding = this.#cost = this.#pixels = 0;
  }

  /**
   * The update that `part` goes on with, or a new one.
   *
   * @param {Part} part
   * @returns {Update<B>}
   */
  #updateOf(part) {
    const open = this.#updates.at(-1);
    if (open && !open.complete) {
      if (continues(open, part)) return open;
      open.complete = open.broken = true;
      this.#hooks.failed();
    }
    /** @type {Update<B>} */
    const update = {
      frame: part, pieces: [], broken: part.part !== 0, complete: false, undecoded: 0, size: 0, pixels: 0,
      received: 0, decoded: 0, painted: null,
    };
    if (update.broken) this.#hooks.failed();
    this.#updates.push(update);
    return update;
  }

  #start() {
    for (;;) {
      const next = this.#waiting[0];
      if (!next || this.#decoding >= MOST_DECODING) return;
      const { width, height } = sizeOf(next.part);
      const pixels = width * height;
      // What is to be painted next never waits for room.
      if (next.update !== this.#updates[0] && this.#pixels + pixels > MOST_PIXELS) return;
      this.#waiting.shift();
      this.#pixels += pixels;
      next.update.pixels += pixels;
      this.#decode(next);
    }
  }

  /** @param {{part: Part, piece: Piece<B>, update: Update<B>}} next */
  #decode({ part, piece, update }) {
    this.#decoding += 1;
    const generation = this.#generation;
    let waits = true;
    /** @param {B | null} bitmap */
    const done = (bitmap) => {
      this.#hooks.cancel(timer);
      if (!waits || generation !== this.#generation) return bitmap?.close();
      waits = false;
      this.#decoding -= 1;
      if (bitmap && fits(bitmap, part)) piece.bitmap = bitmap;
      else {
        bitmap?.close();
        this.#hooks.failed();
      }
      update.undecoded -= 1;
      update.decoded = this.#hooks.now();
      this.#advance();
      this.#start();
    };
    const timer = this.#hooks.after(() => done(null), DECODE_TIMEOUT);
    this.#hooks.decode(part).then(done, () => done(null));
  }

  /** Paints what can be painted. */
  #advance() {
    let any = false;
    for (let next = this.#updates[0]; next?.complete && next.undecoded === 0; next = this.#updates[0]) {
      this.#updates.shift();
      this.#cost -= next.size + OVERHEAD * next.pieces.length;
      this.#pixels -= next.pixels;
      try {
        // One that is late is left out.
        if (!isCovered(next, this.#updates[0])) this.#hooks.paint(next);
      } catch {
        this.#hooks.failed();
      }
      close(next);
      this.#painted.push(next);
      any = true;
    }
    if (any && this.#visible) this.#hooks.wanted();
    else if (any) this.#acknowledgeUnseen();
  }

  #acknowledgeUnseen() {
    for (const update of this.#painted.splice(0)) this.#hooks.acknowledge(update);
  }
}

/**
 * @param {Update<any>} update
 * @param {Part} part
 */
function continues({ frame }, part) {
  const same = /** @type {const} */ (["update", "sequence", "width", "height", "ratio", "tileWidth", "tileHeight"]);
  return part.part === frame.part + 1 && same.every((field) => part[field] === frame[field]);
}

/**
 * Whether a picture of a video would be seen by nobody, as another one is drawn over all of it at once.
 *
 * @param {Update<any>} update
 * @param {Update<any> | undefined} after the next one
 */
function isCovered({ frame, pieces }, after) {
  if (!frame.video || !after?.frame.video || after.undecoded > 0) return false;
  const same = /** @type {const} */ (["width", "height", "tileWidth", "tileHeight"]);
  if (!same.every((field) => frame[field] === after.frame[field])) return false;
  // Of what is missing the stream has to hear.
  if (![...pieces, ...after.pieces].every(({ bitmap }) => bitmap)) return false;
  const tiles = new Set(after.frame.tiles);
  return frame.tiles.every((tile) => tiles.has(tile));
}

/**
 * The size that the decoded picture is to have.
 *
 * @param {Part} part
 */
function sizeOf({ video, tileWidth, tileHeight, tiles }) {
  return video ?? { width: tileWidth, height: tileHeight * tiles.length };
}

/**
 * @param {Decoded} decoded
 * @param {Part} part
 */
function fits(decoded, part) {
  const { width, height } = sizeOf(part);
  const [w, h] = "width" in decoded ? [decoded.width, decoded.height] : [decoded.displayWidth, decoded.displayHeight];
  return w === width && h === height;
}

/** @param {Update<Decoded>} update */
function close(update) {
  for (const piece of update.pieces) {
    piece.bitmap?.close();
    piece.bitmap = null;
  }
}
