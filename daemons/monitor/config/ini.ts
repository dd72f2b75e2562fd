/** The grammar of the original's `monitor.ini`: ConfigObj with nested sections, quotes, lists and comments. @module */
import { ConfigError } from "../../../lib/errors.ts";

/** One value and the line it stands on. */
export interface IniValue {
  /** Text, or a list where there was a comma. */
  readonly value: string | readonly string[];
  /** Line number, from 1. */
  readonly line: number;
}

/** A section: its values and the sections within. */
export interface IniSection {
  /** Line of its heading; 1 for the whole file. */
  readonly line: number;
  /** Values by key. */
  readonly values: ReadonlyMap<string, IniValue>;
  /** Sections within it by name, in order. */
  readonly sections: ReadonlyMap<string, IniSection>;
}

interface OpenSection extends IniSection {
  readonly values: Map<string, IniValue>;
  readonly sections: Map<string, OpenSection>;
}

const HEADING = /^(\[[[\s]*)("[^"]*"|'[^']*'|[^'"\s\]][^\]]*?)\s*(\][\]\s]*)(?:#.*)?$/;
const ASSIGNMENT = /^("[^"]*"|'[^']*'|[^'"=][^=]*?)\s*=\s*(.*)$/;

/**
 * Reads the text of an ini file.
 *
 * @param text The text.
 * @param file Its name, for errors.
 * @returns The root section.
 * @throws {ConfigError} With file, line and what was expected.
 */
export function parseIni(text: string, file: string): IniSection {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const root: OpenSection = { line: 1, values: new Map(), sections: new Map() };
  const open = [root];
  for (let number = 1; number <= lines.length; number++) {
    const fail = (problem: string): never => {
      throw new ConfigError(`${file} line ${number}: ${problem}`);
    };
    const line = lines[number - 1]!.trim();
    if (line === "" || line.startsWith("#")) continue;
    const place = number;
    if (line.startsWith("[")) {
      const { depth, name } = heading(line) ??
        fail(`expected a section such as [client] or [[plots]], got ${line}`);
      if (depth > open.length) {
        fail(`section ${name} is ${depth} deep, but the one around it is only ${open.length - 1} deep`);
      }
      open.length = depth;
      const parent = open[depth - 1]!;
      if (parent.sections.has(name) || parent.values.has(name)) {
        fail(`${name} is there already, expected every name once`);
      }
      const section: OpenSection = { line: place, values: new Map(), sections: new Map() };
      parent.sections.set(name, section);
      open.push(section);
      continue;
    }
    const assignment = ASSIGNMENT.exec(line) ?? fail(`expected key = value, got ${line}`);
    const key = unquote(assignment[1]!);
    const section = open.at(-1)!;
    if (section.values.has(key)) fail(`${key} is there already, expected every key once`);
    let rest = assignment[2]!;
    const quote = /^("""|''')/.exec(rest)?.[1];
    if (quote !== undefined) {
      while (rest.indexOf(quote, 3) < 0) {
        if (number === lines.length) throw unclosed(file, place, key, quote);
        rest += `\n${lines[number++]}`;
      }
    }
    section.values.set(key, {
      value: quote ? long(rest, quote, key, fail) : value(rest, key, fail),
      line: place,
    });
  }
  return root;
}

function heading(line: string): { depth: number; name: string } | undefined {
  const match = HEADING.exec(line);
  if (!match) return undefined;
  const depth = match[1]!.replaceAll(/\s/g, "").length;
  return depth === match[3]!.replaceAll(/\s/g, "").length ? { depth, name: unquote(match[2]!) } : undefined;
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

function unclosed(file: string, line: number, key: string, quote: string): ConfigError {
  return new ConfigError(
    `${file} line ${line}: ${key}: expected a closing ${quote} before the end of the file`,
  );
}

function long(text: string, quote: string, key: string, fail: (problem: string) => never): string {
  const end = text.indexOf(quote, 3);
  const rest = text.slice(end + 3).trim();
  if (rest !== "" && !rest.startsWith("#")) fail(`${key}: expected nothing after ${quote}, got ${rest}`);
  return text.slice(3, end);
}

/** Elements with commas between; one without any comma is text, `a,` is a list of one, `,` an empty list. */
function value(text: string, key: string, fail: (problem: string) => never): string | string[] {
  const elements: string[] = [];
  let at = 0;
  let isList = false;
  const blanks = () => {
    while (at < text.length && /\s/.test(text[at]!)) at++;
  };
  const atEnd = () => at >= text.length || text[at] === "#";
  for (blanks(); !atEnd(); blanks()) {
    if (text[at] === ",") {
      if (elements.length > 0) fail(`${key}: expected a value between two commas`);
      at++;
      blanks();
      if (!atEnd()) fail(`${key}: expected nothing after the comma of an empty list`);
      return [];
    }
    const quote = text[at]!;
    if (quote === '"' || quote === "'") {
      const end = text.indexOf(quote, at + 1);
      if (end < 0) fail(`${key}: expected a closing ${quote}`);
      elements.push(text.slice(at + 1, end));
      at = end + 1;
      blanks();
      if (!atEnd() && text[at] !== ",") fail(`${key}: expected a comma after the closing ${quote}`);
    } else {
      const end = text.slice(at).search(/[,#]/);
      const stop = end < 0 ? text.length : at + end;
      elements.push(text.slice(at, stop).trimEnd());
      at = stop;
    }
    if (text[at] === ",") {
      isList = true;
      at++;
    }
  }
  return isList ? elements : elements[0] ?? "";
}
