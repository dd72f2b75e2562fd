/**
 * The 24C's command language: lines in, replies out.
 *
 * Replies to what the original daemon asks have the form seen on a real instrument, to the byte. What the form of the rest
 * is, and that an unknown or refused command is answered `NAK` in its place while the rest of its line is carried out, are
 * assumptions.
 * @module
 */
import { meansKeyword, parseScpi, type ScpiCommand, type ScpiNode } from "../../../lib/sim/scpi.ts";
import type { Instrument24C, Unit } from "./instrument.ts";
import type { Loop, LoopType } from "./loop.ts";

const NAK = "NAK";
const SENSORS = "ABCD";
const UNITS: readonly Unit[] = ["K", "C", "F"];
const TYPES: Readonly<Record<string, LoopType>> = {
  "OFF  ": "OFF",
  "PID  ": "PID",
  "MAN  ": "MAN",
  Table: "TABLE",
  RampP: "RAMPP",
  RampT: "RAMPT",
};

/** Thrown for what the instrument does not do. */
class Refused extends Error {}

/** One word of the language for a loop, read and, where it can be, set. */
interface LoopWord {
  get(loop: Loop, instrument: Instrument24C): string;
  set?(loop: Loop, text: string, instrument: Instrument24C): void;
}

const LOOP_WORDS: Readonly<Record<string, LoopWord>> = {
  SOURce: {
    get: (loop) => SENSORS[loop.source]!,
    set: (loop, text) => loop.source = sensor(text),
  },
  RANGe: {
    get: (loop) => loop.range.padEnd(3),
    set: (loop, text) => loop.range = oneOf(Object.keys(loop.kind.ranges), text),
  },
  TYPe: {
    get: (loop) => Object.keys(TYPES).find((shown) => TYPES[shown] === loop.type)!,
    set: (loop, text) => loop.setType(oneOf(Object.values(TYPES), text)),
  },
  SETPt: {
    get: (loop, { units }) => {
      const unit = units[loop.source]!;
      return fixed(fromCelsius(loop.setpoint, unit), 6) + unit;
    },
    set: (loop, text, instrument) => {
      const setpoint = toCelsius(number(text, -460, 1000), instrument.units[loop.source]!);
      if (setpoint < -273.15) throw new Refused();
      loop.setSetpoint(setpoint, instrument.reading(loop.source));
    },
  },
  PGAin: {
    get: (loop) => fixed(loop.pid.gains.proportional, 6),
    set: (loop, text) => loop.pid.gains.proportional = number(text, 0, 1000),
  },
  IGAin: {
    get: (loop) => fixed(loop.pid.gains.integral, 6),
    set: (loop, text) => loop.pid.gains.integral = number(text, 0, 10000),
  },
  DGAin: {
    get: (loop) => fixed(loop.pid.gains.derivative, 6),
    set: (loop, text) => loop.pid.gains.derivative = number(text, 0, 1000),
  },
  MAXPwr: {
    get: (loop) => fixed(loop.maxPower, 1),
    set: (loop, text) => loop.maxPower = number(text, 0, 100),
  },
  PMANual: {
    get: (loop) => fixed(loop.manual, 1),
    set: (loop, text) => loop.manual = number(text, 0, 100),
  },
  RATe: { get: (loop) => fixed(loop.rate, 6), set: (loop, text) => loop.rate = number(text, 0, 100) },
  LOAD: {
    get: (loop) => String(loop.load),
    set: (loop, text) => loop.load = Number(oneOf(loop.kind.loads.map(String), text)),
  },
  RAMP: { get: (loop) => onOff(loop.isRamping) },
  OUTPwr: { get: (loop) => fixed(loop.output, 6) },
  HTRRead: { get: (loop) => `${loop.output.toFixed(0).padStart(4)}%` },
  ERRor: { get: (loop) => loop.isBlind ? "-SensorErr" : "--Htr OK--" },
};

/**
 * Carries out a line.
 *
 * @param instrument The instrument.
 * @param line The line, without terminator.
 * @returns The replies of its commands, joined by `;`; undefined if none of them replies.
 */
