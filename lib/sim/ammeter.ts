/** The measuring part of a picoammeter. @module */
import { ELECTRON } from "./photodiode.ts";
import { Random } from "./random.ts";

/** One range. */
export interface AmmeterRange {
  /** Its nominal end, A; five percent more is still measured. */
  readonly full: number;
  /** Its offset, A. */
  readonly offset: number;
  /** Its noise when it integrates for 0.1 s, A rms. */
  readonly noise: number;
}

/** What is measured. */
export interface CurrentSource {
  /** The mean current of the moment, A. */
  readonly current: number;
}

/** What one conversion gives. */
export interface Conversion {
  /** A; without meaning if it overflows. */
  readonly current: number;
  /** Whether the current is beyond the range. */
  readonly overflows: boolean;
}

/** Part by which a meter is wrong. */
const GAIN_ERROR = 5e-4;
/** An input that overflows is beyond this part of its range. */
const OVERFLOW = 1.05;
/** A range is left for the one below when less than this part of the lower one is used. */
const DOWN = 0.95;

/** Ranges, zero check and noise. */
export class Ammeter {
  /** Its ranges, the most sensitive first. */
  readonly ranges: readonly AmmeterRange[];
  /** The range in use: its place. */
  range: number;
  /** Whether its input is cut off from what is measured. */
  zeroCheck = true;
  readonly #source: CurrentSource;
  readonly #random: Random;

  /** Makes one, on its least sensitive range. */
  constructor(ranges: readonly AmmeterRange[], source: CurrentSource, seed: number) {
    this.ranges = ranges;
    this.range = ranges.length - 1;
    this.#source = source;
    this.#random = new Random(seed);
  }

  /** The smallest range that holds a current; the largest if none does. */
  rangeFor(current: number): number {
    const found = this.ranges.findIndex(({ full }) => Math.abs(current) <= full * OVERFLOW);
    return found < 0 ? this.ranges.length - 1 : found;
  }

  /** Changes to the range that fits best between two others. */
  autoRange(lowest: number, highest: number): void {
    const current = this.zeroCheck ? 0 : Math.abs(this.#source.current);
    const limited = (range: number) => Math.min(Math.max(range, lowest), highest);
    this.range = limited(this.range);
    while (this.range < highest && current > this.#end(this.range)) this.range++;
    while (this.range > lowest && current < this.#end(this.range - 1) * DOWN) this.range--;
  }

  /** Measures for some seconds. */
  measure(seconds: number): Conversion {
    const { full, offset, noise } = this.ranges[this.range]!;
    const input = this.zeroCheck ? 0 : this.#source.current;
    const shot = 2 * ELECTRON * Math.abs(input) / (2 * seconds);
    const deviation = Math.sqrt(noise ** 2 * 0.1 / seconds + shot);
    const current = input * (1 + GAIN_ERROR) + offset + deviation * this.#random.normal();
    return { current, overflows: Math.abs(current) > full * OVERFLOW };
  }

  #end(range: number): number {
    return this.ranges[range]!.full * OVERFLOW;
  }
}
