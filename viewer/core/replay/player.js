import decodable from "./decodable.js";
import Failure from "./failure.js";
import needed from "./needed.js";
import protocol from "../transport/protocol.js";

/**
 * @typedef {import("../transport/protocol.js").Part} Part
 * @typedef {import("../decode/updates.js").Bitmap} Bitmap
 * @typedef {import("./recording.js").default} Recording
 * @typedef {import("./recording.js").Item} Item
 */

/** @typedef {Map<"title" | "cursor" | "presenter", string | null>} Texts */

/**
 * @template B
 * @typedef {object} Piece
 * @property {Uint16Array} tiles
 * @property {B | null} bitmap
 */

/**
 * What is drawn at once.
 *
 * @template B
 * @typedef {object} Step
 * @property {number} first the time of the first thing in it, in microseconds
 * @property {number} time when it is due: that of the last
 * @property {boolean} enters what was shown before is of no meaning
 * @property {Texts} texts the newest of each type
 * @property {Part[]} parts of the encoded pictures
 * @property {Part | null} newest the last part, also if it need not be drawn
 * @property {Piece<B>[]} pieces
 * @property {number} size bytes of all parts
 * @property {number} pixels of the parts
 * @property {number} broken parts that cannot be drawn
 * @property {"waits" | "decodes" | "ready"} state
 */

/**
 * @template B
 * @typedef {object} Hooks
 * @property {() => number} now seconds
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 * @property {(from: number, to: number, only: boolean) => void} ahead these bytes of the file are read soon; with `only`,
 *   nothing else is
 * @property {(part: Part) => Promise<B>} decode
 * @property {(update: {frame: Part, pieces: Piece<B>[]}) => void} draw
 * @property {() => boolean} loops whether it begins anew at its end
 * @property {(news: News) => void} changed
 */

/**
 * @typedef {"play" | "pause" | "playing" | "waiting" | "seeking" | "seeked" | "ratechange" | "ended" | "shown" | "texts"
 *   | "failed" | "damaged"} News "shown": something was drawn; "failed": `failure` says why nothing can be read, or is `null` again;
 *   "damaged": it goes on behind a damage, or ends there
 *
 * @typedef {object} Shown
 * @property {number} width
 * @property {number} height
 * @property {number} ratio
 * @property {boolean} exact
 */

/** The slowest and the fastest. */
const RATES = Object.freeze({ least: 0.25, most: 16 });
/** Changes nearer to one another than this are drawn as one, in seconds as they pass for who looks. */
const FRAME = 1 / 60;
/** How far it reads ahead, in seconds as they pass for who looks. */
const AHEAD = 2;
/** How far the file is asked for ahead, likewise, and in bytes. */
const FETCH_AHEAD = 12;
const LEAST_FETCH = 512 * 1024;
const MOST_FETCH = 8 * 1024 * 1024;
/** The most bytes of parts that wait to be drawn; of more, the oldest are drawn although newer ones may cover them. */
const MOST_BYTES = 32 * 1024 * 1024;
/** What a part costs besides its bytes, so that many small ones have a limit, too. */
const OVERHEAD = 1024;
/** The most pixels that are decoded ahead. */
const MOST_PIXELS = 2 ** 25;
/** A picture that is not decoded by then has failed, in seconds. */
const DECODE_TIMEOUT = 10;
/** Who waits for so long is told, in seconds. */
const NOTICE = 0.25;
/** It looks again at the latest after so many seconds. */
const TICK = 0.5;
/** The waits before the next tries to read, in seconds; the last one again and again. */
const RETRIES = [0.5, 1, 2, 4, 8, 15];
/** The longest text that is kept, in UTF-16 units. */
const MOST_TEXT = protocol.MAX_TEXT;

/**
 * Plays a recording: reads and decodes ahead, draws what is due, moves to any time. A newer move overtakes an older one.
 * Knows no DOM, no network and no clock. Times are microseconds since the recording began.
 *
 * @template {Bitmap} B
 */
export default class Player {
  static RATES = RATES;
  static MOST_BYTES = MOST_BYTES;
  static MOST_PIXELS = MOST_PIXELS;

  /** `null`: nothing was drawn yet. @type {Shown | null} */
  shown = null;
  title;
  cursor = "";
  /** Who drives, for people. @type {string | null} */
  presenter = null;
  /** Parts that could not be drawn. */
  broken = 0;
  /** Why it cannot be read at the moment. @type {Failure | null} */
  failure = null;
  /** When it tries again, in the clock's seconds; `null`: it does not. @type {number | null} */
  retryAt = null;

