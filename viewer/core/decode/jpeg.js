import image from "./image.js";

/** Tiles about as they are. @type {import("./decoders.js").Decoder} */
const jpeg = { code: 1, exact: false, decode: (bytes) => image(bytes, "image/jpeg") };

export default Object.freeze(jpeg);
