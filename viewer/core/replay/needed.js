/**
 * @typedef {import("../transport/protocol.js").Part} Part
 */

/**
 * Of parts that are drawn together, those that are still seen in the end: what newer ones cover is left out. Pure.
 *
 * @param {Part[]} parts in order
 * @param {number} most pixels of the pictures of a step, unless it has only one
 * @returns {Part[][]} in steps: each is drawn at once, of one grid of tiles
 */
export default function needed(parts, most) {
  /** @type {Part[][]} */
  const steps = [];
  /** @type {Part[]} */
  let step = [];
  let pixels = 0;
  /** The tiles that newer parts of the same grid have. @type {Set<number>} */
  let covered = new Set();
  const newest = parts.at(-1);
  for (let at = parts.length - 1; at >= 0; at -= 1) {
    const part = /** @type {Part} */ (parts[at]);
    const [first = part] = step;
    // A picture of another size begins with all of its tiles: what was before is of no use.
    if (newest && (part.width !== newest.width || part.height !== newest.height)) break;
    const other = part.tileWidth !== first.tileWidth || part.tileHeight !== first.tileHeight;
    const news = other || part.tiles.some((tile) => !covered.has(tile));
    if (!news) continue;
    const area = part.tileWidth * part.tileHeight * part.tiles.length;
    if (step.length > 0 && (other || pixels + area > most)) {
      steps.unshift(step);
      [step, pixels] = [[], 0];
    }
    if (other) covered = new Set();
    step.unshift(part);
    pixels += area;
    for (const tile of part.tiles) covered.add(tile);
  }
  if (step.length > 0) steps.unshift(step);
  return steps;
}
