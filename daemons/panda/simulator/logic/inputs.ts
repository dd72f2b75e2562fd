/** Blocks that bring in what is outside: encoders, voltages, levels. @module */
import type { Logic, Unit } from "../machine/unit.ts";
import { encoded, type Motion, normal, SAMPLE_TICKS } from "../motion.ts";

/** Where A and B are for the four quarters of a period. */
const A_HIGH = [0, 1, 1, 0];
const B_HIGH = [0, 0, 1, 1];
/** Counts of a turn, after which the index mark comes. */
const TURN = 4096;

/** An encoder on an axis. It works only while somebody listens; whoever looks is told what it would have. */
export function encoderInput(unit: Unit, motion: Motion, seed: number): Logic {
  const { machine, registers } = unit;
  let preset = 0;
  const ticks = () => {
    const isSerial = (registers["PROTOCOL"] ?? 0) !== 0;
    return isSerial ? registers["FRAME_PERIOD"] || SAMPLE_TICKS : SAMPLE_TICKS;
  };
  const sample = () => Math.floor(machine.now / ticks());
  let seen = { sample: -1, ticks: 0, position: 0 };
  const counted = () => {
    const now = { sample: sample(), ticks: ticks() };
    if (now.sample !== seen.sample || now.ticks !== seen.ticks) {
      seen = { ...now, position: encoded(motion, seed, now.sample, now.ticks) };
    }
    return seen.position;
  };
  const position = () => (counted() + preset) | 0;
  const quarter = () => (registers["PROTOCOL"] ?? 0) === 0 ? position() & 3 : 0;
  const outputs: Readonly<Record<string, () => number>> = {
    VAL: position,
    A: () => A_HIGH[quarter()]!,
    B: () => B_HIGH[quarter()]!,
    Z: () => (position() - preset) % TURN === 0 ? 1 : 0,
    CONN: () => 1,
    TRANS: () => sample() & 1,
  };
  const sources = Object.entries(outputs);
  for (const [name, source] of sources) unit.compute(name, source);
  let due = -1;
  return {
    work() {
      if (!unit.isHeard) return;
      for (const [name, source] of sources) if (unit.isHeardAt(name)) unit.put(name, source());
      if (due > machine.now) return;
      due = (sample() + 1) * ticks();
      unit.wake(due - machine.now);
    },
    written(register) {
      if (register === "SETP") preset = (registers["SETP"]! - position() + preset) | 0;
      unit.wake(1);
    },
  };
}

/** A voltage that goes up and down, with noise. */
export function voltage(unit: Unit, seed: number): Logic {
  const { machine } = unit;
  const sample = () => Math.floor(machine.now / SAMPLE_TICKS);
  const value = () => {
    const swing = 10_000 * Math.sin(2 * Math.PI * sample() / 50_000 + seed);
    return Math.round(swing + 20 * normal(seed, sample()));
  };
  unit.compute("OUT", value);
  let due = -1;
  return {
    work() {
      if (!unit.isHeard) return;
      unit.put("OUT", value());
      if (due > machine.now) return;
      due = (sample() + 1) * SAMPLE_TICKS;
      unit.wake(due - machine.now);
    },
  };
}

/** A level that comes from outside: what is written to its register LEVEL. */
export function levelInput(unit: Unit, output: string): Logic {
  return { work: () => unit.put(output, unit.registers["LEVEL"] ?? 0) };
}

/** A level that goes outside, with the tick in which it changed. */
export function levelOutput(unit: Unit, changed: (level: number, tick: number) => void): Logic {
  const value = unit.input("VAL");
  return {
    work() {
      if (value.isNew) changed(value.value, unit.machine.now);
    },
  };
}
