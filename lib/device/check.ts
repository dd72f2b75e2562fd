/** Whether a value may be set: its type, its limits, its choices. @module */
import { CommandError } from "../errors.ts";
import type { Channel } from "./channel.ts";
import type { Numeric, Param } from "./model.ts";
import { suggestion } from "./nearest.ts";
import { isBad } from "./reading.ts";
import { choicesOf, formatNumber, textOf } from "./text.ts";
import type { Value } from "./types.ts";

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/;

function invalid(message: string): never {
  throw new CommandError("invalid", message);
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** What a value of this kind looks like, for messages. */
function kindOf(param: Param): string {
  switch (param.type) {
    case "integer":
      return "a whole number";
    case "flag":
      return `${param.words?.join(" or ") ?? "0 or 1"} (true, false, on, off, yes, no)`;
    case "choice":
      return `one of ${[...choicesOf(param).keys()].join(", ")}`;
    case "text":
      return "text";
    case "time":
      return "a time in unix seconds";
    case "array":
      return `numbers such as [1,2,3]${param.length === undefined ? "" : ` (${param.length} of them)`}`;
    default:
      return "a number";
  }
}

type Range = Pick<Numeric, "min" | "max" | "unit">;

function within(name: string, value: number, range: Range): void {
  const { min = -Infinity, max = Infinity } = range;
  if (value < min) outside(name, value, "below", min, range);
  if (value > max) outside(name, value, "above", max, range);
}

function outside(
  name: string,
  value: number,
  relation: string,
  edge: number,
  { min, max, unit }: Range,
): never {
  const measure = (number: number) => `${formatNumber(number)}${unit ? ` ${unit}` : ""}`;
  const allowed = min !== undefined && max !== undefined ? ` (allowed: ${min} to ${measure(max)})` : "";
  throw new CommandError(
    "limit",
    `${name}=${measure(value)} is ${relation} the limit of ${measure(edge)}${allowed}`,
  );
}

function finite(name: string, param: Param, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return invalid(`${name}=${shown(value)} is not ${kindOf(param)}`);
}

/**
 * Checks a value against its parameter: an argument of a command, or a setting.
 *
 * @param name What to call it in messages.
 * @param param What it must be.
 * @param value The value; nothing is assumed of it.
 * @returns The value.
 * @throws {CommandError} `invalid` if it is of the wrong kind, `limit` if it is out of range. NaN and infinity are
 * never right.
 *
 * @example Usage
 * ```ts
 * import { checkValue } from "@dewar/sdk/device";
 * import { assertThrows } from "@std/assert";
 *
 * const voltage = { type: "drivable", unit: "V", min: 0, max: 30 } as const;
 * checkValue("voltage", voltage, 12);
 * assertThrows(() => checkValue("voltage", voltage, 31), Error, "voltage=31 V is above the limit of 30 V");
 * ```
 */
export function checkValue(name: string, param: Param, value: unknown): Value {
  switch (param.type) {
    case "flag":
      return typeof value === "boolean" ? value : invalid(`${name}=${shown(value)} is not true or false`);
    case "choice": {
      const names = choicesOf(param);
      if (typeof value === "string" && names.has(value)) return value;
      return invalid(`${name}=${shown(value)} is not ${kindOf(param)}`);
    }
    case "text":
      return checkText(name, param.maxLength, value);
    case "array": {
      if (!Array.isArray(value) || (param.length !== undefined && value.length !== param.length)) {
        return invalid(`${name}=${shown(value)} is not ${kindOf(param)}`);
      }
      value.forEach((item, index) =>
        within(`${name}[${index}]`, finite(`${name}[${index}]`, { type: "number" }, item), param)
      );
      return value as number[];
    }
    case "integer":
      if (!Number.isSafeInteger(value)) return invalid(`${name}=${shown(value)} is not a whole number`);
      within(name, value as number, param);
      return value as number;
    case "time":
      return finite(name, param, value);
    default: {
      const number = finite(name, param, value);
      within(name, number, param);
      return number;
    }
  }
}

function checkText(name: string, maxLength: number | undefined, value: unknown): string {
  if (typeof value !== "string") return invalid(`${name}=${shown(value)} is not text`);
  if (CONTROL.test(value)) {
    return invalid(`${name}=${shown(value)} has control characters, which no line can carry`);
  }
  if (maxLength !== undefined && value.length > maxLength) {
    throw new CommandError(
      "limit",
      `${name} has ${value.length} characters; at most ${maxLength} are allowed`,
    );
  }
  return value;
}

/**
 * Checks that a channel may be set, and to this value.
 *
 * @param channel The channel; for a drivable either half: what is set is its target.
 * @param value The value; nothing is assumed of it.
 * @returns The value.
 * @throws {CommandError} `invalid` if it is read-only or the value is of the wrong kind, `limit` if out of range.
 */
export function checkSetting(channel: Channel, value: unknown): Value {
  if (!isSettable(channel)) invalid(`${channel.key} is read-only: it cannot be set`);
  return checkValue(channel.settable ?? channel.key, channel.param, value);
}

/**
 * Reads and checks a setting as it came over the wire.
 *
 * @param channel The channel, see {@linkcode checkSetting}.
 * @param text The words, unquoted.
 * @returns The value.
 * @throws {CommandError} As {@linkcode checkSetting}; choices get a suggestion.
 */
export function parseSetting(channel: Channel, text: string): Value {
  if (!isSettable(channel)) invalid(`${channel.key} is read-only: it cannot be set`);
  return parseChecked(channel.settable ?? channel.key, channel.param, text);
}

/**
 * Reads and checks an argument of a command as it came over the wire.
 *
 * @param name What to call it in messages.
 * @param param What it must be.
 * @param text The words, unquoted.
 * @returns The value.
 * @throws {CommandError} `invalid` if it cannot be read, `limit` if it is out of range.
 */
export function parseChecked(name: string, param: Param, text: string): Value {
  const value = textOf(param).parse(text);
  if (!isBad(value)) return checkValue(name, param, value);
  const hint = param.type === "choice" ? suggestion(text, choicesOf(param).keys()) : "";
  return invalid(`${name}=${shown(text)} is not ${kindOf(param)}${hint}`);
}

function isSettable({ param }: Channel): boolean {
  return param.type === "drivable" || param.set === true;
}
