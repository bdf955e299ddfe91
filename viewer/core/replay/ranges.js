import Failure from "./failure.js";

/** What is asked for, kept and dropped as one, in bytes. */
const BLOCK = 64 * 1024;
/** The most blocks that are kept: 32 MiB. */
const MOST_BLOCKS = 512;
/** What a read that found nothing asks for at least, and what one request asks for at most, in blocks. */
const LEAST_RUN = 4;
const MOST_RUN = 128;
/** A request that will be where somebody reads after so many blocks is waited for. */
const NEAR = 16;
/** A request that brings nothing for so long has failed, in seconds. */
const STALLED = 20;

/**
 * @typedef {object} Run a request for blocks one after the other
 * @property {number} at the block that comes next
 * @property {number} to the one after the last
 * @property {AbortController} abort
 * @property {Set<() => void>} waiting called when something came, or it ended
 * @property {unknown} failure why it ended early
 * @property {boolean} ended
 *
 * @typedef {object} Options
 * @property {(from: number, to: number, signal: AbortSignal) => Promise<Response>} request gets these bytes (`to`: the one
 *   after the last), as an answer that was checked
 * @property {(run: () => void, seconds: number) => unknown} after
 * @property {(timer: unknown) => void} cancel
 *
 * @typedef {import("./recording.js").Source} Source
 */

/**
 * A file of which a server gives parts (Range requests). What was read is kept, up to a limit; a request brings more than was
 * asked for, and what came of it is there before it has ended.
 *
 * @implements {Source}
 */
export default class Ranges {
  static BLOCK = BLOCK;
  static MOST_BYTES = MOST_BLOCKS * BLOCK;

  size;
  #options;
  /** By number, the one that was used last at the end. @type {Map<number, Uint8Array<ArrayBuffer>>} */
  #blocks = new Map();
  /** @type {Set<Run>} */
  #runs = new Set();
  #stopped = false;

  /**
   * @param {number} size of the file
   * @param {Options} options
   */
  constructor(size, options) {
    this.size = size;
    this.#options = options;
  }

  /** Bytes that are kept. */
  get kept() {
    return this.#blocks.size * BLOCK;
  }

  /**
   * What the first answer has in it, from the beginning of the file.
   *
   * @param {Response} answer
   * @param {number} to the byte after its last
   * @param {AbortController} abort ends it
   */
  begin(answer, to, abort) {
    this.#start(0, Math.ceil(to / BLOCK), abort, answer);
  }

