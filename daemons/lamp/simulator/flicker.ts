/** Noise that is stronger the longer one looks. @module */
import type { Random } from "../../../lib/sim/random.ts";

/** Time constants of its parts, s: one in each decade gives power that falls with the frequency, as a filament's does. */
const PARTS = [3, 30, 300, 3000];

/** 1/f noise as a sum of random walks that are each pulled back. */
export class Flicker {
  readonly #part: number;
  readonly #random: Random;
  readonly #parts: Float64Array;

  /** Makes one with a deviation in the long run. */
  constructor(deviation: number, random: Random) {
    this.#part = deviation / Math.sqrt(PARTS.length);
    this.#random = random;
    this.#parts = Float64Array.from(PARTS, () => this.#part * random.normal());
  }

  /** The noise of the moment. */
  get value(): number {
    return this.#parts.reduce((sum, part) => sum + part, 0);
  }

  /** Moves on in time. */
  step(seconds: number): void {
    for (const [index, time] of PARTS.entries()) {
      const kept = Math.exp(-seconds / time);
      this.#parts[index] = this.#parts[index]! * kept +
        this.#part * Math.sqrt(1 - kept * kept) * this.#random.normal();
    }
  }
}
