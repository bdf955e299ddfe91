/**
 * CRC-32, the one of PNG and zlib, over bytes and over the colors of pixels. Pure.
 */

/** What each byte does to the remainder (polynomial 0xedb88320, lowest bit first). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * @param {number} crc of the pixels before; 0 for none
 * @param {ArrayLike<number>} rgba pixels of four bytes; the fourth is left out
 * @returns {number} of all so far
 */
function pixels(crc, rgba) {
  let value = ~crc;
  for (let at = 0; at < rgba.length; at += 4) {
    for (let channel = 0; channel < 3; channel += 1) {
      const byte = /** @type {number} */ (rgba[at + channel]);
      value = /** @type {number} */ (TABLE[(value ^ byte) & 0xff]) ^ (value >>> 8);
    }
  }
  return ~value >>> 0;
}

/**
 * @param {number} crc of the bytes before; 0 for none
 * @param {Uint8Array} more
 * @returns {number} of all so far
 */
function bytes(crc, more) {
  let value = ~crc;
  for (const byte of more) value = /** @type {number} */ (TABLE[(value ^ byte) & 0xff]) ^ (value >>> 8);
  return ~value >>> 0;
}

/**
 * @param {number} crc
 * @returns {string} eight digits
 */
function hex(crc) {
  return crc.toString(16).padStart(8, "0");
}

export default Object.freeze({ bytes, pixels, hex });
