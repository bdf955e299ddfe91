import pictureSize from "./picture-size.js";

/** The most pixels in the picture of one part (FORMAT.md). */
const MOST = 2 ** 24;

/**
 * Whether the picture of a part says that it is as large as the part says, and that is no larger than it may be: a browser takes
 * memory for whatever it says. Pure.
 *
 * @param {import("../transport/protocol.js").Part} part
 */
export default function decodable({ bytes, tiles, tileWidth, tileHeight }) {
  const height = tileHeight * tiles.length;
  if (tileWidth * height > MOST) return false;
  const said = pictureSize(bytes);
  return said?.width === tileWidth && said.height === height;
}
