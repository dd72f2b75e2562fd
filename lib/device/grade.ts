/** How a good value is graded by its model. @module */
import type { Channel } from "./channel.ts";
import type { Param } from "./model.ts";
import type { Severity } from "./reading.ts";
import type { Value } from "./types.ts";

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
