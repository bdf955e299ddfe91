import events from "./events.js";

/**
 * @typedef {import("./events.js").KeyMessage} KeyMessage
 * @typedef {{key: string, code: string, repeat: boolean, isComposing: boolean, keyCode?: number | undefined}
 *   & import("./events.js").ModifierKeys} KeyLike
 * @typedef {{messages: KeyMessage[], prevent: boolean}} Answer `prevent`: keep the browser from acting on it, too
 */

/** Leads out of the picture by keyboard. The browser gets it, too: most go on to their address bar. */
const LEAVES = "F6";
/** Shortcuts that stay the browser's, by `key`. */
const PLAIN = new Set(["F5", LEAVES, "F11", "F12"]);
/** With Control: reload, tabs and windows, address bar, quit, zoom. With Shift also. */
const CONTROL = new Set([
  ..."rwtnlq0123456789+-=_",
  "Tab",
  "PageUp",
  "PageDown",
  "F4",
  "F5",
  "F6",
]);
/** With Control and Shift: the developer tools. */
const CONTROL_SHIFT = new Set([..."ijck"]);
/** With Alt: history, home, address bar, the window manager's. */
const ALT = new Set(["ArrowLeft", "ArrowRight", "Home", "d", "Tab", "F4"]);
/** What an input method sends instead of the key; the text comes as text. */
const KEY_CODE_INPUT_METHOD = 229;
const UNIDENTIFIED = "Unidentified";
const UNNAMED = new Set(["", "Dead", "Process", UNIDENTIFIED]);
const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta"]);
/** The flag of an event that each modifier key sets. @type {Map<string, "shiftKey" | "ctrlKey" | "altKey" | "metaKey">} */
const OWN_FLAG = new Map([["Shift", "shiftKey"], ["Control", "ctrlKey"], ["Alt", "altKey"], ["Meta", "metaKey"]]);
/**
 * What a key is by its `code`, where that does not depend on the layout: WebKitGTK does not identify X's `ISO_Left_Tab`,
 * which Shift+Tab is there.
 */
