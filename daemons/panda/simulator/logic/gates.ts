/** Blocks of bits. @module */
import { TICKS_PER_SECOND } from "../machine/machine.ts";
import type { Logic, Unit } from "../machine/unit.ts";

const LETTERS = ["A", "B", "C", "D", "E"];

/** Bits set by hand. */
export function bits(unit: Unit): Logic {
  return {
    work: () => {
      for (const letter of "ABCD") unit.put(`OUT${letter}`, unit.registers[letter] ?? 0);
    },
    written: () => unit.wake(1),
  };
}

/** A function of five bits. */
export function lut(unit: Unit): Logic {
  const inputs = LETTERS.map((letter) => unit.input(`INP${letter}`));
  return {
    work() {
      const row = inputs.reduce((sum, { value }) => 2 * sum + value, 0);
      unit.put("OUT", ((unit.registers["FUNC"] ?? 0) >>> row) & 1);
    },
    written: () => unit.wake(1),
  };
}

/** A gate that is set and reset; a reset in the same tick wins. */
export function srgate(unit: Unit): Logic {
  const [set, reset] = [unit.input("SET"), unit.input("RST")];
  let forced: number | undefined;
  const strikes = ({ isNew, value }: typeof set, edge: string) =>
    isNew && value === (unit.registers[edge] ?? 0);
  return {
    work() {
      if (forced !== undefined) unit.put("OUT", forced);
      else if (strikes(reset, "RST_EDGE")) unit.put("OUT", 0);
      else if (strikes(set, "SET_EDGE")) unit.put("OUT", 1);
      forced = undefined;
    },
    written(register) {
      if (!register.startsWith("FORCE")) return;
      forced = register === "FORCE_SET" ? 1 : 0;
      unit.wake(1);
    },
  };
}

/** Hands every n-th pulse to one output, the others to another. */
export function divider(unit: Unit): Logic {
  const [input, enable] = [unit.input("INP"), unit.input("ENABLE")];
  const divisor = () => Math.max(1, unit.registers["DIVISOR"] ?? 0);
  const reset = () => {
    unit.registers["COUNT"] = unit.registers["FIRST_PULSE"] ? divisor() - 1 : 0;
    unit.put("OUTD", 0);
    unit.put("OUTN", 0);
  };
  return {
    work() {
      if (enable.fell) return reset();
      if (!enable.value || !input.isNew) return;
      const isDivided = input.value === 1 && (unit.registers["COUNT"] ?? 0) + 1 >= divisor();
      if (input.value === 1) unit.registers["COUNT"] = isDivided ? 0 : (unit.registers["COUNT"] ?? 0) + 1;
      unit.put("OUTD", input.value === 1 && isDivided ? 1 : 0);
      unit.put("OUTN", input.value === 1 && !isDivided ? 1 : 0);
    },
    written: reset,
  };
}

/** Four clocks; each is high in the first half of its periods, which begin at tick 0. */
export function clocks(unit: Unit): Logic {
  const { machine } = unit;
  const all = [..."ABCD"].map((letter) => ({
    register: `${letter}_PERIOD`,
    output: `OUT${letter}`,
    period: 0,
    due: 0,
  }));
  return {
    work() {
      const { now } = machine;
      for (const clock of all) {
        if (clock.period === 0 || clock.due > now) continue;
        const phase = now % clock.period;
        const high = clock.period >> 1;
        unit.put(clock.output, phase < high ? 1 : 0);
        const wait = phase < high ? high - phase : clock.period - phase;
        clock.due = now + wait;
        unit.wake(wait);
      }
    },
    written(register) {
      const clock = all.find((each) => each.register === register)!;
      const period = unit.registers[register] ?? 0;
      clock.period = period === 0 ? 0 : Math.max(2, period);
      clock.due = 0;
      if (period === 0) unit.put(clock.output, 0);
      else unit.wake(1);
    },
  };
}

/** Readings of a box that is well. */
export function system(unit: Unit): Logic {
  const { machine } = unit;
  return {
    work() {},
    read() {
      const seconds = machine.now / TICKS_PER_SECOND;
      unit.registers["TEMP_PSU"] = 38 + Math.round(Math.sin(seconds / 60));
      unit.registers["TEMP_ZYNQ"] = 47_000 + Math.round(500 * Math.sin(seconds / 30));
      unit.registers["VCCINT"] = 995 + Math.round(2 * Math.sin(seconds / 7));
    },
  };
}

/** Hands a number from one register to another. */
export function polynomial(unit: Unit): Logic {
  return {
    work() {},
    written: () => {
      unit.registers["POLY_R"] = unit.registers["POLY_W"] ?? 0;
    },
  };
}
