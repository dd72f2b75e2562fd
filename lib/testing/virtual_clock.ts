/** Time that passes when a test says so. @module */
import { DewarError } from "../errors.ts";
import {
  type Clock,
  clockFrom,
  type Duration,
  formatDuration,
  milliseconds,
  systemClock,
  type Timer,
} from "../time/mod.ts";
import { type Alarm, AlarmHeap } from "./alarm_heap.ts";

/** Real time that work outside of the clock, such as on a file, is given before it counts as dead: a machine may be busy. */
const PATIENCE: Duration = "20 s";

/**
 * A {@linkcode Clock} for tests: it stands still until {@linkcode VirtualClock.advance} or
 * {@linkcode VirtualClock.runUntil} moves it, then runs every timer in the order in which it is due, letting all that was
 * woken finish before the next one. An hour of timers takes milliseconds.
 *
 * @example Usage
 * ```ts
 * import { VirtualClock } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new VirtualClock();
 * let polls = 0;
 * clock.every("1 s", () => polls++);
 * await clock.advance("1 h");
 * assertEquals(polls, 3600);
 * ```
 */
export class VirtualClock implements Clock {
  readonly every: Clock["every"];
  readonly sleep: Clock["sleep"];
  readonly after: Clock["after"];
  #start: number;
  readonly #heap = new AlarmHeap();
  #now = 0;
  #order = 0;

  /** Makes one whose wall clock begins at `start`, unix seconds (default: 2026-01-01T00:00:00Z). */
  constructor(start = 1_767_225_600) {
    this.#start = start;
    const clock = clockFrom({
      now: () => this.#now,
      time: () => this.time(),
      after: (ms, action) => this.#add(ms, action),
    });
    this.every = clock.every;
    this.sleep = clock.sleep;
    this.after = clock.after;
  }

  /** Milliseconds since it was made. */
  now(): number {
    return this.#now;
  }

  /** Unix seconds. */
  time(): number {
    return this.#start + this.#now / 1000;
  }

  /** Sets the wall clock, as people and time servers do; timers and `now` know nothing of it. */
  jump(seconds: number): void {
    this.#start += seconds;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#heap.size;
  }

  /**
   * Lets time pass.
   *
   * @param duration How much; 0 only lets finish what can.
   */
  async advance(duration: Duration): Promise<void> {
    const end = this.#now + milliseconds(duration);
    await settled();
    for (let alarm = this.#heap.first; alarm !== undefined && alarm.at <= end; alarm = this.#heap.first) {
      this.#ring(alarm);
      await settled();
    }
    this.#now = end;
  }

  /**
   * Lets time pass until a promise settles.
   *
   * @param promise What is waited for.
   * @param options `limit`: how much time may pass (default `"1 d"`). `patience`: how much real time may pass while no timer
   * waits, such as with a file (default `"20 s"`).
   * @returns What it resolves to.
   * @throws {DewarError} If no timer is left that could wake it up, or the limit is reached.
   */
  async runUntil<T>(
    promise: Promise<T>,
    options: { limit?: Duration; patience?: Duration } = {},
  ): Promise<T> {
    const limit = milliseconds(options.limit ?? "1 d");
    const patience = milliseconds(options.patience ?? PATIENCE);
    const end = this.#now + limit;
    let done = false;
    const outcome = promise.finally(() => done = true);
    outcome.catch(() => {}); // it is awaited below; until then a rejection is not unhandled
    let idleSince: number | undefined;
    for (;;) {
      await settled();
      if (done) break;
      const alarm = this.#heap.first;
      if (alarm === undefined) {
        idleSince ??= systemClock.now();
        if (systemClock.now() - idleSince > patience) throw this.#stuck();
        await systemClock.sleep(1);
        continue;
      }
      if (alarm.at > end) {
        throw new DewarError(`It did not settle within ${formatDuration(limit)} of virtual time`);
      }
      idleSince = undefined;
      this.#ring(alarm);
    }
    return await outcome;
  }

  #stuck(): DewarError {
    const now = formatDuration(this.#now);
    return new DewarError(
      `Nothing is left that could wake it up: no timer waits after ${now} of virtual time`,
    );
  }

  #ring(alarm: Alarm): void {
    this.#heap.remove(alarm);
    this.#now = Math.max(this.#now, alarm.at);
    alarm.action();
  }

  #add(ms: number, action: () => void): Timer {
    const alarm = { at: this.#now + ms, order: this.#order++, action };
    this.#heap.add(alarm);
    return { stop: () => this.#heap.remove(alarm) };
  }
}

/** Lets everything finish that needs no time: one turn of the event loop, after all microtasks. */
function settled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
