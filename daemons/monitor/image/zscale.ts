/** The limits that IRAF's zscale chooses: around the median, by the slope of the sorted values, outliers left out. @module */

/** Black and white of a picture: the values at both ends of the scale. */
export interface Limits {
  /** The value shown darkest. */
  readonly low: number;
  /** The value shown brightest. */
  readonly high: number;
}

const CONTRAST = 0.25;
/** Values further from the line than so many standard deviations are left out. */
const REJECT = 2.5;
const ROUNDS = 5;
/** If more than this part of the values was left out, the line means nothing. */
const MOST_REJECTED = 0.5;
const FEWEST = 5;
/** Neighbours of a value that was left out go with it, this part of all on both sides together. */
const GROW = 0.01;

/**
 * Chooses limits.
 *
 * @param values Some values of the picture, finite, in any order; some hundreds to thousands.
 * @returns The limits; both 0 without values.
 */
export function zscale(values: ArrayLike<number>): Limits {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  if (count === 0) return { low: 0, high: 0 };
  const [least, most] = [sorted[0]!, sorted[count - 1]!];
  const slope = slopeOf(sorted);
  if (slope === undefined) return { low: least, high: most };
  const half = count >> 1;
  const median = count % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  const centre = (count - 1) >> 1;
  const step = slope / CONTRAST;
  return {
    low: Math.max(least, median - (centre - 1) * step),
    high: Math.min(most, median + (count - centre) * step),
  };
}

/** Slope of the line through the sorted values; undefined if too few lie on one. */
function slopeOf(sorted: Float64Array): number | undefined {
  const count = sorted.length;
  const fewest = Math.max(FEWEST, Math.floor(count * MOST_REJECTED));
  const grow = Math.max(1, Math.floor(count * GROW));
  let rejected = new Uint8Array(count);
  let [good, before] = [count, count + 1];
  let slope: number | undefined;
  for (let round = 0; round < ROUNDS && good < before && good >= fewest; round++) {
    const line = fit(sorted, rejected);
    slope = line.slope;
    const limit = REJECT * line.deviation;
    const far = new Uint8Array(count);
    for (let n = 0; n < count; n++) {
      if (rejected[n] || Math.abs(sorted[n]! - line.start - line.slope * n) > limit) far[n] = 1;
    }
    rejected = grown(far, grow);
    before = good;
    good = count - rejected.reduce((sum, one) => sum + one, 0);
  }
  return good >= fewest ? slope : undefined;
}

/** The straight line through the values not rejected, and how they scatter about it. */
function fit(
  values: Float64Array,
  rejected: Uint8Array,
): { start: number; slope: number; deviation: number } {
  let [n, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (rejected[i]) continue;
    n += 1;
    x += i;
    y += values[i]!;
    xx += i * i;
    xy += i * values[i]!;
  }
  const spread = n * xx - x * x;
  const slope = spread > 0 ? (n * xy - x * y) / spread : 0;
  const start = (y - slope * x) / n;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (rejected[i]) continue;
    const off = values[i]! - start - slope * i;
    sum += off;
    squares += off * off;
  }
  return { start, slope, deviation: Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)) };
}

/** Each mark, `size` wide. */
function grown(marks: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const wide = new Uint8Array(marks.length);
  const back = size >> 1;
  for (let n = 0; n < marks.length; n++) {
    if (marks[n]) wide.fill(1, Math.max(0, n - (size - 1 - back)), n + back + 1);
  }
  return wide;
}
