/** What is due when. @module */

/** Takes what was sent to it. */
export interface Target {
  /** Takes a value; what was sent for the same tick may come in any order. */
  take(value: number): void;
}

/** A heap by tick. */
export class EventQueue {
  readonly #ticks: number[] = [];
  readonly #targets: Target[] = [];
  readonly #values: number[] = [];

  /** The tick of what is due first; infinite when nothing is. */
  get first(): number {
    return this.#ticks[0] ?? Infinity;
  }

  /** Adds something. */
  push(tick: number, target: Target, value: number): void {
    let at = this.#ticks.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#ticks[above]! <= tick) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(at, tick, target, value);
  }

  /** Gives what is due first to its target. */
  deliver(): void {
    const target = this.#targets[0]!;
    const value = this.#values[0]!;
    const tick = this.#ticks.pop()!;
    const last = this.#targets.pop()!;
    const lastValue = this.#values.pop()!;
    if (this.#ticks.length > 0) this.#sink(tick, last, lastValue);
    target.take(value);
  }

  #sink(tick: number, target: Target, value: number): void {
    const { length } = this.#ticks;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && this.#ticks[below + 1]! < this.#ticks[below]!) below++;
      if (this.#ticks[below]! >= tick) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(at, tick, target, value);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#ticks[from]!, this.#targets[from]!, this.#values[from]!);
  }

  #put(at: number, tick: number, target: Target, value: number): void {
    this.#ticks[at] = tick;
    this.#targets[at] = target;
    this.#values[at] = value;
  }
}
