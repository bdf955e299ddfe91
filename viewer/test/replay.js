// What the tests of recordings share: a file in memory, a clock that stands still, a canvas of numbers, a writer.

import { readFileSync } from "node:fs";
import { crc32, deflateSync, inflateSync } from "node:zlib";

import crc from "../core/decode/crc.js";
import Player from "../core/replay/player.js";
import Recording from "../core/replay/recording.js";

/** The folder of the fixtures of framecast-record. */
const FIXTURES = new URL("../../backends/record/fixtures/", import.meta.url);

/** The recordings of FORMAT.md: what they are, and their bytes. */
export function fixtures() {
  const list = JSON.parse(readFileSync(new URL("recordings.json", FIXTURES), "utf8"));
  return list.map((/** @type {any} */ entry) => {
    const bytes = new Uint8Array(readFileSync(new URL(entry.file, FIXTURES)));
    if (entry.flip !== undefined) bytes[entry.flip] = Number(bytes[entry.flip]) ^ 1;
    return { ...entry, bytes: entry.cut === undefined ? bytes : bytes.slice(0, entry.cut) };
  });
}

/**
 * @param {Uint8Array} bytes
 * @returns {import("../core/replay/recording.js").Source & {reads: [number, number][], most: number}}
 */
export function memory(bytes) {
  return {
    size: bytes.length,
    reads: [],
    most: 0,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) throw new Error(`reads ${length} bytes at ${offset}`);
      this.reads.push([offset, length]);
      this.most = Math.max(this.most, length);
      return bytes.slice(offset, offset + length);
    },
    ahead() {},
    stop() {},
  };
}

/** A clock that is moved by hand, and its timers. Seconds. */
export class Clock {
  time = 100;
  /** @type {{run: () => void, at: number}[]} */
  #timers = [];

  now = () => this.time;

  /** @param {() => void} run @param {number} seconds */
  after = (run, seconds) => {
    const timer = { run, at: this.time + seconds };
    this.#timers.push(timer);
    return timer;
  };

  /** @param {unknown} timer */
  cancel = (timer) => {
    this.#timers = this.#timers.filter((other) => other !== timer);
  };

  get waiting() {
    return this.#timers.length;
  }

  /** Lets time pass, timer by timer, and everything that follows from each happen. @param {number} seconds */
  async pass(seconds) {
    const end = this.time + seconds;
    for (;;) {
      await settled();
      const [next] = this.#timers.sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.time = Math.max(this.time, next.at);
      this.cancel(next);
      next.run();
    }
    this.time = end;
  }
}

/** Until nothing is left that happens by itself. */
export async function settled() {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A canvas of numbers, RGBA. */
export class Canvas {
  width = 0;
  height = 0;
  pixels = new Uint8Array(0);

  /** @param {{frame: import("../core/transport/protocol.js").Part, pieces: {tiles: Uint16Array, bitmap: any}[]}} update */
  draw = ({ frame, pieces }) => {
    const { width, height, tileWidth, tileHeight } = frame;
    if (width !== this.width || height !== this.height) Object.assign(this, { width, height, pixels: new Uint8Array(width * height * 4) });
    const columns = Math.ceil(width / tileWidth);
    for (const { tiles, bitmap } of pieces) {
      if (!bitmap) continue;
      if (bitmap.closed) throw new Error("it draws what was closed");
      tiles.forEach((tile, index) => {
        const [left, top] = [(tile % columns) * tileWidth, Math.floor(tile / columns) * tileHeight];
        for (let y = 0; y < Math.min(tileHeight, height - top); y += 1) {
          const from = (index * tileHeight + y) * tileWidth * 4;
          const row = bitmap.pixels.subarray(from, from + Math.min(tileWidth, width - left) * 4);
          this.pixels.set(row, ((top + y) * width + left) * 4);
        }
      });
    }
  };

  get crc() {
    return crc.hex(crc.pixels(0, this.pixels));
  }
}

/** Decodes PNGs, and counts the bitmaps that are not closed, and all. */
export class Decoder {
  bitmaps = 0;
  decoded = 0;

  /** @param {{encoding: string, bytes: Uint8Array}} part */
  decode = async ({ encoding, bytes }) => {
    if (encoding !== "png") throw new Error("only PNG is decoded here");
    this.bitmaps += 1;
    this.decoded += 1;
    const decoder = this;
    return {
      ...png(bytes),
      closed: false,
      close() {
        if (this.closed) throw new Error("closed twice");
        this.closed = true;
        decoder.bitmaps -= 1;
      },
    };
  };
}

/**
 * A player at the beginning of a recording, and what it did.
 *
 * @param {import("../core/replay/recording.js").Source} source
 * @param {object} [options]
 */
export async function player(source, options = {}) {
  const recording = await Recording.open(source);
  const clock = new Clock();
  const canvas = new Canvas();
  const open = new Decoder();
  /** @type {string[]} */
  const news = [];
  const hooks = { now: clock.now, after: clock.after, cancel: clock.cancel, ahead: source.ahead.bind(source), decode: open.decode, draw: canvas.draw, loops: () => false, changed: (/** @type {string} */ name) => void news.push(name), ...options };
  const made = new Player(recording, hooks);
  return { recording, player: made, clock, canvas, news, open };
}

/**
 * A PNG of 8-bit RGB, as the recorder writes them.
 *
 * @param {Uint8Array} bytes
 */
function png(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (bytes[24] !== 8 || bytes[25] !== 2) throw new Error("not of 8-bit RGB");
  const parts = [];
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * 3;
  const rows = new Uint8Array(stride * height);
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const a = x >= 3 ? Number(rows[y * stride + x - 3]) : 0;
      const b = y > 0 ? Number(rows[(y - 1) * stride + x]) : 0;
      const c = x >= 3 && y > 0 ? Number(rows[(y - 1) * stride + x - 3]) : 0;
      const paeth = [a, b, c].reduce((best, one) => (Math.abs(a + b - c - one) < Math.abs(a + b - c - best) ? one : best), a);
      const add = [0, a, b, (a + b) >> 1, paeth][Number(filter)] ?? 0;
      rows[y * stride + x] = Number(raw[y * (stride + 1) + 1 + x]) + add;
    }
  }
  for (let at = 0; at < width * height; at += 1) pixels.set([...rows.subarray(at * 3, at * 3 + 3), 255], at * 4);
  return { width, height, pixels };
}

