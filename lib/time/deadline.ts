/** Work with an end. @module */
import { TimeoutError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { type Duration, formatDuration, milliseconds } from "./duration.ts";

/** Options of {@linkcode withDeadline}. */
export interface DeadlineOptions {
  /** The clock that measures. */
  clock: Pick<Clock, "after">;
  /** How long the work may take. */
  timeout: Duration;
  /** Ends the work early. */
  signal?: AbortSignal | undefined;
  /** What was attempted, for the error: "answer of cryocon (localhost:7024) to get_status". */
  what: string;
}

/**
 * Runs `work` and fails when it takes too long; the signal given to it is aborted then.
 *
 * @param work What to do; it should end when its signal aborts.
 * @param options Clock, timeout and a name for the error.
 * @returns What the work returned.
 * @throws {TimeoutError} If the deadline passes first.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  const { clock, timeout, signal, what } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    reject(reason);
    controller.abort(reason);
  };
  const aborted = () => end(signal!.reason);
  signal?.addEventListener("abort", aborted, { once: true });
  const timer = clock.after(timeout, () => {
    end(new TimeoutError(`No ${what} within ${formatDuration(milliseconds(timeout))}`));
  });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    timer.stop();
    signal?.removeEventListener("abort", aborted);
  }
}
