/** From what was read to a reading: is it a value of its kind, and how does the model grade it? @module */
import type { Channel } from "./channel.ts";
import type { Param } from "./model.ts";
import { type Bad, bad, isBad, type Reading, type Severity } from "./reading.ts";
import { choicesOf } from "./text.ts";
import type { Value } from "./types.ts";

/**
 * Makes a reading of what was read: good and graded, or bad where it is no value of its kind. NaN is never good.
 *
 * @param channel Whose value it is.
 * @param found The value, or why there is none.
 * @param time When it was read, unix seconds.
 * @returns The reading.
 *
 * @example Usage
 * ```ts
 * import { channelsOfParam, readingOf } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const [pressure] = channelsOfParam("pressure", { type: "number", unit: "mbar", warn: [0, 1e-4] });
 * assertEquals(readingOf(pressure!, 1e-3, 0), { value: 1e-3, time: 0, quality: "good", severity: "warn" });
 * assertEquals(readingOf(pressure!, NaN, 0).reason, "unknown");
 * ```
 */
export function readingOf(channel: Channel, found: Value | Bad, time: number): Reading {
  const value = isBad(found) ? found : ofItsKind(channel.param, found);
  if (!isBad(value)) return { value, time, quality: "good", severity: gradeOf(channel, value) };
  const { bad: reason, raw } = value;
  const reading = { value: undefined, time, quality: "bad", severity: "ok", reason } as const;
  return raw === undefined ? reading : { ...reading, raw };
}

/** A driver may return anything, whatever its types say. */
function ofItsKind(param: Param, value: Value): Value | Bad {
  switch (param.type) {
    case "flag":
      return typeof value === "boolean" ? value : bad("unreadable", String(value));
    case "choice":
      return choicesOf(param).has(value as string) ? value : bad("out of the enumeration", String(value));
    case "text":
      return typeof value === "string" ? value : bad("unreadable", String(value));
    case "array":
      if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) {
        return bad("unreadable", String(value));
      }
      return value.some(Number.isNaN) ? bad("unknown") : value;
    default:
      if (typeof value !== "number") return bad("unreadable", String(value));
      return Number.isNaN(value) ? bad("unknown") : value;
  }
}

/**
 * Grades a value by the `warn` and `alarm` of its parameter. A target is always `ok`: it is chosen, not found.
 *
 * @param channel Whose value it is.
 * @param value The value.
 * @returns Its severity. An array is as severe as its worst number.
 */
export function gradeOf(channel: Channel, value: Value): Severity {
  const { param, half } = channel;
  if (half === "target") return "ok";
  return matches(param, "alarm", value) ? "alarm" : matches(param, "warn", value) ? "warn" : "ok";
}

function matches(param: Param, level: "warn" | "alarm", value: Value): boolean {
  switch (param.type) {
    case "text":
    case "time":
      return false;
    case "flag":
      return param[level] === value;
    case "choice":
      return param[level]?.includes(value as string) ?? false;
    case "array":
      return (value as readonly number[]).some((item) => outside(param[level], item));
    default:
      return outside(param[level], value as number);
  }
}

function outside(range: readonly [number, number] | undefined, value: number): boolean {
  return range !== undefined && !(value >= range[0] && value <= range[1]);
}
