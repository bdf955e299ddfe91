import accessibility from "../accessibility/message.js";
import address from "../address.js";
import decoders from "../decode/decoders.js";

/**
 * The `framecast.v1` wire format (see PROTOCOL.md), read side: bytes and text in, checked values
 * out. Nothing here throws; what does not follow the protocol gives `null`.
 *
 * @typedef {object} Fields what a part of an update says, and a picture of a video
 * @property {number} update the number to acknowledge
 * @property {number} part its place in the update: 0, 1, ...
 * @property {boolean} last the update is complete
 * @property {boolean} exact with this update all that is shown are exactly the frame's pixels
 * @property {Uint16Array} tiles places in the frame's grid, row by row from the upper left; growing
 * @property {number} tileWidth physical pixels
 * @property {number} tileHeight physical pixels
 * @property {number} width the frame's, in physical pixels
 * @property {number} height likewise
 * @property {number} ratio physical pixels per logical pixel
 * @property {bigint} sequence the frame's sequence number
 * @property {number | null} input when the input came that the frame answers, seconds on the server's clock
 * @property {number} drawn when the frame was drawn, on the same clock; likewise:
 * @property {number | null} presented with its pixels, which may have been read from a GPU meanwhile; `null`: not known
 * @property {number} encoded
 * @property {number} sent
 * @property {Uint8Array<ArrayBuffer>} bytes the encoded picture; shares the message's memory
 *
 * @typedef {Fields & {encoding: import("../decode/decoders.js").Encoding, video?: undefined}} Part a part of an update: some
 *   tiles of a frame, below one another in one encoded picture
 * @typedef {Fields & {encoding: "h264", video: Video}} VideoPart a picture of a video, which is an update by itself
 *
 * @typedef {object} Video what a picture of a video says besides
 * @property {boolean} keyframe a decoder begins here
 * @property {string} codec as browsers call it
 * @property {number} width what the decoder shows, in pixels
 * @property {number} height
 * @property {boolean} half each of its pixels stands for 2 × 2 of the frame
 *
 * @typedef {"drive" | "watch"} Role
 * @typedef {object} Listed one of the viewers
 * @property {number} number its number, for messages about it
 * @property {string} label plain text, also from strangers
 * @property {Role} role what its link allows
 * @property {boolean} visible
 * @property {boolean} presenter
 * @property {boolean} asks whether it waits for control
 * @property {boolean} you
 *
 * @typedef {object} Away somebody who was sent away
 * @property {number} number its number when it was listed, for messages about it
 * @property {string} label plain text, also from strangers
 * @property {Role} role what its link allowed
 *
 * @typedef {object} Link one of the server's links
 * @property {string} name
 * @property {Role} role what it allows
 * @property {number | null} seconds until it ends; `null`: it does not by itself
 * @property {number} clients how many came by it
 * @property {boolean} made whether a host made it, and can revoke it
 * @property {boolean} own whether we came by it
 *
 * @typedef {"running" | "paused" | null} Recording whether the canvas is recorded
 *
 * @typedef {"text" | "multiline" | "number" | "email" | "url"} TextKind what is typed
 * @typedef {{x: number, y: number, width: number, height: number}} Caret where, in logical pixels of the canvas
 *
 * @typedef {{type: "welcome", client: number, role: Role, video: "h264"[]}
 *   | {type: "title", value: string}
 *   | {type: "cursor", value: string}
 *   | {type: "control", presenter: boolean, held: boolean, by: string, can_ask: boolean, asks: boolean, manages: boolean,
 *       recording: Recording}
 *   | {type: "clients", list: Listed[], sent_away: Away[]}
 *   | {type: "links", list: Link[], made: {name: string, token: string} | null, refused: string | null}
 *   | {type: "clipboard", text: string}
 *   | {type: "text_input", kind: TextKind, caret: Caret}
 *   | {type: "text_input", kind: "none"}
 *   | {type: "open_url", url: string}
 *   | import("../accessibility/message.js").TreeUpdate
 *   | {type: "pong", id: number, time: number}
 *   | {type: "closed", reason: string}
 *   | {type: "unknown"}} Message "unknown" is well-formed but of a type we do not know: to be ignored
 */

