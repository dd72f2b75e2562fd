/** Making one update of several, for readers that are slower than the device. @module */
import type { Update } from "../device/reading.ts";

/**
 * Merges two updates: the newest reading of each channel, each with its own time.
 *
 * @param older The one that came first.
 * @param newer The one that came after it.
 * @returns One update that says what both say.
 */
export function mergeUpdates(older: Update, newer: Update): Update {
  const readings = newer.complete ? newer.readings : new Map([...older.readings, ...newer.readings]);
  const seq = newer.seq ?? older.seq;
  return {
    time: newer.time,
    complete: older.complete || newer.complete,
    readings,
    ...(seq === undefined ? {} : { seq }),
    ...(older.gap || newer.gap ? { gap: true } : {}),
  };
}
