/**
 * The `framecast.v1` wire format (see PROTOCOL.md), read side: bytes and text in, checked values
 * out. Nothing here throws; what does not follow the protocol gives `null`.
 *
 * @typedef {object} Picture
 * @property {"image/jpeg" | "image/png"} mime
 * @property {boolean} exact the pixels are exactly the frame's (PNG)
 * @property {number} update the number to acknowledge
 * @property {number} width physical pixels
 * @property {number} height physical pixels
 * @property {number} ratio physical pixels per logical pixel
 * @property {number} time when the frame was drawn, seconds on the server's clock
 * @property {bigint} sequence the frame's sequence number
 * @property {Uint8Array<ArrayBuffer>} bytes the encoded picture; shares the message's memory
 *
 * @typedef {{type: "welcome", client: number}
 *   | {type: "title", value: string}
 *   | {type: "cursor", value: string}
 *   | {type: "control", presenter: boolean, held: boolean}
 *   | {type: "pong", id: number, time: number}
 *   | {type: "closed", reason: string}
 *   | {type: "unknown"}} Message "unknown" is well-formed but of a type we do not know: to be ignored
 */

const SUBPROTOCOL = "framecast.v1";
/** The header of a picture; a longer one has fields to ignore. */
const HEADER = 40;
const KIND_WHOLE = 1;
const ENCODING_JPEG = 1;
const ENCODING_PNG = 2;
/** The longest side and the largest area of a picture: `PhysicalSize::MAX_SIDE` and `MAX_AREA`. */
const MAX_SIDE = 65_535;
const MAX_AREA = 2 ** 28;
/** Ratios that a canvas can have are 0.1 to 8; a foreign server gets some room. */
const MAX_RATIO = 64;
/** The longest title or reason we keep, in UTF-16 units. */
const MAX_TEXT = 1024;

/**
 * @param {ArrayBuffer} buffer a binary message
 * @returns {Picture | null}
 */
function parsePicture(buffer) {
  if (buffer.byteLength <= HEADER) return null;
  const view = new DataView(buffer);
  const kind = view.getUint8(0);
  const encoding = view.getUint8(1);
  const header = view.getUint16(2, true);
  const width = view.getUint32(8, true);
  const height = view.getUint32(12, true);
  const ratio = view.getFloat64(16, true);
  const time = view.getFloat64(24, true);
  const known = kind === KIND_WHOLE && (encoding === ENCODING_JPEG || encoding === ENCODING_PNG);
  if (!known || header < HEADER || header >= buffer.byteLength) return null;
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) return null;
  // Written so that NaN fails, too.
  if (!(width * height <= MAX_AREA && ratio > 0 && ratio <= MAX_RATIO)) return null;
  if (!Number.isFinite(time)) return null;
  return {
    mime: encoding === ENCODING_PNG ? "image/png" : "image/jpeg",
    exact: encoding === ENCODING_PNG,
    update: view.getUint32(4, true),
    width,
    height,
    ratio,
    time,
    sequence: view.getBigUint64(32, true),
    bytes: new Uint8Array(buffer, header),
  };
}

/**
 * @param {string} text a text message
 * @returns {Message | null}
 */
function parseMessage(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const fields = /** @type {Record<string, unknown>} */ (value);
  switch (fields.type) {
    case "welcome":
      return isNumber(fields.client) ? { type: "welcome", client: fields.client } : null;
    case "title":
    case "cursor":
      return typeof fields.value === "string" ? { type: fields.type, value: cut(fields.value) } : null;
    case "control": {
      const { presenter, held } = fields;
      if (typeof presenter !== "boolean" || typeof held !== "boolean") return null;
      return { type: "control", presenter, held };
    }
    case "pong": {
      const { id, time } = fields;
      return isNumber(id) && isNumber(time) ? { type: "pong", id, time } : null;
    }
    case "closed":
      // The news counts, even without its reason.
      return { type: "closed", reason: typeof fields.reason === "string" ? cut(fields.reason) : "" };
    default:
      return typeof fields.type === "string" ? { type: "unknown" } : null;
  }
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** @param {string} text */
function cut(text) {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}

export default Object.freeze({ SUBPROTOCOL, MAX_SIDE, MAX_AREA, MAX_TEXT, parsePicture, parseMessage });