/**
 * A PNG of one color.
 *
 * @param {number} width
 * @param {number} height
 * @param {[number, number, number]} color
 */
export function plain(width, height, color) {
  const row = Buffer.from([0, ...Array.from({ length: width }, () => color).flat()]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (/** @type {string} */ kind, /** @type {Uint8Array} */ data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/**
 * A part of an update.
 *
 * @param {object} options
 * @param {number} options.width
 * @param {number} options.height
 * @param {number[]} options.tiles
 * @param {Uint8Array} options.bytes of the picture
 * @param {number} [options.tile] its side
 * @param {number} [options.encoding]
 */
export function part({ width, height, tiles, bytes, tile = 32, encoding = 2 }) {
  const out = Buffer.alloc(80 + 2 * tiles.length + bytes.length);
  out.set([2, encoding, 80]);
  out[10] = 3;
  out.writeUInt16LE(tiles.length, 12);
  out.writeUInt16LE(tile, 14);
  out.writeUInt16LE(tile, 16);
  out.writeUInt32LE(width, 20);
  out.writeUInt32LE(height, 24);
  out.writeDoubleLE(1, 32);
  out.writeDoubleLE(NaN, 48);
  tiles.forEach((number, at) => out.writeUInt16LE(number, 80 + 2 * at));
  out.set(bytes, 80 + 2 * tiles.length);
  return out;
}

/** Writes recordings as FORMAT.md says. Times are microseconds. */
export class Writer {
  /** @type {Buffer[]} */
  #parts = [];
  #places = Buffer.alloc(0);
  #changed = 0;
  size = 0;

  /** @param {object} head */
  constructor(head = { title: "made" }) {
    this.#add(Buffer.from("8966636173740d0a01000000", "hex"));
    this.chunk("HEAD", 0, Buffer.from(JSON.stringify(head)));
  }

  /**
   * @param {string} kind
   * @param {number} time
   * @param {Uint8Array} payload
   */
  chunk(kind, time, payload = Buffer.alloc(0)) {
    const head = Buffer.alloc(20);
    head.write(kind, "latin1");
    head.writeUInt32LE(payload.length, 4);
    head.writeBigUInt64LE(BigInt(time), 8);
    head.writeUInt32LE(crc32(payload, crc32(head.subarray(0, 16))), 16);
    if (kind === "PART") this.#changed += payload.length;
    this.#add(head);
    this.#add(Buffer.from(payload));
  }

  /**
   * @param {number} time
   * @param {Uint8Array[]} whole parts
   * @param {object[]} texts
   */
  place(time, whole, texts = []) {
    const entry = Buffer.alloc(24);
    [time, this.size, this.#changed].forEach((value, at) => entry.writeBigUInt64LE(BigInt(value), 8 * at));
    this.#places = Buffer.concat([this.#places, entry]);
    this.#changed = 0;
    this.chunk("BASE", time, Buffer.from(JSON.stringify({ texts })));
    for (const bytes of whole) this.chunk("BPRT", time, bytes);
  }

  /** @param {number} time */
  finish(time) {
    const end = Buffer.alloc(16);
    end.writeBigUInt64LE(BigInt(this.size), 0);
    end.writeBigUInt64LE(BigInt(this.#changed), 8);
    this.chunk("INDX", time, this.#places);
    this.chunk("DONE", time, end);
    return this.bytes;
  }

  get bytes() {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  /** @param {Buffer} bytes */
  #add(bytes) {
    this.#parts.push(bytes);
    this.size += bytes.length;
  }
}
