import base from "./style-base.js";
import needs from "./style-needs.js";
import panels from "./style-panels.js";
import status from "./style-status.js";

/** A style sheet belongs to the document that it was made in. @type {WeakMap<Document, CSSStyleSheet>} */
const made = new WeakMap();

/**
 * The element's style, one for all elements of a page. A sheet that is made by code needs no permission of
 * the page's Content-Security-Policy, and no request.
 *
 * @param {Document} page
 * @returns {CSSStyleSheet}
 */
export default function sheet(page) {
  const found = made.get(page);
  if (found) return found;
  const { CSSStyleSheet: Sheet } = page.defaultView ?? globalThis;
  const fresh = new Sheet();
  fresh.replaceSync(base + status + panels + needs);
  made.set(page, fresh);
  return fresh;
}
