import jpeg from "./jpeg.js";
import png from "./png.js";

/**
 * @typedef {object} Decoder one way to encode the tiles of a part, each picture by itself; of a video see h264.js
 * @property {number} code its number in the header of a part (PROTOCOL.md)
 * @property {boolean} exact whether the decoded pixels are exactly the frame's
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<ImageBitmap>} decode the tiles below one another
 */

/**
 * Every encoding that we decode. A new one is a file beside this one and its name here: nothing else asks which
 * encoding it is.
 */
const DECODERS = Object.freeze({ jpeg, png });

/** @typedef {keyof typeof DECODERS} Encoding */

const byCode = new Map(Object.entries(DECODERS).map(([name, { code }]) => [code, /** @type {Encoding} */ (name)]));

/**
 * @param {number} code
 * @returns {Encoding | null} `null`: there is no decoder for it
 */
function named(code) {
  return byCode.get(code) ?? null;
}

/**
 * @param {Encoding | "h264"} encoding
 * @returns {boolean} whether the decoded pixels are exactly the frame's
 */
function isExact(encoding) {
  return encoding !== "h264" && DECODERS[encoding].exact;
}

export default Object.freeze({ ...DECODERS, named, isExact });
