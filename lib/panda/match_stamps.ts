/** Brings together what two clocks have stamped. @module */

/** A stamp of each clock that belong together. */
export interface StampPair {
  /** Place among those of the first clock. */
  readonly first: number;
  /** Place among those of the second. */
  readonly second: number;
  /** How much later the second is than the usual difference says, s. */
  readonly residual: number;
}

/** What belongs together. */
export interface StampMatch {
  /** What the second clock shows more than the first, s. */
  readonly offset: number;
  /** The pairs, in order. */
  readonly pairs: readonly StampPair[];
  /** Places of the first clock's stamps that have none of the second. */
  readonly onlyFirst: readonly number[];
  /** Places of the second clock's stamps that have none of the first. */
  readonly onlySecond: readonly number[];
}

/**
 * Matches events that two clocks have stamped, such as exposures by the box that triggers and by the camera. What the clocks
 * differ by is found out: the difference that brings most of them together, among several the smallest. Some may be missing
 * on either side.
 *
 * @param first Stamps of one clock in ascending order, s.
 * @param second Stamps of the other, s.
 * @param tolerance How much a pair may differ from the usual difference, s; less than half of what lies between two events.
 * @returns What belongs together.
 *
 * @example A frame is missing
 * ```ts
 * import { matchStamps } from "@dewar/sdk/panda";
 * import { assertEquals } from "@std/assert";
 *
 * const { pairs, onlyFirst } = matchStamps([0, 1, 2.5, 3], [100.01, 102.5, 103.01], 0.1);
 * assertEquals(pairs.map(({ first, second }) => [first, second]), [[0, 0], [2, 1], [3, 2]]);
 * assertEquals(onlyFirst, [1]);
 * ```
 */
export function matchStamps(
  first: readonly number[],
  second: readonly number[],
  tolerance: number,
): StampMatch {
  // Whatever is missing, one of the first few of either side has its partner.
  const candidates = [
    ...second.slice(0, EDGE).flatMap((b) => first.map((a) => b - a)),
    ...first.slice(0, EDGE).flatMap((a) => second.map((b) => b - a)),
  ];
  let best = pair(first, second, 0, tolerance);
  for (const offset of candidates.sort((a, b) => Math.abs(a) - Math.abs(b))) {
    const match = pair(first, second, offset, tolerance);
    if (match.pairs.length > best.pairs.length) best = match;
  }
  const middle = best.pairs.map(({ residual }) => residual).sort((a, b) => a - b)[best.pairs.length >> 1] ??
    0;
  const centred = pair(first, second, best.offset + middle, tolerance);
  return centred.pairs.length >= best.pairs.length ? centred : best;
}

/** So many of each side are tried as partners of all of the other. */
const EDGE = 3;

/** Pairs what is nearest to each other, at a given difference of the clocks. */
function pair(
  first: readonly number[],
  second: readonly number[],
  offset: number,
  tolerance: number,
): StampMatch {
  const pairs: StampPair[] = [];
  const onlyFirst: number[] = [];
  const onlySecond: number[] = [];
  let [a, b] = [0, 0];
  while (a < first.length && b < second.length) {
    const residual = second[b]! - first[a]! - offset;
    if (Math.abs(residual) <= tolerance) pairs.push({ first: a++, second: b++, residual });
    else if (residual > 0) onlyFirst.push(a++);
    else onlySecond.push(b++);
  }
  while (a < first.length) onlyFirst.push(a++);
  while (b < second.length) onlySecond.push(b++);
  return { offset, pairs, onlyFirst, onlySecond };
}
