/**
 * @typedef {import("../transport/protocol.js").VideoPart} VideoPart
 *
 * @typedef {object} Rim what a browser decodes with (WebCodecs), to be replaced in tests
 * @property {(init: VideoDecoderInit) => VideoDecoder} decoder
 * @property {(init: EncodedVideoChunkInit) => EncodedVideoChunk} chunk
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 */

/** More pictures that wait for a decoder: it gives no more. */
const MOST_WAITING = 32;
/** Seconds without a picture while one waits: likewise. Some decoders say nothing, and all that comes after stands behind it. */
const MOST_SECONDS = 4;
/** The browser takes back a decoder that nobody uses by an error of this name. */
const TAKEN_BACK = "QuotaExceededError";

/** @type {Rim} */
const BROWSER = {
  decoder: (init) => new VideoDecoder(init),
  chunk: (init) => new EncodedVideoChunk(init),
  after: (run, seconds) => setTimeout(run, seconds * 1000),
  cancel: (timer) => clearTimeout(/** @type {number} */ (timer)),
};

/**
 * The pictures of a video (H.264), each of which builds on the one before. They are decoded in order; after one that is
 * missing nothing is of use before the next keyframe. Whoever is given a `VideoFrame` closes it.
 */
export default class H264 {
  static MOST_WAITING = MOST_WAITING;
  static MOST_SECONDS = MOST_SECONDS;

  #failed;
  #rim;
  /** @type {VideoDecoder | null} */
  #decoder = null;
  /** What it is configured for, as text. */
  #stream = "";
  /** Whether the next picture builds on what was decoded. */
  #follows = false;
  /** By time stamp, in order. @type {Map<number, {resolve: (frame: VideoFrame) => void, reject: (why: unknown) => void}>} */
  #waiting = new Map();
  #next = 0;
  /** While pictures wait. @type {unknown} */
  #timer = null;

  /**
   * @param {() => void} failed the decoder gave up; all that waited was rejected
   * @param {Rim} [rim]
   */
  constructor(failed, rim = BROWSER) {
    this.#failed = failed;
    this.#rim = rim;
  }

  /**
   * @param {VideoPart} part
   * @returns {Promise<VideoFrame>}
   */
  decode({ bytes, video: { keyframe, codec, width, height } }) {
    return new Promise((resolve, reject) => {
      const stream = `${codec} ${width} × ${height}`;
      const running = this.#decoder?.state === "configured" && stream === this.#stream;
      if (!keyframe && !(running && this.#follows)) throw new Error("a keyframe is missing");
      try {
        if (this.#waiting.size >= MOST_WAITING) throw new Error("the decoder gives no pictures");
        if (!running) this.#configure({ codec, codedWidth: width, codedHeight: height, optimizeForLatency: true });
        this.#stream = stream;
        this.#follows = true;
        // Only a number to know the picture by.
        const timestamp = this.#next++;
        this.#waiting.set(timestamp, { resolve, reject });
        if (this.#waiting.size === 1) this.#watch();
        this.#decoder?.decode(this.#rim.chunk({ type: keyframe ? "key" : "delta", timestamp, data: bytes }));
      } catch (error) {
        reject(error);
        this.#fail(error);
      }
    });
  }

  /** A picture is missing: what comes before the next keyframe is of no use. */
  lose() {
    this.#follows = false;
  }

  /** Another connection begins, or there is none. */
  reset() {
    this.#end(new Error("the connection is gone"));
  }

  /** @param {VideoDecoderConfig} config */
  #configure(config) {
    if (this.#decoder?.state !== "configured") {
      this.#end(new Error("the decoder is gone"));
      const decoder = this.#rim.decoder({
        output: (frame) => (decoder === this.#decoder ? this.#show(frame) : frame.close()),
        error: (error) => decoder === this.#decoder && this.#fail(error),
      });
      this.#decoder = decoder;
    }
    this.#decoder?.configure(config);
  }

  /** @param {VideoFrame} frame */
  #show(frame) {
    const shown = this.#waiting.get(frame.timestamp);
    if (!shown) return frame.close();
    for (const [timestamp, { reject }] of this.#waiting) {
      if (timestamp === frame.timestamp) break;
      // They come in order, so it never will.
      this.#waiting.delete(timestamp);
      this.lose();
      reject(new Error("the decoder left it out"));
    }
    this.#waiting.delete(frame.timestamp);
    this.#watch();
    shown.resolve(frame);
  }

  /** From now on a picture has to come in time, if one waits. */
  #watch() {
    if (this.#timer !== null) this.#rim.cancel(this.#timer);
    const waits = this.#waiting.size > 0;
    this.#timer = waits ? this.#rim.after(() => this.#fail(new Error("the decoder gives no pictures")), MOST_SECONDS) : null;
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#end(error);
    if (!(error instanceof Error && error.name === TAKEN_BACK)) this.#failed();
  }

  /**
   * Lets go of the decoder, and of what it was to give.
   *
   * @param {unknown} why
   */
  #end(why) {
    this.lose();
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder && decoder.state !== "closed") decoder.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#watch();
    for (const { reject } of waiting) reject(why);
  }
}
