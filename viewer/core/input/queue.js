import events from "./events.js";

/**
 * @typedef {import("./events.js").WireEvent} WireEvent
 * @typedef {import("./events.js").Modifier} Modifier
 */

/** The phases of a wheel's movement of which two are two movements. We send none, but the rule has them. */
const MARKS = new Set(["started", "ended"]);
/** The most that waits; a browser makes one or two of each kind in an animation frame. */
const MOST = 32;

/**
 * Holds moves and turns of the wheel for the next animation frame, merging neighbours; everything
 * else goes at once, after what was held. Nothing is reordered or lost.
 */
export default class Queue {
  /** @type {WireEvent[]} only moves and wheels */
  #held = [];

  /** Whether something waits for {@link flush}. */
  get waits() {
    return this.#held.length > 0;
  }

  /**
   * @param {WireEvent} event
   * @returns {WireEvent[]} what to send now
   */
  push(event) {
    if (event.type !== "pointer_move" && event.type !== "wheel") return [...this.flush(), event];
    const last = this.#held.at(-1);
    const merged = last && merge(last, event);
    if (merged) this.#held.pop();
    this.#held.push(merged ?? event);
    return this.#held.length > MOST ? this.flush() : [];
  }

  /** @returns {WireEvent[]} what waited */
  flush() {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** Drops what waits. */
  clear() {
    this.#held = [];
  }
}

/**
 * The rule is that of `backends/api/src/coalesce.rs`, which is tested with the same cases.
 *
 * @param {WireEvent} last
 * @param {WireEvent} event
 * @returns {WireEvent | null}
 */
function merge(last, event) {
  if (last.type === "pointer_move" && event.type === "pointer_move") {
    const same = last.pointer_type === event.pointer_type && last.ntouches === event.ntouches;
    if (!same || !equal(last.buttons, event.buttons) || !equal(last.modifiers, event.modifiers)) return null;
    const changed = [...new Set([...(last.changed ?? []), ...(event.changed ?? [])])].sort();
    if (changed.length > events.MAX_TOUCHES) return null;
    return changed.length > 0 ? { ...event, changed } : event;
  }
  if (last.type === "wheel" && event.type === "wheel") {
    if (!equal(last.buttons, event.buttons) || !equal(last.modifiers, event.modifiers)) return null;
    if (last.unit !== event.unit || last.phase !== event.phase || MARKS.has(event.phase ?? "")) return null;
    const [dx, dy] = [last.dx + event.dx, last.dy + event.dy];
    // A larger one would be cut to that.
    const fits = Math.max(Math.abs(dx), Math.abs(dy)) <= events.MAX_COORDINATE;
    return fits ? { ...event, dx, dy } : null;
  }
  return null;
}

/**
 * @param {readonly (number | string)[]} a
 * @param {readonly (number | string)[]} b
 */
function equal(a, b) {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
