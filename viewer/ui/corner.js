/**
 * In which corner the status is, and where it goes when somebody moves it. Pure.
 *
 * @typedef {"bottom-right" | "bottom-left" | "top-right" | "top-left"} Corner
 */

/** @type {Corner} */
const FIRST = "bottom-right";

/**
 * The corner that `text` names, or the first one.
 *
 * @param {string | null} text
 * @returns {Corner}
 */
function named(text) {
  return text === "bottom-left" || text === "top-right" || text === "top-left" ? text : FIRST;
}

/**
 * The one that is nearest to a point of the picture.
 *
 * @param {{x: number, y: number}} point
 * @param {{width: number, height: number}} box
 * @returns {Corner}
 */
function nearest({ x, y }, { width, height }) {
  return `${y < height / 2 ? "top" : "bottom"}-${x < width / 2 ? "left" : "right"}`;
}

/**
 * Where an arrow key leads.
 *
 * @param {Corner} corner
 * @param {string} key
 * @returns {Corner | null} `null`: it is none
 */
function beside(corner, key) {
  const [row, side] = corner.split("-");
  switch (key) {
    case "ArrowUp":
      return named(`top-${side}`);
    case "ArrowDown":
      return named(`bottom-${side}`);
    case "ArrowLeft":
      return named(`${row}-left`);
    case "ArrowRight":
      return named(`${row}-right`);
    default:
      return null;
  }
}

export default Object.freeze({ FIRST, named, nearest, beside });
