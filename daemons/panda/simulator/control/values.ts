/** How values in registers are read and written. @module */
import type { FieldLayout } from "../layout.ts";
import { formatDouble, parseDouble, parseNothing, parseUint } from "./numbers.ts";
import { parseLut } from "./lut_function.ts";
import { refuse } from "./refusal.ts";

/** Units of time, and their ticks. */
export const TIME_UNITS: Readonly<Record<string, number>> = {
  min: 60 * 125e6,
  s: 125e6,
  ms: 125e3,
  us: 125,
};

/** Reads and writes a value. */
export interface ValueText {
  /** The register's value for a text. */
  parse(text: string): number;
  /** The text of a register's value. */
  format(value: number): string;
}

/** A field that is a register. */
export type RegisterLayout = FieldLayout & { readonly type: "param" | "read" | "write" };

/** How a value is read and written; functions and times, which have a state, have their own classes. */
export function valueText({ kind, labels = [], max = 0xffffffff, scalar }: RegisterLayout): ValueText {
  switch (kind) {
    case "uint":
      return { parse: (text) => within(parseUint(text), max), format: (value) => String(value >>> 0) };
    case "int":
      return { parse: (text) => parseUint(text) | 0, format: (value) => String(value | 0) };
    case "bit":
      return { parse: parseBit, format: (value) => value ? "1" : "0" };
    case "action":
      return { parse: (text) => (parseNothing(text), 1), format: String };
    case "enum":
      return {
        parse: (text) => {
          const value = labels.indexOf(text);
          return value < 0 ? refuse("Invalid enumeration value") : value;
        },
        format: (value) => labels[value] ?? refuse("No label for value"),
      };
    case "scalar": {
      const { scale, offset } = scalar!;
      return {
        parse: (text) => Math.round((parseDouble(text) - offset) / scale),
        format: (value) => formatDouble(scale * value + offset),
      };
    }
    case "lut":
      return { parse: parseLut, format: hexOf };
    case "time":
      return timeText(() => "s", 0xffffffff);
  }
}

/** Writes a table of a function as a number. */
export function hexOf(value: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/**
 * How a time is read and written.
 *
 * @param unit Its present unit.
 * @param most Ticks it can be at most.
 */
export function timeText(unit: () => string, most: number): ValueText {
  return {
    parse(text) {
      const ticks = parseDouble(text) * TIME_UNITS[unit()]!;
      if (!(ticks >= 0 && ticks <= most)) refuse("Time setting out of range");
      return Math.round(ticks);
    },
    format: (value) => formatDouble(value / TIME_UNITS[unit()]!),
  };
}

function within(value: number, max: number): number {
  return value <= max ? value : refuse("Number out of range");
}

function parseBit(text: string): number {
  if (!/^[01]/.test(text)) refuse("Invalid bit value");
  parseNothing(text.slice(1));
  return Number(text[0]);
}
