/** Rollups of the values that pass through the writer's hands: the same that SQL would work out from them. @module */
import { HOUR, HUGE, SPARSE } from "./rollup.ts";

/** Rollups to be written, by columns. */
export class Rows {
  /** The channels' numbers. */
  readonly channel: number[] = [];
  /** Their begins, unix seconds. */
  readonly time: number[] = [];
  /** Means, smallest, largest and last values. */
  readonly mean: (number | null)[] = [];
  readonly min: (number | null)[] = [];
  readonly max: (number | null)[] = [];
  readonly last: (number | null)[] = [];
  /** How many values. */
  readonly count: number[] = [];
  /** For how long, seconds. */
  readonly good: number[] = [];
  readonly bad: number[] = [];

  /** Adds one. */
  push(channel: number, bin: Readonly<Bin>, last: number | null): void {
    const { good, min, max } = bin;
    this.channel.push(channel);
    this.time.push(bin.start);
    this.mean.push(min > max ? null : good > 0 ? bin.area / good : clamp(min) / 2 + clamp(max) / 2);
    this.min.push(min > max ? null : min);
    this.max.push(min > max ? null : max);
    this.last.push(last);
    this.count.push(bin.count);
    this.good.push(good);
    this.bad.push(bin.bad);
  }
}

/** A stretch of a channel while values come. */
interface Bin {
  readonly start: number;
  readonly end: number;
  /** Values by the time they held. */
  area: number;
  good: number;
  bad: number;
  min: number;
  max: number;
  count: number;
}

/** A channel within its hour. */
interface Running {
  hour: Bin;
  minute: Bin;
  second: Bin;
  /** What may turn out to be too few to be kept. */
  minutes: Bin[];
  minuteLasts: (number | null)[];
  seconds: Bin[];
  secondLasts: (number | null)[];
  /** The value that holds, since when, and whether it is good; its number is null where it has none. */
  at: number;
  number: number | null;
  isGood: boolean;
  /** The hour is worked out by SQL: something came in the wrong order. */
  spoiled: boolean;
}

const bin = (at: number, width: number): Bin => {
  const start = Math.floor(at / width) * width;
  return { start, end: start + width, area: 0, good: 0, bad: 0, min: Infinity, max: -Infinity, count: 0 };
};

function clamp(number: number): number {
  if (number > HUGE) return HUGE;
  if (number < -HUGE) return -HUGE;
  return Math.abs(number) < 1 / HUGE ? 0 : number;
}

/** Seconds from 1970 to what PostgreSQL counts from. */
const EPOCH = 946_684_800;

/** A time as PostgreSQL keeps it: whole microseconds since 2000, halves to the even one. */
export function microsecond(time: number): number {
  const exact = (time - EPOCH) * 1e6;
  let whole = Math.round(exact);
  if (whole - exact === 0.5 && whole % 2 !== 0) whole--;
  return (whole + EPOCH * 1e6) / 1e6;
}

/** Sums up values by channel. */
export class Sums {
  readonly #running = new Map<number, Running>();
  #late = new Map<string, readonly [channel: number, hour: number]>();
  #hours = new Rows();
  #minutes = new Rows();
  #seconds = new Rows();

  /** Makes one that has all values from a full hour on, unix seconds. */
  constructor(public begin: number) {}

  /** How many rollups wait to be written. */
  get pending(): number {
    return this.#hours.time.length + this.#minutes.time.length + this.#seconds.time.length;
  }

  /**
   * Takes a value, in the order in which they are stored.
   *
   * @param channel The channel's number.
   * @param time Unix seconds.
   * @param number The number it is, null if it is none or not good.
   * @param isGood Whether it is good.
   */
  add(channel: number, time: number, number: number | null, isGood: boolean): void {
    const at = microsecond(time);
    if (!(at >= this.begin)) return;
    let running = this.#running.get(channel);
    if (!running) {
      running = {
        hour: bin(at, HOUR),
        minute: bin(at, 60),
        second: bin(at, 1),
        minutes: [],
        minuteLasts: [],
        seconds: [],
        secondLasts: [],
        at,
        number: null,
        isGood: true,
        spoiled: false,
      };
      this.#running.set(channel, running);
    } else if (at < running.at) {
      const start = Math.floor(at / HOUR) * HOUR;
      this.#late.set(`${channel} ${start}`, [channel, start]);
      if (start === running.hour.start) running.spoiled = true;
      return;
    } else this.#hold(channel, running, at);
    running.at = at;
    running.number = number;
    running.isGood = isGood;
    count(running.hour, number);
    count(running.minute, number);
    count(running.second, number);
  }

  /** Ends all hours before a full one, which is from then on the begin. */
  close(until: number): void {
    for (const [channel, running] of this.#running) {
      if (running.hour.start >= until) continue;
      this.#hold(channel, running, running.hour.end);
      this.#running.delete(channel);
    }
    this.begin = until;
  }

  /** Takes away what is to be written. */
  take(): { readonly hour: Rows; readonly minute: Rows; readonly second: Rows } {
    const taken = { hour: this.#hours, minute: this.#minutes, second: this.#seconds };
    this.#hours = new Rows();
    this.#minutes = new Rows();
    this.#seconds = new Rows();
    return taken;
  }

  /** Takes away the hours of channels that must be worked out from what is stored. */
  takeLate(): (readonly [channel: number, hour: number])[] {
    const late = [...this.#late.values()];
    this.#late = new Map();
    return late;
  }

  /** The value before held until now; bins that are over by then are closed. */
  #hold(channel: number, running: Running, at: number): void {
    const { second, minute, hour, number } = running;
    const since = running.at;
    hold(second, running, Math.min(at, second.end) - since);
    hold(minute, running, Math.min(at, minute.end) - since);
    hold(hour, running, Math.min(at, hour.end) - since);
    if (at < second.end) return;
    if (minute.count < SPARSE) {
      running.seconds.push(second);
      running.secondLasts.push(number);
    } else {
      if (!running.spoiled) {
        flush(this.#seconds, channel, running.seconds, running.secondLasts);
        this.#seconds.push(channel, second, number);
      }
      running.seconds.length = running.secondLasts.length = 0;
    }
    running.second = bin(at, 1);
    if (at < minute.end) return;
    running.seconds.length = running.secondLasts.length = 0;
    if (hour.count < SPARSE) {
      running.minutes.push(minute);
      running.minuteLasts.push(number);
    } else {
      if (!running.spoiled) {
        flush(this.#minutes, channel, running.minutes, running.minuteLasts);
        this.#minutes.push(channel, minute, number);
      }
      running.minutes.length = running.minuteLasts.length = 0;
    }
    running.minute = bin(at, 60);
    if (at < hour.end) return;
    running.minutes.length = running.minuteLasts.length = 0;
    if (!running.spoiled) this.#hours.push(channel, hour, number);
    running.hour = bin(at, HOUR);
    running.spoiled = false;
  }
}

function hold(bin: Bin, { number, isGood }: Running, seconds: number): void {
  if (number !== null) {
    bin.area += clamp(number) * seconds;
    bin.good += seconds;
  }
  if (!isGood) bin.bad += seconds;
}

function count(bin: Bin, number: number | null): void {
  bin.count++;
  if (number === null) return;
  if (number < bin.min) bin.min = number;
  if (number > bin.max) bin.max = number;
}

function flush(rows: Rows, channel: number, bins: readonly Bin[], lasts: readonly (number | null)[]): void {
  for (const [place, bin] of bins.entries()) rows.push(channel, bin, lasts[place]!);
}
