/** Waiting until a device is in some state, level-triggered, and saying what stood in the way when it never was. @module */
import { CommandError, TimeoutError } from "../errors.ts";
import { type Duration, formatDuration, milliseconds, type Timer } from "../time/mod.ts";
import { describeKey, describeLink } from "./tell.ts";
import type { Watch } from "./watch.ts";

/** Options of `waitFor`. */
export interface WaitOptions {
  /** How long to wait (default: for ever; a cooldown takes hours). */
  timeout?: Duration;
  /** The state must hold without a break for this long (default: one look). */
  stableFor?: Duration;
  /** Stops waiting. */
  signal?: AbortSignal;
  /** What is awaited, for the error (default: the predicate's source). */
  what?: string;
}

/** A look at the device that notes which channels were read. */
export type Look<S> = (onRead: (key: string) => void) => S;

/**
 * Waits until `predicate` holds on values that may be believed: good, not too old, and read after this client's last
 * finished command to the device.
 *
 * @param watch What is known of the device.
 * @param look Makes the state that the predicate reads.
 * @param predicate Whether it is there.
 * @param options Timeout, stability, signal.
 * @returns The state in which it held.
 * @throws {TimeoutError} What was awaited, the last values, their ages, the link, the recent history.
 * @throws {CommandError} `unknown_outcome` if the device was closed meanwhile.
 */
export function waitFor<S>(
  watch: Watch,
  look: Look<S>,
  predicate: (state: S) => boolean,
  options: WaitOptions = {},
): Promise<S> {
  const { timeout, stableFor = 0, signal, what = String(predicate) } = options;
  const { clock } = watch;
  const stable = milliseconds(stableFor);
  const { promise, resolve, reject } = Promise.withResolvers<S>();
  let heldSince: number | undefined;
  let recheck: Timer | undefined;
  let read = new Set<string>();

  const check = () => {
    const keys = new Set<string>();
    const state = look((key) => keys.add(key));
    let verdict: boolean;
    try {
      verdict = predicate(state);
    } catch (error) {
      return reject(error);
    }
    read = keys;
    if (watch.link.state.status === "closed") {
      return reject(
        new CommandError("unknown_outcome", `Stopped waiting for ${what}: ${describeLink(watch)}`),
      );
    }
    if (!verdict || !watch.complete || [...keys].some((key) => watch.doubt(key) !== undefined)) {
      heldSince = undefined;
      return;
    }
    // Stability is what the readings span, not what has passed since: the next one may break it.
    const known = Math.min(clock.now(), ...[...keys].map((key) => watch.knownUntil(key)));
    if (heldSince === undefined) {
      heldSince = known;
      recheck?.stop();
      if (stable > 0) recheck = clock.after(stable, check);
    }
    if (known - heldSince >= stable) resolve(state);
  };
  const expire = () => reject(new TimeoutError(explain()));
  const explain = () => {
    const lines = [...read].map((key) => `  ${describeKey(watch, key)}`);
    const stability = stable > 0 ? ` for ${formatDuration(stable)} without a break` : "";
    const within = formatDuration(milliseconds(timeout!));
    return [
      `${watch.description.name} did not come to ${what}${stability} within ${within}`,
      ...lines,
      `  ${describeLink(watch)}`,
    ].join("\n");
  };

  signal?.throwIfAborted();
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeout === undefined ? undefined : clock.after(timeout, expire);
  const listening = watch.listen(check);
  check();
  return promise.finally(() => {
    listening[Symbol.dispose]();
    timer?.stop();
    recheck?.stop();
    signal?.removeEventListener("abort", abort);
  });
}
