/** The shapes that an application may give the pointer: those of `Cursor` in `framecast-api`, by their CSS names. */
const NAMES = new Set([
  "default", "none", "context-menu", "help", "pointer", "progress", "wait", "cell", "crosshair", "text",
  "vertical-text", "alias", "copy", "move", "no-drop", "not-allowed", "grab", "grabbing", "e-resize",
  "n-resize", "ne-resize", "nw-resize", "s-resize", "se-resize", "sw-resize", "w-resize", "ew-resize",
  "ns-resize", "nesw-resize", "nwse-resize", "col-resize", "row-resize", "all-scroll", "zoom-in", "zoom-out",
]);

/**
 * What to set as the `cursor` of the picture's style. A browser ignores a name that it does not know, and keeps the shape
 * from before; and what is no name may be an address, which it would load.
 *
 * @param {string} name as the server says it
 * @returns {string} the same, or "default" if it is no shape
 */
function known(name) {
  return NAMES.has(name) ? name : "default";
}

export default Object.freeze({ known });