const SUBPROTOCOL = "framecast.v1";
/** The header of a part; a longer one has fields to ignore. */
const HEADER = 80;
const KIND_PART = 2;
const KIND_VIDEO = 3;
/** The codec of a video: H.264. */
const H264 = 1;
/** The most ranges of tiles with a picture of a video. */
const MAX_RANGES = 64;
/** Tiles are numbered by 16 bits. */
const MAX_NUMBERED = 2 ** 16;
const FLAG_LAST = 1;
const FLAG_EXACT = 2;
/** The most tiles in a part. */
const MAX_TILES = 256;
/** The shortest and the longest side of a tile. */
const MIN_TILE = 8;
const MAX_TILE = 1024;
/** The longest side and the largest area of a frame: `PhysicalSize::MAX_SIDE` and `MAX_AREA`. */
const MAX_SIDE = 65_535;
const MAX_AREA = 2 ** 28;
/** Ratios that a canvas can have are 0.1 to 8; a foreign server gets some room. */
const MAX_RATIO = 64;
/** The longest title or reason we keep, in UTF-16 units. */
const MAX_TEXT = 1024;
/** The longest text for the clipboard that we take, in UTF-16 units; `Setting::MAX_CLIPBOARD` is as many bytes. */
const MAX_CLIPBOARD = 64 * 1024;
/** What may be typed. */
const TEXT_KINDS = /** @type {const} */ (["text", "multiline", "number", "email", "url"]);
/** What the secret of a link that is made for us may be. */
const TOKEN = /^[A-Za-z0-9_-]{1,256}$/;
/** The most viewers, or links, we list. */
const MAX_LISTED = 256;

/**
 * @param {ArrayBuffer} buffer a binary message
 * @returns {Part | null}
 */
function parsePart(buffer) {
  if (buffer.byteLength <= HEADER) return null;
  const view = new DataView(buffer);
  const encoding = decoders.named(view.getUint8(1));
  if (view.getUint8(0) !== KIND_PART || encoding === null) return null;
  const flags = view.getUint8(10);
  const last = (flags & FLAG_LAST) !== 0;
  const exact = (flags & FLAG_EXACT) !== 0;
  if (flags > (FLAG_LAST | FLAG_EXACT) || (exact && !last)) return null;
  const frame = frameOf(view);
  const header = view.getUint16(2, true);
  const count = view.getUint16(12, true);
  if (!frame || header < HEADER || count * frame.tileHeight > MAX_SIDE) return null;
  const tiles = tileList(view, header, count, gridOf(frame));
  if (!tiles) return null;
  const bytes = new Uint8Array(buffer, header + 2 * count);
  return { encoding, part: view.getUint16(8, true), last, exact, tiles, ...frame, bytes };
}

/**
 * @param {ArrayBuffer} buffer a binary message
 * @returns {VideoPart | null}
 */
function parseVideo(buffer) {
  if (buffer.byteLength <= HEADER) return null;
  const view = new DataView(buffer);
  if (view.getUint8(0) !== KIND_VIDEO || view.getUint8(1) !== H264) return null;
  const keyframe = view.getUint8(8);
  const frame = frameOf(view);
  const header = view.getUint16(2, true);
  const count = view.getUint16(12, true);
  if (!frame || keyframe > 1 || header < HEADER) return null;
  const [width, height] = [view.getUint16(28, true), view.getUint16(30, true)];
  const half = width < frame.width;
  const side = (/** @type {number} */ of) => even(half ? Math.ceil(of / 2) : of);
  if (width !== side(frame.width) || height !== side(frame.height)) return null;
  const tiles = tileRanges(view, header, count, Math.min(gridOf(frame), MAX_NUMBERED));
  if (!tiles) return null;
  const profile = [9, 10, 11].map((at) => view.getUint8(at).toString(16).padStart(2, "0"));
  const video = { keyframe: keyframe === 1, codec: `avc1.${profile.join("")}`, width, height, half };
  const bytes = new Uint8Array(buffer, header + 4 * count);
  return { encoding: "h264", part: 0, last: true, exact: false, tiles, ...frame, bytes, video };
}

/**
 * What both kinds say of the frame, at the same offsets.
 *
 * @param {DataView} view
 * @returns {Omit<Fields, "part" | "last" | "exact" | "tiles" | "bytes"> | null}
 */
