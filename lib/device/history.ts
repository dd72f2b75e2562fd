/** The updates of the last minutes, so that a client that was away can be told what it missed. @module */
import type { Update } from "./reading.ts";

/** How much of the past is kept. */
export interface HistoryLimits {
  /** Milliseconds. */
  readonly time: number;
  /** Readings in all updates together, where each update counts for two more: some 130 bytes each. */
  readonly readings: number;
}

interface Kept {
  readonly update: Update;
  readonly seq: number;
  readonly at: number;
}

function weightOf(update: Update): number {
  return update.readings.size + 2;
}

/** A queue of updates, bounded by age and size. */
export class History {
  readonly #limits: HistoryLimits;
  #kept: (Kept | undefined)[] = [];
  #first = 0;
  #weight = 0;
  #floor: number;

  /** Begins after `seq`: what came before is not known here. */
  constructor(limits: HistoryLimits, seq: number) {
    this.#limits = limits;
    this.#floor = seq;
  }

  /** Adds an update with its number and the present (monotonic milliseconds); drops what is over age or too much. */
  push(update: Update, seq: number, now: number): void {
    this.#kept.push({ update, seq, at: now });
    this.#weight += weightOf(update);
    const oldest = now - this.#limits.time;
    for (let first = this.#kept[this.#first]; first; first = this.#kept[this.#first]) {
      if (first.at >= oldest && this.#weight <= this.#limits.readings) break;
      this.#floor = first.seq;
      this.#weight -= weightOf(first.update);
      this.#kept[this.#first++] = undefined;
    }
    if (this.#first > 1000 && this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The updates numbered above `seq`, or undefined if some of them are not known any more. */
  since(seq: number): readonly Update[] | undefined {
    if (seq < this.#floor) return undefined;
    let low = this.#first;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#kept[middle]!.seq > seq) high = middle;
      else low = middle + 1;
    }
    return this.#kept.slice(low).map((kept) => kept!.update);
  }
}
