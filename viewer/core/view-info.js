/**
 * What the application is told of the machine and the person in front of the view: `ViewInfo` in `framecast-api`.
 * What is not known is left out.
 *
 * @typedef {object} ViewInfo
 * @property {"mac" | "windows" | "linux" | "android" | "ios"} [platform]
 * @property {"light" | "dark"} [color_scheme]
 * @property {"fine" | "coarse" | "none"} [pointer] what the person points with first
 *
 * @typedef {{platform: string, userAgent: string, maxTouchPoints: number}} NavigatorLike
 */

const QUERIES = /** @type {const} */ ({
  color_scheme: ["prefers-color-scheme", ["light", "dark"]],
  pointer: ["pointer", ["fine", "coarse", "none"]],
});

/**
 * Pure.
 *
 * @param {NavigatorLike} navigator
 * @returns {ViewInfo["platform"]}
 */
function platform({ platform: name, userAgent, maxTouchPoints }) {
  if (/Android/.test(userAgent)) return "android";
  if (/^iP(hone|ad|od)/.test(name)) return "ios";
  // An iPad calls itself a Mac; no Mac has a touchscreen.
  if (name.startsWith("Mac")) return maxTouchPoints > 1 ? "ios" : "mac";
  if (name.startsWith("Win")) return "windows";
  return /Linux|X11|CrOS|BSD/.test(`${name} ${userAgent}`) ? "linux" : undefined;
}

/**
 * Pure.
 *
 * @param {NavigatorLike} navigator
 * @param {(query: string) => boolean} matches whether a media query does
 * @returns {ViewInfo}
 */
function read(navigator, matches) {
  const system = platform(navigator);
  /** @type {Record<string, string>} */
  const info = system ? { platform: system } : {};
  for (const [field, [feature, values]] of Object.entries(QUERIES)) {
    const value = values.find((name) => matches(`(${feature}: ${name})`));
    if (value) info[field] = value;
  }
  return info;
}

/**
 * @param {Window} window
 * @returns {ViewInfo}
 */
function of(window) {
  return read(window.navigator, (query) => window.matchMedia(query).matches);
}

/**
 * Tells whenever it may be another.
 *
 * @param {Window} window
 * @param {() => void} changed
 * @param {AbortSignal} signal ends it
 */
function watch(window, changed, signal) {
  for (const [feature, values] of Object.values(QUERIES)) {
    for (const name of values) {
      window.matchMedia(`(${feature}: ${name})`).addEventListener("change", changed, { signal });
    }
  }
}

export default Object.freeze({ platform, read, of, watch });
