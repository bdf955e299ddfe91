import image from "./image.js";

/** Tiles with exactly the frame's pixels. @type {import("./decoders.js").Decoder} */
const png = { code: 2, exact: true, decode: (bytes) => image(bytes, "image/png") };

export default Object.freeze(png);
