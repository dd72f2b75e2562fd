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

/** What is awaited: something seen of the device that comes to hold. */
export interface Condition<S, R> {
  /** Looks at the device, noting which channels are read. */
  look(onRead: (key: string) => void): S;
  /** Whether what was seen is what is awaited. */
  holds(seen: S): boolean;
  /** What the wait comes to, at the moment in which it held. */
  result(seen: S): R;
  /** Told of every look that may be believed, and for how long it has held by then, milliseconds. */
  onLook?(seen: S, held: number): void;
}

/**
 * Waits until a condition holds on values that may be believed: good, not too old, and read after this client's last
 * finished command to the device.
 *
 * @param watch What is known of the device.
 * @param condition What is awaited.
 * @param options Timeout, stability, signal; `what` is needed.
 * @returns The condition's result.
 * @throws {TimeoutError} What was awaited, the last values, their ages, the link, the recent history.
 * @throws {CommandError} `unknown_outcome` if the device was closed meanwhile.
 */
export async function waitFor<S, R>(
  watch: Watch,
  condition: Condition<S, R>,
  options: WaitOptions & { what: string },
): Promise<R> {
  const { timeout, stableFor = 0, signal, what } = options;
  const { clock } = watch;
  const stable = milliseconds(stableFor);
  const { promise, resolve, reject } = Promise.withResolvers<R>();
  const keys = new Set<string>();
  let heldSince: number | undefined;
  let recheck: Timer | undefined;

  const look = () => {
    recheck?.stop();
    keys.clear();
    const seen = condition.look((key) => keys.add(key));
    const holds = condition.holds(seen);
    if (watch.link.state.status === "closed") throw stopped(what, watch);
    const isBelieved = watch.isCurrent() && [...keys].every((key) => watch.doubt(key) === undefined);
    if (!holds || !isBelieved) {
      heldSince = undefined;
      if (isBelieved) condition.onLook?.(seen, 0);
      return;
    }
    // Stability is what the readings span, not what has passed since: the next one may break it, or not come at all.
    const now = clock.now();
    const readUntil = Math.min(...[...keys].map((key) => watch.knownUntil(key)));
    const known = Math.min(now, readUntil);
    heldSince ??= known;
    const held = known - heldSince;
    condition.onLook?.(seen, held);
    if (held >= stable) return resolve(condition.result(seen));
    const soundUntil = Math.min(...[...keys].map((key) => watch.soundUntil(key)));
    const next = readUntil === Infinity ? stable - held : soundUntil - now + 1;
    if (next < Infinity) recheck = clock.after(next, check);
  };
  const check = () => {
    try {
      look();
    } catch (error) {
      reject(error);
    }
  };
  const expire = () => {
    const stability = stable > 0 ? ` for ${formatDuration(stable)} without a break` : "";
    const within = formatDuration(milliseconds(timeout!));
    const said = `${watch.description.name} did not come to ${what}${stability} within ${within}`;
    const lines = [said, ...[...keys].map((key) => describeKey(watch, key)), describeLink(watch)];
    reject(new TimeoutError(lines.join("\n  ")));
  };

  signal?.throwIfAborted();
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeout === undefined ? undefined : clock.after(timeout, expire);
  using _listening = watch.listen(check);
  try {
    check();
    return await promise;
  } finally {
    timer?.stop();
    recheck?.stop();
    signal?.removeEventListener("abort", abort);
  }
}

function stopped(what: string, watch: Watch): CommandError {
  return new CommandError("unknown_outcome", `Stopped waiting for ${what}: ${describeLink(watch)}`);
}