const BY_CODE = new Map([
  ...[
    ...["Tab", "Enter", "Escape", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown"],
    ...["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ContextMenu", "CapsLock", "ScrollLock", "Pause", "PrintScreen"],
    ...Array.from({ length: 24 }, (_, index) => `F${index + 1}`),
  ].map((name) => /** @type {[string, string]} */ ([name, name])),
  ["NumpadEnter", "Enter"],
  ...["Shift", "Control", "Meta"].flatMap((name) => /** @type {[string, string][]} */ ([
    [`${name}Left`, name],
    [`${name}Right`, name],
  ])),
]);

/**
 * Decides which keys go to the application. Pure; remembers which are down, so that each goes down once, repeats only
 * while it is down, and goes up once, all under the name that it went down with.
 */
export default class Keys {
  /** @type {Map<string, {key: string, code: string}>} */
  #held = new Map();
  /** macOS does not tell which keys go up while Command is down. */
  #mac;

  /** @param {boolean} mac */
  constructor(mac) {
    this.#mac = mac;
  }

  /**
   * @param {KeyLike} event
   * @returns {Answer}
   */
  down(event) {
    event = identified(event);
    if (event.isComposing || event.keyCode === KEY_CODE_INPUT_METHOD) return { messages: [], prevent: false };
    if (UNNAMED.has(event.key) || isBrowserShortcut(event)) return { messages: [], prevent: false };
    const prevent = !makesText(event, this.#mac) && !isClipboard(event);
    const name = nameOf(event);
    const held = this.#held.get(name);
    // Some browsers do not say that a key repeats. What repeats and did not go down here was pressed elsewhere.
    if (held || event.repeat) return { messages: held ? repeat(held, event) : [], prevent };
    const key = { key: events.name(event.key), code: events.name(event.code) };
    this.#held.set(name, key);
    return { messages: [{ type: "key_down", ...key, modifiers: this.#modifiers(event) }], prevent };
  }

  /**
   * @param {KeyLike} event
   * @returns {Answer}
   */
  up(event) {
    const key = this.#held.get(nameOf(event));
    if (!key) return { messages: [], prevent: false };
    /** @type {KeyMessage[]} */
    const messages = [];
    this.#held.delete(nameOf(event));
    if (this.#mac && event.key === "Meta") {
      for (const [name, other] of this.#held) {
        if (MODIFIERS.has(other.key)) continue;
        this.#held.delete(name);
        messages.push({ type: "key_up", ...other, modifiers: this.#modifiers(event) });
      }
    }
    messages.push({ type: "key_up", ...key, modifiers: this.#modifiers(event) });
    return { messages, prevent: true };
  }

  /**
   * The modifiers that hold after a key went down or up. What the key itself does to them comes from which keys are
   * down: Firefox under X11 asks the X server, and sometimes gets the state before the key.
   *
   * @param {KeyLike} event
   * @returns {import("./events.js").Modifier[]}
   */
  #modifiers(event) {
    const flag = OWN_FLAG.get(event.key);
    if (flag === undefined) return events.modifiers(event);
    const down = [...this.#held.values()].some(({ key }) => key === event.key);
    return events.modifiers({ ...flags(event), [flag]: down });
  }

  /**
   * A key that an on-screen keyboard only tells as an edit.
   *
   * @param {string} key
   * @returns {KeyMessage[]}
   */
  tap(key) {
    return [
      { type: "key_down", key, code: "", modifiers: [] },
      { type: "key_up", key, code: "", modifiers: [] },
    ];
  }

  /** @returns {KeyMessage[]} every key that is down goes up, the modifiers last */
  release() {
    const held = [...this.#held.values()];
    this.#held.clear();
    held.sort((a, b) => Number(MODIFIERS.has(a.key)) - Number(MODIFIERS.has(b.key)));
    return held.map((key) => ({ type: "key_up", ...key, modifiers: [] }));
  }

  /**
   * Whether a key that goes down asks for the way out of the picture.
   *
   * @param {KeyLike} event
   */
  leaves(event) {
    return identified(event).key === LEAVES && !event.ctrlKey && !event.altKey && !event.metaKey;
  }

  /** Forgets what is down without a word. */
  forget() {
    this.#held.clear();
  }
}

/**
 * A key that is held, told again. Modifier keys do not repeat: that says nothing, and would come between moves that are
 * merged otherwise.
 *
 * @param {{key: string, code: string}} key as it went down
 * @param {KeyLike} event
 * @returns {KeyMessage[]}
 */
function repeat(key, event) {
  if (MODIFIERS.has(key.key)) return [];
  return [{ type: "key_down", ...key, modifiers: events.modifiers(event), repeat: true }];
}

/**
 * The event with the name that the browser left out.
 *
 * @param {KeyLike} event
 * @returns {KeyLike}
 */
function identified(event) {
  const key = event.key === UNIDENTIFIED ? BY_CODE.get(event.code) : undefined;
  if (key === undefined) return event;
  const { code, repeat, isComposing, keyCode } = event;
  return { key, code, repeat, isComposing, keyCode, ...flags(event) };
}

/**
 * A DOM event cannot be spread; this can.
 *
 * @param {import("./events.js").ModifierKeys} event
 * @returns {import("./events.js").ModifierKeys}
 */
function flags(event) {
  const { shiftKey, ctrlKey, altKey, metaKey } = event;
  const getModifierState = (/** @type {string} */ name) => event.getModifierState?.(name) ?? false;
  return { shiftKey, ctrlKey, altKey, metaKey, getModifierState };
}

/** @param {KeyLike} event */
function nameOf(event) {
  return event.code || event.key;
}

/** @param {KeyLike} event */
function isAltGraph(event) {
  return event.getModifierState?.("AltGraph") ?? false;
}

/**
 * @param {KeyLike} event
 * @returns {boolean}
 */
function isBrowserShortcut(event) {
  // The Command key's and the Windows key's are the system's and the browser's, all of them.
  if (event.metaKey && !MODIFIERS.has(event.key)) return true;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (isAltGraph(event)) return false;
  if (event.ctrlKey && !event.altKey) return CONTROL.has(key) || (event.shiftKey && CONTROL_SHIFT.has(key));
  if (event.altKey && !event.ctrlKey) return ALT.has(key);
  return PLAIN.has(key) && !event.ctrlKey && !event.altKey;
}

/**
 * Whether the browser turns the key into text, which then comes as `char`.
 *
 * @param {KeyLike} event
 * @param {boolean} mac where Option types characters
 * @returns {boolean}
 */
function makesText(event, mac) {
  if ([...event.key].length !== 1) return false;
  if (isAltGraph(event)) return true;
  return !event.ctrlKey && !event.metaKey && (mac || !event.altKey);
}

/**
 * Paste must reach the browser, or it hands no text over.
 *
 * @param {KeyLike} event
 * @returns {boolean}
 */
function isClipboard(event) {
  if (event.key === "Insert") return event.shiftKey && !event.ctrlKey && !event.altKey;
  return event.ctrlKey && !event.altKey && event.key.toLowerCase() === "v";
}
