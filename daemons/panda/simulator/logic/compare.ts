/** Makes pulses where a position passes. @module */
import type { Logic, Unit } from "../machine/unit.ts";

/** Where the output changes. */
interface Window {
  readonly rising: number;
  readonly falling: number;
}

/** Position compare. */
export class Compare implements Logic {
  readonly #unit: Unit;
  #isActive = false;
  #isArmed = false;
  #origin = 0;
  #pulse = 0;

  /** Makes one. */
  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Looks where the position is. */
  work(): void {
    const [enable, input] = [this.#unit.input("ENABLE"), this.#unit.input("INP")];
    if (enable.fell) return this.#stop(0);
    if (enable.rose) this.#start(input.value);
    if (this.#isActive) this.#compare(input.value);
  }

  /** A table that has come may be waited for. */
  tableWritten(): void {
    if (this.#isActive) this.#unit.wake(1);
  }

  get #sign(): number {
    return this.#unit.registers["DIR"] ? -1 : 1;
  }

  get #usesTable(): boolean {
    return this.#unit.registers["USE_TABLE"] === 1;
  }

  #start(position: number): void {
    const { registers, table } = this.#unit;
    this.#isActive = true;
    this.#isArmed = false;
    this.#origin = registers["RELATIVE"] ? position : 0;
    this.#pulse = 0;
    registers["ERROR"] = 0;
    registers["TABLE_STATUS"] = this.#usesTable && table.length < 2 ? 1 : 0;
    this.#unit.put("ACTIVE", 1);
  }

  /** All positions along the direction, so that they grow. */
  #compare(position: number): void {
    const along = this.#sign * (position - this.#origin);
    const window = this.#window();
    if (!window) return;
    if (!this.#isArmed) {
      const approach = this.#usesTable ? 0 : (this.#unit.registers["DELTAP"] ?? 0) | 0;
      if (along >= window.rising - approach) return;
      this.#isArmed = true;
    }
    if (this.#unit.output("OUT") === 0) {
      if (along < window.rising) return;
      if (this.#pulse > 0 && along >= this.#window(1)!.rising) return this.#fail();
      this.#unit.put("OUT", 1);
      return this.#unit.wake(1);
    }
    if (along < window.falling) return;
    this.#unit.put("OUT", 0);
    this.#pulse++;
    if (this.#isDone) this.#stop(this.#usesTable ? 2 : 0);
    else this.#unit.wake(1); // it may have passed the next one already
  }

  get #isDone(): boolean {
    const { registers, table } = this.#unit;
    if (this.#usesTable) return 2 * this.#pulse + 1 >= table.length;
    return this.#pulse === (registers["PNUM"] ?? 0);
  }

  /** Where the pulse that is waited for begins and ends, or one after it. */
  #window(further = 0): Window | undefined {
    const { registers, table } = this.#unit;
    const pulse = this.#pulse + further;
    if (this.#usesTable) {
      const [rising, falling] = table.slice(2 * pulse, 2 * pulse + 2).map((value) =>
        this.#sign * (value | 0)
      );
      if (rising === undefined || falling === undefined) {
        return further ? { rising: Infinity, falling: Infinity } : undefined;
      }
      return { rising, falling };
    }
    const [start, step, width] = ["START", "STEP", "WIDTH"].map((name) => (registers[name] ?? 0) | 0);
    const first = registers["RELATIVE"] ? start! : this.#sign * start!;
    const rising = first + pulse * step!;
    return { rising, falling: rising + Math.max(1, width!) };
  }

  /** A position that jumped over a whole pulse. */
  #fail(): void {
    this.#unit.registers["ERROR"] = 1;
    this.#stop(0);
  }

  #stop(tableStatus: number): void {
    this.#isActive = false;
    this.#unit.registers["TABLE_STATUS"] = tableStatus;
    this.#unit.put("OUT", 0);
    this.#unit.put("ACTIVE", 0);
  }
}
