/** How long to wait before the next attempt. @module */
import { type Duration, milliseconds } from "../time/mod.ts";

/** Options of {@linkcode Backoff}. */
export interface BackoffOptions {
  /** Longest wait before the second attempt (default `"0.2 s"`); it doubles with every attempt that fails. */
  firstDelay?: Duration | undefined;
  /** Longest wait before any attempt (default `"10 s"`). */
  maxDelay?: Duration | undefined;
  /** Numbers from 0 to 1 that spread the attempts of many clients (default `Math.random`). */
  random?: (() => number) | undefined;
}

/** Waits with full jitter: random between zero and a bound that doubles with every failure. */
export class Backoff {
  readonly #first: number;
  readonly #max: number;
  readonly #random: () => number;
  #failures = 0;

  /** Makes one that begins with the shortest bound. */
  constructor({ firstDelay = "0.2 s", maxDelay = "10 s", random = Math.random }: BackoffOptions = {}) {
    this.#first = milliseconds(firstDelay);
    this.#max = milliseconds(maxDelay);
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    return this.#random() * Math.min(this.#max, this.#first * 2 ** this.#failures++);
  }

  /** It worked: the next failure begins anew with the shortest bound. */
  reset(): void {
    this.#failures = 0;
  }
}
