/**
 * The element called `id`, which chrome.js made.
 *
 * @param {ShadowRoot} root
 * @param {string} id
 * @returns {HTMLElement}
 */
export default function element(root, id) {
  const found = root.getElementById(id);
  if (!found) throw new Error(`chrome.js makes no #${id}`);
  return found;
}