  #recording;
  #hooks;
  #paused = true;
  #ended = false;
  #rate = 1;
  /** The time that it has, or had at `#since` if it runs. */
  #time = 0;
  #since = 0;
  #runs = false;
  /** Where to; `null`: it is there. @type {number | null} */
  #target = null;
  /** Until when the canvas is drawn; Infinity: it shows nothing of use. */
  #drawn = Infinity;
  /** Not drawn, in order. @type {Step<B>[]} */
  #steps = [];
  /** Everything before this time was read. */
  #read = -1;
  /** Nothing more can be read. */
  #end = false;
  /** Where to read on. */
  #offset = 0;
  #entering = true;
  /** The next step begins anew. */
  #fresh = true;
  /** The times of the first and the last thing that is read, and not in a step yet; -1: there is none. */
  #collected = { first: -1, last: -1 };
  /** Read, and not in a step yet. @type {Item | null} */
  #next = null;
  #feeding = false;
  #bytes = 0;
  #pixels = 0;
  /** Whether a part failed since it was entered. */
  #spoiled = false;
  #stalled = false;
  #told = false;
  #failures = 0;
  /** Of everything that is asked for now. */
  #abort = new AbortController();
  /** @type {unknown} */
  #timer = null;
  /** @type {unknown} */
  #noticeTimer = null;
  /** @type {unknown} */
  #retryTimer = null;
  #stopped = false;
  #steppings = 0;

  /**
   * @param {Recording} recording
   * @param {Hooks<B>} hooks
   */
  constructor(recording, hooks) {
    this.#recording = recording;
    this.#hooks = hooks;
    this.title = recording.head.title;
  }

  get recording() {
    return this.#recording;
  }

  get duration() {
    return this.#recording.duration;
  }

