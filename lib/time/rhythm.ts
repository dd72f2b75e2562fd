/** Many actions of one period on few timers of the clock. @module */
import type { Clock, Timer } from "./clock.ts";
import { type Duration, milliseconds } from "./duration.ts";

/** So many timers at most: what thousands do every second is still spread over the second. */
const PHASES = 16;

/** Actions that fall due together. */
interface Beat {
  readonly actions: Set<() => void>;
  timer: Timer;
}

/**
 * Calls any number of actions every period, each in its own phase as nearly as a sixteenth of the period: a timer for each
 * of a thousand connections costs more than what it does.
 */
export class Rhythm {
  readonly #clock: Clock;
  readonly #period: number;
  readonly #beats = new Map<number, Beat>();

  /** Makes one of a period on a clock. */
  constructor(clock: Clock, period: Duration) {
    this.#clock = clock;
    this.#period = milliseconds(period);
  }

  /** Calls `action` every period, the first time after one period or up to a sixteenth of it sooner. */
  every(action: () => void): Timer {
    const own = () => action(); // the same function may be given twice
    const width = this.#period / PHASES;
    const since = this.#clock.now() % this.#period;
    const phase = Math.floor(since / width);
    const beat = this.#beats.get(phase) ?? this.#begin(phase, this.#period - (since - phase * width));
    beat.actions.add(own);
    return {
      stop: () => {
        if (!beat.actions.delete(own) || beat.actions.size > 0) return;
        beat.timer.stop();
        this.#beats.delete(phase);
      },
    };
  }

  /** Begins a phase, whose beats are where it begins: so whoever comes at any time of it waits for the same one. */
  #begin(phase: number, wait: number): Beat {
    const actions = new Set<() => void>();
    const all = () => {
      for (const action of actions) action();
    };
    const timer = this.#clock.after(wait, () => {
      beat.timer = this.#clock.every(this.#period, all);
      all();
    });
    const beat: Beat = { actions, timer };
    this.#beats.set(phase, beat);
    return beat;
  }
}

const rhythms = new WeakMap<Clock, Map<number, Rhythm>>();

/**
 * The rhythm of a period that all share who measure by a clock.
 *
 * @param clock The clock.
 * @param period The period.
 */
export function rhythmOf(clock: Clock, period: Duration): Rhythm {
  let known = rhythms.get(clock);
  if (!known) rhythms.set(clock, known = new Map());
  const ms = milliseconds(period);
  let rhythm = known.get(ms);
  if (!rhythm) known.set(ms, rhythm = new Rhythm(clock, ms));
  return rhythm;
}
