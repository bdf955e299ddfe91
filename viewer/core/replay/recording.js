import chunk from "./chunk.js";
import Failure from "./failure.js";

/**
 * @typedef {object} Source bytes that can be read at any place
 * @property {number} size in bytes
 * @property {(offset: number, length: number, signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>} read a copy, in
 *   memory of its own; only of what is there. Throws a `Failure`
 * @property {(from: number, to: number, only: boolean) => void} ahead these bytes are read soon; with `only`, nothing else that was
 *   asked for is
 * @property {() => void} stop nothing is read any more
 *
 * @typedef {object} Place where it can be entered
 * @property {number} time microseconds
 * @property {number} offset of its chunk in the file
 * @property {number} bytes of pictures since the place before: how much changed
 *
 * @typedef {{kind: "part" | "whole", time: number, next: number, bytes: ArrayBuffer}
 *   | {kind: "state", time: number, next: number, texts: unknown[]}
 *   | {kind: "text", time: number, next: number, text: unknown}
 *   | {kind: "time", time: number, next: number}} Item what is in it, in order: a part of an update; a place with the
 *   texts that hold there, and the parts of its picture ("whole"); a text; that time passed. `next`: the offset after it
 *
 * @typedef {object} Damage where it cannot be read any more
 * @property {number} offset bytes from the beginning of the file
 * @property {boolean} cut the file ends there too early
 */

const SIGNATURE = [0x89, 0x66, 0x63, 0x61, 0x73, 0x74, 0x0d, 0x0a];
const VERSION = 1;
/** Bytes of signature and version. */
const START = 12;
/** Bytes of a place in the index, and of the last chunk. */
const PLACE = 24;
const DONE = 36;
/** The most places. */
const MOST_PLACES = 32 * 1024;
/** Bytes at the end that are read with the last chunk: most indexes are shorter. */
const TAIL = 128 * 1024;
/** The longest title that is kept, in UTF-16 units. */
const MOST_TITLE = 1024;

/** A recording (FORMAT.md of framecast-record), read from a source of bytes. Knows no DOM and no network. */
export default class Recording {
  /** What it says about itself. */
  head = { title: "", created: "", program: "", lossless: false, input: false };
  /** Microseconds. */
  duration = 0;
  /** Where it can be entered besides its beginning, the earliest first. @type {Place[]} */
  places = [];
  /** Bytes of pictures after the last place. */
  rest = 0;
  /** What is wrong with it, as far as is known. @type {Damage | null} */
  damage = null;

