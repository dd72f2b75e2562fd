/** How the controller's counter of 10 ns runs beside the clock. @module */
import type { Clock } from "../../../lib/time/mod.ts";

/** Ticks in a millisecond. */
export const TICKS_PER_MS = 100_000;
/** Ticks in a second. */
export const TICKS_PER_SECOND = 1e8;

/** When the plant is this far behind the clock, ms, the rest of its delay is given up. */
const PATIENCE = 500;

/**
 * The plant's ticks and the controller's counter.
 *
 * The plant runs `speed` times as fast as the clock, the counter as fast as the clock: what takes a second of the plant
 * takes `1 / speed` seconds of the counter, and of everybody else. At speed 1 both are the same but for a constant, unless
 * the machine cannot keep up: then the plant is late, and stays so.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #start: number;
  #late = 0;

  /** Starts at tick 0. */
  constructor(clock: Clock, speed: number) {
    this.#clock = clock;
    this.#speed = speed;
    this.#start = clock.now();
  }

  /** Ticks of the plant in a tick of the counter. */
  get speed(): number {
    return this.#speed;
  }

  /** The plant's tick of this moment. */
  now(): number {
    return Math.floor(this.#plant(this.#clock.now() - this.#start));
  }

  /** The counter at this moment. */
  timer(): number {
    return Math.floor((this.#clock.now() - this.#start) * TICKS_PER_MS);
  }

  /** The counter at a tick of the plant. */
  timerAt(tick: number): number {
    return Math.floor(tick / this.#speed + this.#late * TICKS_PER_MS);
  }

  /** Tells how far the plant has come: what it cannot make up for is given up. */
  reached(tick: number): void {
    const behind = (this.now() - tick) / this.#speed / TICKS_PER_MS;
    if (behind > PATIENCE) this.#late += behind;
  }

  #plant(ms: number): number {
    return (ms - this.#late) * this.#speed * TICKS_PER_MS;
  }
}
