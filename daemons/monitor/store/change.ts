/** Which readings are worth a row. @module */
import type { Param } from "../../../lib/device/model.ts";
import type { Reading } from "../../../lib/device/reading.ts";
import type { Value } from "../../../lib/device/types.ts";

/**
 * Whether a reading differs from the one stored before: by the model's deadband or more, or in quality, reason or severity.
 *
 * @param stored The reading stored last.
 * @param reading The new one.
 * @param param What the channel is; undefined where nobody described it.
 * @returns Whether to store it.
 */
export function hasChanged(stored: Reading, reading: Reading, param: Param | undefined): boolean {
  if (stored.quality !== reading.quality || stored.severity !== reading.severity) return true;
  if (reading.quality !== "good") return stored.reason !== reading.reason || stored.raw !== reading.raw;
  const deadband = param && "deadband" in param ? param.deadband ?? 0 : 0;
  return differ(stored.value, reading.value, deadband);
}

function differ(a: Value | undefined, b: Value | undefined, deadband: number): boolean {
  if (typeof a === "number" && typeof b === "number") {
    return !Object.is(a, b) && !(Math.abs(a - b) < deadband);
  }
  if (typeof a === "object" && typeof b === "object") {
    return a.length !== b.length || a.some((item, i) => differ(item, b[i], deadband));
  }
  return a !== b;
}
