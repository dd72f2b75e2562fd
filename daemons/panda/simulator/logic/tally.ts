/** What PCAP keeps of a position between two captures. @module */
import type { BusInput } from "../machine/unit.ts";

/** Beyond this a double is not exact any more. */
const EXACT = 2 ** 52;

/** A sum of any size that is exact. */
class ExactSum {
  #small = 0;
  #large = 0n;

  /** Adds a value so many times. */
  add(value: number, times: number): void {
    const product = value * times;
    if (Math.abs(product) > EXACT) this.#large += BigInt(value) * BigInt(times);
    else this.#small += product;
    if (Math.abs(this.#small) > EXACT) this.#settle();
  }

  /** Adds the square of a value so many times. */
  addSquare(value: number, times: number): void {
    if (value * value * times <= EXACT) this.add(value * value, times);
    else this.#large += BigInt(value) ** 2n * BigInt(times);
  }

  /** The sum; it begins anew. */
  take(): bigint {
    this.#settle();
    const sum = this.#large;
    this.#large = 0n;
    return sum;
  }

  #settle(): void {
    this.#large += BigInt(this.#small);
    this.#small = 0;
  }
}

/** What came of a position between two captures. */
export interface Summary {
  /** The sum of what it gained while the gate was open. */
  readonly diff: number;
  /** Smallest and largest value while the gate was open. */
  readonly min: number;
  /** See {@linkcode Summary.min}. */
  readonly max: number;
  /** Sum of its value in every tick. */
  readonly sum: bigint;
  /** Sum of the square of its value in every tick. */
  readonly squares: bigint;
}

/** Follows a position while the gate is open. */
export class Tally {
  /** What it follows. */
  readonly input: BusInput;
  readonly #sum = new ExactSum();
  readonly #squares = new ExactSum();
  readonly #wantsSquares: boolean;
  /** What there was up to the last capture. */
  last: Summary = { diff: 0, min: 0, max: 0, sum: 0n, squares: 0n };
  #value = 0;
  #risen = 0;
  #since = 0;
  #isOpen = false;
  #diff = 0;
  #min = 2 ** 31 - 1;
  #max = -(2 ** 31);

  /** Makes one; squares are summed up only if they are wanted. */
  constructor(input: BusInput, wantsSquares: boolean) {
    this.input = input;
    this.#wantsSquares = wantsSquares;
  }

  /** The gate opens. */
  open(tick: number): void {
    this.#isOpen = true;
    this.#risen = this.#value;
    this.#since = tick;
    this.#compare();
  }

  /** The gate closes. */
  close(tick: number): void {
    this.#add(tick);
    this.#isOpen = false;
    this.#diff += this.#value - this.#risen;
  }

  /** The position has another value; `counts` is false in the tick in which the gate closes. */
  move(tick: number, value: number, counts = true): void {
    if (this.#isOpen) this.#add(tick);
    this.#value = value;
    if (this.#isOpen && counts) this.#compare();
  }

  /** A capture: {@linkcode Tally.last} is what there was since the one before. */
  take(tick: number): void {
    const wasOpen = this.#isOpen;
    if (wasOpen) this.close(tick);
    this.last = {
      diff: this.#diff | 0,
      min: this.#min,
      max: this.#max,
      sum: this.#sum.take(),
      squares: this.#squares.take(),
    };
    [this.#diff, this.#min, this.#max] = [0, 2 ** 31 - 1, -(2 ** 31)];
    if (wasOpen) this.open(tick);
  }

  #add(tick: number): void {
    const ticks = tick - this.#since;
    this.#since = tick;
    this.#sum.add(this.#value, ticks);
    if (this.#wantsSquares) this.#squares.addSquare(this.#value, ticks);
  }

  #compare(): void {
    this.#min = Math.min(this.#min, this.#value);
    this.#max = Math.max(this.#max, this.#value);
  }
}
