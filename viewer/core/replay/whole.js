import Failure from "./failure.js";

/** The most bytes of a file that is read whole. */
const MOST = 512 * 1024 * 1024;
const BLOCK = 1024 * 1024;

/**
 * A recording that is read whole and kept: of a server that gives no parts of a file.
 *
 * @implements {Source}
 * @typedef {import("./recording.js").Source} Source
 */
export default class Whole {
  static MOST = MOST;

  size = 0;
  /** All but the last are full. @type {Uint8Array<ArrayBuffer>[]} */
  #blocks = [];

  /**
   * Reads the body of an answer.
   *
   * @param {Response} answer
   * @param {(read: number, size: number | null) => void} progress bytes; `size` is `null` where the server does not say it
   * @returns {Promise<Whole>}
   * @throws {Failure} if it is too large, or the connection ends early
   */
  static async read(answer, progress) {
    const { headers, body } = answer;
    // Of a compressed body, this is not the file's length.
    const said = headers.has("content-encoding") ? null : Number(headers.get("content-length") ?? NaN);
    const size = said !== null && Number.isSafeInteger(said) ? said : null;
    const whole = new Whole();
    if (!body) return whole;
    const reader = body.getReader();
    try {
      if (size !== null && size > MOST) throw tooLarge();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (whole.size + value.length > MOST) throw tooLarge();
        whole.#add(value);
        progress(whole.size, size);
      }
    } finally {
      // What was read to its end has nothing to cancel.
      reader.cancel().catch(() => {});
    }
    if (size !== null && whole.size < size) throw new Failure("The connection ended before the recording was read.", { again: true });
    return whole;
  }

  /**
   * @param {number} offset
   * @param {number} length
   */
  async read(offset, length) {
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const block = /** @type {Uint8Array} */ (this.#blocks[Math.floor(at / BLOCK)]);
      const part = block.subarray(at % BLOCK, Math.min(BLOCK, (at % BLOCK) + length - done));
      out.set(part, done);
      done += part.length;
    }
    return out;
  }

  ahead() {}

  stop() {
    this.#blocks = [];
  }

  /** @param {Uint8Array} bytes */
  #add(bytes) {
    for (let from = 0; from < bytes.length; ) {
      const used = this.size % BLOCK;
      if (used === 0) this.#blocks.push(new Uint8Array(BLOCK));
      const part = bytes.subarray(from, from + BLOCK - used);
      /** @type {Uint8Array} */ (this.#blocks.at(-1)).set(part, used);
      from += part.length;
      this.size += part.length;
    }
  }
}

function tooLarge() {
  return new Failure(`The recording has more than ${MOST / 2 ** 20} MiB, and its server gives no parts of it: it needs one that knows Range requests.`);
}
