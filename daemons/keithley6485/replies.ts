/** What a 6485 is asked again and again, and what it replies. @module */
import type { Patch } from "../../lib/daemon/mod.ts";
import { type Bad, bad, isBad, parseNumber, parseValue } from "../../lib/device/mod.ts";
import { CommandError, PeerProtocolError } from "../../lib/errors.ts";
import { Keithley6485 } from "./model.ts";

/** Ranges it has, A. */
export const RANGES: readonly number[] = [2e-9, 2e-8, 2e-7, 2e-6, 2e-5, 2e-4, 2e-3, 2e-2];

/** All settings at once. */
export const SETTINGS_QUESTION =
  ":SYST:ZCH?;:SYST:ZCOR?;:CURR:RANG?;:CURR:RANG:AUTO?;:CURR:RANG:AUTO:ULIM?;:CURR:RANG:AUTO:LLIM?;" +
  ":CURR:NPLC?;:AVER?;:AVER:COUN?;:SYST:ERR:COUN?";

const FIELDS = 10;
const READING = /^([+-]?\d\.?\d*E[+-]?\d+)([A-Z]*),([+-]?\d\.?\d*E[+-]?\d+),([+-]?\d\.?\d*E[+-]?\d+)$/i;
/** What it gives for a current beyond its range, and beyond. */
const OVERFLOW = 9e37;
/** Bit of the status word of a reading. */
const OVERFLOWS = 1;

/** Reads the reply to `:FETC?`: `+1.040564E-06A,+2.236299E+02,+0.000000E+00`. */
export function readReading(reply: string): Patch<typeof Keithley6485> {
  const [whole, value, units, time, status] = READING.exec(reply.trim()) ?? [];
  if (whole === undefined) {
    throw new PeerProtocolError(`The 6485 answered ${JSON.stringify(reply.slice(0, 80))}: it is no reading`);
  }
  const current = finite(value!);
  const isBeyond = typeof current !== "number" || (Number(status) & OVERFLOWS) !== 0;
  return {
    current: isBeyond ? bad("overflow: the current is beyond the range", reply.trim()) : current,
    units: units!,
    timestamp: finite(time!),
  };
}

/** Reads the reply to {@linkcode SETTINGS_QUESTION}. */
export function readSettings(reply: string): Patch<typeof Keithley6485> {
  const fields = reply.trim().split(";");
  if (fields.length !== FIELDS) {
    throw new PeerProtocolError(`The 6485 answered "${reply}": expected ${FIELDS} fields`);
  }
  const [zeroCheck, zeroCorrect, range, autoRange, upper, lower, cycles, filter, count, errors] = fields;
  return {
    zeroCheck: flag("zeroCheck", zeroCheck!),
    zeroCorrect: flag("zeroCorrect", zeroCorrect!),
    range: nominal(range!),
    autoRange: flag("autoRange", autoRange!),
    autoUpper: nominal(upper!),
    autoLower: nominal(lower!),
    cycles: finite(cycles!),
    filter: flag("filter", filter!),
    filterCount: whole(count!),
    errors: whole(errors!),
  };
}

/**
 * A range as it is set.
 *
 * @param value What was asked for, A.
 * @throws {CommandError} `invalid`, if there is no such range.
 */
export function checkedRange(value: number): number {
  const range = RANGES.find((range) => Math.abs(range - value) < range * 1e-6);
  if (range !== undefined) return range;
  throw new CommandError(
    "invalid",
    `The 6485 has no range of ${value} A: expected one of ${RANGES.join(", ")}`,
  );
}

/** A range as it is read: some firmware gives its end with the five percent beyond it. */
function nominal(text: string): number | Bad {
  const value = finite(text);
  if (typeof value !== "number") return value;
  return RANGES.find((range) => value >= range * 0.99 && value <= range * 1.06) ??
    bad("no range of the instrument", text);
}

function flag(name: "zeroCheck" | "zeroCorrect" | "autoRange" | "filter", text: string): boolean | Bad {
  return parseValue(Keithley6485.params[name], text.trim()) as boolean | Bad;
}

function finite(text: string): number | Bad {
  const value = parseNumber(text);
  return isBad(value) || Math.abs(value) < OVERFLOW ? value : bad("not a finite number", text);
}

function whole(text: string): number | Bad {
  const value = finite(text);
  return isBad(value) || Number.isSafeInteger(value) ? value : bad("not a whole number", text);
}
