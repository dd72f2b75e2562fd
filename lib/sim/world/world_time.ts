/** The time of a world in another process, as well as it can be known. @module */
import type { Clock, Timer } from "../../time/mod.ts";

/** It is asked so often, with this pause before each: a process may be busy just when an answer comes. */
const [TIMES, PAUSE] = [8, "40 ms"] as const;

/** What asks and what is told. */
export interface WorldTimeParts {
  /** Asks the world for its time. */
  ask(): void;
  /** It is so late now, ns. */
  set(now: number): void;
}

/** Asks for the time some times after each connection; the answer that came quickest is believed. */
export class WorldTime {
  readonly #clock: Clock;
  readonly #parts: WorldTimeParts;
  #timer: Timer | undefined;
  #speed = 1;
  #left = 0;
  #asked = 0;
  #quickest = Infinity;

  /** Makes one that has not asked yet. */
  constructor(clock: Clock, parts: WorldTimeParts) {
    this.#clock = clock;
    this.#parts = parts;
  }

  /** Begins to ask a world whose time runs at a speed. */
  start(speed: number): void {
    this.#speed = speed;
    this.#left = TIMES;
    this.#quickest = Infinity;
    this.#ask();
  }

  /** Asks no more. */
  stop(): void {
    this.#timer?.stop();
    this.#left = 0;
  }

  /** The world has answered. */
  told(now: number): void {
    const took = this.#clock.now() - this.#asked;
    if (took < this.#quickest) {
      this.#quickest = took;
      this.#parts.set(Math.round(now + took / 2 * 1e6 * this.#speed));
    }
    if (this.#left > 0) this.#timer = this.#clock.after(PAUSE, () => this.#ask());
  }

  #ask(): void {
    this.#left--;
    this.#asked = this.#clock.now();
    this.#parts.ask();
  }
}
