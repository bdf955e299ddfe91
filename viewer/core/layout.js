/**
 * Where the picture stands in the view, and what a place in it means. All in physical (device)
 * pixels unless said otherwise, so that a picture of the view's own size is shown pixel by pixel.
 *
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Point
 * @typedef {{x: number, y: number, width: number, height: number, smooth: boolean}} Place
 * @typedef {"contain" | "cover" | "none" | "resize"} Fit how a picture of another shape stands in the view: all of it,
 *   all of the view, pixel by pixel; or as "contain", and the application is asked to draw at the view's size
 */

/** A picture this few pixels off the view's size is shown pixel by pixel, not stretched. */
const SNAP = 2;
/** From this magnification on, pixels are shown as squares, unless the picture has fewer than one per logical pixel. */
const CRISP = 2;
/** A measured size differs from CSS size × ratio by at most this many pixels, by rounding. */
const MEASURE_OFF = 1;

/** What a `fit` is when it is none of these. @type {Fit} */
const DEFAULT_FIT = "contain";

/**
 * @param {string | null} text
 * @returns {Fit}
 */
function fit(text) {
  return text === "cover" || text === "none" || text === "resize" ? text : DEFAULT_FIT;
}

/**
 * The place of the picture in the view, centred, on whole pixels. It may be larger than the view.
 *
 * @param {Size} view
 * @param {Size & {ratio?: number}} picture both sides above 0; its pixels per logical pixel, 1 unless said
 * @param {Fit} [how]
 * @returns {Place} `smooth`: whether to interpolate
 */
function place(view, picture, how = DEFAULT_FIT) {
  const scales = [view.width / picture.width, view.height / picture.height];
  const missing = Math.min(view.width - picture.width, view.height - picture.height);
  const snaps = missing >= 0 && missing <= SNAP;
  const fitted = how === "cover" ? Math.max(...scales) : Math.min(...scales);
  const scale = how === "none" || (snaps && how !== "cover") ? 1 : fitted;
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return {
    x: Math.floor((view.width - width) / 2),
    y: Math.floor((view.height - height) / 2),
    width,
    height,
    smooth: scale !== 1 && (scale < CRISP || (picture.ratio ?? 1) < 1),
  };
}

/**
 * A place in the shown picture as the canvas' logical pixels; may lie outside of it.
 *
 * @param {Point} point from the shown picture's top left, in CSS pixels
 * @param {Size} shown the shown picture's size, in CSS pixels
 * @param {Size} picture its size in its own pixels
 * @param {number} ratio the picture's pixels per logical pixel
 * @returns {Point}
 */
function toLogical(point, shown, picture, ratio) {
  return {
    x: ((point.x / shown.width) * picture.width) / ratio,
    y: ((point.y / shown.height) * picture.height) / ratio,
  };
}

/**
 * The other way round.
 *
 * @param {Point} point in the canvas' logical pixels
 * @param {Size} shown the shown picture's size, in CSS pixels
 * @param {Size} picture its size in its own pixels
 * @param {number} ratio the picture's pixels per logical pixel
 * @returns {Point} from the shown picture's top left, in CSS pixels
 */
function fromLogical(point, shown, picture, ratio) {
  return {
    x: ((point.x * ratio) / picture.width) * shown.width,
    y: ((point.y * ratio) / picture.height) * shown.height,
  };
}

/**
 * Where a caret's upper end is in the shown picture, and how high it is there; never outside: a browser scrolls to
 * wherever somebody types.
 *
 * @param {Point & {height: number}} caret in the canvas' logical pixels
 * @param {Size} shown
 * @param {Size} picture
 * @param {number} ratio
 * @returns {Point & {height: number}} in CSS pixels
 */
function caret({ x, y, height }, shown, picture, ratio) {
  const top = fromLogical({ x, y }, shown, picture, ratio);
  const high = Math.min(fromLogical({ x: 0, y: height }, shown, picture, ratio).y, shown.height);
  const inside = (/** @type {number} */ at, /** @type {number} */ most) => Math.min(Math.max(at, 0), Math.max(most, 0));
  return { x: inside(top.x, shown.width - 1), y: inside(top.y, shown.height - high), height: high };
}

/**
 * What to report so that the canvas keeps the size that it is shown with. The picture may have a resolution of its
 * own, which is not the canvas': reporting that would shrink the canvas each time.
 *
 * @param {Size & {ratio: number}} shown the picture, with its pixels per logical pixel
 * @param {number} ratio the view's
 * @returns {{width: number, height: number, ratio: number}}
 */
function keep(shown, ratio) {
  return { width: shown.width / shown.ratio, height: shown.height / shown.ratio, ratio };
}

/**
 * What to report as the view's size: such that size × ratio is the physical size, which CSS pixels
 * only are by chance when the ratio is not a whole number.
 *
 * @param {Size} physical
 * @param {number} ratio
 * @returns {{width: number, height: number, ratio: number}}
 */
function report(physical, ratio) {
  return {
    width: Math.max(1, physical.width) / ratio,
    height: Math.max(1, physical.height) / ratio,
    ratio,
  };
}

/**
 * The view's size in physical pixels. What the browser measured is better than what we work out, as a
 * fractional size is rounded in ways that depend on the place; but browsers that pretend another ratio
 * (device emulation) measure the real one.
 *
 * @param {Size} css in CSS pixels
 * @param {number} ratio
 * @param {Size | null} measured `devicePixelContentBoxSize`, where there is one
 * @returns {Size}
 */
function physical(css, ratio, measured) {
  const size = { width: Math.round(css.width * ratio), height: Math.round(css.height * ratio) };
  if (!measured) return size;
  const off = Math.max(Math.abs(measured.width - size.width), Math.abs(measured.height - size.height));
  return off <= MEASURE_OFF ? measured : size;
}

export default Object.freeze({ fit, place, toLogical, fromLogical, caret, report, keep, physical });
