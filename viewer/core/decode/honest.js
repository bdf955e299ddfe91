/**
 * Whether a browser gives back what was drawn. Some change what is read from a canvas, so that pages cannot tell people
 * apart by it: all of it, or the lowest bits of some pixels. Plain colors they often leave alone. Pure.
 */

/** So large that what changes one pixel in hundreds is noticed, in pixels. */
const SIDE = 128;

/**
 * A pattern in which every value occurs, and no two neighbours are alike.
 *
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA, opaque, SIDE × SIDE
 */
function pattern() {
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
  let state = 1;
  for (let at = 0; at < pixels.length; at += 1) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    pixels[at] = at % 4 === 3 ? 255 : state & 255;
  }
  return pixels;
}

/**
 * @param {ArrayLike<number>} drawn
 * @param {ArrayLike<number>} read
 */
function same(drawn, read) {
  if (drawn.length !== read.length) return false;
  for (let at = 0; at < drawn.length; at += 1) if (drawn[at] !== read[at]) return false;
  return true;
}

export default Object.freeze({ SIDE, pattern, same });
