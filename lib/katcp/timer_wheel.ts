/** Any number of due times on one timer. @module */
import type { Clock, Timer } from "../time/mod.ts";

/** Something that is due at a time. */
export interface Due {
  /** The millisecond it is due at, kept by the wheel; undefined when it is not due. */
  due: number | undefined;
  /** Is called once when it is due, or later. */
  ring(): void;
}

/**
 * Rings what is due, in steps of a millisecond. What is due in the same step costs one step, so that a hundred thousand
 * that are due together are one timer.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #steps = new Map<number, Set<Due>>();
  #order: number[] = [];
  #timer: Timer | undefined;
  #wakesAt = Infinity;

  /** Makes one on a clock. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The clock's monotonic milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** Rings something at a time, never before; what it was due at before does not count any more. */
  add(due: Due, at: number): void {
    this.remove(due);
    const step = Math.ceil(at);
    let together = this.#steps.get(step);
    if (!together) {
      together = new Set();
      this.#steps.set(step, together);
      this.#push(step);
    }
    together.add(due);
    due.due = step;
    this.#wake();
  }

  /** Does not ring it. */
  remove(due: Due): void {
    const { due: step } = due;
    if (step === undefined) return;
    due.due = undefined;
    const together = this.#steps.get(step);
    together?.delete(due);
    if (together?.size === 0) this.#steps.delete(step);
    if (this.#steps.size === 0) this.#rest();
  }

  #ring(): void {
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    const now = this.#clock.now();
    while (this.#order.length > 0 && this.#order[0]! <= now) {
      const step = this.#pop();
      const together = this.#steps.get(step);
      this.#steps.delete(step);
      for (const due of together ?? []) {
        if (due.due !== step) continue; // one that rang before took it out
        due.due = undefined;
        due.ring();
      }
    }
    if (this.#steps.size > 0) this.#wake();
    else this.#rest(); // what was left was given up
  }

  #wake(): void {
    const next = this.#order[0] ?? Infinity;
    if (next >= this.#wakesAt) return;
    this.#timer?.stop();
    this.#wakesAt = next;
    this.#timer = this.#clock.after(Math.max(0, next - this.#clock.now()), () => this.#ring());
  }

  #rest(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    this.#order = [];
  }

  /** Adds a step to the heap of steps; those that were given up are swept out when they are the most. */
  #push(step: number): void {
    if (this.#order.length > 2 * this.#steps.size + 64) {
      this.#order = [...this.#steps.keys()].sort((a, b) => a - b);
      return;
    }
    const heap = this.#order;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (heap[parent]! <= step) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = step;
  }

  #pop(): number {
    const heap = this.#order;
    const first = heap[0]!;
    const last = heap.pop()!;
    let place = 0;
    while (2 * place + 1 < heap.length) {
      let child = 2 * place + 1;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[place] = heap[child]!;
      place = child;
    }
    if (heap.length > 0) heap[place] = last;
    return first;
  }
}
