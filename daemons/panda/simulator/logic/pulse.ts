/** Delays and shapes pulses. @module */
import type { Logic, Unit } from "../machine/unit.ts";

/** Pulses that may wait. */
const MOST_QUEUED = 255;

/** An edge that is to come. */
interface Edge {
  readonly tick: number;
  readonly level: number;
}

/** A pulse of a width for every rising edge; without a width the input is delayed as it is. */
export class Pulse implements Logic {
  readonly #unit: Unit;
  readonly #edges: Edge[] = [];
  #busyUntil = -1;

  /** Makes one. */
  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Sends what is due, and takes in what comes. */
  work(): void {
    const unit = this.#unit;
    const enable = unit.input("ENABLE");
    const input = unit.input("INP");
    if (enable.rose) this.#reset();
    if (!enable.value) return this.#stop();
    while (this.#edges[0] && this.#edges[0].tick <= unit.machine.now) {
      unit.put("OUT", this.#edges.shift()!.level);
    }
    if (input.isNew) this.#take(input.value);
    this.#count();
  }

  /** What it does has changed: pulses that wait are forgotten. */
  written(): void {
    this.#stop();
  }

  #take(level: number): void {
    const { machine, registers } = this.#unit;
    const [delay, width] = [registers["DELAY"] ?? 0, registers["WIDTH"] ?? 0];
    if (width > 0 && level === 0) return;
    if (this.#edges.length >= MOST_QUEUED) return this.#miss("ERR_OVERFLOW");
    if (width === 0) return this.#send({ tick: machine.now + delay, level });
    const begin = machine.now + delay;
    if (begin <= this.#busyUntil) return this.#miss("ERR_PERIOD");
    this.#busyUntil = begin + width;
    this.#send({ tick: begin, level: 1 });
    this.#send({ tick: begin + width, level: 0 });
  }

  #send(edge: Edge): void {
    const { machine } = this.#unit;
    if (edge.tick <= machine.now) return this.#unit.put("OUT", edge.level);
    this.#edges.push(edge);
    machine.at(edge.tick, this.#unit, 0);
  }

  #miss(why: string): void {
    const { registers } = this.#unit;
    registers[why] = 1;
    registers["MISSED_CNT"] = (registers["MISSED_CNT"] ?? 0) + 1;
  }

  #reset(): void {
    const { registers } = this.#unit;
    for (const name of ["ERR_OVERFLOW", "ERR_PERIOD", "MISSED_CNT"]) registers[name] = 0;
    this.#busyUntil = -1;
  }

  #stop(): void {
    this.#edges.length = 0;
    this.#busyUntil = -1;
    this.#unit.put("OUT", 0);
    this.#count();
  }

  #count(): void {
    this.#unit.registers["QUEUE"] = this.#edges.length;
  }
}
