/**
 * How large an encoded picture says it is, before a browser takes memory for it. Pure; nothing here throws.
 *
 * @param {Uint8Array} bytes a PNG or JPEG file
 * @returns {{width: number, height: number} | null} in pixels; `null`: it does not say
 */
export default function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength >= 24 && view.getUint32(0) === 0x89504e47) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (view.byteLength >= 2 && view.getUint16(0) === 0xffd8) return jpeg(view);
  return null;
}

/**
 * The size that the first frame header says.
 *
 * @param {DataView} view
 */
function jpeg(view) {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    // SOF0 to SOF15, but for the three of that range that are tables.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    // Fill bytes, then markers without a length.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}
