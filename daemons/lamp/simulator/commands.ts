/** The simulated lamp's language: each line is answered by one. @module */
import { FILTERS } from "./filters.ts";
import type { Source } from "./source.ts";

const UNKNOWN = "ERR 1 unknown command";
const OUT_OF_RANGE = "ERR 2 parameter out of range";

/** What it calls itself. */
const IDENTITY = "Dewar,Reference Lamp,0001,1.0";

const QUESTIONS: Readonly<Record<string, (source: Source) => string>> = {
  "*IDN?": () => IDENTITY,
  "STAT?": status,
};

/**
 * Carries out a line.
 *
 * @param source The lamp.
 * @param line The line, without terminator.
 * @returns Its reply.
 */
export function carryOut(source: Source, line: string): string {
  const [word = "", argument, ...more] = line.trim().toUpperCase().split(/\s+/);
  if (more.length > 0) return UNKNOWN;
  if (argument === undefined) return QUESTIONS[word]?.(source) ?? UNKNOWN;
  switch (word) {
    case "LAMP":
      return either(argument, "ON", "OFF", (isOn) => source.isOn = isOn);
    case "STAB":
      return either(argument, "ON", "OFF", (isOn) => source.isStabilised = isOn);
    case "SHUT":
      return either(argument, "OPEN", "CLOSE", (isOpen) => source.shutter.order(isOpen));
    case "LEV":
      return within(argument, 0, 100, (level) => source.level = level);
    case "FILT":
      if (!/^\d$/.test(argument)) return OUT_OF_RANGE;
      return within(argument, 1, FILTERS.length, (place) => source.filter = place);
  }
  return UNKNOWN;
}

function status(source: Source): string {
  return [
    source.isOn ? "ON" : "OFF",
    source.state,
    source.shutter.state,
    source.filter,
    (source.glass?.wavelength ?? 0).toFixed(1),
    source.level.toFixed(3),
    source.monitor.toFixed(4),
    source.isStabilised ? "ON" : "OFF",
    source.temperature.toFixed(2),
    source.hours.toFixed(3),
  ].join(";");
}

function either(word: string, yes: string, no: string, take: (is: boolean) => void): string {
  if (word !== yes && word !== no) return OUT_OF_RANGE;
  take(word === yes);
  return "OK";
}

function within(text: string, min: number, max: number, take: (value: number) => void): string {
  const value = Number(text);
  if (!(value >= min && value <= max)) return OUT_OF_RANGE;
  take(value);
  return "OK";
}
