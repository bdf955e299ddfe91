const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes elements one by one, not from a text: pages with Trusted Types allow no other way.
 *
 * @param {Document} page
 */
export default function maker(page) {
  /**
   * @param {string} name
   * @param {Record<string, string>} [attributes]
   * @param {(Node | string)[]} children
   */
  const make = (name, attributes = {}, ...children) => {
    const element = page.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  /**
   * @param {string[]} paths drawn in 16 × 16
   * @returns {SVGSVGElement}
   */
  const icon = (paths) => {
    const drawing = page.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "0 0 16 16");
    drawing.setAttribute("aria-hidden", "true");
    for (const d of paths) {
      const path = page.createElementNS(SVG, "path");
      path.setAttribute("d", d);
      drawing.append(path);
    }
    return drawing;
  };
  /**
   * A button with an icon.
   *
   * @param {string} id
   * @param {string[]} paths
   * @param {string} label
   * @param {Record<string, string>} [attributes]
   */
  const tool = (id, paths, label, attributes = {}) =>
    make("button", { id, type: "button", "aria-label": label, title: label, ...attributes }, icon(paths));
  return { make, icon, tool };
}
