/** Of a title, in characters. */
const MOST = 60;
/** What no file system wants in a name, what starts a hidden file, and what turns or hides other text. */
const BAD = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Cs}<>:"/\\|?*~%]+/gu;

/**
 * What a saved picture is called: "TITLE YYYY-MM-DD HH.MM.SS.png", in the time of the place. Pure.
 *
 * @param {string} title plain text from a stranger
 * @param {Date} time
 * @returns {string}
 */
export default function fileName(title, time) {
  const plain = title.replace(BAD, " ").replace(/\s+/g, " ").replace(/^[\s.]+/, "");
  const name = [...plain].slice(0, MOST).join("").trim() || "framecast";
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const date = [String(time.getFullYear()).padStart(4, "0"), two(time.getMonth() + 1), two(time.getDate())];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two);
  return `${name} ${date.join("-")} ${clock.join(".")}.png`;
}