function frameOf(view) {
  const [tileWidth, tileHeight] = [view.getUint16(14, true), view.getUint16(16, true)];
  const [width, height] = [view.getUint32(20, true), view.getUint32(24, true)];
  const ratio = view.getFloat64(32, true);
  if (!isTile(tileWidth) || !isTile(tileHeight) || !isFrame(width, height, ratio)) return null;
  const [input, drawn, encoded, sent] = [48, 56, 64, 72].map((at) => view.getFloat64(at, true));
  if (!isNumber(drawn) || !isNumber(encoded) || !isNumber(sent)) return null;
  if (!isNumber(input) && !Number.isNaN(input)) return null;
  const [update, sequence] = [view.getUint32(4, true), view.getBigUint64(40, true)];
  const answers = isNumber(input) ? input : null;
  // Older servers do not say it.
  const says = Math.min(view.getUint16(2, true), view.byteLength) >= HEADER + 8;
  const at = says ? view.getFloat64(HEADER, true) : null;
  const presented = isNumber(at) ? at : null;
  return { update, tileWidth, tileHeight, width, height, ratio, sequence, input: answers, drawn, presented, encoded, sent };
}

/**
 * The number of tiles in the grid.
 *
 * @param {{width: number, height: number, tileWidth: number, tileHeight: number}} frame
 */
function gridOf({ width, height, tileWidth, tileHeight }) {
  return Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
}

/** @param {number} side */
function even(side) {
  return side + (side % 2);
}

/** @param {number} side */
function isTile(side) {
  return side >= MIN_TILE && side <= MAX_TILE;
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} ratio
 */
function isFrame(width, height, ratio) {
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) return false;
  // Written so that NaN fails, too.
  return width * height <= MAX_AREA && ratio > 0 && ratio <= MAX_RATIO;
}

/**
 * The tile list, if it is one and something comes after it.
 *
 * @param {DataView} view
 * @param {number} at where it starts
 * @param {number} count
 * @param {number} end the number of tiles in the grid
 * @returns {Uint16Array | null}
 */
function tileList(view, at, count, end) {
  if (count === 0 || count > MAX_TILES || at + 2 * count >= view.byteLength) return null;
  // A copy: the list outlives the message, and may lie at an odd offset.
  const tiles = new Uint16Array(count);
  let before = -1;
  for (let i = 0; i < count; i += 1) {
    const tile = view.getUint16(at + 2 * i, true);
    if (tile <= before || tile >= end) return null;
    tiles[i] = before = tile;
  }
  return tiles;
}

/**
 * The tiles of a list of ranges, if it is one and something comes after it.
 *
 * @param {DataView} view
 * @param {number} at where it starts
 * @param {number} count of the ranges
 * @param {number} end the number of tiles in the grid
 * @returns {Uint16Array | null}
 */