  #source;
  /** The offset of its first item. */
  #first = START;

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
  }

  /**
   * Reads its head and its places. One that was not completed is gone through once, from chunk to chunk.
   *
   * @param {Source} source
   * @param {object} [options]
   * @param {AbortSignal} [options.signal]
   * @param {(read: number) => void} [options.progress] bytes of one that was not completed
   * @returns {Promise<Recording>}
   * @throws {Failure}
   */
  static async open(source, { signal, progress = () => {} } = {}) {
    const recording = new Recording(source);
    await recording.#begin(signal);
    if (!(await recording.#readIndex(signal))) await recording.#scan(progress, signal);
    return recording;
  }

  /** Bytes in the file. */
  get size() {
    return this.#source.size;
  }

  /**
   * The last place that is not after `time`, or the beginning.
   *
   * @param {number} time microseconds
   * @returns {Place}
   */
  placeBefore(time) {
    return this.places[this.#after(time) - 1] ?? { time: 0, offset: this.#first, bytes: 0 };
  }

  /**
   * Where what was there at `time` has ended for sure, in the file.
   *
   * @param {number} time microseconds
   */
  endOf(time) {
    return this.places[this.#after(time)]?.offset ?? this.size;
  }

  /**
   * The first place that lies after `offset` in the file.
   *
   * @param {number} offset
   * @returns {Place | null}
   */
  placeBeyond(offset) {
    return this.places.find((place) => place.offset > offset) ?? null;
  }

  /**
   * The next item at an offset where a chunk begins.
   *
   * @param {number} offset
   * @param {boolean} entering also what belongs to a place; otherwise that is passed over unread
   * @param {AbortSignal} [signal]
   * @returns {Promise<Item | null>} `null`: it ends there, or cannot be read there
   * @throws {Failure}
   */
  async item(offset, entering, signal) {
    for (let at = offset; ; ) {
      const head = await this.#head(at, signal);
      if (!head) return null;
      const next = at + chunk.HEAD + head.length;
      const { kind, time } = head;
      if ((kind === "BASE" || kind === "BPRT") && !entering) {
        at = next;
        continue;
      }
      const payload = await this.#payload(at, head, signal);
      if (!payload) return null;
      switch (kind) {
        case "PART":
          return { kind: "part", time, next, bytes: payload.buffer };
        case "BPRT":
          return { kind: "whole", time, next, bytes: payload.buffer };
        case "TIME":
          return { kind: "time", time, next };
        case "TEXT": {
          const text = json(payload);
          if (text) return { kind: "text", time, next, text };
          break;
        }
        case "BASE": {
          const { texts } = json(payload) ?? {};
          if (Array.isArray(texts)) return { kind: "state", time, next, texts };
          break;
        }
      }
      at = next;
    }
  }

  /**
   * The parts of the whole picture at a place.
   *
   * @param {Place} place
   * @param {AbortSignal} [signal]
   * @returns {Promise<ArrayBuffer[]>}
   * @throws {Failure}
   */
  async picture({ offset }, signal) {
    const parts = [];
    let [first, bytes] = [-1, 0];
    for (let at = offset; bytes < 2 * chunk.MOST; ) {
      const item = await this.item(at, true, signal);
      if (!item) break;
      at = item.next;
      // At the beginning there is no place: the first update has all of it.
      if (item.kind === "whole" || (item.kind === "part" && offset === this.#first && (first < 0 || item.time === first))) {
        parts.push(item.bytes);
        bytes += item.bytes.byteLength;
        first = item.time;
      } else if (item.kind === "part" || parts.length > 0) {
        break;
      }
    }
    return parts;
  }

  /**
   * When the picture changed next after a time, or last before it. Reads no pictures.
   *
   * @param {number} time microseconds
   * @param {1 | -1} by after or before
   * @param {AbortSignal} [signal]
   * @returns {Promise<number | null>} `null`: it did not
   * @throws {Failure}
   */
  async change(time, by, signal) {
    for (let from = by > 0 ? time : time - 1; from >= 0; ) {
      const place = this.placeBefore(from);
      let found = null;
      for (let at = place.offset; ; ) {
        const head = await this.#head(at, signal);
        if (!head || (by < 0 && head.time >= time)) break;
        if (head.kind === "PART" && head.time > time) return head.time;
        if (head.kind === "PART") found = head.time;
        at += chunk.HEAD + head.length;
      }
      if (by > 0) return null;
      if (found !== null) return found;
      from = Math.min(place.time, from) - 1;
    }
    return null;
  }

  /** How many places are not after `time`. @param {number} time */
  #after(time) {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {Place} */ (this.places[middle]).time <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {AbortSignal} [signal] */
  async #begin(signal) {
    const start = await this.#source.read(0, Math.min(START, this.size), signal);
    if (start.length < START || SIGNATURE.some((byte, at) => start[at] !== byte)) throw new Failure("This is no recording of framecast.");
    const version = new DataView(start.buffer).getUint32(8, true);
    if (version === 0 || version > VERSION) {
      throw new Failure(`This recording has version ${version} of the format; this page plays version ${VERSION}: it needs a newer viewer.`);
    }
    const head = await this.#head(START, signal);
    const payload = head?.kind === "HEAD" ? await this.#payload(START, head, signal) : null;
    const said = payload && json(payload);
    if (!head || !said) throw new Failure("The recording is damaged at its very beginning.");
    const text = (/** @type {unknown} */ value) => (typeof value === "string" ? value.slice(0, MOST_TITLE) : "");
    const { title, created, program, lossless, input } = said;
    this.head = { title: text(title), created: text(created), program: text(program), lossless: lossless === true, input: input === true };
    this.#first = START + chunk.HEAD + head.length;
  }

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<boolean>} whether it was completed, and has a good index
   */
  async #readIndex(signal) {
    const end = this.size - DONE;
    if (end < this.#first) return false;
    this.#source.ahead(Math.max(this.#first, this.size - TAIL), this.size, false);
    const [last, done] = await this.#quietly(end, signal);
    if (last?.kind !== "DONE" || done?.length !== 16) return false;
    const view = new DataView(done.buffer, done.byteOffset);
    const at = number(view, 0);
    if (!(at >= this.#first && at < end)) return false;
    const [index, payload] = await this.#quietly(at, signal);
    if (index?.kind !== "INDX" || !payload) return false;
    const list = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    /** @type {Place[]} */
    const places = [];
    for (let from = 0; from + PLACE <= list.byteLength && places.length < MOST_PLACES; from += PLACE) {
      const place = { time: number(list, from), offset: number(list, from + 8), bytes: number(list, from + 16) || 0 };
      const before = places.at(-1) ?? { time: 0, offset: this.#first - 1 };
      // Written so that NaN fails, too.
      if (!(place.time >= before.time && place.time <= last.time && place.offset > before.offset && place.offset < end)) return false;
      places.push(place);
    }
    [this.places, this.duration, this.rest] = [places, last.time, number(view, 8) || 0];
    return true;
  }

  /**
   * Finds the places of one that was not completed.
   *
   * @param {(read: number) => void} progress
   * @param {AbortSignal} [signal]
   */
  async #scan(progress, signal) {
    let [at, bytes, apart] = [this.#first, 0, 0];
    for (;;) {
      const head = await this.#head(at, signal);
      if (!head) break;
      if (head.kind === "PART") bytes += head.length;
      const last = this.places.at(-1)?.time ?? 0;
      if (head.kind === "BASE" && head.time >= last && head.time - last >= apart) {
        this.places.push({ time: head.time, offset: at, bytes });
        bytes = 0;
        if (this.places.length >= MOST_PLACES) {
          this.places = thin(this.places);
          apart = Math.max(2 * apart, 1e6);
        }
      }
      this.duration = Math.max(this.duration, head.time);
      at += chunk.HEAD + head.length;
      progress(at);
    }
    this.rest = bytes;
    this.#ends(at, true);
  }

  /**
   * The head of a chunk whose payload is all there.
   *
   * @param {number} at
   * @param {AbortSignal} [signal]
   * @returns {Promise<import("./chunk.js").Head | null>}
   */
  async #head(at, signal) {
    const left = this.size - at;
    if (left <= 0) return null;
    if (left < chunk.HEAD) return this.#ends(at, true);
    const head = chunk.parse(await this.#source.read(at, chunk.HEAD, signal));
    if (!head) return this.#ends(at, false);
    return left < chunk.HEAD + head.length ? this.#ends(at, true) : head;
  }

  /**
   * @param {number} at where the chunk begins
   * @param {import("./chunk.js").Head} head
   * @param {AbortSignal} [signal]
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
   */
  async #payload(at, head, signal) {
    const payload = await this.#source.read(at + chunk.HEAD, head.length, signal);
    return chunk.intact(head, payload) ? payload : this.#ends(at, false);
  }

  /**
   * A chunk that need not be one.
   *
   * @param {number} at
   * @param {AbortSignal} [signal]
   */
  async #quietly(at, signal) {
    const known = this.damage;
    const head = await this.#head(at, signal);
    const payload = head && (await this.#payload(at, head, signal));
    this.damage = known;
    return /** @type {const} */ ([head, payload]);
  }

  /**
   * @param {number} offset
   * @param {boolean} cut
   * @returns {null}
   */
  #ends(offset, cut) {
    if (!this.damage || offset < this.damage.offset) this.damage = { offset, cut };
    return null;
  }
}

/**
 * Every second place, with what changed before it.
 *
 * @param {Place[]} places
 */
function thin(places) {
  return places.flatMap((place, at) => (at % 2 === 0 ? [] : [{ ...place, bytes: place.bytes + (places[at - 1]?.bytes ?? 0) }]));
}

/**
 * @param {DataView} view
 * @param {number} at
 * @returns {number} NaN: larger than any file
 */
function number(view, at) {
  const value = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : NaN;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Record<string, unknown> | null} `null`: it is no JSON object
 */
function json(bytes) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
