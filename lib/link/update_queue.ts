/** Updates that wait for a reader slower than the device. @module */
import type { Update } from "../device/reading.ts";

/**
 * A queue that holds no more than the newest reading of each channel: what a later update has again is taken out of those
 * before it. Updates are never mixed, so that each still says what was read at its time and under its number.
 */
export class UpdateQueue {
  readonly #keys: ReadonlySet<string> | undefined;
  #updates: Update[] = [];

  /** Makes an empty one, for these channels or for all. */
  constructor(keys?: ReadonlySet<string>) {
    this.#keys = keys;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#updates.length === 0;
  }

  /** Adds the newest. */
  push(newest: Update): void {
    const update = selected(newest, this.#keys);
    if (update.readings.size === 0 && !update.complete) return;
    const hadGap = this.#updates.some(({ gap }) => gap);
    if (update.complete) this.#updates = [];
    else this.#updates = this.#updates.flatMap((older) => without(older, update));
    const isTold = this.#updates.some(({ gap }) => gap);
    this.#updates.push(hadGap && !isTold && !update.gap ? { ...update, gap: true } : update);
  }

  /** Takes the oldest out. */
  shift(): Update | undefined {
    return this.#updates.shift();
  }
}

/**
 * Reduces an update to some channels.
 *
 * @param update The update.
 * @param keys The channels; without them it stays as it is.
 * @returns The update with their readings only.
 */
export function selected(update: Update, keys: ReadonlySet<string> | undefined): Update {
  if (!keys) return update;
  return { ...update, readings: new Map([...update.readings].filter(([key]) => keys.has(key))) };
}

/** What is left of an update; a complete one stays complete. */
function without(older: Update, newer: Update): Update[] {
  if (older.complete) return [older];
  const readings = new Map([...older.readings].filter(([key]) => !newer.readings.has(key)));
  if (readings.size === 0) return [];
  return [readings.size === older.readings.size ? older : { ...older, readings }];
}
