/**
 * A picture that the browser decodes, on threads of its own.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes a file
 * @param {string} type its media type
 * @returns {Promise<ImageBitmap>}
 */
export default async function image(bytes, type) {
  // The numbers in the file are the pixels; no color management, or PNG would not be exact.
  return await createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: "none" });
}
