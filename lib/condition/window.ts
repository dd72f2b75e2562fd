/** The last values of a channel, for what looks back. @module */

/** A window is looked at in at most so many parts. */
const PARTS = 512;

/** What was seen in a window. */
export interface Seen {
  /** Mean over the values, each as long as it lasted. */
  readonly mean: number;
  /** The lowest. */
  readonly lowest: number;
  /** The highest. */
  readonly highest: number;
  /** Change per second, from the first to the last. */
  readonly rate: number;
  /** For how long values have been coming, seconds. */
  readonly span: number;
}

interface Part {
  /** Time of its first value, seconds. */
  readonly from: number;
  first: number;
  last: number;
  /** Time of its last value, seconds. */
  to: number;
  lowest: number;
  highest: number;
  /** Values times how long each lasted, up to `to`. */
  area: number;
}

/** The values of the last so many seconds, in bounded memory. */
export class Window {
  /** How long it is, seconds. */
  readonly length: number;
  #parts: Part[] = [];

  /** Begins with nothing seen. */
  constructor(length: number) {
    this.length = length;
  }

  /** A value was read; what is not newer than the last is passed over. */
  push(value: number, time: number): void {
    const last = this.#parts.at(-1);
    if (last && time <= last.to) return;
    if (last) {
      last.area += last.last * (time - last.to);
      if (time - last.from < this.length / PARTS) {
        last.last = value;
        last.to = time;
        last.lowest = Math.min(last.lowest, value);
        last.highest = Math.max(last.highest, value);
        return;
      }
      last.to = time; // its last value lasted until now
    }
    this.#parts.push({
      from: time,
      to: time,
      first: value,
      last: value,
      lowest: value,
      highest: value,
      area: 0,
    });
    this.#drop(time);
  }

  /** There was no value: what came before says nothing of what comes after. */
  gap(): void {
    this.#parts = [];
  }

  /** What was seen until `now`, seconds; undefined if nothing. */
  look(now: number): Seen | undefined {
    this.#drop(now);
    const [first] = this.#parts;
    const last = this.#parts.at(-1);
    if (!first || !last) return undefined;
    const open = last.last * Math.max(0, now - last.to);
    const area = this.#parts.reduce((sum, part) => sum + part.area, open);
    const span = Math.max(now, last.to) - first.from;
    return {
      span,
      mean: span > 0 ? area / span : last.last,
      lowest: Math.min(...this.#parts.map(({ lowest }) => lowest)),
      highest: Math.max(...this.#parts.map(({ highest }) => highest)),
      rate: last.to > first.from ? (last.last - first.first) / (last.to - first.from) : 0,
    };
  }

  #drop(now: number): void {
    const start = now - this.length;
    let gone = 0;
    while (gone < this.#parts.length - 1 && this.#parts[gone]!.to < start) gone++;
    if (gone > 0) this.#parts.splice(0, gone);
  }
}
