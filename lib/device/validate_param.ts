/** Whether what claims to be a parameter is one. @module */
import { type Duration, milliseconds } from "../time/mod.ts";
import { type Fields, isRecord, shown } from "./fields.ts";

const COMMON = ["type", "description", "every", "maxAge", "alias", "fits", "set", "archive", "request"];
const NUMERIC = [...COMMON, "unit", "min", "max", "warn", "alarm", "precision", "deadband"];

/** What each type may say. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  number: NUMERIC,
  integer: NUMERIC,
  array: [...NUMERIC, "length"],
  drivable: [...NUMERIC.filter((key) => key !== "set"), "ramp", "settle"],
  flag: [...COMMON, "words", "warn", "alarm"],
  choice: [...COMMON, "of", "warn", "alarm"],
  text: [...COMMON, "maxLength"],
  time: COMMON,
};

const FITS_KEYWORD = /^[A-Z0-9_-]{1,8}$/;
/** What a status line and a `set` can carry as a name; `{n}`, `{a}`, `{A}` stand for the place in a group. */
const ALIAS = /^(?!@)(?:[\w.*?:/+-]|\{[naA]\})+$/;

/** A request of KATCP, and words of it that are always the same. */
const REQUEST = /^[A-Za-z][A-Za-z0-9-]*(?: [!-~]+)*$/;

/**
 * Checks the request that a parameter or a command is bound to.
 *
 * @param fields The parameter or command.
 * @throws {ConfigError} If it is none.
 */
export function validateRequest(fields: Fields): void {
  const request = fields.text("request");
  if (request !== undefined && !REQUEST.test(request)) {
    fields.expected("request", `a request of KATCP such as "set-gain" or "gain ch1"`);
  }
}

/**
 * Checks one parameter.
 *
 * @param fields What claims to be one.
 * @param inGroup Whether it is in a group of several: its aliases must differ by place then.
 * @throws {ConfigError} With the path of what is wrong, what was expected and what is there.
 */
export function validateParam(fields: Fields, inGroup = false): void {
  const type = fields.word("type", Object.keys(KEYS)) ?? fields.expected("type", "the type of a parameter");
  fields.only(KEYS[type]!);
  fields.text("description");
  duration(fields, "every");
  duration(fields, "maxAge");
  if (fields.get("set") !== undefined && fields.get("set") !== true) {
    fields.expected("set", "true, or no key at all");
  }
  if (fields.get("archive") !== undefined && fields.get("archive") !== false) {
    fields.expected("archive", "false, or no key at all");
  }
  validateRequest(fields);
  const keyword = fields.text("fits");
  if (keyword !== undefined && !FITS_KEYWORD.test(keyword)) {
    fields.expected("fits", "a FITS keyword: up to 8 of A-Z, 0-9, _ and -");
  }
  if (type === "drivable") validateDrivable(fields, inGroup);
  else alias(fields, "alias", inGroup);
  if (KEYS[type]!.includes("unit")) validateNumeric(fields);
  if (type === "flag") validateFlag(fields);
  if (type === "choice") validateChoice(fields);
  for (const key of ["length", "maxLength"]) whole(fields, key, 1);
}

function alias(fields: Fields, key: string, inGroup: boolean): void {
  const text = fields.text(key);
  if (text === undefined) return;
  if (!ALIAS.test(text)) fields.expected(key, "a name without blanks, quotes and =");
  if (inGroup && !/\{[naA]\}/.test(text)) {
    fields.expected(key, "{n}, {a} or {A} in it, as each part of the group needs a name of its own");
  }
}

function duration(fields: Fields, key: string): void {
  const value = fields.get(key);
  if (value === undefined) return;
  try {
    if (typeof value !== "string" && typeof value !== "number") {
      throw new TypeError("neither text nor number");
    }
    milliseconds(value as Duration);
  } catch {
    fields.expected(key, `a duration such as "30 s" (us, ms, s, min, h, d)`);
  }
}

