/**
 * @typedef {object} Grid
 * @property {number} width the frame's, in physical pixels
 * @property {number} height
 * @property {number} tileWidth
 * @property {number} tileHeight
 */

/**
 * Which tiles show what the server believes that they show. All do, unless a picture could not be
 * decoded or something was lost; such a tile is as good as new when it was drawn again. Pure.
 */
export default class Coverage {
  /** @type {Grid | null} */
  #grid = null;
  /** 1: this tile does not. */
  #missing = new Uint8Array(0);
  #count = 0;

  /** Whether every tile does. */
  get whole() {
    return this.#grid !== null && this.#count === 0;
  }

  /**
   * The frame and its tiles, of what comes next.
   *
   * @param {Grid} grid
   * @returns {boolean} whether it is another one
   */
  begin({ width, height, tileWidth, tileHeight }) {
    const old = this.#grid;
    const sameSize = old?.width === width && old.height === height;
    if (sameSize && old.tileWidth === tileWidth && old.tileHeight === tileHeight) return false;
    // The same pixels cut in another way are as good as they were.
    const keep = sameSize && this.whole;
    this.#grid = { width, height, tileWidth, tileHeight };
    this.#missing = new Uint8Array(Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight));
    this.#count = 0;
    if (!keep) this.lose();
    return true;
  }

  /** @param {Iterable<number>} tiles drawn */
  drew(tiles) {
    for (const tile of tiles) {
      this.#count -= this.#missing[tile] ?? 0;
      this.#missing[tile] = 0;
    }
  }

  /** @param {Iterable<number>} tiles not drawn, as they should have been */
  missed(tiles) {
    for (const tile of tiles) {
      this.#count += 1 - (this.#missing[tile] ?? 1);
      this.#missing[tile] = 1;
    }
  }

  /** Nothing is sure any more. */
  lose() {
    this.#missing.fill(1);
    this.#count = this.#missing.length;
  }

  /** Another connection, which begins anew. */
  clear() {
    this.#grid = null;
  }
}
