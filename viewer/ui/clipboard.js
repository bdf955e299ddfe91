/**
 * Text from the application for the browser's clipboard. Nothing is written behind anybody's back: only shortly
 * after they did something on this page, and else with a click of theirs.
 */

/**
 * Whether to try without asking.
 *
 * @param {{secure: boolean, writes: boolean, active: boolean}} browser `secure`: the page is a secure context;
 *   `writes`: the browser knows how; `active`: somebody did something a moment ago
 */
function atOnce({ secure, writes, active }) {
  return secure && writes && active;
}

/**
 * Writes at once, if that may be.
 *
 * @param {string} text
 * @param {Window & typeof globalThis} window
 * @returns {Promise<boolean>} whether it was written
 */
async function write(text, window) {
  const { clipboard, userActivation } = window.navigator;
  const browser = {
    secure: window.isSecureContext,
    writes: typeof clipboard?.writeText === "function",
    active: userActivation?.isActive === true,
  };
  if (!atOnce(browser)) return false;
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    return false; // not focused, not permitted
  }
}

/**
 * Writes from a click, also where a page is not secure: then by the command that is older than permissions.
 *
 * @param {string} text
 * @param {Document} page
 * @returns {Promise<boolean>}
 */
async function copy(text, page) {
  try {
    await page.defaultView?.navigator.clipboard.writeText(text);
    return true;
  } catch {
    return command(text, page);
  }
}

/**
 * @param {string} text
 * @param {Document} page
 */
function command(text, page) {
  const focused = deepest(page);
  const area = page.createElement("textarea");
  // Not the display or the visibility: what is not there cannot be copied.
  Object.assign(area.style, { position: "fixed", top: "0", left: "0", width: "1px", height: "1px", opacity: "0" });
  area.value = text;
  area.readOnly = true;
  page.body.append(area);
  try {
    area.focus({ preventScroll: true });
    area.select();
    return page.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus({ preventScroll: true });
  }
}

/**
 * What has the focus, also inside of elements.
 *
 * @param {Document} page
 * @returns {HTMLElement | null}
 */
function deepest(page) {
  let found = page.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return /** @type {HTMLElement | null} */ (found);
}

export default Object.freeze({ atOnce, write, copy });
