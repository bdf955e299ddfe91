/** The shortest and the longest wait before another try, in seconds. */
const FIRST = 0.5;
const LONGEST = 15;
/** The longest wait while somebody looks at a page whose network may be back at any moment, in seconds. */
const VISIBLE = 1.5;
/** How often to look whether an application that ended was started again, in seconds. */
const ENDED = 5;
/** How often to try while the canvas comes another way, in seconds. */
const OTHERWISE = 60;
/** A connection that lasted this long was a good one: the next loss starts from the first wait. */
const STABLE = 5;
/** How long an attempt to connect may take, in seconds; and then again from the handshake to the welcome. */
const PATIENCE = 10;
/**
 * Where somebody waits for the network: how long an attempt is the oldest one. A system asks again for a TCP connection 1, 3
 * and 7 s after the first time, and later with ever longer gaps, so that a new attempt finds out sooner than an old one.
 */
const TURN = 5;

/**
 * How long to wait before the next try. Waits double, and are spread at random, so that the
 * audience of a restarted server does not come back in one instant.
 *
 * @param {number} failures tries that failed in a row, 0 for the first
 * @param {boolean} ended the application said that it ended
 * @param {number} random 0 up to 1
 * @param {boolean} [visible] somebody looks, and nobody answered
 * @returns {number} seconds
 */
function wait(failures, ended, random, visible = false) {
  if (ended) return ENDED * (0.9 + 0.2 * random);
  const longest = visible ? VISIBLE : LONGEST;
  return Math.min(longest, FIRST * 2 ** Math.min(failures, 16)) * (0.5 + 0.5 * random);
}

/**
 * How long an attempt may be the oldest one, before the handshake.
 *
 * @param {number} turn its number: every third one has longer, for a network that is slower than it was
 * @param {boolean} visible somebody looks, and waits for the network
 * @param {number | null} roundTrip of the last connection, in seconds
 * @returns {number} seconds
 */
function turn(turn, visible, roundTrip) {
  // TCP, two for TLS, and the handshake; with a reserve.
  const needed = roundTrip === null ? 0 : 5 * roundTrip + 1;
  return Math.max(visible && turn % 3 !== 2 ? TURN : PATIENCE, needed);
}

/**
 * @param {number} failures before the connection that was just lost
 * @param {number | null} lasted how long it was up, in seconds; `null`: it never was
 * @returns {number} failures to count from now on
 */
function failuresAfter(failures, lasted) {
  return lasted !== null && lasted >= STABLE ? 0 : failures + 1;
}

export default Object.freeze({ FIRST, LONGEST, VISIBLE, ENDED, OTHERWISE, STABLE, PATIENCE, TURN, wait, turn, failuresAfter });
