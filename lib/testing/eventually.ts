/** Waiting in tests for what has no event. @module */
import { TimeoutError } from "../errors.ts";
import { formatDuration, milliseconds, systemClock } from "../time/mod.ts";
import type { WaitOptions } from "./line_client.ts";

/**
 * Waits until something holds, looking every few milliseconds.
 *
 * @param predicate What must become true; may be asynchronous. What it throws is not caught.
 * @param options Timeout (default `"20 s"`) and clock.
 * @returns What the predicate returned.
 * @throws {TimeoutError} If it does not hold in time.
 *
 * @example Usage
 * ```ts
 * import { eventually } from "@dewar/sdk/testing";
 *
 * let connected = false;
 * queueMicrotask(() => connected = true);
 * await eventually(() => connected);
 * ```
 */
export async function eventually<T>(
  predicate: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | undefined | null | 0 | "">> {
  const { timeout = "20 s", clock = systemClock } = options;
  const limit = milliseconds(timeout);
  const start = clock.now();
  for (;;) {
    const value = await predicate();
    if (value) return value as Exclude<T, false | undefined | null | 0 | "">;
    if (clock.now() - start >= limit) {
      throw new TimeoutError(`It did not come true within ${formatDuration(limit)}: ${predicate}`);
    }
    await clock.sleep(Math.min(5, limit));
  }
}