export function carryOut(instrument: Instrument24C, line: string): string | undefined {
  const replies = parseScpi(line).map((command) => {
    try {
      if (command === undefined) throw new Refused();
      return perform(instrument, command);
    } catch (error) {
      if (error instanceof Refused) return NAK;
      throw error;
    }
  }).filter((reply) => reply !== undefined);
  return replies.length > 0 ? replies.join(";") : undefined;
}

function perform(instrument: Instrument24C, { path, isQuery }: ScpiCommand): string | undefined {
  const [first, second] = path as [ScpiNode, ScpiNode?];
  if (path.length > 2) throw new Refused();
  if (meansKeyword("LOOP", first.word) && second) return loopWord(instrument, first, second, isQuery);
  if (meansKeyword("INPut", first.word)) return inputWord(instrument, first, second, isQuery);
  if (second) throw new Refused();
  if (isQuery) {
    if (first.word.toUpperCase() === "*IDN") return "Cryo-con,24C,000000,3.09";
    if (first.word.toUpperCase() === "*OPC") return "1";
    if (meansKeyword("CONTrol", first.word)) return onOff(instrument.control);
  } else if (meansKeyword("CONTrol", first.word)) {
    instrument.control = true;
    return undefined;
  } else if (meansKeyword("STOP", first.word)) {
    instrument.control = false;
    return undefined;
  }
  throw new Refused();
}

function loopWord(
  instrument: Instrument24C,
  { argument }: ScpiNode,
  node: ScpiNode,
  isQuery: boolean,
): string | undefined {
  const loop = instrument.loops[Number(argument) - 1];
  const keyword = Object.keys(LOOP_WORDS).find((known) => meansKeyword(known, node.word));
  if (!loop || keyword === undefined) throw new Refused();
  const word = LOOP_WORDS[keyword]!;
  if (isQuery) return word.get(loop, instrument);
  if (!word.set) throw new Refused();
  word.set(loop, node.argument, instrument);
  return undefined;
}

function inputWord(
  instrument: Instrument24C,
  { argument }: ScpiNode,
  node: ScpiNode | undefined,
  isQuery: boolean,
): string | undefined {
  const inputs = argument.split(",").map(sensor);
  if (!node || meansKeyword("TEMPerature", node.word)) {
    if (!isQuery) throw new Refused();
    return inputs.map((input) => temperature(instrument, input)).join(";");
  }
  if (!meansKeyword("UNITs", node.word)) throw new Refused();
  if (isQuery) return inputs.map((input) => instrument.units[input]).join(";");
  const unit = oneOf(UNITS, node.argument);
  for (const input of inputs) instrument.units[input] = unit;
  return undefined;
}

function temperature(instrument: Instrument24C, input: number): string {
  const reading = instrument.reading(input);
  if (reading === undefined) return ".......";
  const text = fixed(fromCelsius(reading, instrument.units[input]!), 6);
  return text.startsWith("-") ? text : ` ${text}`;
}

function sensor(text: string): number {
  const index = SENSORS.indexOf(text.trim().toUpperCase());
  if (text.trim().length !== 1 || index < 0) throw new Refused();
  return index;
}

function oneOf<T extends string>(words: readonly T[], text: string): T {
  const word = words.find((known) => known === text.trim().toUpperCase());
  if (word === undefined) throw new Refused();
  return word;
}

function number(text: string, min: number, max: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= min && value <= max)) throw new Refused();
  return value;
}

function fixed(value: number, decimals: number): string {
  return value.toFixed(decimals);
}

function onOff(on: boolean): string {
  return on ? "ON" : "OFF";
}

function fromCelsius(celsius: number, unit: Unit): number {
  return unit === "C" ? celsius : unit === "K" ? celsius + 273.15 : celsius * 1.8 + 32;
}

function toCelsius(value: number, unit: Unit): number {
  return unit === "C" ? value : unit === "K" ? value - 273.15 : (value - 32) / 1.8;
}
