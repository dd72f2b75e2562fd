/** One timer of the clock for deadlines that hardly ever pass. @module */
import type { Clock, Timer } from "./clock.ts";
import { type Duration, milliseconds } from "./duration.ts";

/** How much too early it is, milliseconds. */
const EARLY = 0.5;

/**
 * Starting and stopping a timer of the system costs more than most of what it watches over. This one keeps its timer when
 * it is stopped, and starts it anew only when that fires too early. One action at a time; a second gets a timer of its own.
 *
 * It is {@linkcode EARLY} before its time, so that it comes before timers that were started later and are due at once with
 * it: what watches over something shall fire before what it watches over gives up by itself.
 */
export class ReusedTimer implements Disposable {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #fires = Infinity;
  #due = Infinity;
  #action: (() => void) | undefined;

  /** Makes one that is not started. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `action` once, `delay` from now; as {@linkcode Clock.after}. */
  after(delay: Duration, action: () => void): Timer {
    if (this.#action) return this.#clock.after(delay, action);
    this.#action = action;
    this.#due = this.#clock.now() + Math.max(0, milliseconds(delay) - EARLY);
    if (this.#due < this.#fires) this.#start();
    return {
      stop: () => {
        if (this.#action === action) this.#action = undefined;
      },
    };
  }

  /** Ends it: nothing is called any more. */
  [Symbol.dispose](): void {
    this.#action = undefined;
    this.#timer?.stop();
    this.#fires = Infinity;
  }

  #start(): void {
    this.#timer?.stop();
    this.#fires = this.#due;
    this.#timer = this.#clock.after(Math.max(0, this.#due - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#fires = Infinity;
    const action = this.#action;
    if (!action) return;
    if (this.#clock.now() < this.#due) return this.#start();
    this.#action = undefined;
    action();
  }
}
