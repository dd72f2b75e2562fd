/** The timers of a virtual clock, in the order in which they are due. @module */

/** One timer. */
export interface Alarm {
  /** When it is due, milliseconds. */
  readonly at: number;
  /** Rank among those of one time. */
  readonly order: number;
  /** What it does. */
  readonly action: () => void;
}

/** Alarms by time, those of one time in the order they were set; any of them can be taken out. */
export class AlarmHeap {
  readonly #items: Alarm[] = [];
  readonly #places = new Map<Alarm, number>();

  /** How many there are. */
  get size(): number {
    return this.#items.length;
  }

  /** The one due first. */
  get first(): Alarm | undefined {
    return this.#items[0];
  }

  /** Puts one in. */
  add(alarm: Alarm): void {
    this.#items.push(alarm);
    this.#up(alarm, this.#items.length - 1);
  }

  /** Takes one out; nothing happens when it is out already. */
  remove(alarm: Alarm): void {
    const place = this.#places.get(alarm);
    if (place === undefined) return;
    this.#places.delete(alarm);
    const last = this.#items.pop()!;
    if (last === alarm) return;
    this.#down(last, place);
    this.#up(last, this.#places.get(last)!);
  }

  #up(alarm: Alarm, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(alarm, this.#items[parent]!)) break;
      this.#put(this.#items[parent]!, place);
      place = parent;
    }
    this.#put(alarm, place);
  }

  #down(alarm: Alarm, from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && before(this.#items[child + 1]!, this.#items[child]!)) child++;
      if (!before(this.#items[child]!, alarm)) break;
      this.#put(this.#items[child]!, place);
      place = child;
    }
    this.#put(alarm, place);
  }

  #put(alarm: Alarm, place: number): void {
    this.#items[place] = alarm;
    this.#places.set(alarm, place);
  }
}

function before(a: Alarm, b: Alarm): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
