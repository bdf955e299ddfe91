import crc from "../decode/crc.js";

/**
 * The chunks of a recording (FORMAT.md of framecast-record). Pure; nothing here throws.
 *
 * @typedef {object} Head what stands before a payload
 * @property {string} kind four capital letters
 * @property {number} length of the payload, in bytes
 * @property {number} time microseconds since the recording began
 * @property {Uint8Array} plain the bytes of it that the checksum covers, besides the payload
 * @property {number} sum the checksum, a CRC-32
 */

/** Bytes of a head. */
const HEAD = 20;
/** Those before the checksum. */
const PLAIN = 16;
const TEXT = 256 * 1024;
/** The longest payload of any chunk, in bytes. */
const MOST = 16 * 1024 * 1024;
/** The latest time: 366 days, in microseconds. */
const LATEST = 366 * 24 * 3600 * 1e6;
/** The longest payload of each kind. A kind that is not here may be of a later version. @type {Map<string, number>} */
const LIMITS = new Map([["HEAD", TEXT], ["PART", MOST], ["TEXT", TEXT], ["INPT", TEXT], ["BASE", TEXT], ["BPRT", MOST], ["TIME", 0], ["INDX", MOST], ["DONE", 16]]);

/**
 * @param {Uint8Array} bytes the 20 of a head
 * @returns {Head | null} `null`: there can be no such chunk
 */
function parse(bytes) {
  if (bytes.length !== HEAD) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD);
  const kind = String.fromCharCode(...bytes.subarray(0, 4));
  const length = view.getUint32(4, true);
  const time = Number(view.getBigUint64(8, true));
  if (!/^[A-Z]{4}$/.test(kind) || length > (LIMITS.get(kind) ?? MOST) || time > LATEST) return null;
  return { kind, length, time, plain: bytes.subarray(0, PLAIN), sum: view.getUint32(PLAIN, true) };
}

/**
 * @param {Head} head
 * @param {Uint8Array} payload
 * @returns {boolean} whether both are as they were written
 */
function intact({ plain, sum }, payload) {
  return crc.bytes(crc.bytes(0, plain), payload) === sum;
}

export default Object.freeze({ HEAD, MOST, parse, intact });
