/** What the browser remembers of a page's own settings. It may refuse storage, also by an error. */

/**
 * @param {string} key
 * @returns {string | null}
 */
function get(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function set(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it is forgotten with the page.
  }
}

export default Object.freeze({ get, set });
