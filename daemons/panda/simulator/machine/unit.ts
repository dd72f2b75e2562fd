/** One instance of a block, as hardware: registers, inputs, outputs, and what it does. @module */
import type { Target } from "./event_queue.ts";
import { type Bus, type Machine, ZERO_BIT, ZERO_POSITION } from "./machine.ts";

/** What a block does. */
export interface Logic {
  /** Works: inputs have changed, or it wanted to be woken. */
  work(): void;
  /** A register was written, and has its new value already. */
  written?(register: string): void;
  /** A register is about to be read. */
  read?(register: string): void;
  /** A table was written; words that were appended are added to it already. */
  tableWritten?(): void;
}

/** Where a block listens to a bus. */
export class BusInput implements Target {
  /** What it hears. */
  value = 0;
  /** Whether that is new in this tick. */
  isNew = false;
  /** Ticks by which it hears later. */
  delay = 0;
  readonly #unit: Unit;
  readonly #bus: Bus;
  #place: number;

  /** Makes one that hears nothing. */
  constructor(unit: Unit, bus: Bus, place: number) {
    this.#unit = unit;
    this.#bus = bus;
    this.#place = place;
  }

  /** Whether it rose in this tick. */
  get rose(): boolean {
    return this.isNew && this.value === 1;
  }

  /** Whether it fell in this tick. */
  get fell(): boolean {
    return this.isNew && this.value === 0;
  }

  /** What it listens to. */
  get place(): number {
    return this.#place;
  }

  /** Listens to something else. */
  connect(place: number): void {
    this.#bus.detach(this.#place, this);
    this.#place = place;
    this.#bus.attach(place, this);
    this.#unit.machine.after(1, this, this.#bus.value(place));
  }

  /** Listens no more. */
  disconnect(): void {
    this.#bus.detach(this.#place, this);
  }

  /** Without a delay it has what the bus has: what was sent before it was connected anew does not count. */
  take(sent: number): void {
    const value = this.delay === 0 ? this.#bus.value(this.#place) : sent;
    if (value === this.value) return;
    this.value = value;
    this.isNew = true;
    this.#unit.machine.touch(this.#unit);
  }
}

/** An output: a place on a bus. */
interface Output {
  readonly bus: Bus;
  readonly place: number;
}

/** An instance of a block. */
export class Unit implements Target {
  /** What it is part of. */
  readonly machine: Machine;
  /** Registers by the names of their fields. */
  readonly registers: Record<string, number> = {};
  /** The words of its table; words that are appended are added here. */
  table: number[] = [];
  /** Whether it works in this tick. */
  isTouched = false;
  /** Whether it works before the others, and so sees what they had before. */
  isFirst = false;
  readonly #inputs: BusInput[] = [];
  readonly #byName: Record<string, BusInput> = {};
  readonly #outputs: Record<string, Output> = {};
  #logic: Logic = { work() {} };

  /** Makes one that does nothing. */
  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Gives it something to do. */
  set logic(logic: Logic) {
    this.#logic = logic;
  }

  /** Adds an input. */
  addInput(name: string, kind: "bit" | "position"): void {
    this.#byName[name] = this.listen(kind, kind === "bit" ? ZERO_BIT : ZERO_POSITION);
  }

  /** Listens to something that no field names. */
  listen(kind: "bit" | "position", place: number): BusInput {
    const bus = kind === "bit" ? this.machine.bits : this.machine.positions;
    const input = new BusInput(this, bus, place);
    this.#inputs.push(input);
    return input;
  }

  /** Ends that. */
  forget(input: BusInput): void {
    input.disconnect();
    this.#inputs.splice(this.#inputs.indexOf(input), 1);
  }

  /** Adds an output. */
  addOutput(name: string, bus: Bus, place: number): void {
    this.#outputs[name] = { bus, place };
    bus.own(place, this);
  }

  /** An input by the name of its field. */
  input(name: string): BusInput {
    return this.#byName[name]!;
  }

  /** Puts something out. */
  put(name: string, value: number): void {
    const { bus, place } = this.#outputs[name]!;
    this.machine.put(bus, place, value);
  }

  /** What it puts out. */
  output(name: string): number {
    const { bus, place } = this.#outputs[name]!;
    return bus.value(place);
  }

  /** Says that an output is computed when somebody looks. */
  compute(name: string, source: () => number): void {
    const { bus, place } = this.#outputs[name]!;
    bus.own(place, this, source);
  }

  /** Whether anybody listens to any of its outputs. */
  get isHeard(): boolean {
    return Object.values(this.#outputs).some(({ bus, place }) => bus.inputs(place).size > 0);
  }

  /** Whether anybody listens to one of its outputs. */
  isHeardAt(name: string): boolean {
    const { bus, place } = this.#outputs[name]!;
    return bus.inputs(place).size > 0;
  }

  /** Wakes it so many ticks from now. */
  wake(ticks: number): void {
    this.machine.after(ticks, this, 0);
  }

  take(): void {
    this.machine.touch(this);
  }

  /** Does what it does. */
  work(): void {
    this.isTouched = false;
    this.#logic.work();
    for (const input of this.#inputs) input.isNew = false;
  }

  /** Writes a register. */
  write(register: string, value: number): void {
    this.registers[register] = value;
    this.#logic.written?.(register);
  }

  /** Reads a register. */
  read(register: string): number {
    this.#logic.read?.(register);
    return this.registers[register] ?? 0;
  }

  /** Says that its table was written. */
  tableWritten(): void {
    this.#logic.tableWritten?.();
  }
}
