/**
 * For how long this MONITOR has been recording.
 *
 * A machine's clock may be wrong by years, at its start or later. What is stored under it has wrong times then, but how
 * long there was recording can still be told: a clock that jumps ends one stretch and begins another.
 * @module
 */
import type { Clock } from "../../../lib/time/mod.ts";
import type { Entry } from "./entry.ts";
import type { Stretch } from "./recorded.ts";

/** A clock that goes off by more has jumped, seconds: a value that does not change is stored again after such a time. */
const JUMP = 600;

/** The stretch for which this process has been recording. */
export class Recording {
  readonly #clock: Clock;
  #since: number;
  #seen: { readonly time: number; readonly now: number };

  /** Begins now. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.time();
    this.#seen = { time: this.#since, now: clock.now() };
  }

  /** From its begin, or the last jump of the clock, until now. */
  get stretch(): Stretch {
    return { from: this.#since, to: this.#clock.time() };
  }

  /** What is to be noted now; to be asked now and then, what is between two times counts as recorded. */
  note(): Entry[] {
    const seen = { time: this.#clock.time(), now: this.#clock.now() };
    const passed = (seen.now - this.#seen.now) / 1000;
    const before: Entry = { kind: "recording", since: this.#since, seen: this.#seen.time + passed };
    const hasJumped = Math.abs(seen.time - before.seen) > JUMP;
    if (hasJumped) this.#since = seen.time - passed;
    this.#seen = seen;
    return [...hasJumped ? [before] : [], { kind: "recording", since: this.#since, seen: seen.time }];
  }
}
