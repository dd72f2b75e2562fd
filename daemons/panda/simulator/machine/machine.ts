/** What runs in a box: blocks that work in ticks of 8 ns, and two buses between them. @module */
import { EventQueue, type Target } from "./event_queue.ts";
import type { BusInput, Unit } from "./unit.ts";

/** Ticks of a second. */
export const TICKS_PER_SECOND = 125_000_000;
/** Nanoseconds of a tick. */
export const TICK_NS = 8;

/** One of the buses: values, who made them, and who listens. */
export class Bus {
  readonly #values: Int32Array;
  readonly #sources: (() => number)[] = [];
  readonly #owners: Unit[] = [];
  readonly #inputs: Set<BusInput>[];

  /** Makes a bus that has so many places. */
  constructor(places: number) {
    this.#values = new Int32Array(places);
    this.#inputs = Array.from({ length: places }, () => new Set());
  }

  /** What is there now. */
  value(place: number): number {
    return this.#sources[place]?.() ?? this.#values[place]!;
  }

  /** Puts something there; says whether that is new. */
  set(place: number, value: number): boolean {
    if (this.#values[place] === value) return false;
    this.#values[place] = value;
    return true;
  }

  /** Who listens. */
  inputs(place: number): ReadonlySet<BusInput> {
    return this.#inputs[place]!;
  }

  /** Says who puts values there; with `source`, they are computed when somebody looks. */
  own(place: number, owner: Unit, source?: () => number): void {
    this.#owners[place] = owner;
    if (source) this.#sources[place] = source;
  }

  /** Begins to listen. */
  attach(place: number, input: BusInput): void {
    this.#inputs[place]!.add(input);
    this.#owners[place]?.wake(1);
  }

  /** Ends listening. */
  detach(place: number, input: BusInput): void {
    this.#inputs[place]!.delete(input);
  }
}

/** Place of the bit that is always 0, and of the one that is always 1. */
export const ZERO_BIT = 0;
/** See {@linkcode ZERO_BIT}. */
export const ONE_BIT = 1;
/** Place of the position that is always 0. */
export const ZERO_POSITION = 63;

/** Runs blocks event by event: a tick in which nothing happens costs nothing. */
export class Machine {
  /** The tick it is in. */
  now = 0;
  /** Bits. */
  readonly bits = new Bus(128);
  /** Positions. */
  readonly positions = new Bus(64);
  readonly #queue = new EventQueue();
  #touched: Unit[] = [];
  #isPaused = false;

  /** Makes one at rest. */
  constructor() {
    this.bits.set(ONE_BIT, 1);
  }

  /** Sends something so many ticks from now. */
  after(ticks: number, target: Target, value: number): void {
    this.#queue.push(this.now + ticks, target, value);
  }

  /** Sends something at a tick; at the next, if that is over. */
  at(tick: number, target: Target, value: number): void {
    this.#queue.push(Math.max(this.now + 1, tick), target, value);
  }

  /** Lets a block work in this tick; one that looks at what the others have is first. */
  touch(unit: Unit): void {
    if (unit.isTouched) return;
    unit.isTouched = true;
    if (unit.isFirst) this.#touched.unshift(unit);
    else this.#touched.push(unit);
  }

  /** Puts something on a bus; who listens has it a tick later. */
  put(bus: Bus, place: number, value: number): void {
    if (!bus.set(place, value)) return;
    for (const input of bus.inputs(place)) this.after(1 + input.delay, input, value);
  }

  /** Ends the present run after this tick. */
  pause(): void {
    this.#isPaused = true;
  }

  /**
   * Runs on.
   *
   * @param until The tick to go to.
   * @param most How many ticks in which something happens it may take.
   * @returns Whether it came there.
   */
  run(until: number, most = Infinity): boolean {
    this.#isPaused = false;
    for (let done = 0; this.#queue.first <= until; done++) {
      if (done >= most || this.#isPaused) return false;
      this.now = this.#queue.first;
      while (this.#queue.first === this.now) this.#queue.deliver();
      const touched = this.#touched;
      this.#touched = [];
      for (const unit of touched) unit.work();
    }
    if (this.#isPaused) return false;
    this.now = Math.max(this.now, until);
    return true;
  }
}
