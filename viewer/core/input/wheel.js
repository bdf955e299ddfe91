/**
 * @typedef {object} WheelLike a `WheelEvent`, of which `wheelDeltaX` and `wheelDeltaY` are in no standard and in every
 *   browser; 120 is one notch up or to the left
 * @property {number} deltaX
 * @property {number} deltaY
 * @property {number} deltaMode
 * @property {number} [wheelDeltaX]
 * @property {number} [wheelDeltaY]
 * @property {number} timeStamp milliseconds
 * @property {boolean} shiftKey
 *
 * @typedef {{dx: number, dy: number, unit: "pixel" | "notch" | "page"}} Turn `unit`: what was turned; a notch is
 *   {@link NOTCH}, as is a page
 */

/** What one notch scrolls in our vocabulary, as in the window and in the terminal. */
const NOTCH = 100;
/** What a browser calls one notch in `wheelDeltaX` and `wheelDeltaY`. */
const WHEEL_DELTA = 120;
/** What one unit of `deltaMode` is where `wheelDelta…` does not tell: pixels, lines (three a notch), pages. */
const UNITS = [1, NOTCH / 3, NOTCH];
/** The `deltaMode` of a wheel that turns pages, by a setting of the system. */
const PAGES = 2;
/** WebKit and Firefox make up `wheelDelta…` of a trackpad as so many times its pixels; so do they of made-up events. */
const PIXELS_TO_WHEEL_DELTA = 3;
/** A trackpad rests for less than this between two events of one movement, in milliseconds. */
const REST = 500;

/**
 * Decides how far the wheel was turned. A notch is {@link NOTCH} in every browser: they differ in the unit that they tell,
 * and in what a notch is in that unit (Firefox 6 lines, Chromium 120 pixels or 100, WebKit 81). A trackpad tells
 * pixels, and scrolls by these. Pure; remembers whether it was a trackpad, whose movement may pass through what looks
 * like notches.
 */
export default class Wheel {
  #swapped;
  #smoothUntil = -Infinity;

  /** @param {boolean} swapped the browser exchanges the axes while Shift is down (WebKitGTK); others leave that to us */
  constructor(swapped) {
    this.#swapped = swapped;
  }

  /**
   * @param {WheelLike} event
   * @param {number[]} [zooms] the page's zoom factor may be one of these, the likeliest first: Chromium divides its
   *   deltas by it, those of notches, too
   * @returns {Turn}
   */
  turn(event, zooms = [1]) {
    if (event.deltaMode !== 0) return inUnits(event);
    const notches = this.#isSmooth(event) ? null : inNotches(event, zooms);
    if (!notches) {
      this.#smoothUntil = event.timeStamp + REST;
      return { dx: event.deltaX, dy: event.deltaY, unit: "pixel" };
    }
    return this.#swapped && event.shiftKey ? { ...notches, dx: notches.dy, dy: notches.dx } : notches;
  }

  /** @param {WheelLike} event in pixels */
  #isSmooth(event) {
    if (event.timeStamp < this.#smoothUntil) return true;
    const { x, y } = wheelDeltas(event);
    return isMadeUp(event.deltaX, x) && isMadeUp(event.deltaY, y);
  }
}

/** @param {WheelLike} event */
function wheelDeltas({ wheelDeltaX, wheelDeltaY }) {
  return { x: wheelDeltaX ?? 0, y: wheelDeltaY ?? 0 };
}

/**
 * @param {number} pixels
 * @param {number} wheelDelta
 */
function isMadeUp(pixels, wheelDelta) {
  return Math.abs(wheelDelta + pixels * PIXELS_TO_WHEEL_DELTA) <= 1;
}

/**
 * @param {WheelLike} event in lines or pages, which only wheels tell; fine ones tell parts of them
 * @returns {Turn}
 */
function inUnits(event) {
  const { x, y } = wheelDeltas(event);
  const unit = UNITS[event.deltaMode] ?? 1;
  return {
    dx: x ? signed(event.deltaX, x, Math.abs(x) / WHEEL_DELTA) : event.deltaX * unit,
    dy: y ? signed(event.deltaY, y, Math.abs(y) / WHEEL_DELTA) : event.deltaY * unit,
    unit: event.deltaMode === PAGES ? "page" : "notch",
  };
}

/**
 * @param {WheelLike} event in pixels
 * @param {number[]} zooms
 * @returns {Turn | null} `null`: it was not turned by notches
 */
function inNotches(event, zooms) {
  const { x, y } = wheelDeltas(event);
  for (const zoom of zooms) {
    const [across, down] = [notches(x, zoom), notches(y, zoom)];
    if (across === null || down === null || (!across && !down)) continue;
    return { dx: signed(event.deltaX, x, across), dy: signed(event.deltaY, y, down), unit: "notch" };
  }
  return null;
}

/**
 * @param {number} wheelDelta
 * @param {number} zoom
 * @returns {number | null} how many, either way; `null`: between two notches
 */
function notches(wheelDelta, zoom) {
  const count = Math.round((Math.abs(wheelDelta) * zoom) / WHEEL_DELTA);
  const missing = (count * WHEEL_DELTA) / zoom - Math.abs(wheelDelta);
  // The division by the zoom factor, which itself is a little off, leaves a fraction that is cut off.
  const matches = zoom === 1 ? missing === 0 : missing >= 0 && missing < 1.001;
  return matches ? count : null;
}

/**
 * The direction is that of the deltas, which somebody may have reversed by a setting.
 *
 * @param {number} delta
 * @param {number} wheelDelta
 * @param {number} count of notches
 * @returns {number} to the right or downwards
 */
function signed(delta, wheelDelta, count) {
  return Math.sign(delta || -wheelDelta) * count * NOTCH + 0;
}
