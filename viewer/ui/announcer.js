/** Between two that are said, in seconds: a screen reader says one after the other. */
const GAP = 2;
/** How many may wait; older ones are left out. */
const MOST = 4;

/**
 * What a screen reader is told, one at a time and not too often. Of each subject only the newest counts: who is
 * connected again hears nothing of a loss that was not told yet. Pure.
 */
export default class Announcer {
  /** What waits, oldest first, by subject. @type {Map<string, string>} */
  #waiting = new Map();
  /** What was said last of each. @type {Map<string, string>} */
  #said = new Map();
  #at = -Infinity;

  /**
   * @param {string} subject
   * @param {string} text what it was last told as, is no news
   * @param {boolean} [again] it is news also then
   */
  say(subject, text, again = false) {
    this.#waiting.delete(subject);
    if (text === "" || (!again && this.#said.get(subject) === text)) return;
    this.#waiting.set(subject, text);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST && oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** Takes back what was not said yet, and forgets what was. @param {string} subject */
  forget(subject) {
    this.#waiting.delete(subject);
    this.#said.delete(subject);
  }

  /**
   * @param {number} now seconds
   * @returns {string | null} what to say now
   */
  next(now) {
    const [first] = this.#waiting;
    if (!first || now - this.#at < GAP) return null;
    const [subject, text] = first;
    this.#waiting.delete(subject);
    this.#said.set(subject, text);
    this.#at = now;
    return text;
  }
}
