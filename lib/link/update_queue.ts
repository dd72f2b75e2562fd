/** Updates that wait for a reader slower than the device. @module */
import type { Reading, Update } from "../device/reading.ts";

/** Options of {@linkcode UpdateQueue}. */
export interface UpdateQueueOptions {
  /** Only these channels (default: all). */
  keys?: ReadonlySet<string> | undefined;
  /** How many readings may be taken out before only the newest of each channel are (default 0: always those). */
  most?: number;
  /** Channels the daemon itself holds: what they are, they still are at any later number (default: none). */
  isHeld?: ((key: string) => boolean) | undefined;
}

/** So many readings may wait before it is looked whether they are needed. */
const PLENTY = 256;

/**
 * A queue of bounded size: when there are too many readings, what a later update has again is taken out of those before
 * it. Updates are never mixed, so that each still says what was read at its time and under its number; only values that
 * the daemon itself holds are told together, as of the last of them.
 */
export class UpdateQueue {
  readonly #keys: ReadonlySet<string> | undefined;
  readonly #most: number;
  readonly #isHeld: ((key: string) => boolean) | undefined;
  #limit: number;
  #updates: Update[] = [];
  #readings = 0;
  #isThin = true;

  /** Makes an empty one. */
  constructor({ keys, most = 0, isHeld }: UpdateQueueOptions = {}) {
    this.#keys = keys;
    this.#isHeld = isHeld;
    this.#most = most;
    this.#limit = Math.max(PLENTY, most);
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#updates.length === 0;
  }

  /** Adds the newest. */
  push(newest: Update): void {
    const update = selected(newest, this.#keys);
    if (update.readings.size === 0 && !update.complete) return;
    this.#updates.push(update);
    this.#readings += update.readings.size;
    this.#isThin = false;
    if (this.#readings > this.#limit) this.#thin();
  }

  /** Takes the oldest out. */
  shift(): Update | undefined {
    if (!this.#isThin && this.#readings > this.#most) this.#thin();
    const update = this.#updates.shift();
    this.#readings -= update?.readings.size ?? 0;
    return update;
  }

  /** Keeps the newest reading of each channel; behind a complete update nothing is needed. */
  #thin(): void {
    const newest = new Set<string>();
    const kept: Update[] = [];
    let readings = 0;
    let hadGap = false;
    let together: Map<string, Reading> | undefined; // the readings of the update last kept, if all are held
    for (let place = this.#updates.length - 1; place >= 0; place--) {
      const update = this.#updates[place]!;
      hadGap ||= update.gap ?? false;
      if (kept.at(-1)?.complete) continue;
      const rest = update.complete ? update : without(update, newest);
      if (rest.readings.size === 0 && !rest.complete) continue;
      for (const key of rest.readings.keys()) newest.add(key);
      readings += rest.readings.size;
      const isHeld = this.#isAllHeld(rest);
      if (isHeld && together) {
        const { time } = kept.at(-1)!;
        for (const [key, reading] of rest.readings) together.set(key, { ...reading, time });
      } else {
        together = isHeld ? new Map(rest.readings) : undefined;
        kept.push(together ? { ...rest, readings: together } : rest);
      }
    }
    this.#updates = kept.reverse();
    if (hadGap) this.#updates[0] = { ...this.#updates[0]!, gap: true };
    this.#readings = readings;
    this.#limit = Math.max(PLENTY, this.#most, 2 * readings); // not again with every push
    this.#isThin = true;
  }

  #isAllHeld({ complete, readings }: Update): boolean {
    const isHeld = this.#isHeld;
    return isHeld !== undefined && !complete && readings.keys().every(isHeld);
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

function without(update: Update, keys: ReadonlySet<string>): Update {
  const readings = new Map([...update.readings].filter(([key]) => !keys.has(key)));
  return readings.size === update.readings.size ? update : { ...update, readings };
}
