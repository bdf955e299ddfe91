/** The shortest and the longest wait before another try, in seconds. */
const FIRST = 0.5;
const LONGEST = 15;
/** How often to look whether an application that ended was started again, in seconds. */
const ENDED = 5;
/** A connection that lasted this long was a good one: the next loss starts from the first wait. */
const STABLE = 5;

/**
 * How long to wait before the next try. Waits double, and are spread at random, so that the
 * audience of a restarted server does not come back in one instant.
 *
 * @param {number} failures tries that failed in a row, 0 for the first
 * @param {boolean} ended the application said that it ended
 * @param {number} random 0 up to 1
 * @returns {number} seconds
 */
function wait(failures, ended, random) {
  if (ended) return ENDED * (0.9 + 0.2 * random);
  return Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 16)) * (0.5 + 0.5 * random);
}

/**
 * @param {number} failures before the connection that was just lost
 * @param {number | null} lasted how long it was up, in seconds; `null`: it never was
 * @returns {number} failures to count from now on
 */
function failuresAfter(failures, lasted) {
  return lasted !== null && lasted >= STABLE ? 0 : failures + 1;
}

export default Object.freeze({ FIRST, LONGEST, ENDED, STABLE, wait, failuresAfter });
