/**
 * What keys do in a recording: what they do in `framecast play`, and what they do in other players of pages. Pure.
 *
 * @typedef {{does: "toggle"} | {does: "fullscreen"} | {does: "by", seconds: number} | {does: "to", part: number}
 *   | {does: "step", by: 1 | -1} | {does: "faster", by: 1 | -1} | {does: "speed", rate: number}} Action `part`: of the whole length, 0 to 1
 */

/** Between them the speed goes, by a key or in the list. */
const RATES = Object.freeze([0.25, 0.5, 1, 1.5, 2, 4, 8, 16]);
/** Seconds. */
const LEAP = 5;
const LONG_LEAP = 60;

/**
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @returns {Action | null} `null`: it does nothing here
 */
function action({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (/^[0-9]$/.test(key)) return { does: "to", part: Number(key) / 10 };
  switch (key) {
    case " ":
    case "k":
      return { does: "toggle" };
    case "f":
      return { does: "fullscreen" };
    case "ArrowLeft":
      return shiftKey ? { does: "step", by: -1 } : { does: "by", seconds: -LEAP };
    case "ArrowRight":
      return shiftKey ? { does: "step", by: 1 } : { does: "by", seconds: LEAP };
    case ",":
      return { does: "step", by: -1 };
    case ".":
      return { does: "step", by: 1 };
    case "PageUp":
      return { does: "by", seconds: -LONG_LEAP };
    case "PageDown":
      return { does: "by", seconds: LONG_LEAP };
    case "Home":
      return { does: "to", part: 0 };
    case "End":
      return { does: "to", part: 1 };
    case "<":
    case "[":
    case "ArrowDown":
      return { does: "faster", by: -1 };
    case ">":
    case "]":
    case "ArrowUp":
      return { does: "faster", by: 1 };
    case "Backspace":
    case "=":
      return { does: "speed", rate: 1 };
    default:
      return null;
  }
}

/**
 * The key that one is as on the time line: a slider, which has keys that raise its value and keys that lower it.
 *
 * @param {string} key
 */
function onSlider(key) {
  switch (key) {
    case "ArrowUp":
      return "ArrowRight";
    case "ArrowDown":
      return "ArrowLeft";
    case "PageUp":
      return "PageDown";
    case "PageDown":
      return "PageUp";
    default:
      return key;
  }
}

/**
 * The next speed in the list.
 *
 * @param {number} rate
 * @param {1 | -1} by
 */
function next(rate, by) {
  const found = by > 0 ? RATES.find((other) => other > rate) : [...RATES].reverse().find((other) => other < rate);
  return found ?? rate;
}

export default Object.freeze({ RATES, action, onSlider, next });
