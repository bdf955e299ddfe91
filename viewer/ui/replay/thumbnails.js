import decodable from "../../core/replay/decodable.js";
import Picture from "../../core/decode/picture.js";
import protocol from "../../core/transport/protocol.js";

/** The longest sides, in CSS pixels. */
const WIDTH = 168;
const HEIGHT = 112;
/** The most pixels of a picture that one is made of. */
const LARGEST = 2 ** 26;
/** How many are kept. */
const MOST = 64;

/**
 * Small pictures of what a recording shows at its places.
 *
 * @typedef {import("../../core/replay/recording.js").Place} Place
 */
export default class Thumbnails {
  #recording;
  #page;
  /** By the offset of their place, the one that was used last at the end. @type {Map<number, HTMLCanvasElement>} */
  #made = new Map();
  #abort = new AbortController();

  /**
   * @param {import("../../core/replay/recording.js").default} recording
   * @param {Document} page
   */
  constructor(recording, page) {
    this.#recording = recording;
    this.#page = page;
  }

  /**
   * The picture of the last place that is not after a time. Only the newest that is asked for is made.
   *
   * @param {number} time microseconds
   * @returns {Promise<HTMLCanvasElement | null>} `null`: there is none, or another was asked for
   */
  async at(time) {
    this.stop();
    const place = this.#recording.placeBefore(time);
    const known = this.#made.get(place.offset);
    if (known) return known;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const parts = await this.#recording.picture(place, signal);
      const canvas = await this.#make(parts, signal);
      if (!canvas || signal.aborted) return null;
      this.#made.set(place.offset, canvas);
      for (const old of this.#made.keys()) {
        if (this.#made.size <= MOST) break;
        this.#made.delete(old);
      }
      return canvas;
    } catch {
      // It is only for orientation; whoever plays it is told why it cannot be read.
      return null;
    }
  }

  /** One that is known at once. @param {number} time */
  known(time) {
    return this.#made.get(this.#recording.placeBefore(time).offset) ?? null;
  }

  stop() {
    this.#abort.abort();
  }

  /**
   * @param {ArrayBuffer[]} buffers
   * @param {AbortSignal} signal
   */
  async #make(buffers, signal) {
    const whole = new Picture();
    for (const buffer of buffers) {
      const frame = protocol.parsePart(buffer);
      if (!frame || !decodable(frame) || frame.width * frame.height > LARGEST) continue;
      const bitmap = await whole.decode(frame).catch(() => null);
      if (!bitmap) continue;
      if (!signal.aborted) whole.draw(/** @type {any} */ ({ frame, pieces: [{ tiles: frame.tiles, bitmap }] }));
      whole.canvas.hidden = false;
      bitmap.close();
      if (signal.aborted) return null;
    }
    const { width, height } = whole.canvas;
    const small = this.#page.createElement("canvas");
    const context = small.getContext("2d", { alpha: false });
    if (whole.canvas.hidden || !context) return null;
    const ratio = this.#page.defaultView?.devicePixelRatio ?? 1;
    const scale = Math.min((WIDTH * ratio) / width, (HEIGHT * ratio) / height, 1);
    Object.assign(small, { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) });
    context.imageSmoothingQuality = "high";
    context.drawImage(whole.canvas, 0, 0, small.width, small.height);
    // Gives its memory back at once.
    Object.assign(whole.canvas, { width: 0, height: 0 });
    return small;
  }
}
