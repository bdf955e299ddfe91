/**
 * How far the page is zoomed, which no browser says. Pure.
 *
 * @typedef {object} Geometry
 * @property {number} ratio `devicePixelRatio`
 * @property {boolean} counts whether that grows with the page's zoom; in WebKit it does not
 * @property {number} outerWidth of the window, in CSS pixels of a page that is not zoomed
 * @property {number} outerHeight
 * @property {number} innerWidth of the whole page, not of a frame in it, in its own CSS pixels; 0: unknown
 * @property {number} innerHeight
 */

/** Chromium's steps. */
const CHROMIUM = [0.25, 1 / 3, 0.5, 2 / 3, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5];
/** Safari's, GNOME Web's and MiniBrowser's steps. */
const WEBKIT = [
  ...[0.5, 0.75, 0.85, 1, 1.15, 1.25, 1.5, 1.75, 2, 2.5, 3],
  ...[0.3, 0.67, 0.8, 0.9, 1.1, 1.2, 1.33, 1.7, 2.4, 4, 5],
  ...[1.2 ** -3, 1.2 ** -2, 1.2 ** -1, 1.2 ** 2, 1.2 ** 3, 1.2 ** 4, 1.2 ** 5, 1.2 ** 6],
];
/** Device pixels per CSS pixel of screens, as systems offer them. */
const SCREENS = [1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4];
/** The most that a window's two edges are wide together, in pixels. */
const EDGES = 16;

/**
 * The window's, also when seen from a frame in it.
 *
 * @param {Window} window
 * @returns {Geometry}
 */
function geometry(window) {
  const { devicePixelRatio: ratio, outerWidth, outerHeight } = window;
  const counts = !window.navigator.vendor.startsWith("Apple");
  return { ratio, counts, outerWidth, outerHeight, ...inner(window) };
}

/** @param {Window} window */
function inner(window) {
  try {
    const { innerWidth, innerHeight } = window.top ?? window;
    return { innerWidth, innerHeight };
  } catch {
    // The page around the frame is another's.
    return { innerWidth: 0, innerHeight: 0 };
  }
}

/**
 * Device pixels per CSS pixel, with the page's zoom where `devicePixelRatio` leaves that out.
 *
 * Only the window's width against the page's tells the zoom then, and a panel beside the page (developer tools, bookmarks) looks
 * much the same. So it has to be a step that there is, and the page as high as the window at most: a panel beside it
 * leaves its height as it was. When in doubt the page counts as not zoomed, and the picture is less sharp.
 *
 * @param {Geometry} geometry
 * @returns {number}
 */
function pixelRatio({ ratio, counts, outerWidth, outerHeight, innerWidth, innerHeight }) {
  if (counts || !(innerWidth > 0 && innerHeight > 0)) return ratio;
  let best = 1;
  let least = Infinity;
  for (const zoom of WEBKIT) {
    const beside = outerWidth - innerWidth * zoom;
    // The page's own size is rounded.
    const fits = beside >= -zoom && beside <= EDGES + zoom && innerHeight * zoom <= outerHeight + zoom;
    if (!fits || Math.abs(beside) >= least) continue;
    best = zoom;
    least = Math.abs(beside);
  }
  return ratio * best;
}

/**
 * What the zoom may be where `devicePixelRatio` has it in it, together with what the screen is.
 *
 * @param {Geometry} geometry
 * @returns {number[]} the likeliest first
 */
function candidates({ ratio, counts, outerWidth, outerHeight, innerWidth, innerHeight }) {
  if (!counts) return [1];
  // The page with what stands beside it is as large as the window.
  const most = innerWidth > 0 && innerHeight > 0 ? Math.min(outerWidth / innerWidth, outerHeight / innerHeight) : 1;
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a / b - 1) < 0.01;
  const possible = CHROMIUM.filter((zoom) => SCREENS.some((screen) => near(ratio, zoom * screen)));
  const fitting = possible.filter((zoom) => zoom <= most * 1.01);
  return fitting.length > 0 ? fitting.reverse() : [1];
}

export default Object.freeze({ geometry, pixelRatio, candidates });