  /** The time that is shown, or that it moves to. */
  get time() {
    if (this.#target !== null) return this.#target;
    return Math.min(this.#clock, this.#limit);
  }

  get paused() {
    return this.#paused;
  }

  get ended() {
    return this.#ended;
  }

  get seeking() {
    return this.#target !== null;
  }

  /** Whether somebody has waited for a while for what comes next. */
  get waiting() {
    return this.#told;
  }

  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    const next = Math.min(Math.max(rate, RATES.least), RATES.most);
    if (!(next > 0) || next === this.#rate) return;
    this.#hold();
    this.#rate = next;
    this.#hooks.changed("ratechange");
    this.#advance();
  }

  play() {
    if (!this.#paused || this.#stopped) return;
    this.#paused = false;
    if (this.#ended || (this.#target === null && this.time >= this.duration)) this.seek(0);
    this.#hooks.changed("play");
    this.#advance();
  }

  pause() {
    if (this.#paused) return;
    this.#hold();
    this.#runs = false;
    this.#paused = true;
    this.#hooks.changed("pause");
    this.#advance();
  }

  /**
   * Moves to a time: shows all that changed up to it, and nothing after it.
   *
   * @param {number} time
   */
  seek(time) {
    if (this.#stopped || Number.isNaN(time)) return;
    this.#steppings += 1;
    const to = Math.min(Math.max(Math.round(time), 0), this.duration);
    const place = this.#recording.placeBefore(to);
    // From what is drawn, if that is no more than from the place.
    const splits = (/** @type {number} */ first, /** @type {number} */ last) => first <= to && to < last;
    const { first, last } = this.#collected;
    const isSplit = splits(first, last) || this.#steps.some((step) => splits(step.first, step.time));
    const goesOn = to >= this.#drawn && place.offset <= this.#offset && !isSplit;
    if (!goesOn) this.#enter(place.offset);
    this.#hold();
    [this.#runs, this.#target, this.#time, this.#ended] = [false, to, to, false];
    this.#hooks.ahead(this.#offset, Math.max(this.#recording.endOf(to), this.#offset + LEAST_FETCH), !goesOn);
    this.#hooks.changed("seeking");
    this.#again();
  }

  /**
   * Pauses, and moves to the next change of the picture or the one before.
   *
   * @param {1 | -1} by
   */
  async step(by) {
    this.pause();
    const number = (this.#steppings += 1);
    try {
      const time = await this.#recording.change(this.time, by, this.#abort.signal);
      if (number === this.#steppings && time !== null) this.seek(time);
    } catch (error) {
      if (number === this.#steppings) this.#fail(error);
    }
  }

  /** Shows anew what is shown: the canvas lost it. */
  redraw() {
    this.#drawn = Infinity;
    this.seek(this.time);
  }

  /** Tries at once to read what could not be read. */
  retry() {
    this.#failures = 0;
    if (this.failure) this.#again();
  }

  /** For good. */
  stop() {
    this.#stopped = true;
    this.#runs = false;
    this.#drop();
    for (const timer of [this.#timer, this.#noticeTimer, this.#retryTimer]) this.#hooks.cancel(timer);
  }

  /** The time by the clock, whatever is there to show. */
  get #clock() {
    return this.#runs ? this.#time + (this.#hooks.now() - this.#since) * this.#rate * 1e6 : this.#time;
  }

  /** The time that cannot be passed yet. */
  get #limit() {
    const late = this.#steps.find((step) => step.state !== "ready");
    if (late) return late.time;
    return this.#end ? this.duration : Math.min(Math.max(this.#read, this.#time), this.duration);
  }

  /** The clock goes on from what can be shown. Call it before that changes. */
  #hold() {
    if (this.#target === null) this.#time = this.time;
    this.#since = this.#hooks.now();
  }

  /**
   * Begins to read at a place.
   *
   * @param {number} offset
   */
  #enter(offset) {
    this.#drop();
    this.#abort = new AbortController();
    [this.#offset, this.#entering, this.#next] = [offset, true, null];
    [this.#drawn, this.#read, this.#end] = [Infinity, -1, false];
    this.#fresh = true;
  }

  /** Lets go of all that was read ahead. */
  #drop() {
    this.#abort.abort();
    for (const step of this.#steps) close(step);
    this.#steps = [];
    this.#bytes = this.#pixels = 0;
    this.#feeding = false;
  }

  /** Reads on after a failure or a move. */
  #again() {
    this.#hooks.cancel(this.#retryTimer);
    this.retryAt = null;
    if (this.failure) {
      this.failure = null;
      this.#hooks.changed("failed");
    }
    this.#advance();
  }

  /** Draws what is due, and does whatever is next. */
  #advance() {
    if (this.#stopped) return;
    const due = this.time;
    for (let step = this.#steps[0]; step && step.time <= due && step.state === "ready"; step = this.#steps[0]) {
      this.#steps.shift();
      this.#show(step);
      // Whoever was told may have moved on.
      if (this.#stopped) return;
    }
    if (this.#target !== null) {
      const open = this.#steps[0] && this.#steps[0].time <= this.#target;
      if (!open && (this.#end || this.#read > this.#target)) {
        this.#time = this.#target;
        this.#target = null;
        this.#hooks.changed("seeked");
        if (this.#stopped || this.#target !== null) return;
      }
    }
    this.#run();
    this.#fill();
    this.#decode();
    this.#schedule();
  }

  /** Whether the clock goes on. */
  #run() {
    const runs = !this.#paused && this.#target === null;
    const begins = runs && !this.#runs;
    if (begins) this.#since = this.#hooks.now();
    this.#runs = runs;
    const atEnd = this.#end && this.#steps.length === 0 && this.#target === null && this.time >= this.duration;
    if (runs && atEnd) {
      if (this.#hooks.loops() && this.duration > 0) {
        this.seek(0);
        return;
      }
      this.#hold();
      this.#runs = false;
      this.#paused = this.#ended = true;
      this.#hooks.changed("pause");
      this.#hooks.changed("ended");
    }
    if (begins && !this.#ended) this.#hooks.changed("playing");
    this.#stall(!this.#ended && (this.#target !== null || (this.#runs && this.#clock >= this.#limit)));
  }

  /** @param {boolean} stalled nothing goes on before more is read or decoded */
  #stall(stalled) {
    if (stalled === this.#stalled) return;
    this.#stalled = stalled;
    this.#hooks.cancel(this.#noticeTimer);
    if (stalled) {
      this.#noticeTimer = this.#hooks.after(() => {
        this.#told = true;
        this.#hooks.changed("waiting");
      }, NOTICE);
    } else if (this.#told) {
      this.#told = false;
      this.#hooks.changed("playing");
    }
  }

  #schedule() {
    this.#hooks.cancel(this.#timer);
    if (!this.#runs || this.#stalled) return;
    const [first] = this.#steps;
    const next = first?.state === "ready" ? first.time : this.#limit;
    // Never so short that the clock stands.
    const wait = Math.max(1, (next - this.#clock) / this.#rate) / 1e6;
    this.#timer = this.#hooks.after(() => this.#advance(), Math.min(wait, TICK));
  }

  /** @param {Step<B>} step */
  #show(step) {
    this.#bytes -= step.size;
    this.#pixels -= step.pixels;
    const { newest, parts, pieces, texts, enters } = step;
    if (enters) {
      [this.title, this.cursor, this.presenter] = [this.#recording.head.title, "", null];
      this.#spoiled = false;
    }
    this.#drawn = step.time;
    let { broken } = step;
    const frame = parts.at(-1);
    try {
      if (frame) this.#hooks.draw({ frame, pieces });
    } catch {
      broken += parts.length;
    }
    close(step);
    this.broken += broken;
    this.#spoiled ||= broken > 0;
    if (newest) {
      const { width, height, ratio } = newest;
      this.shown = { width, height, ratio, exact: newest.exact && !this.#spoiled };
      this.#hooks.changed("shown");
    }
    this.title = texts.get("title") ?? (texts.has("title") ? "" : this.title);
    this.cursor = texts.get("cursor") ?? this.cursor;
    if (texts.has("presenter")) this.presenter = texts.get("presenter") ?? null;
    if (texts.size > 0 || enters) this.#hooks.changed("texts");
  }

  /** Whether more should be read. */
  get #wants() {
    if (this.#stopped || this.#end || this.failure) return false;
    if (this.#target !== null && this.#read <= this.#target) return true;
    return this.#bytes < MOST_BYTES / 2 && this.#read < this.time + AHEAD * 1e6 * this.#rate;
  }

  /** Reads as far ahead as is wanted. */
  async #fill() {
    if (this.#feeding || !this.#wants) return;
    this.#feeding = true;
    const { signal } = this.#abort;
    try {
      while (this.#wants) {
        const steps = await this.#collect(signal);
        if (signal.aborted) return;
        this.#failures = 0;
        this.#steps.push(...steps);
        for (const step of steps) this.#bytes += step.size;
        this.#decode();
        // This loop is what reads; what else is to be done, is.
        this.#advance();
        if (signal.aborted) return;
      }
      this.#feeding = false;
    } catch (error) {
      if (signal.aborted) return;
      this.#feeding = false;
      this.#fail(error);
    }
  }

  /**
   * The next things that are shown at once.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<Step<B>[]>} none: time passed, or it ends
   */
  async #collect(signal) {
    const recording = this.#recording;
    const { duration, size } = recording;
    const perSecond = (size / Math.max(duration, 1)) * 1e6 * this.#rate;
    const fetch = Math.min(Math.max(perSecond * FETCH_AHEAD, LEAST_FETCH), MOST_FETCH);
    /** @type {Part[]} */
    const parts = [];
    /** @type {Texts} */
    const texts = new Map();
    let [bytes, broken] = [0, 0];
    const collected = { first: -1, last: -1 };
    this.#collected = collected;
    for (;;) {
      if (!this.#next) {
        this.#hooks.ahead(this.#offset, this.#offset + fetch, false);
        const next = await recording.item(this.#offset, this.#entering, signal);
        signal.throwIfAborted();
        this.#next = next;
      }
      const item = this.#next;
      if (!item) {
        this.#hold();
        const beyond = recording.placeBeyond(this.#offset);
        // What was collected belongs to the time before.
        if (collected.first < 0 && beyond) {
          [this.#offset, this.#entering, this.#fresh] = [beyond.offset, true, true];
          this.#read = Math.max(this.#read, beyond.time);
          this.#hooks.changed("damaged");
          return [];
        }
        if (collected.first < 0) {
          this.#end = true;
          if (recording.damage) this.#hooks.changed("damaged");
          return [];
        }
        break;
      }
      const time = Math.max(item.time, collected.last, this.#read);
      const { first } = collected;
      const target = this.#target;
      const bound = target !== null && first <= target ? target : first + FRAME * 1e6 * this.#rate;
      if (first >= 0 && time > bound) {
        this.#hold();
        this.#read = time;
        break;
      }
      this.#next = null;
      this.#offset = item.next;
      if (item.kind === "time") {
        if (first < 0) {
          this.#hold();
          this.#read = time;
          return [];
        }
        continue;
      }
      if (first < 0) collected.first = time;
      collected.last = time;
      if (item.kind === "state") for (const text of item.texts) note(texts, text);
      else if (item.kind === "text") note(texts, item.text);
      else {
        const part = protocol.parsePart(item.bytes);
        if (part && decodable(part)) {
          parts.push(part);
          bytes += item.bytes.byteLength + OVERHEAD;
        } else {
          broken += 1;
        }
      }
      if (item.kind === "part" || item.kind === "text") this.#entering = false;
      if (bytes > MOST_BYTES / 2) {
        this.#hold();
        this.#read = Math.max(this.#read, time);
        break;
      }
    }
    const newest = parts.at(-1) ?? null;
    const groups = needed(parts, MOST_PIXELS);
    if (groups.length === 0) groups.push([]);
    const steps = groups.map((parts, at) => {
      const lastOne = at === groups.length - 1;
      return /** @type {Step<B>} */ ({
        first: collected.first,
        time: collected.last,
        enters: at === 0 && this.#fresh,
        texts: lastOne ? texts : new Map(),
        newest: lastOne ? newest : null,
        parts,
        pieces: [],
        size: parts.reduce((sum, part) => sum + part.bytes.byteLength + OVERHEAD, 0),
        pixels: parts.reduce((sum, part) => sum + part.tileWidth * part.tileHeight * part.tiles.length, 0),
        broken: at === 0 ? broken : 0,
        state: parts.length > 0 ? "waits" : "ready",
      });
    });
    this.#fresh = false;
    this.#collected = { first: -1, last: -1 };
    return steps;
  }

  /** Decodes as much ahead as there is room for; always what is next. */
  #decode() {
    for (const step of this.#steps) {
      if (step.state !== "waits") continue;
      if (step !== this.#steps[0] && this.#pixels + step.pixels > MOST_PIXELS) return;
      this.#pixels += step.pixels;
      step.state = "decodes";
      const { signal } = this.#abort;
      Promise.all(step.parts.map((part) => this.#piece(part, step, signal))).then((pieces) => {
        if (signal.aborted) {
          for (const { bitmap } of pieces) bitmap?.close();
          return;
        }
        this.#hold();
        step.pieces = pieces;
        step.state = "ready";
        this.#advance();
      });
    }
  }

  /**
   * @param {Part} part
   * @param {Step<B>} step
   * @param {AbortSignal} signal
   * @returns {Promise<Piece<B>>}
   */
  async #piece(part, step, signal) {
    const { tiles, tileWidth, tileHeight } = part;
    const height = tileHeight * tiles.length;
    let bitmap = await this.#inTime(part, signal);
    if (bitmap && (bitmap.width !== tileWidth || bitmap.height !== height)) {
      bitmap.close();
      bitmap = null;
    }
    if (!bitmap) step.broken += 1;
    return { tiles, bitmap };
  }

  /**
   * @param {Part} part
   * @param {AbortSignal} signal
   * @returns {Promise<B | null>}
   */
  async #inTime(part, signal) {
    const { decode, after, cancel } = this.#hooks;
    return await new Promise((resolve) => {
      const done = (/** @type {B | null} */ bitmap) => {
        cancel(timer);
        signal.removeEventListener("abort", late);
        resolve(bitmap);
      };
      let given = false;
      const late = () => {
        given = true;
        done(null);
      };
      const timer = after(late, DECODE_TIMEOUT);
      signal.addEventListener("abort", late);
      decode(part).then((bitmap) => (given ? bitmap.close() : done(bitmap)), () => done(null));
    });
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#stopped) return;
    this.#hold();
    this.failure = error instanceof Failure ? error : new Failure("The recording cannot be read.", { cause: error });
    if (this.failure.again) {
      const wait = RETRIES[Math.min(this.#failures, RETRIES.length - 1)] ?? 0;
      this.#failures += 1;
      this.retryAt = this.#hooks.now() + wait;
      this.#retryTimer = this.#hooks.after(() => this.#again(), wait);
    }
    this.#hooks.changed("failed");
    this.#advance();
  }
}

/**
 * @param {Texts} texts
 * @param {unknown} text
 */
function note(texts, text) {
  if (typeof text !== "object" || text === null) return;
  const { type, value } = /** @type {Record<string, unknown>} */ (text);
  const said = typeof value === "string" ? value.slice(0, MOST_TEXT) : null;
  if (type === "title" || type === "cursor" || type === "presenter") texts.set(type, said);
}

/** @param {Step<Bitmap>} step */
function close(step) {
  for (const piece of step.pieces) {
    piece.bitmap?.close();
    piece.bitmap = null;
  }
  step.parts = [];
}