function whole(fields: Fields, key: string, least: number): void {
  const value = fields.number(key);
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
    fields.expected(key, `a whole number of at least ${least}`);
  }
}

function validateNumeric(fields: Fields): void {
  fields.text("unit");
  const [min, max] = [fields.number("min"), fields.number("max")];
  if (min !== undefined && max !== undefined && !(min < max)) {
    fields.expected("min", `a number below max, ${max}`);
  }
  const [warn, alarm] = [fields.range("warn"), fields.range("alarm")];
  if (warn && alarm && (warn[0] < alarm[0] || warn[1] > alarm[1])) {
    fields.expected("warn", `a range inside of alarm, [${alarm.join(", ")}]`);
  }
  whole(fields, "precision", 0);
  const deadband = fields.number("deadband");
  if (deadband !== undefined && deadband < 0) fields.expected("deadband", "a number of at least 0");
}

function validateDrivable(fields: Fields, inGroup: boolean): void {
  const names = fields.fields("alias");
  names?.only(["value", "target"]);
  for (const half of ["value", "target"]) if (names) alias(names, half, inGroup);
  const ramp = fields.fields("ramp");
  ramp?.only(["max", "per"]);
  if (ramp && !(ramp.number("max")! > 0)) ramp.expected("max", "a number above 0");
  if (ramp && ramp.word("per", ["s", "min", "h"]) === undefined) ramp.expected("per", "s, min or h");
  const settle = fields.fields("settle");
  settle?.only(["tolerance", "time"]);
  if (settle && !(settle.number("tolerance")! > 0)) settle.expected("tolerance", "a number above 0");
  if (settle) duration(settle, "time");
  if (settle && settle.get("time") === undefined) settle.expected("time", `a duration such as "30 s"`);
}

/** A word that a status line can carry as a value, quoted if need be. */
// deno-lint-ignore no-control-regex
const WORD = /^[^\x00-\x1f\x7f]+$/;

function isWord(value: unknown): value is string {
  return typeof value === "string" && WORD.test(value);
}

/** Words are read without regard to case: each may stand for one thing only. */
function distinct(fields: Fields, key: string, meanings: readonly (readonly unknown[])[]): void {
  const owners = new Map<string, readonly unknown[]>();
  for (const words of meanings) {
    for (const word of words) {
      if (!isWord(word)) fields.fail(key, `expected words, got ${shown(word)}`);
      const owner = owners.get(word.toLowerCase());
      if (owner && owner !== words) fields.fail(key, `"${word}" stands for ${owner[0]} and for ${words[0]}`);
      owners.set(word.toLowerCase(), words);
    }
  }
}

function validateFlag(fields: Fields): void {
  const words = fields.get("words");
  if (words !== undefined) {
    if (!Array.isArray(words) || words.length !== 2) {
      fields.expected("words", "two words, for off and for on");
    }
    distinct(fields, "words", (words as unknown[]).map((word) => [word]));
  }
  for (const level of ["warn", "alarm"]) {
    const state = fields.get(level);
    if (state !== undefined && typeof state !== "boolean") fields.expected(level, "true or false");
  }
}

function validateChoice(fields: Fields): void {
  const of = fields.get("of");
  const meanings: readonly (readonly unknown[])[] = Array.isArray(of)
    ? of.map((name) => [name])
    : isRecord(of)
    ? Object.entries(of)
    : fields.expected("of", "names, or names with the device's words");
  if (meanings.length === 0) fields.expected("of", "at least one name");
  distinct(fields, "of", meanings);
  const names = meanings.map(([name]) => name);
  for (const level of ["warn", "alarm"]) {
    const graded = fields.get(level);
    if (graded === undefined) continue;
    if (!Array.isArray(graded)) fields.expected(level, "a list of names");
    for (const name of graded as unknown[]) {
      if (!names.includes(name)) fields.fail(level, `${shown(name)} is none of ${names.join(", ")}`);
    }
  }
}
