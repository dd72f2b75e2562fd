/**
 * The only place that touches the system's clock and timers; everything else is handed a {@linkcode Clock}.
 * @module
 */
import { type Duration, milliseconds } from "./duration.ts";

/** A timer that can be stopped; stopping twice does nothing. */
export interface Timer {
  /** Stops it: its function is not called any more. */
  stop(): void;
}

/**
 * Time as Dewar sees it: a monotonic reading for ages and deadlines, the wall clock for stamps, and timers.
 *
 * The system's is {@linkcode systemClock}; tests use the virtual one of `@dewar/sdk/testing`.
 */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary zero; for ages and deadlines, never for stamps. */
  now(): number;
  /** Wall-clock time, unix seconds; for stamps. */
  time(): number;
  /** Calls `action` once, `delay` from now. */
  after(delay: Duration, action: () => void): Timer;
  /** Calls `action` every `period`, first one period from now. A late call does not delay those after it, missed ones are left out. */
  every(period: Duration, action: () => void): Timer;
  /** Resolves `delay` from now; rejects with the signal's reason when it aborts first. */
  sleep(delay: Duration, options?: { signal?: AbortSignal | undefined }): Promise<void>;
}

/** What a clock is built from: two readings and a one-shot timer. */
export interface ClockSource {
  /** Monotonic milliseconds. */
  now(): number;
  /** Unix seconds. */
  time(): number;
  /** Calls `action` once after `ms` milliseconds. */
  after(ms: number, action: () => void): Timer;
}

/** Longest delay a system timer takes; longer ones are chained. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Makes a {@linkcode Clock} of its three primitives.
 *
 * @param source Where the readings and one-shot timers come from.
 * @returns The clock.
 */
export function clockFrom(source: ClockSource): Clock {
  const after = (delay: Duration, action: () => void): Timer => source.after(milliseconds(delay), action);
  return {
    now: source.now,
    time: source.time,
    after,
    every(period, action) {
      const ms = Math.max(milliseconds(period), 0.001);
      let due = source.now() + ms;
      let stopped = false;
      let timer: Timer;
      const tick = () => {
        if (stopped) return;
        due += ms * (1 + Math.max(0, Math.floor((source.now() - due) / ms)));
        timer = source.after(Math.max(0, due - source.now()), tick);
        action();
      };
      timer = source.after(ms, tick);
      return {
        stop() {
          stopped = true;
          timer.stop();
        },
      };
    },
    sleep(delay, options = {}) {
      const { signal } = options;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal?.aborted) {
        reject(signal.reason);
        return promise;
      }
      const abort = () => {
        timer.stop();
        reject(signal!.reason);
      };
      const timer = after(delay, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
      return promise;
    },
  };
}

/**
 * The clock of the machine.
 *
 * @example Usage
 * ```ts
 * import { systemClock } from "@dewar/sdk";
 *
 * await systemClock.sleep("1 ms");
 * ```
 */
export const systemClock: Clock = clockFrom({
  now: () => performance.now(),
  time: () => Date.now() / 1000,
  after(ms, action) {
    let id: ReturnType<typeof setTimeout>;
    const arm = (left: number) => {
      id = left > MAX_TIMER ? setTimeout(() => arm(left - MAX_TIMER), MAX_TIMER) : setTimeout(action, left);
    };
    arm(ms);
    return { stop: () => clearTimeout(id) };
  },
});