function tileRanges(view, at, count, end) {
  if (count === 0 || count > MAX_RANGES || at + 4 * count >= view.byteLength) return null;
  const ranges = Array.from({ length: count }, (_, i) => {
    const first = view.getUint16(at + 4 * i, true);
    return { first, after: first + view.getUint16(at + 4 * i + 2, true) };
  });
  let total = 0;
  let before = -1;
  for (const { first, after } of ranges) {
    // One that begins where the one before ends is the same one.
    if (first <= before || after <= first || after > end) return null;
    before = after;
    total += after - first;
  }
  const tiles = new Uint16Array(total);
  let next = 0;
  for (const { first, after } of ranges) for (let tile = first; tile < after; tile += 1) tiles[next++] = tile;
  return tiles;
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
      return welcome(fields);
    case "title":
    case "cursor":
      return typeof fields.value === "string" ? { type: fields.type, value: cut(fields.value) } : null;
    case "control": {
      return control(fields);
    }
    case "clients": {
      const { list, sent_away = [] } = fields;
      if (!Array.isArray(list) || !Array.isArray(sent_away)) return null;
      return clients(list.slice(0, MAX_LISTED).map(listed), sent_away.slice(0, MAX_LISTED).map(away));
    }
    case "links":
      return links(fields);
    case "clipboard": {
      // Half of a text is another text: all of it, or nothing.
      const { text } = fields;
      return typeof text === "string" && text.length <= MAX_CLIPBOARD ? { type: "clipboard", text } : null;
    }
    case "text_input":
      return textInput(fields);
    case "accessibility":
      return accessibility.parse(fields);
    case "open_url": {
      // Part of an address is another.
      const { url } = fields;
      return typeof url === "string" && url.length <= address.MAX_URL ? { type: "open_url", url } : null;
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
 * @param {Record<string, unknown>} fields
 * @returns {Message | null}
 */
function welcome({ client, role = "drive", video }) {
  if (!isNumber(client) || !isRole(role)) return null;
  return { type: "welcome", client, role, video: Array.isArray(video) && video.includes("h264") ? ["h264"] : [] };
}

/**
 * @param {Record<string, unknown>} fields
 * @returns {Message | null}
 */
function control({ presenter, held, by = "", can_ask = false, asks = false, manages = false, recording = null }) {
  if (typeof presenter !== "boolean" || typeof held !== "boolean" || typeof by !== "string") return null;
  if (typeof can_ask !== "boolean" || typeof asks !== "boolean" || typeof manages !== "boolean") return null;
  const known = recording === "running" || recording === "paused" ? recording : null;
  return { type: "control", presenter, held, by: cut(by), can_ask, asks, manages, recording: known };
}

/**
 * @param {Record<string, unknown>} fields
 * @returns {Message | null}
 */
function textInput({ kind, caret }) {
  if (typeof kind !== "string") return null;
  if (kind === "none") return { type: "text_input", kind };
  if (typeof caret !== "object" || caret === null) return null;
  const { x, y, width, height } = /** @type {Record<string, unknown>} */ (caret);
  if (!isNumber(x) || !isNumber(y) || !isNumber(width) || !isNumber(height) || width < 0 || height < 0) return null;
  // A kind of a later version is some kind of text.
  const known = TEXT_KINDS.find((name) => name === kind) ?? "text";
  return { type: "text_input", kind: known, caret: { x, y, width, height } };
}

/**
 * @param {(Listed | null)[]} list
 * @param {(Away | null)[]} sent_away
 * @returns {Message | null}
 */
function clients(list, sent_away) {
  if (!list.every((viewer) => viewer !== null) || !sent_away.every((viewer) => viewer !== null)) return null;
  return { type: "clients", list, sent_away };
}

/**
 * @param {Record<string, unknown>} fields
 * @returns {Message | null}
 */
function links({ list, made = null, refused = null }) {
  if (!Array.isArray(list) || (refused !== null && typeof refused !== "string")) return null;
  const found = list.slice(0, MAX_LISTED).map(link);
  if (!found.every((one) => one !== null)) return null;
  const message = { type: /** @type {const} */ ("links"), list: found, refused: refused === null ? null : cut(refused) };
  if (made === null) return { ...message, made };
  if (typeof made !== "object") return null;
  const { name, token } = /** @type {Record<string, unknown>} */ (made);
  return typeof name === "string" && typeof token === "string" && TOKEN.test(token) ? { ...message, made: { name: cut(name), token } } : null;
}

/**
 * @param {unknown} value
 * @returns {Link | null}
 */
function link(value) {
  if (typeof value !== "object" || value === null) return null;
  const { name, role, seconds, clients, made, own } = /** @type {Record<string, unknown>} */ (value);
  if (typeof name !== "string" || !isRole(role) || !isNumber(clients)) return null;
  if (seconds !== null && !isNumber(seconds)) return null;
  if (typeof made !== "boolean" || typeof own !== "boolean") return null;
  return { name: cut(name), role, seconds, clients, made, own };
}

/**
 * @param {unknown} value
 * @returns {Away | null}
 */
function away(value) {
  if (typeof value !== "object" || value === null) return null;
  const { number, label, role } = /** @type {Record<string, unknown>} */ (value);
  return isNumber(number) && typeof label === "string" && isRole(role) ? { number, label: cut(label), role } : null;
}

/**
 * @param {unknown} value
 * @returns {Listed | null}
 */
function listed(value) {
  if (typeof value !== "object" || value === null) return null;
  const { number, label, role, visible, presenter, asks, you } = /** @type {Record<string, unknown>} */ (value);
  if (!isNumber(number) || typeof label !== "string" || !isRole(role)) return null;
  if (typeof visible !== "boolean" || typeof presenter !== "boolean") return null;
  if (typeof asks !== "boolean" || typeof you !== "boolean") return null;
  return { number, label: cut(label), role, visible, presenter, asks, you };
}

/**
 * @param {unknown} value
 * @returns {value is Role}
 */
function isRole(value) {
  return value === "drive" || value === "watch";
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

export default Object.freeze({ SUBPROTOCOL, MAX_SIDE, MAX_AREA, MAX_TEXT, MAX_CLIPBOARD, parsePart, parseVideo, parseMessage });
