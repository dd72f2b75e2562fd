/** So much at once, so much in the long run. @module */
import type { Clock } from "./clock.ts";

/** How much is allowed. */
export interface AllowanceOptions {
  /** In the long run. */
  readonly perSecond: number;
  /** At once, by who has not taken anything for a while. */
  readonly burst: number;
  /** What measures. */
  readonly clock: Pick<Clock, "now">;
}

/** An allowance that is used up piece by piece and fills up again with time. */
export class Allowance {
  readonly #options: AllowanceOptions;
  #left: number;
  #at: number;

  /** Begins full. */
  constructor(options: AllowanceOptions) {
    this.#options = options;
    this.#left = options.burst;
    this.#at = options.clock.now();
  }

  /** Whether nothing of it is used up. */
  get isFull(): boolean {
    this.#fill();
    return this.#left >= this.#options.burst;
  }

  /** Whether there is none left to take. */
  get isEmpty(): boolean {
    if (this.#left < 1) this.#fill();
    return this.#left < 1;
  }

  /** Takes one; false if there is none left. */
  take(): boolean {
    if (this.isEmpty) return false;
    this.#left--;
    return true;
  }

  #fill(): void {
    const { perSecond, burst, clock } = this.#options;
    const now = clock.now();
    this.#left = Math.min(burst, this.#left + (now - this.#at) / 1000 * perSecond);
    this.#at = now;
  }
}