  /**
   * @param {number} offset
   * @param {number} length
   * @param {AbortSignal} [signal]
   */
  async read(offset, length, signal) {
    const out = new Uint8Array(length);
    const end = Math.ceil((offset + length) / BLOCK);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const number = Math.floor(at / BLOCK);
      const block = await this.#block(number, end, signal);
      const part = block.subarray(at % BLOCK, (at % BLOCK) + length - done);
      out.set(part, done);
      done += part.length;
    }
    return out;
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {boolean} only
   */
  ahead(from, to, only) {
    const first = Math.floor(from / BLOCK);
    const last = Math.min(Math.ceil(Math.min(to, this.size) / BLOCK), first + MOST_RUN);
    if (only) {
      for (const run of this.#runs) {
        const comes = run.at <= first + NEAR && run.at + NEAR >= first && run.to > first;
        if (!comes) this.#drop(run);
      }
    }
    let missing = first;
    while (missing < last && (this.#blocks.has(missing) || this.#running(missing))) missing += 1;
    // Requests that bring little are not worth it while there is enough.
    if (missing < last && (only || missing - first < (last - first) / 2)) this.#start(missing, last);
  }

  stop() {
    this.#stopped = true;
    for (const run of this.#runs) this.#drop(run);
    this.#blocks.clear();
  }

  /**
   * @param {number} number
   * @param {number} end the block after the last that is read with it
   * @param {AbortSignal} [signal]
   * @returns {Promise<Uint8Array>}
   */
  async #block(number, end, signal) {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#stopped) throw new Failure("The recording was closed.");
      const block = this.#blocks.get(number);
      if (block) {
        this.#blocks.delete(number);
        this.#blocks.set(number, block);
        return block;
      }
      const run = this.#running(number) ?? this.#start(number, Math.max(end, number + LEAST_RUN));
      await new Promise((/** @type {(value: void) => void} */ resolve) => {
        const wake = () => {
          run.waiting.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        run.waiting.add(wake);
        signal?.addEventListener("abort", wake);
      });
      if (run.failure && !this.#blocks.has(number)) throw run.failure;
    }
  }

  /**
   * The request that brings this block.
   *
   * @param {number} number
   */
  #running(number) {
    for (const run of this.#runs) if (run.at <= number && number < run.to) return run;
    return null;
  }

  /**
   * @param {number} from block
   * @param {number} most the block after the last that may be asked for
   * @param {AbortController} [abort]
   * @param {Response} [answer] what came already
   * @returns {Run}
   */
  #start(from, most, abort = new AbortController(), answer) {
    const end = Math.min(most, from + MOST_RUN, Math.ceil(this.size / BLOCK));
    let to = from + 1;
    while (to < end && !this.#blocks.has(to) && !this.#running(to)) to += 1;
    /** @type {Run} */
    const run = { at: from, to, abort, waiting: new Set(), failure: null, ended: false };
    this.#runs.add(run);
    this.#load(run, answer).catch((error) => {
      run.failure ??= error instanceof Failure ? error : new Failure("The connection to the recording was lost.", { again: true, cause: error });
    }).finally(() => {
      this.#runs.delete(run);
      run.ended = true;
      wake(run);
    });
    return run;
  }

  /**
   * Ends a request; whoever waits for it makes another.
   *
   * @param {Run} run
   */
  #drop(run) {
    this.#runs.delete(run);
    run.ended = true;
    run.abort.abort();
    wake(run);
  }

  /**
   * @param {Run} run
   * @param {Response} [answer]
   */
  async #load(run, answer) {
    const { request, cancel } = this.#options;
    const begin = run.at * BLOCK;
    const end = Math.min(run.to * BLOCK, this.size);
    let timer = this.#watch(run);
    try {
      const { body } = answer ?? (await request(begin, end, run.abort.signal));
      const reader = body?.getReader();
      let block = new Uint8Array(Math.min(BLOCK, end - begin));
      let filled = 0;
      while (reader && !run.ended && run.at < run.to) {
        const { done, value } = await reader.read();
        if (done || run.ended) break;
        cancel(timer);
        timer = this.#watch(run);
        for (let from = 0; from < value.length && run.at < run.to; ) {
          const part = value.subarray(from, from + block.length - filled);
          block.set(part, filled);
          filled += part.length;
          from += part.length;
          if (filled < block.length) break;
          this.#keep(run.at, block);
          run.at += 1;
          block = new Uint8Array(Math.max(0, Math.min(BLOCK, end - run.at * BLOCK)));
          filled = 0;
        }
        wake(run);
      }
      reader?.cancel().catch(() => {});
      if (run.at < run.to && !run.ended) throw new Failure("The connection to the recording ended early.", { again: true });
    } finally {
      cancel(timer);
    }
  }

  /** @param {Run} run */
  #watch(run) {
    return this.#options.after(() => {
      run.failure = new Failure("The server of the recording does not answer.", { again: true });
      run.abort.abort();
    }, STALLED);
  }

  /**
   * @param {number} number
   * @param {Uint8Array<ArrayBuffer>} block
   */
  #keep(number, block) {
    if (this.#stopped) return;
    this.#blocks.set(number, block);
    for (const old of this.#blocks.keys()) {
      if (this.#blocks.size <= MOST_BLOCKS) break;
      this.#blocks.delete(old);
    }
  }
}

/** @param {Run} run */
function wake(run) {
  for (const call of [...run.waiting]) call();
}
