/**
 * The event vocabulary on the wire, and the parts of it that translate without memory. Pure: what
 * comes in only looks like the DOM's events.
 *
 * @typedef {"Shift" | "Control" | "Alt" | "Meta"} Modifier
 * @typedef {{x: number, y: number, pressure: number}} Touch
 * @typedef {{type: "pointer_down" | "pointer_move" | "pointer_up" | "pointer_enter" | "pointer_leave" | "double_click",
 *   x: number, y: number, button: number, buttons: number[], modifiers: Modifier[], ntouches: number,
 *   touches: Record<string, Touch>, changed?: string[], pointer_type: "mouse" | "touch" | "pen", pressure: number}} PointerMessage
 * @typedef {{type: "wheel", dx: number, dy: number, x: number, y: number, buttons: number[], modifiers: Modifier[],
 *   unit?: "pixel" | "notch" | "page", phase?: "discrete"}} WheelMessage
 * @typedef {{type: "key_down" | "key_up", key: string, code: string, modifiers: Modifier[], repeat?: true}} KeyMessage
 * @typedef {{type: "char", data: string, is_composing: boolean, input_type: string}} CharMessage
 * @typedef {{type: "paste", data: string}} PasteMessage
 * @typedef {{type: "focus_in" | "focus_out"}} FocusMessage
 * @typedef {PointerMessage | WheelMessage | KeyMessage | CharMessage | PasteMessage | FocusMessage} WireEvent
 *
 * @typedef {{shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean,
 *   getModifierState?: (name: string) => boolean}} ModifierKeys
 */

/** The longest text in one event, in bytes of UTF-8: `EventKind::MAX_TEXT`. */
const MAX_TEXT = 16 * 1024;
/** The longest text that is pasted, likewise: `EventKind::MAX_PASTE`. */
const MAX_PASTE = 32 * 1024;
/** What the server reads of one message at most, in bytes. */
const MAX_MESSAGE = 64 * 1024;
/** The largest coordinate: `EventKind::MAX_COORDINATE`. */
const MAX_COORDINATE = 1e6;
/** The longest `key`, `code` or `input_type`, in bytes: `EventKind::MAX_KEY`. */
const MAX_KEY = 64;
/** The most fingers: `EventKind::MAX_TOUCHES`. */
const MAX_TOUCHES = 20;

/**
 * @param {ModifierKeys} keys
 * @returns {Modifier[]}
 */
function modifiers(keys) {
  // AltGr, which is there to type characters, also looks like Control and Alt on Windows.
  const altGraph = keys.getModifierState?.("AltGraph") ?? false;
  /** @type {Modifier[]} */
  const names = [];
  if (keys.shiftKey) names.push("Shift");
  if (keys.ctrlKey && !altGraph) names.push("Control");
  if (keys.altKey && !altGraph) names.push("Alt");
  if (keys.metaKey) names.push("Meta");
  return names;
}

/**
 * @param {import("./wheel.js").Turn} turn
 * @param {ModifierKeys} keys
 * @param {import("../layout.js").Point} place
 * @param {number[]} buttons
 * @returns {WheelMessage}
 */
function wheel({ dx, dy, unit }, keys, place, buttons) {
  return {
    type: "wheel",
    dx: coordinate(dx),
    dy: coordinate(dy),
    x: coordinate(place.x),
    y: coordinate(place.y),
    buttons,
    modifiers: modifiers(keys),
    unit,
    // Browsers do not tell when a trackpad's movement begins and ends.
    ...(unit === "pixel" ? {} : { phase: /** @type {const} */ ("discrete") }),
  };
}

/**
 * Text for one `char` event: well-formed, with only the control characters that texts have (others
 * would also swell the message sixfold as JSON), and cut to what one event may carry.
 *
 * @param {string} data
 * @param {boolean} composing
 * @param {string} inputType
 * @returns {CharMessage}
 */
function char(data, composing, inputType) {
  const text = clean(data, MAX_TEXT).text;
  return { type: "char", data: text, is_composing: composing, input_type: name(inputType) };
}

/**
 * Text from the clipboard for one `paste` event, as clean as for `char`. It is all there or refused: half of what
 * somebody pastes may be another command.
 *
 * @param {string} data
 * @returns {{message: PasteMessage} | {bytes: number}} how long it is in bytes of UTF-8, if that is too long: more than
 *   `MAX_PASTE`, or so full of quotes and line breaks, which are two bytes each on the wire, that it is no message
 */
function paste(data) {
  const { text, bytes } = clean(data, Infinity);
  /** @type {PasteMessage} */
  const message = { type: "paste", data: text };
  const fits = bytes <= MAX_PASTE && new TextEncoder().encode(JSON.stringify(message)).length <= MAX_MESSAGE;
  return fits ? { message } : { bytes };
}

/**
 * @param {string} data
 * @param {number} most bytes
 * @returns {{text: string, bytes: number}} well-formed, cut before it is longer than `most`
 */
function clean(data, most) {
  const rough = data.length > most ? data.slice(0, most) : data;
  let text = "";
  let bytes = 0;
  for (const character of rough.replaceAll("\r\n", "\n")) {
    const code = /** @type {number} */ (character.codePointAt(0));
    if ((code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f) continue;
    if (code >= 0xd800 && code <= 0xdfff) continue; // half of a pair
    const more = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes + more > most) break;
    bytes += more;
    text += character;
  }
  return { text, bytes };
}

/**
 * Finite, in range, and no longer on the wire than it is worth.
 *
 * @param {number} value
 * @returns {number}
 */
function coordinate(value) {
  if (!Number.isFinite(value)) return 0;
  return Math.round(Math.min(MAX_COORDINATE, Math.max(-MAX_COORDINATE, value)) * 1000) / 1000;
}

/**
 * A `key` or `code` as short as the server wants it; real ones are.
 *
 * @param {string} text
 * @returns {string}
 */
function name(text) {
  let cut = text.slice(0, MAX_KEY);
  while (new TextEncoder().encode(cut).length > MAX_KEY) cut = cut.slice(0, -1);
  return cut;
}

export default Object.freeze({
  MAX_TEXT,
  MAX_PASTE,
  MAX_MESSAGE,
  MAX_COORDINATE,
  MAX_KEY,
  MAX_TOUCHES,
  modifiers,
  wheel,
  char,
  paste,
  coordinate,
  name,
});
