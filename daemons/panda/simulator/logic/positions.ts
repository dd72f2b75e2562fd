/** Blocks of positions. @module */
import type { Logic, Unit } from "../machine/unit.ts";

/** Counts up or down, within 32 bits. */
export function counter(unit: Unit): Logic {
  const [enable, trigger] = [unit.input("ENABLE"), unit.input("TRIG")];
  return {
    work() {
      if (enable.rose) {
        unit.put("CARRY", 0);
        return unit.put("OUT", (unit.registers["START"] ?? 0) | 0);
      }
      if (enable.fell) return unit.put("CARRY", 0);
      if (!enable.value || !trigger.isNew) return;
      if (!trigger.value) return unit.put("CARRY", 0);
      const step = ((unit.registers["STEP"] ?? 0) | 0) || 1;
      const next = unit.output("OUT") + (unit.registers["DIR"] ? -step : step);
      unit.put("OUT", next | 0);
      unit.put("CARRY", next === (next | 0) ? 0 : 1);
    },
  };
}

/** Adds four positions. */
export function adder(unit: Unit): Logic {
  const inputs = ["A", "B", "C", "D"].map((letter) => unit.input(`INP${letter}`));
  return {
    work() {
      const sum = inputs.reduce((total, { value }) => total + value, 0);
      unit.put("OUT", Math.floor(sum / 2 ** (unit.registers["SCALE"] ?? 0)) | 0);
    },
    written: () => unit.wake(1),
  };
}

/** Puts out the positions of its table, one with each trigger. */
export function generator(unit: Unit): Logic {
  const [enable, trigger] = [unit.input("ENABLE"), unit.input("TRIG")];
  let next = 0;
  let cycle = 0;
  let isRunning = false;
  const stop = (status: number) => {
    isRunning = false;
    unit.registers["TABLE_STATUS"] = status;
  };
  return {
    work() {
      if (enable.fell) return stop(0);
      if (enable.rose) {
        [next, cycle] = [0, 0];
        isRunning = unit.table.length > 0;
        unit.registers["TABLE_STATUS"] = isRunning ? 0 : 1;
      }
      if (!isRunning || !trigger.rose) return;
      unit.put("OUT", unit.table[next]! | 0);
      if (++next < unit.table.length) return;
      next = 0;
      if (++cycle === (unit.registers["CYCLES"] ?? 0)) stop(2);
    },
    tableWritten: () => void (next = Math.min(next, unit.table.length)),
  };
}

/** Where A and B are for the four quarters of a period. */
const QUARTERS = [[0, 0], [1, 0], [1, 1], [0, 1]] as const;

/** Counts the quarters of A and B. */
export function decoder(unit: Unit): Logic {
  const [a, b, z] = [unit.input("A"), unit.input("B"), unit.input("Z")];
  let quarter = 0;
  return {
    work() {
      const next = QUARTERS.findIndex(([high, low]) => high === a.value && low === b.value);
      const change = (next - quarter + 4) % 4;
      quarter = next;
      const isHome = z.rose && unit.registers["RST_ON_Z"] === 1;
      const step = change === 1 ? 1 : change === 3 ? -1 : 0; // two at once cannot be told
      if (isHome) unit.put("OUT", 0);
      else if (step !== 0) unit.put("OUT", (unit.output("OUT") + step) | 0);
    },
    written(register) {
      if (register === "SETP") unit.put("OUT", (unit.registers["SETP"] ?? 0) | 0);
    },
  };
}

/**
 * Follows a position, one count at a time, as quadrature or as steps with a direction. An encoder output has no outputs
 * on the bus, and only says how it follows.
 */
export function encoder(unit: Unit, input: string, hasOutputs: boolean): Logic {
  const [target, enable] = [unit.input(input), unit.input("ENABLE")];
  let position = 0;
  let due = Infinity;
  let isStepHigh = false;
  const put = (a: number, b: number) => {
    if (!hasOutputs) return;
    unit.put("A", a);
    unit.put("B", b);
  };
  const isStepping = () => hasOutputs && unit.registers["PROTOCOL"] === 1;
  const later = () => {
    const ticks = Math.max(isStepping() ? 2 : 1, unit.registers["QPERIOD"] ?? 0);
    due = unit.machine.now + ticks;
    unit.wake(ticks);
  };
  const step = () => {
    if (isStepHigh) {
      isStepHigh = false;
      return put(0, target.value < position ? 1 : 0);
    }
    const direction = Math.sign(target.value - position);
    position += direction;
    isStepHigh = isStepping();
    const [a, b] = QUARTERS[((position % 4) + 4) % 4]!;
    if (isStepping()) put(1, direction < 0 ? 1 : 0);
    else put(a, b);
  };
  return {
    work() {
      if (!enable.value) {
        due = Infinity;
        isStepHigh = false;
        put(0, 0);
        unit.registers["QSTATE"] = 0;
        return;
      }
      if (enable.rose) position = target.value;
      if (due <= unit.machine.now) {
        due = Infinity;
        step();
      }
      const isThere = position === target.value && !isStepHigh;
      if (!isThere && due === Infinity) later();
      unit.registers["QSTATE"] = isThere ? 1 : 2;
    },
  };
}
