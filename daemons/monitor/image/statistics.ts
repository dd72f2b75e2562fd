/** Numbers about a part of a picture. @module */
import type { Area, Reader } from "./raster.ts";

/** What is said of some pixels. */
export interface Statistics {
  /** How many have a value. */
  readonly count: number;
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation. */
  readonly noise: number;
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
}

/** Collects values; what it says is exact to rounding, for any number of them. */
export class Tally {
  #count = 0;
  /** Sums are taken from here, so that a small spread on a high level is not lost. */
  #origin = 0;
  #sum = 0;
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  /** Adds a value; one that is not finite is none. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    if (this.#count === 0) this.#origin = value;
    this.#count += 1;
    const off = value - this.#origin;
    this.#sum += off;
    this.#squares += off * off;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds some rows of an area. */
  addRows(read: Reader, width: number, area: Area, from: number, to: number): void {
    for (let y = area.y + from; y < area.y + to; y++) {
      const start = y * width + area.x;
      for (let index = start; index < start + area.width; index++) this.add(read(index));
    }
  }

  /** What is known; undefined without values. */
  get statistics(): Statistics | undefined {
    const count = this.#count;
    if (count === 0) return undefined;
    const off = this.#sum / count;
    const variance = count > 1 ? Math.max(0, this.#squares - count * off * off) / (count - 1) : 0;
    return {
      count,
      mean: this.#origin + off,
      noise: Math.sqrt(variance),
      min: this.#min,
      max: this.#max,
    };
  }
}

/** Counts of values in bins of equal width. */
export interface Histogram {
  /** Where the first bin begins. */
  readonly from: number;
  /** Width of a bin. */
  readonly step: number;
  /** Counts. */
  readonly counts: Uint32Array;
}

/**
 * Counts values.
 *
 * @param values The values.
 * @param range The limits; what lies outside is not counted.
 * @param bins How many at most: bins of whole numbers are not narrower than 1 if `whole` is said.
 * @param whole Whether values are whole numbers.
 */
export function histogramOf(
  values: ArrayLike<number>,
  { low, high }: { readonly low: number; readonly high: number },
  bins: number,
  whole = false,
): Histogram {
  const wide = (high - low) / bins;
  const step = whole ? Math.max(1, Math.ceil(wide)) : wide || 1;
  const from = whole ? Math.floor(low) - 0.5 : low;
  const counts = new Uint32Array(Math.max(1, Math.min(bins, Math.ceil((high - from) / step) || 1)));
  for (let n = 0; n < values.length; n++) {
    const bin = Math.floor((values[n]! - from) / step);
    // The highest value belongs to the last bin.
    if (bin >= 0 && values[n]! <= high) counts[Math.min(bin, counts.length - 1)]! += 1;
  }
  return { from, step, counts };
}
