/**
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle in physical pixels
 */

/**
 * Tiles as few rectangles: neighbours in a row are one, and so are rows below one another that are alike. Pure.
 *
 * @param {Uint16Array} tiles growing
 * @param {import("./coverage.js").Grid} grid
 * @returns {Rectangle[]} at the right and the lower edge they may go beyond the frame
 */
export default function rectangles(tiles, { width, tileWidth, tileHeight }) {
  const columns = Math.ceil(width / tileWidth);
  /** @type {Rectangle[]} */
  const found = [];
  /** The lowest of those with the same left and right side. @type {Map<string, Rectangle>} */
  const lowest = new Map();
  for (let at = 0; at < tiles.length; ) {
    const first = /** @type {number} */ (tiles[at]);
    const row = Math.floor(first / columns);
    const end = (row + 1) * columns;
    let count = 1;
    while (tiles[at + count] === first + count && first + count < end) count += 1;
    at += count;
    const made = { x: (first % columns) * tileWidth, y: row * tileHeight, width: count * tileWidth, height: tileHeight };
    const sides = `${made.x} ${made.width}`;
    const above = lowest.get(sides);
    if (above && above.y + above.height === made.y) {
      above.height += tileHeight;
    } else {
      lowest.set(sides, made);
      found.push(made);
    }
  }
  return found;
}
