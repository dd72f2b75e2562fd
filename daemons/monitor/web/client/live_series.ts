/** What a live curve is drawn from: the past as MONITOR has stored it, and what was told since. */

/** A stretch of the past. */
export interface Past {
  readonly time: readonly number[];
  readonly value: readonly (number | null)[];
  readonly min?: readonly (number | null)[];
  readonly max?: readonly (number | null)[];
}

/** Values told in the last so many seconds are each drawn; older ones in bins. */
const SINGLE = 120;
/** Width of a bin, seconds. */
const BIN = 2;
/** Points that may come before they are put into bins. */
const PORTION = 500;
/** A gap begins so much after the last value, seconds: clocks differ, and nobody knows for how long that one held. */
const INSTANT = 1e-3;

/** The last of one channel. */
export class LiveSeries {
  readonly time: number[] = [];
  readonly value: (number | null)[] = [];
  readonly min: (number | null)[] = [];
  readonly max: (number | null)[] = [];
  /** From here on it was told without a break, unix seconds. */
  #since = Infinity;
  #binned = 0;

  /** How many points there are. */
  get length(): number {
    return this.time.length;
  }

  /** A value was told, of a moment, unix seconds. One that is not later than the last is known already. */
  add(time: number, value: number): void {
    if (!(time > (this.time.at(-1) ?? -Infinity))) return;
    this.#push(time, value);
    if (this.length > this.#binned + PORTION) this.#bin(time - SINGLE);
  }

  /** Nothing is known until the next value. */
  lose(): void {
    const last = this.time.at(-1);
    if (last !== undefined && this.value.at(-1) !== null) this.#push(last + INSTANT, null);
  }

  /** Something was not told: {@linkcode fill} it in. */
  miss(): void {
    this.lose();
    this.#since = Infinity;
  }

  /** Puts in front of what was told what is stored. */
  fill(past: Past): void {
    const begin = past.time.findIndex((time) => time >= this.#since);
    const count = begin < 0 ? past.time.length : begin;
    const told = this.time.findIndex((time) => time >= this.#since);
    const gone = told < 0 ? this.length : told;
    const columns = [
      [this.time, past.time],
      [this.value, past.value],
      [this.min, past.min ?? past.value],
      [this.max, past.max ?? past.value],
    ] as const;
    for (const [own, stored] of columns) {
      (own as (number | null)[]).splice(0, gone, ...stored.slice(0, count));
    }
    this.#binned = this.length;
  }

  /** Forgets what is before a moment, unix seconds. */
  cut(from: number): void {
    const kept = this.time.findIndex((time) => time >= from);
    const gone = kept < 0 ? this.length : kept;
    if (gone === 0) return;
    for (const column of [this.time, this.value, this.min, this.max]) column.splice(0, gone);
    this.#binned = Math.max(0, this.#binned - gone);
  }

  #push(time: number, value: number | null): void {
    if (this.#since === Infinity) this.#since = time;
    this.time.push(time);
    this.value.push(value);
    this.min.push(value);
    this.max.push(value);
  }

  /** Puts what is before a moment into bins; gaps stay. */
  #bin(until: number): void {
    const { time, value, min, max } = this;
    let kept = 0;
    let at = 0;
    while (at < time.length && time[at]! < until) {
      const cell = Math.floor(time[at]! / BIN);
      let end = at;
      let [times, values, low, high] = [0, 0, Infinity, -Infinity];
      while (end < time.length && value[end] !== null && Math.floor(time[end]! / BIN) === cell) {
        times += time[end]!;
        values += value[end]!;
        low = Math.min(low, min[end]!);
        high = Math.max(high, max[end]!);
        end++;
      }
      const count = end - at;
      if (count === 0) {
        [time[kept], value[kept], min[kept], max[kept]] = [time[at]!, null, null, null];
        end++;
      } else {
        [time[kept], value[kept], min[kept], max[kept]] = [times / count, values / count, low, high];
      }
      kept++;
      at = end;
    }
    for (const column of [time, value, min, max]) column.splice(kept, at - kept);
    this.#binned = this.length;
  }
}
