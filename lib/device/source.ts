/** YAML files that people write: their values, and where a key stands, for messages. @module */
import { parse, YamlSyntaxError } from "@std/yaml";
import { ConfigError } from "../errors.ts";
import type { FieldRules } from "./fields.ts";

interface Region {
  /** First line inside, from 0. */
  readonly from: number;
  /** First line behind. */
  readonly to: number;
}

/** Longer files are refused, characters. */
const LARGEST = 4_194_304;
/** More values than these, aliases written out, are refused. */
const MOST_VALUES = 250_000;
/** More aliases than these are refused. */
const MOST_ALIASES = 5000;
/** What is nested deeper is refused. */
const DEEPEST = 64;
/** Longer keys are refused. */
const LONGEST_KEY = 500;
/** A value that stands for another: `*name`. */
const ALIAS = /(?<=^|[\s[{,:-])\*[^\s,\]}'"]+/gm;

const BLANK = /^\s*(?:#.*)?$/;
const indentOf = (line: string) => /^ */.exec(line)![0].length;

/** The children of a block: the lines with the indentation of the first one. */
function childrenIn(lines: readonly string[], { from, to }: Region): number[] {
  const inside = lines.slice(from, to).flatMap((line, index) => BLANK.test(line) ? [] : [from + index]);
  const indent = inside.length > 0 ? indentOf(lines[inside[0]!]!) : 0;
  return inside.filter((line) => indentOf(lines[line]!) === indent);
}

function escaped(key: string): string {
  return key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * The line on which a key of a YAML text stands, for messages about it.
 *
 * Follows block mappings and lists; inside of `{ … }` and where a key is not to be found it gives the line of what
 * surrounds it.
 *
 * @param text The YAML text.
 * @param path Keys from the top; places in lists as digits, from `"0"`.
 * @returns The line, from 1.
 *
 * @example Usage
 * ```ts
 * import { lineOf } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "# the lab\ninstances:\n  cryocon:\n    model: cryo-con\n";
 * assertEquals(lineOf(text, ["instances", "cryocon", "model"]), 4);
 * ```
 */
export function lineOf(text: string, path: readonly string[]): number {
  const lines = text.split("\n");
  let region: Region = { from: 0, to: lines.length };
  let found = 0;
  for (const key of path) {
    const children = childrenIn(lines, region);
    const items = children.filter((line) => /^ *-(?: |$)/.test(lines[line]!));
    const isItem = /^\d+$/.test(key) && items.length > 0;
    const named = new RegExp(`^ *(["']?)${escaped(key)}\\1 *:`);
    const line = isItem ? items[Number(key)] : children.find((child) => named.test(lines[child]!));
    if (line === undefined) return inFlow(lines, found, region.to, key) + 1;
    found = line;
    if (isItem) {
      lines[line] = lines[line]!.replace("-", " ");
      region = { from: line, to: items[Number(key) + 1] ?? region.to };
    } else {
      region = { from: line + 1, to: endOf(lines, line, region.to) };
    }
  }
  return found + 1;
}

/** Behind the last line that belongs to the key on `start`; its list may stand as far left as itself. */
function endOf(lines: readonly string[], start: number, limit: number): number {
  const indent = indentOf(lines[start]!);
  for (let line = start + 1; line < limit; line++) {
    const text = lines[line]!;
    if (BLANK.test(text)) continue;
    const own = indentOf(text) > indent || (indentOf(text) === indent && /^ *-(?: |$)/.test(text));
    if (!own) return line;
  }
  return limit;
}

function inFlow(lines: readonly string[], from: number, to: number, key: string): number {
  const named = new RegExp(`[{,\\s"']${escaped(key)}["']? *:`);
  const offset = lines.slice(from, to).findIndex((line) => named.test(line));
  return offset < 0 ? from : from + offset;
}

/**
 * Reads a YAML file. What it comes to is bounded, also where its aliases stand for more than is written: nobody who walks
 * through it meets a circle, or more than a file of that size could say.
 *
 * @param text Its text.
 * @param file Its name, for messages.
 * @returns Its value.
 * @throws {ConfigError} With file and line, if it is no YAML, or too much.
 */
export function parseYaml(text: string, file: string): unknown {
  if (text.length > LARGEST) {
    throw new ConfigError(`${file}: expected at most ${LARGEST} characters, got ${text.length}`);
  }
  const tooMany = [...text.matchAll(ALIAS)][MOST_ALIASES];
  if (tooMany) {
    const line = text.slice(0, tooMany.index).split("\n").length;
    throw new ConfigError(`${file} line ${line}: expected at most ${MOST_ALIASES} aliases`);
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    // The parser calls itself for what stands inside of something.
    if (error instanceof RangeError) {
      throw new ConfigError(`${file} line ${deepestLine(text)}: nested too deep`);
    }
    if (!(error instanceof YamlSyntaxError)) throw error;
    const [problem] = error.message.split(" at line ");
    throw new ConfigError(`${file} line ${error.line}: ${problem}`, { cause: error });
  }
  measure(value, (path, problem) => {
    throw new ConfigError(`${file} line ${lineOf(text, path)}: ${problem}`);
  });
  return value;
}

/** Walks through all of a value as if its aliases were written out, and complains once it is too much. */
function measure(value: unknown, complain: (path: readonly string[], problem: string) => never): void {
  let count = 0;
  const walk = (value: unknown, path: readonly string[]) => {
    if (++count > MOST_VALUES) {
      complain(path.slice(0, 1), `with what its aliases stand for it has more than ${MOST_VALUES} values`);
    }
    if (typeof value !== "object" || value === null) return;
    if (path.length >= DEEPEST) complain(path, `nested deeper than ${DEEPEST}, or in a circle`);
    for (const [key, inner] of Object.entries(value)) {
      if (key.length > LONGEST_KEY) {
        complain(path, `expected keys of at most ${LONGEST_KEY} characters, got one of ${key.length}`);
      }
      walk(inner, [...path, key]);
    }
  };
  walk(value, []);
}

/** The line on which most is open: the deepest indentation, or the most brackets. */
function deepestLine(text: string): number {
  let open = 0;
  let most = -1;
  let found = 1;
  text.split("\n").forEach((line, index) => {
    const dashes = /^(?: *- )*/.exec(line)![0].length;
    const depth = Math.max(open, indentOf(line), dashes) + line.split(/[[{]/).length - 1;
    open = Math.max(0, open + line.split(/[[{]/).length - line.split(/[\]}]/).length);
    if (depth > most) [most, found] = [depth, index + 1];
  });
  return found;
}

/** Complaints about a YAML file name it and the line: `lab.yaml line 7: instances.cryocon.modle: unknown key`. */
export function yamlRules(text: string, file: string): FieldRules & Required<Pick<FieldRules, "complain">> {
  return {
    complain(path, problem) {
      const place = path.length > 0 ? `${path.join(".")}: ` : "";
      throw new ConfigError(`${file} line ${lineOf(text, path)}: ${place}${problem}`);
    },
  };
}
