import crc from "./crc.js";
import decoders from "./decoders.js";
import honest from "./honest.js";
import rectangles from "./rectangles.js";

/**
 * @typedef {import("../transport/protocol.js").Part} Part
 * @typedef {import("../transport/protocol.js").VideoPart} VideoPart
 * @typedef {import("./updates.js").Update<ImageBitmap | VideoFrame>} Update
 */

/** How many pixels are read back at a time, so that the page is never busy for long. */
const STRIP = 2 ** 18;

/**
 * The canvas, and what is drawn on it. The browser decodes on threads of its own, so that what is left to
 * do here is copying: on a plain canvas, in the page, where it is shown with the next animation frame.
 */
export default class Picture {
  canvas = document.createElement("canvas");

  #context = this.canvas.getContext("2d", { alpha: false });

  constructor() {
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("part", "canvas");
    this.canvas.hidden = true;
    Object.assign(this.canvas.style, {
      position: "absolute",
      touchAction: "manipulation",
      userSelect: "none",
      webkitUserSelect: "none",
      webkitTouchCallout: "none",
    });
  }

  /**
   * @param {Part} part
   * @returns {Promise<ImageBitmap>}
   */
  async decode(part) {
    return await decoders[part.encoding].decode(part.bytes);
  }

  /**
   * Draws what was decoded of an update. A frame of another size begins with an empty canvas.
   *
   * @param {Update} update
   */
  draw({ frame, pieces }) {
    const { canvas } = this;
    const { width, height, tileWidth, tileHeight } = frame;
    const context = this.#context;
    if (!context) throw new Error("the browser gives no canvas to draw on");
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const columns = Math.ceil(width / tileWidth);
    for (const { tiles, bitmap } of pieces) {
      if (!bitmap) continue;
      if (frame.video) {
        drawVideo(context, frame, frame.video, bitmap);
        continue;
      }
      // Pixel by pixel; a neighbour in the picture is none in the frame.
      context.imageSmoothingEnabled = false;
      tiles.forEach((tile, index) => {
        const x = (tile % columns) * tileWidth;
        const y = Math.floor(tile / columns) * tileHeight;
        // What is beyond the frame, at its right and lower edge, the canvas leaves out.
        const [w, h] = [tileWidth, tileHeight];
        context.drawImage(bitmap, 0, index * h, w, h, x, y, w, h);
      });
    }
  }

  /**
   * Whether what is read from a canvas is what was drawn, now: somebody may allow it meanwhile, or no more.
   *
   * @returns {boolean}
   */
  readable() {
    const { SIDE } = honest;
    const drawn = document.createElement("canvas");
    const read = document.createElement("canvas");
    for (const canvas of [drawn, read]) Object.assign(canvas, { width: SIDE, height: SIDE });
    const from = drawn.getContext("2d", { alpha: false });
    const to = read.getContext("2d", { alpha: false, willReadFrequently: true });
    if (!from || !to) return false;
    const pattern = honest.pattern();
    from.putImageData(new ImageData(pattern, SIDE, SIDE), 0, 0);
    // The way that the picture goes.
    to.drawImage(drawn, 0, 0);
    try {
      return honest.same(pattern, to.getImageData(0, 0, SIDE, SIDE).data);
    } catch {
      return false;
    }
  }

  /**
   * CRC-32 over red, green and blue of what is shown now, as eight hexadecimal digits.
   *
   * @returns {Promise<string>}
   */
  async proof() {
    const { context, canvas: { width, height } } = this.#copy();
    const rows = Math.max(1, Math.floor(STRIP / width));
    let sum = 0;
    for (let y = 0; y < height; y += rows) {
      sum = crc.pixels(sum, context.getImageData(0, y, width, Math.min(rows, height - y)).data);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return crc.hex(sum);
  }

  /**
   * What is shown now, as a PNG file.
   *
   * @returns {Promise<Blob>}
   */
  async png() {
    const { canvas } = this.#copy();
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error("the browser could not make a PNG of the picture"));
      }, "image/png");
    });
  }

  /** What is shown now, to read from: that leaves the canvas itself as fast as it was. */
  #copy() {
    const { width, height } = this.canvas;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (!context) throw new Error("the browser gives no canvas to read from");
    context.drawImage(this.canvas, 0, 0);
    return { canvas, context };
  }
}

/**
 * Draws the listed tiles of a video, at once: Chromium converts all of its colors anew for each call.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Part | VideoPart} part
 * @param {import("../transport/protocol.js").Video} video
 * @param {ImageBitmap | VideoFrame} picture
 */
function drawVideo(context, part, { width, height, half }, picture) {
  const scale = half ? 2 : 1;
  context.save();
  context.beginPath();
  for (const { x, y, width, height } of rectangles(part.tiles, part)) context.rect(x, y, width, height);
  context.clip();
  context.imageSmoothingEnabled = half;
  // What is beyond the frame the canvas leaves out.
  context.drawImage(picture, 0, 0, width * scale, height * scale);
  context.restore();
}
