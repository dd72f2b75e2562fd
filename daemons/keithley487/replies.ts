/** What a 487 is asked again and again, and what it replies. @module */
import type { Patch } from "../../lib/daemon/mod.ts";
import { bad } from "../../lib/device/mod.ts";
import { PeerProtocolError } from "../../lib/errors.ts";
import type { Keithley487 } from "./model.ts";

/** The present reading. */
export const READING_QUESTION = "B0X";
/** The voltage that is set. */
export const VOLTAGE_QUESTION = "U8X";
/** All settings. */
export const STATUS_QUESTION = "U0X";

/** Ranges of the current, by their digit less one. */
export const RANGES = ["nA2", "nA20", "nA200", "uA2", "uA20", "uA200", "mA2"] as const;
/** Filters, by their digit. */
export const FILTERS = ["none", "digital", "analog", "both"] as const;

const NUMBER = String.raw`[+-]?\d+\.?\d*(?:E[+-]?\d+)?`;
const READING = new RegExp(`^([NOZ])DCI(${NUMBER})$`, "i");
const VOLTAGE = new RegExp(`^VS=(${NUMBER})V?$`, "i");
/** Where the original took the digits from: the string is as long as ever. */
const STATUS = /^487A\dB\dC(\d)D\dF\dG\dJ\dK\dM\d{3}N\d{4}O(\d)P(\d)R(\d)([1-7])S(\d)T\dV(\d)(\d)/i;

/** Reads a reading: `NDCI+1.23456E-09`, with an O in front where the current is beyond the range. */
export function readReading(reply: string): Patch<typeof Keithley487> {
  const [whole, kind, value] = READING.exec(reply.trim()) ?? [];
  const current = Number(value);
  if (whole === undefined || !Number.isFinite(current)) throw wrong(reply, "no reading");
  if (kind!.toUpperCase() !== "O") return { current };
  return { current: bad("overflow: the current is beyond the range", reply.trim()) };
}

/** Reads the voltage that is set: `VS=+1.0000E+01V`. */
export function readVoltage(reply: string): Patch<typeof Keithley487> {
  const [, value] = VOLTAGE.exec(reply.trim()) ?? [];
  const voltage = Number(value);
  if (value === undefined || !Number.isFinite(voltage)) throw wrong(reply, "no voltage");
  return { voltage, target: { voltage } };
}

/** Reads the machine status: `487A0B0C0D0F0G0J0K0M000N0001O0P0R11S1T6V00…`. */
export function readStatus(reply: string): Patch<typeof Keithley487> {
  const match = STATUS.exec(reply.trim());
  if (match === null) throw wrong(reply, "no machine status");
  const [zero, operate, filter, auto, range, integration, volts, limit] = match.slice(1).map(Number);
  return {
    zeroCheck: zero !== 0,
    source: operate === 1,
    filter: FILTERS[filter!] ?? bad("out of the enumeration", `P${filter}`),
    autoRange: auto === 1,
    range: RANGES[range! - 1]!,
    integration: integration === 0 ? "fast" : "cycle",
    voltageRange: volts === 0 ? "low" : "high",
    currentLimit: limit === 0 ? "low" : "high",
  };
}

function wrong(reply: string, what: string): PeerProtocolError {
  return new PeerProtocolError(`The 487 answered ${JSON.stringify(reply.slice(0, 80))}: it is ${what}`);
}
