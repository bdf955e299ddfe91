import events from "./events.js";

/**
 * @typedef {import("./events.js").PointerMessage} PointerMessage
 * @typedef {import("./events.js").Modifier} Modifier
 * @typedef {import("../layout.js").Point} Point
 * @typedef {{pointerId: number, pointerType: string, button: number, buttons: number, pressure: number,
 *   timeStamp: number} & import("./events.js").ModifierKeys} PointerLike
 */

/** The DOM's button numbers as ours: left, middle, right, back, forward, a pen's eraser. */
const BUTTONS = [1, 3, 2, 4, 5, 6];
/** The bits of the DOM's `buttons`, by our number. */
const BITS = [0, 1, 2, 4, 8, 16, 32];
/** Two taps are a double tap when they are this close: milliseconds, logical pixels. */
const TAP_TIME = 350;
const TAP_REACH = 24;

/**
 * What every pointer does, from the DOM's pointer events to ours. Pure; remembers what it told, so
 * that every button that went down goes up exactly once, whatever the browser leaves out.
 *
 * Fingers together are one pointer with the left button: the first one down is where it is, stays so
 * until the last is lifted, and all of them are in `touches`. So an application that only knows a
 * mouse sees a drag, and never a jump to another finger.
 */
export default class Pointers {
  /** @type {Map<number, Set<number>>} our buttons that are down, by mouse or pen; no empty sets */
  #held = new Map();
  /** @type {Map<number, import("./events.js").Touch>} fingers that are down, oldest first */
  #touches = new Map();
  /** The finger that gives the position. */
  #first = -1;
  /** Whether this touch may still become a tap: one finger that stayed in place. */
  #tap = false;
  /** @type {{time: number, x: number, y: number} | null} the last tap */
  #tapped = null;
  /** Where the pointer is, last said. @type {Point} */
  #at = { x: 0, y: 0 };
  /** @type {"mouse" | "touch" | "pen"} */
  #kind = "mouse";
  /** The mouse's last `pointerup`. @type {{pointerId: number, timeStamp: number} | null} */
  #released = null;
  /** The pointer that came back without having left. */
  #stayed = NaN;

