/** Builds the blocks of a box: their units, what these do, and the fields by which they are reached. @module */
import { BIT_BUS, BLOCKS, LISTED, POSITION_BUS } from "./blocks.ts";
import { Block } from "./control/block.ts";
import { ChangeCounter } from "./control/field.ts";
import { makeField } from "./control/make_field.ts";
import type { BlockLayout } from "./layout.ts";
import { PositionCapture } from "./logic/capture.ts";
import { Compare } from "./logic/compare.ts";
import { bits, clocks, divider, lut, polynomial, srgate, system } from "./logic/gates.ts";
import { encoderInput, levelInput, levelOutput, voltage } from "./logic/inputs.ts";
import { adder, counter, decoder, encoder, generator } from "./logic/positions.ts";
import { Pulse } from "./logic/pulse.ts";
import { Sequencer } from "./logic/sequencer.ts";
import { Machine } from "./machine/machine.ts";
import { type Logic, Unit } from "./machine/unit.ts";
import type { Motion } from "./motion.ts";

/** What a box is built with. */
export interface HardwareOptions {
  /** How the axes behind the encoders move. */
  readonly axes: readonly Motion[];
  /** Makes it other noise. */
  readonly seed: number;
  /** Told of every change of an output: `"TTLOUT1"`. */
  readonly output: (name: string, level: number, tick: number) => void;
}

/** A box, without a server. */
export class Hardware {
  /** What runs in it. */
  readonly machine = new Machine();
  /** Numbers changes. */
  readonly counter = new ChangeCounter();
  /** Position capture. */
  readonly pcap: PositionCapture;
  /** Names of bits by their places, `""` where there is none. */
  readonly bits: readonly string[] = ["ZERO", "ONE", ...BIT_BUS.flatMap(namesOf)];
  /** Names of positions by their places. */
  readonly positions: readonly string[] = POSITION_BUS.flatMap(namesOf);
  /** Blocks by their names, in the order in which a server lists them. */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly #units = new Map<string, Unit[]>();
  readonly #options: HardwareOptions;

  /** Builds it, at rest. */
  constructor(options: HardwareOptions) {
    this.#options = options;
    const blocks = new Map(BLOCKS.map((layout) => [layout.name, this.#build(layout)]));
    this.blocks = new Map(LISTED.map((name) => [name, blocks.get(name)!]));
    this.pcap = new PositionCapture(this.unit("PCAP", 0));
    this.unit("PCAP", 0).logic = this.pcap;
  }

  /** An instance of a block. */
  unit(block: string, number: number): Unit {
    return this.#units.get(block)![number]!;
  }

  /** Sets the level of an input from outside, at a tick. */
  drive(block: "TTLIN" | "LVDSIN", number: number, level: number, tick: number): void {
    const unit = this.unit(block, number);
    this.machine.at(tick, {
      take(value) {
        unit.registers["LEVEL"] = value;
        unit.take();
      },
    }, level);
  }

  #build(layout: BlockLayout): Block {
    const { name, count, fields } = layout;
    const units = Array.from({ length: count }, () => new Unit(this.machine));
    this.#units.set(name, units);
    const context = { units, bits: this.bits, positions: this.positions, counter: this.counter };
    const made = fields.map((field) => {
      const places = units.map((unit, number) => this.#wire(unit, layout, number, field.name));
      return makeField({ ...context, layout: field }, places);
    });
    for (const [number, unit] of units.entries()) unit.logic = this.#logic(name, unit, number);
    return new Block(layout, made);
  }

  /** Gives a unit what a field stands for; says its place on a bus, if it has one. */
  #wire(unit: Unit, { name, count, fields }: BlockLayout, number: number, field: string): number {
    const { type } = fields.find((layout) => layout.name === field)!;
    if (type === "bit_mux") unit.addInput(field, "bit");
    if (type === "pos_mux") unit.addInput(field, "position");
    if (type !== "bit_out" && type !== "pos_out") return -1;
    const full = `${name}${count === 1 ? "" : number + 1}.${field}`;
    const isBit = type === "bit_out";
    const place = (isBit ? this.bits : this.positions).indexOf(full);
    unit.addOutput(field, isBit ? this.machine.bits : this.machine.positions, place);
    return place;
  }

  #logic(block: string, unit: Unit, number: number): Logic {
    const { axes, seed, output } = this.#options;
    switch (block) {
      case "TTLIN":
      case "LVDSIN":
        return levelInput(unit, "VAL");
      case "TTLOUT":
      case "LVDSOUT":
        return levelOutput(unit, (level, tick) => output(`${block}${number + 1}`, level, tick));
      case "LUT":
        return lut(unit);
      case "SRGATE":
        return srgate(unit);
      case "DIV":
        return divider(unit);
      case "PULSE":
        return new Pulse(unit);
      case "SEQ":
        return new Sequencer(unit);
      case "INENC":
        return encoderInput(unit, axes[number]!, seed + number);
      case "QDEC":
        return decoder(unit);
      case "OUTENC":
        return encoder(unit, "VAL", false);
      case "POSENC":
        return encoder(unit, "INP", true);
      case "ADDER":
        return adder(unit);
      case "COUNTER":
        return counter(unit);
      case "PGEN":
        return generator(unit);
      case "PCOMP":
        return new Compare(unit);
      case "ADC":
        return voltage(unit, seed + 100 + number);
      case "BITS":
        return bits(unit);
      case "CLOCKS":
        return clocks(unit);
      case "SYSTEM":
        return system(unit);
      case "DUMMY":
        return polynomial(unit);
      default:
        return { work() {} }; // links, cards and settings that nothing is behind
    }
  }
}

/** Names of all instances of a field. */
function namesOf(field: string): string[] {
  const [block, name] = field.split(".");
  const { count } = BLOCKS.find((layout) => layout.name === block)!;
  return count === 1 ? [field] : Array.from({ length: count }, (_, at) => `${block}${at + 1}.${name}`);
}
