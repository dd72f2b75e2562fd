/** The noise of amplifiers and of what is behind them. @module */
import type { Random } from "../random.ts";

/** The noise of one video channel, rms in its own units for one pixel. */
export interface NoiseParts {
  /** Noise that differs from pixel to pixel. */
  readonly white: number;
  /** Noise of low frequencies, as much as two samples of a pixel leave of it. */
  readonly flicker: number;
  /** Noise that all channels have in common. */
  readonly common: number;
}

/** Low frequencies: how much of one pixel's value is left in the next, for noise that remembers some 3 and some 30 pixels. */
const MEMORY = [Math.exp(-1 / 3), Math.exp(-1 / 30)] as const;

/** Noise of channels that are read at the same time. */
export class ReadoutNoise {
  readonly #random: Random;
  readonly #parts: readonly NoiseParts[];
  readonly #slow: Float64Array[];

  /** Makes the noise of some channels. */
  constructor(parts: readonly NoiseParts[], random: Random) {
    this.#parts = parts;
    this.#random = random;
    this.#slow = parts.map(() => Float64Array.from(MEMORY, () => random.normal()));
  }

  /**
   * Adds it to a line.
   *
   * @param lines The channels' values.
   * @param count How many values of each.
   * @param white By how much white noise differs from what was given.
   */
  add(lines: readonly Float64Array[], count: number, white = 1): void {
    const random = this.#random;
    const common = new Float64Array(count);
    for (let i = 0; i < count; i++) common[i] = random.normal();
    lines.forEach((line, channel) => {
      const { white: own, flicker, common: shared } = this.#parts[channel]!;
      const noise = own * white;
      const each = flicker / Math.SQRT2;
      const [quickly, slowly] = MEMORY;
      const [quick, slow] = [Math.sqrt(1 - quickly ** 2), Math.sqrt(1 - slowly ** 2)];
      let [a, b] = this.#slow[channel] as unknown as [number, number];
      for (let i = 0; i < count; i++) {
        a = quickly * a + quick * random.normal();
        b = slowly * b + slow * random.normal();
        line[i]! += noise * random.normal() + each * (a + b) + shared * common[i]!;
      }
      this.#slow[channel]!.set([a, b]);
    });
  }
}
