/**
 * Values and the words that stand for them on the wire. The words are unquoted: quoting is the line codec's.
 * @module
 */
import type { ArrayParam, ChoiceParam, FlagParam, Param } from "./model.ts";
import { type Bad, bad, isBad } from "./reading.ts";
import type { Value } from "./types.ts";

/** Writes and reads the values of one parameter. */
export interface ValueText {
  /** The words for a value: one line, no control characters. */
  format(value: Value): string;
  /** The value of some words, or why there is none. */
  parse(text: string): Value | Bad;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
/** What daemons print when they do not know. */
const UNKNOWN = /^(?:-|[+-]?nan|none)$/i;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f]+/g;

/** The shortest text that reads back to the same number, in C's words: `nan`, `inf`, `-inf`. */
export function formatNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/**
 * Reads a number as C and Python print it.
 *
 * @param text The words; blanks around them do not matter.
 * @returns The number, infinite for `inf`; bad for `nan`, `-`, `None` (unknown) and for everything else (unreadable).
 */
export function parseNumber(text: string): number | Bad {
  if (NUMBER.test(text)) return Number(text);
  const word = text.trim();
  if (NUMBER.test(word)) return Number(word);
  const infinite = INFINITE.exec(word);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  return unreadable(text);
}

function unreadable(text: string, reason = "unreadable"): Bad {
  return UNKNOWN.test(text.trim()) ? bad("unknown") : bad(reason, text);
}

const number: ValueText = {
  format: (value) => formatNumber(value as number),
  parse: parseNumber,
};

const integer: ValueText = {
  format: number.format,
  parse(text) {
    const value = parseNumber(text);
    return isBad(value) || Number.isSafeInteger(value) ? value : bad("unreadable", text);
  },
};

const text: ValueText = {
  format: (value) => (value as string).replace(CONTROL, " "),
  parse: (words) => words,
};

/** Reads words of a fixed set: as they are, else without regard to case and blanks around them. */
function lookup<V extends Value>(values: ReadonlyMap<string, V>, reason: string): (text: string) => V | Bad {
  const folded = new Map([...values].reverse().map(([word, value]) => [word.toLowerCase(), value]));
  return (text) => values.get(text) ?? folded.get(text.trim().toLowerCase()) ?? unreadable(text, reason);
}

const ON_OFF: readonly (readonly [string, boolean])[] = [
  ...["0", "false", "off", "no"].map((word) => [word, false] as const),
  ...["1", "true", "on", "yes"].map((word) => [word, true] as const),
];

function flag({ words = ["0", "1"] }: FlagParam): ValueText {
  const own = words.map((word, index) => [word, index === 1] as const);
  const others = ON_OFF.filter(([word]) => !words.some((own) => own.toLowerCase() === word));
  return {
    format: (value) => words[value ? 1 : 0],
    parse: lookup(new Map([...own, ...others]), "unreadable"),
  };
}

const choices = new WeakMap<ChoiceParam, ReadonlyMap<string, string>>();

/** The names of a choice with the device's words for them. */
export function choicesOf(param: ChoiceParam): ReadonlyMap<string, string> {
  let words = choices.get(param);
  if (!words) {
    const of = param.of;
    words = new Map(isNames(of) ? of.map((name) => [name, name]) : Object.entries(of));
    choices.set(param, words);
  }
  return words;
}

function isNames(of: ChoiceParam["of"]): of is readonly string[] {
  return Array.isArray(of);
}

function choice(param: ChoiceParam): ValueText {
  const words = choicesOf(param);
  const names = new Map([...words.keys()].map((name) => [name, name]));
  for (const [name, word] of words) names.set(word, name);
  return {
    format: (value) => words.get(value as string) ?? String(value),
    parse: lookup(names, "out of the enumeration"),
  };
}

const LIST = /^\s*(?:\[(.*)\]|([^[\]]*))\s*$/;

function array({ length }: ArrayParam): ValueText {
  return {
    format: (value) => `[${(value as readonly number[]).map(formatNumber).join(",")}]`,
    parse(text) {
      const [, bracketed, plain = ""] = LIST.exec(text) ?? [];
      const list = bracketed ?? plain;
      if (bracketed === undefined && list.trim() === "") return unreadable(text);
      const items = list.trim() === "" ? [] : list.split(",").map(parseNumber);
      if (length !== undefined && items.length !== length) return unreadable(text);
      const numbers = items.filter((item) => !isBad(item)) as number[];
      return numbers.length === items.length ? numbers : unreadable(text);
    },
  };
}

function make(param: Param): ValueText {
  switch (param.type) {
    case "integer":
      return integer;
    case "flag":
      return flag(param);
    case "choice":
      return choice(param);
    case "text":
      return text;
    case "array":
      return array(param);
    default:
      return number;
  }
}

const made = new WeakMap<Param, ValueText>();

/**
 * The words of a parameter's values; made once for each parameter. Where speed counts keep what it returns.
 *
 * Numbers are the shortest text that reads back the same; flags and choices are the device's words; arrays are
 * `[1,2,3]`; a time is unix seconds. Reading is more tolerant: see {@linkcode parseValue}.
 *
 * @param param The parameter.
 * @returns Its writer and reader.
 */
export function textOf(param: Param): ValueText {
  let text = made.get(param);
  if (!text) made.set(param, text = make(param));
  return text;
}

/**
 * Writes a value in the words of the wire.
 *
 * @param param What kind of value it is.
 * @param value The value.
 * @returns The words, unquoted.
 *
 * @example Usage
 * ```ts
 * import { formatValue } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatValue({ type: "choice", of: { low: "LOW", high: "HI" } }, "high"), "HI");
 * ```
 */
export function formatValue(param: Param, value: Value): string {
  return textOf(param).format(value);
}

/**
 * Reads a value from the words of the wire, also from those of old daemons.
 *
 * Flags may be 0/1, false/true, off/on, no/yes or the device's words, choices their names or the device's words, all
 * without regard to case; `-`, `nan` and `None` mean unknown.
 *
 * @param param What kind of value it is.
 * @param text The words, unquoted.
 * @returns The value, or why there is none, with the text where it could not be understood.
 *
 * @example Usage
 * ```ts
 * import { parseValue } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseValue({ type: "number" }, " 1e-07"), 1e-7);
 * assertEquals(parseValue({ type: "number" }, "nan"), { bad: "unknown" });
 * assertEquals(parseValue({ type: "flag" }, "maybe"), { bad: "unreadable", raw: "maybe" });
 * ```
 */
export function parseValue(param: Param, text: string): Value | Bad {
  return textOf(param).parse(text);
}
