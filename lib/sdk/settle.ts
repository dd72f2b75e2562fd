/** Settling: a drivable parameter within tolerance of its target, for as long as its model asks. @module */
import type { DrivableParam } from "../device/model.ts";
import { type Duration, milliseconds } from "../time/mod.ts";
import { type Condition, waitFor, type WaitOptions } from "./wait_for.ts";
import type { Watch } from "./watch.ts";

/** Where a settling parameter stands. */
export interface Settling {
  /** The value. */
  readonly value: number;
  /** Its target. */
  readonly target: number;
  /** How long it has been within tolerance, by its readings, milliseconds; 0 while it is not. */
  readonly held: number;
}

/** Options of `settle`. */
export interface SettleOptions extends Pick<WaitOptions, "signal"> {
  /** How long it may take (default: what the ramp needs, half as much again, and ten settle times; `"1 h"` without a ramp). */
  timeout?: Duration;
  /** How near the target counts (default: the model's). */
  tolerance?: number;
  /** For how long (default: the model's). */
  time?: Duration;
  /** Told after every reading that may be believed. */
  onProgress?: (settling: Settling) => void;
}

const MILLISECONDS_PER = { s: 1000, min: 60_000, h: 3_600_000 };

/**
 * Waits until a drivable is within tolerance of its target, on either side, for the settle time without a break.
 *
 * @param watch What is known of the device.
 * @param key The drivable's channel.
 * @param options Timeout, tolerance, time, progress.
 * @throws {TypeError} If the parameter is not drivable, or nothing says when it is settled.
 * @throws {TimeoutError} As `waitFor`.
 */
export async function settle(watch: Watch, key: string, options: SettleOptions = {}): Promise<void> {
  const param = watch.channels.get(key)?.param;
  if (param?.type !== "drivable") throw new TypeError(`Cannot settle ${key}: it has no target`);
  const tolerance = options.tolerance ?? param.settle?.tolerance;
  const time = options.time ?? param.settle?.time;
  if (tolerance === undefined || time === undefined) {
    throw new TypeError(
      `Cannot settle ${key}: neither its model nor the call says within what tolerance and for how long`,
    );
  }
  await waitFor(watch, {
    ...pairOf(watch, key),
    holds: ({ value, target }) => Math.abs(value - target) <= tolerance,
    result: () => {},
    onLook: (pair, held) => options.onProgress?.({ ...pair, held }),
  }, {
    stableFor: time,
    timeout: options.timeout ?? await patience(watch, key, param, milliseconds(time), options.signal),
    what: `${key} within ${tolerance} of its target`,
    ...(options.signal && { signal: options.signal }),
  });
}

/** How long a settle may take when the caller does not say: the ramp decides, and how far it has to go. */
async function patience(
  watch: Watch,
  key: string,
  param: DrivableParam,
  time: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (!param.ramp) return milliseconds("1 h");
  const distance = await waitFor(watch, {
    ...pairOf(watch, key),
    holds: () => true,
    result: ({ value, target }) => Math.abs(value - target),
  }, { timeout: "1 min", what: `have ${key} and its target read`, ...(signal && { signal }) });
  return 1.5 * distance / param.ramp.max * MILLISECONDS_PER[param.ramp.per] + 10 * time;
}

/** A look at a drivable's value and target. */
function pairOf(
  watch: Watch,
  key: string,
): Pick<Condition<{ value: number; target: number }, never>, "look"> {
  const read = (key: string) => watch.latest.get(key)?.reading.value as number ?? NaN;
  return {
    look(onRead) {
      onRead(key);
      onRead(`${key}.target`);
      return { value: read(key), target: read(`${key}.target`) };
    },
  };
}
