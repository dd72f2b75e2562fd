/** PCAP: captures rows. @module */
import type { BusInput, Logic, Unit } from "../machine/unit.ts";
import type { Column } from "./capture_plan.ts";
import { RowWriter } from "./row_writer.ts";
import { Tally } from "./tally.ts";

import type { EndReason } from "../../../../lib/panda/server.ts";

/** What a capture is told to. */
export interface CaptureListener {
  /** Capturing began at this tick. */
  begun(tick: number): void;
  /** It ended. */
  ended(reason: EndReason): void;
}

/** What PCAP's HEALTH says of captures that came too close together. */
const TOO_CLOSE = 1;

/** Position capture. While it is not armed it does nothing. */
export class PositionCapture implements Logic {
  /** Rows that nobody has taken yet. */
  readonly rows = new RowWriter();
  readonly #unit: Unit;
  readonly #enable: BusInput;
  readonly #gate: BusInput;
  readonly #trigger: BusInput;
  #listener: CaptureListener | undefined;
  #columns: readonly (Column & { readonly tally: Tally | undefined })[] = [];
  #rowWords = 0;
  #tallies = new Map<number, Tally>();
  #start: number | undefined;
  #captured = -Infinity;
  #gateOpened: number | undefined;
  #firstOpen = -1;
  #lastClosed = -1;
  #samples = 0;

  /** Makes one at rest. */
  constructor(unit: Unit) {
    this.#unit = unit;
    unit.isFirst = true;
    [this.#enable, this.#gate, this.#trigger] = ["ENABLE", "GATE", "CAPTURE"].map((name) =>
      unit.input(name)
    ) as [BusInput, BusInput, BusInput];
  }

  /** Whether it is armed. */
  get isArmed(): boolean {
    return this.#listener !== undefined;
  }

  /** Waits for ENABLE, and captures then. */
  arm(columns: readonly Column[], listener: CaptureListener): void {
    this.#rowWords = columns.reduce((sum, { words }) => sum + words, 0);
    this.#listener = listener;
    this.#start = undefined;
    this.#unit.registers["HEALTH"] = 0;
    for (const { position, kind } of columns) {
      if (position === undefined || kind === "Value") continue;
      const wantsSquares = columns.some((other) => other.position === position && other.kind === "StdDev");
      if (this.#tallies.has(position)) continue;
      const tally = new Tally(this.#unit.listen("position", position), wantsSquares);
      this.#tallies.set(position, tally);
      tally.input.connect(position);
    }
    this.#columns = columns.map((column) => ({ ...column, tally: this.#tallies.get(column.position ?? -1) }));
    this.#unit.put("ACTIVE", 1);
    this.#unit.wake(1);
  }

  /** Ends it by command. */
  disarm(): void {
    this.fail("Disarmed");
  }

  /** Ends it for any reason. */
  fail(reason: EndReason): void {
    if (this.#listener) this.#end(reason);
  }

  /** Looks at ENABLE, the positions, the gate and the trigger, in this order. */
  work(): void {
    const { now } = this.#unit.machine;
    if (!this.#listener) return;
    if (this.#start === undefined) {
      for (const tally of this.#tallies.values()) tally.move(now, tally.input.value);
      if (this.#enable.value) this.#begin(now);
      return;
    }
    if (!this.#enable.value) return this.#end("Ok");
    for (const tally of this.#tallies.values()) {
      if (tally.input.isNew) tally.move(now, tally.input.value, !this.#gate.fell);
    }
    if (this.#gate.rose) this.#open(now);
    else if (this.#gate.fell) this.#close(now);
    if (this.#trigger.isNew && this.#strikes()) this.#capture(now);
  }

  #strikes(): boolean {
    const edge = this.#unit.registers["CAPTURE_EDGE"] ?? 0;
    return edge === 2 || this.#trigger.value === 1 - edge;
  }

  #begin(now: number): void {
    this.#start = now;
    this.#captured = -Infinity;
    [this.#firstOpen, this.#lastClosed, this.#samples, this.#gateOpened] = [-1, -1, 0, undefined];
    this.#listener!.begun(now);
    if (this.#gate.value) this.#open(now);
  }

  #open(now: number): void {
    this.#gateOpened = now;
    if (this.#firstOpen < 0) this.#firstOpen = now - this.#start!;
    for (const tally of this.#tallies.values()) tally.open(now);
  }

  #close(now: number): void {
    if (this.#gateOpened === undefined) return;
    this.#samples += now - this.#gateOpened;
    this.#lastClosed = now - this.#start!;
    this.#gateOpened = undefined;
    for (const tally of this.#tallies.values()) tally.close(now);
  }

  #capture(now: number): void {
    if (now - this.#captured < this.#rowWords) { // the hardware has not put the last row out yet
      this.#unit.registers["HEALTH"] = TOO_CLOSE;
      return this.#end("Framing error");
    }
    this.#captured = now;
    const isOpen = this.#gateOpened !== undefined;
    if (isOpen) this.#close(now);
    this.#write(now);
    [this.#firstOpen, this.#lastClosed, this.#samples] = [-1, -1, 0];
    if (isOpen) this.#open(now);
  }

  #write(now: number): void {
    const { machine, registers } = this.#unit;
    const shift = registers["SHIFT_SUM"] ?? 0;
    for (const tally of this.#tallies.values()) tally.take(now);
    const { rows } = this;
    for (const { kind, position, word, tally } of this.#columns) {
      if (kind === "Bits") rows.word(this.#bits(word!));
      else if (kind === "Samples") rows.word(Math.floor(this.#samples / 2 ** shift));
      else if (kind === "TS_START") rows.ticks(this.#firstOpen);
      else if (kind === "TS_END") rows.ticks(this.#lastClosed);
      else if (kind === "TS_CAPTURE") rows.ticks(now - this.#start!);
      else if (kind === "Value") rows.word(machine.positions.value(position!));
      else {
        const { last } = tally!;
        if (kind === "Diff") rows.word(last.diff);
        else if (kind === "Min") rows.word(last.min);
        else if (kind === "Max") rows.word(last.max);
        else if (kind === "StdDev") rows.long12(last.squares >> BigInt(shift));
        else rows.long(last.sum >> BigInt(shift));
      }
    }
  }

  #bits(word: number): number {
    let value = 0;
    for (let bit = 31; bit >= 0; bit--) value = value * 2 + this.#unit.machine.bits.value(32 * word + bit);
    return value;
  }

  #end(reason: EndReason): void {
    const listener = this.#listener!;
    if (this.#start === undefined) listener.begun(this.#unit.machine.now);
    this.#listener = undefined;
    for (const { input } of this.#tallies.values()) this.#unit.forget(input);
    this.#tallies = new Map();
    this.#unit.put("ACTIVE", 0);
    listener.ended(reason);
  }
}