  /** @returns {number[]} our numbers of the buttons that are down */
  get buttons() {
    const all = new Set(this.#touches.size > 0 ? [1] : []);
    for (const held of this.#held.values()) for (const button of held) all.add(button);
    return [...all].sort();
  }

  /**
   * @param {PointerLike} event
   * @param {Point} place logical pixels
   * @returns {PointerMessage[]}
   */
  down(event, place) {
    if (event.pointerType === "touch") return this.#touchDown(event, place);
    const button = BUTTONS[event.button];
    if (button === undefined) return [];
    const messages = this.#move(event, place, false);
    if (!this.#hold(event.pointerId, button)) return messages;
    messages.push(this.#message("pointer_down", event, button, event.pressure));
    return messages;
  }

  /**
   * @param {PointerLike} event
   * @param {Point} place
   * @returns {PointerMessage[]}
   */
  move(event, place) {
    if (event.pointerType === "touch") return this.#touchMove(event, place);
    // A second button of the same mouse comes as a move.
    const button = BUTTONS[event.button];
    if (button !== undefined && event.buttons & (BITS[button] ?? 0)) return this.down(event, place);
    return this.#move(event, place, true);
  }

  /**
   * For `pointerup` and `pointercancel`.
   *
   * @param {PointerLike} event
   * @param {Point} place
   * @returns {PointerMessage[]}
   */
  up(event, place) {
    if (event.pointerType === "touch") return this.#touchUp(event, place);
    if (event.pointerType === "mouse") this.#released = { pointerId: event.pointerId, timeStamp: event.timeStamp };
    return this.#move({ ...plain(event), buttons: 0 }, place, false);
  }

  /**
   * @param {"pointer_enter" | "pointer_leave" | "double_click"} type
   * @param {PointerLike} event
   * @param {Point} place
   * @param {boolean} [over] whether the pointer still is over the picture
   * @returns {PointerMessage[]}
   */
  other(type, event, place, over = false) {
    if (this.#onlyReleases(type, event, over)) return [];
    // Each finger enters and leaves; together they do so once.
    if (event.pointerType === "touch" && this.#touches.size > 0) return [];
    this.#place(event, place);
    const button = type === "double_click" ? (BUTTONS[event.button] ?? 0) : 0;
    return [this.#message(type, event, button, event.pressure)];
  }

  /**
   * Everything that is down goes up, where it was last seen.
   *
   * @returns {PointerMessage[]}
   */
  release() {
    /** @type {PointerMessage[]} */
    const messages = [];
    const keys = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
    for (const button of this.buttons) {
      for (const held of this.#held.values()) held.delete(button);
      const lifted = button === 1 ? [...this.#touches.keys()] : [];
      if (button === 1) this.#touches.clear();
      messages.push(this.#message("pointer_up", keys, button, 0, lifted));
    }
    this.#held.clear();
    this.#tap = false;
    return messages;
  }

  /** Forgets what is down without a word, as the server does when control goes to somebody else. */
  forget() {
    this.#held.clear();
    this.#touches.clear();
    this.#tap = false;
    this.#released = null;
    this.#stayed = NaN;
  }

  /**
   * Whether an event is there only because the pointer is not captured any more: WebKit has a mouse leave and enter at
   * every release of its button.
   *
   * @param {PointerMessage["type"]} type
   * @param {PointerLike} event
   * @param {boolean} over
   */
  #onlyReleases(type, event, over) {
    const { pointerId, timeStamp } = event;
    if (type === "pointer_enter") {
      const stayed = this.#stayed === pointerId;
      this.#stayed = NaN;
      return stayed;
    }
    const released = this.#released;
    if (type !== "pointer_leave" || !over || released?.pointerId !== pointerId) return false;
    if (released.timeStamp !== timeStamp) return false;
    this.#stayed = pointerId;
    return true;
  }

  /**
   * Goes to `place`; buttons that the browser does not have down any more go up first.
   *
   * @param {PointerLike} event
   * @param {Point} place
   * @param {boolean} tell whether a move without a change of buttons is one
   * @returns {PointerMessage[]}
   */
  #move(event, place, tell) {
    this.#place(event, place);
    /** @type {PointerMessage[]} */
    const messages = [];
    const held = this.#held.get(event.pointerId);
    for (const button of [...(held ?? [])].sort()) {
      if (event.buttons & (BITS[button] ?? 0)) continue;
      held?.delete(button);
      if (held?.size === 0) this.#held.delete(event.pointerId);
      messages.push(this.#message("pointer_up", event, button, event.pressure));
    }
    if (tell && messages.length === 0) messages.push(this.#message("pointer_move", event, 0, event.pressure));
    return messages;
  }

  /**
   * @param {number} pointer
   * @param {number} button
   * @returns {boolean} whether it was up
   */
  #hold(pointer, button) {
    const held = this.#held.get(pointer) ?? new Set();
    if (held.has(button)) return false;
    this.#held.set(pointer, held.add(button));
    return true;
  }

  /**
   * @param {PointerLike} event
   * @param {Point} place
   * @returns {PointerMessage[]}
   */
  #touchDown(event, place) {
    if (this.#touches.size >= events.MAX_TOUCHES || this.#touches.has(event.pointerId)) return [];
    const first = this.#touches.size === 0;
    this.#touches.set(event.pointerId, touch(event, place));
    this.#tap = first;
    if (first) {
      this.#first = event.pointerId;
      this.#place(event, place);
    }
    return [this.#message("pointer_down", event, first ? 1 : 0, event.pressure, [event.pointerId])];
  }

  /**
   * @param {PointerLike} event
   * @param {Point} place
   * @returns {PointerMessage[]}
   */
  #touchMove(event, place) {
    if (!this.#touches.has(event.pointerId)) return [];
    this.#touches.set(event.pointerId, touch(event, place));
    if (event.pointerId === this.#first) {
      if (distance(this.#at, place) > TAP_REACH) this.#tap = false;
      this.#place(event, place);
    }
    return [this.#message("pointer_move", event, 0, event.pressure, [event.pointerId])];
  }

  /**
   * @param {PointerLike} event
   * @param {Point} place
   * @returns {PointerMessage[]}
   */
  #touchUp(event, place) {
    if (!this.#touches.delete(event.pointerId)) return [];
    if (event.pointerId === this.#first) this.#place(event, place);
    const lifted = [event.pointerId];
    if (this.#touches.size > 0) return [this.#message("pointer_up", event, 0, event.pressure, lifted)];
    const messages = [this.#message("pointer_up", event, 1, event.pressure, lifted)];
    const tap = this.#tap ? { time: event.timeStamp, ...this.#at } : null;
    const last = this.#tapped;
    this.#tapped = tap;
    if (tap && last && tap.time - last.time <= TAP_TIME && distance(tap, last) <= TAP_REACH) {
      this.#tapped = null;
      messages.push(this.#message("double_click", event, 1, 0));
    }
    return messages;
  }

  /**
   * @param {PointerLike} event
   * @param {Point} place
   */
  #place(event, place) {
    this.#at = { x: events.coordinate(place.x), y: events.coordinate(place.y) };
    this.#kind = event.pointerType === "touch" || event.pointerType === "pen" ? event.pointerType : "mouse";
  }

  /**
   * @param {PointerMessage["type"]} type
   * @param {import("./events.js").ModifierKeys} keys
   * @param {number} button
   * @param {number} pressure
   * @param {number[]} [changed] the fingers that it is about
   * @returns {PointerMessage}
   */
  #message(type, keys, button, pressure, changed = []) {
    return {
      type,
      ...this.#at,
      button,
      buttons: this.buttons,
      modifiers: events.modifiers(keys),
      ntouches: this.#touches.size,
      touches: Object.fromEntries(this.#touches),
      ...(changed.length > 0 ? { changed: changed.map(String).sort() } : {}),
      pointer_type: this.#kind,
      pressure: events.coordinate(pressure),
    };
  }
}

/**
 * The fields we use; a DOM event's are getters, which a spread would leave behind.
 *
 * @param {PointerLike} event
 * @returns {PointerLike}
 */
function plain(event) {
  const { pointerId, pointerType, button, buttons, pressure, timeStamp } = event;
  const { shiftKey, ctrlKey, altKey, metaKey } = event;
  const getModifierState = (/** @type {string} */ key) => event.getModifierState?.(key) ?? false;
  return {
    pointerId, pointerType, button, buttons, pressure, timeStamp,
    shiftKey, ctrlKey, altKey, metaKey, getModifierState,
  };
}

/**
 * @param {PointerLike} event
 * @param {Point} place
 * @returns {import("./events.js").Touch}
 */
function touch(event, place) {
  return {
    x: events.coordinate(place.x),
    y: events.coordinate(place.y),
    pressure: events.coordinate(event.pressure),
  };
}

/**
 * @param {Point} a
 * @param {Point} b
 */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
