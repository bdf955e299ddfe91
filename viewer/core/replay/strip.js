/**
 * How much changed over the length of a recording, for a strip along its time line. Pure.
 *
 * @param {{places: import("./recording.js").Place[], rest: number, duration: number}} recording
 * @param {number} columns
 * @returns {number[]} of each column 0 (nothing) to 1 (the most of all); empty if nothing is known
 */
export default function strip({ places, rest, duration }, columns) {
  if (places.length === 0 || duration <= 0) return [];
  const rates = new Array(columns).fill(0);
  const ends = [...places, { time: duration, bytes: rest }];
  let from = 0;
  for (const { time, bytes } of ends) {
    const [first, last] = [(from / duration) * columns, (time / duration) * columns];
    // Stretches shorter than a column add up in it.
    for (let column = Math.floor(first); column < Math.min(columns, last); column += 1) {
      const share = Math.min(last, column + 1) - Math.max(first, column);
      rates[column] += (bytes * share) / (last - first);
    }
    from = time;
  }
  const most = Math.max(...rates);
  // What moves a little is seen beside what moves a lot.
  return most > 0 ? rates.map((rate) => Math.sqrt(rate / most)) : [];
}
