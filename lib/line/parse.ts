/** The grammar of one line: words as a POSIX shell splits them, and options split at their first `=`. @module */
import { PeerProtocolError } from "../errors.ts";

/** A line that has been taken apart. */
export interface ParsedLine {
  /** First word, if it has no `=`. */
  readonly name: string | undefined;
  /** Words without `=`, after the name. */
  readonly args: readonly string[];
  /** Words with `=`, split at the first one; the last of a name wins. Without `@mid`. */
  readonly options: Readonly<Record<string, string>>;
  /** The `@mid` under which the sender wants an answer. */
  readonly mid?: string;
  /** The line as it came, without terminator, trailing `\r` and `@mid`. */
  readonly text: string;
}

/** Why a line could not be taken apart. */
export interface BadLine {
  /** What is wrong, and where. */
  readonly problem: string;
  /** The `@mid` in front of the bad place, so that the sender can be told. */
  readonly mid?: string;
}

const SPACE = 1, EQUALS = 2, SPECIAL = 3;
const KIND = new Uint8Array(128);
for (const c of " \t\r\n") KIND[c.charCodeAt(0)] = SPACE;
for (const c of `'"\\`) KIND[c.charCodeAt(0)] = SPECIAL;
KIND["=".charCodeAt(0)] = EQUALS;

/**
 * An object without anything inherited, as `Object.create(null)` makes one; but made by a constructor it is one of those
 * whose layout the runtime shares among lines with the same names, which is twice as fast to fill and to read.
 */
const Bare = function () {} as unknown as new () => Record<string, string>;
Bare.prototype = Object.create(null);

const DOUBLE_QUOTE = 0x22, SINGLE_QUOTE = 0x27, BACKSLASH = 0x5c;

/**
 * Takes a line apart: in linear time, and never throwing.
 *
 * @param raw The line without its terminator.
 * @returns The line, or what is wrong with it.
 */
export function readLine(raw: string): ParsedLine | BadLine {
  const options = new Bare();
  const args: string[] = [];
  let name: string | undefined;
  let mid: string | undefined;
  let text = "";
  let textFrom = 0;
  let isFirst = true;
  let at = 0;
  const length = raw.length;
  while (true) {
    while (at < length && KIND[raw.charCodeAt(at)] === SPACE) at++;
    if (at === length) break;
    const start = at;
    let equals = -1;
    let kind: number | undefined = 0;
    for (; at < length; at++) {
      kind = KIND[raw.charCodeAt(at)];
      if (!kind) continue;
      if (kind !== EQUALS) break;
      if (equals < 0) equals = at - start;
    }
    let word: string | undefined;
    if (at < length && kind === SPECIAL) {
      const quoted = readQuoted(raw, start);
      if ("problem" in quoted) return mid === undefined ? quoted : { ...quoted, mid };
      word = quoted.word;
      at = quoted.end;
      equals = word.indexOf("=");
    }
    if (equals < 0) {
      word ??= raw.slice(start, at);
      if (isFirst) name = word;
      else args.push(word);
    } else {
      const key = word === undefined ? raw.slice(start, start + equals) : word.slice(0, equals);
      const value = word === undefined ? raw.slice(start + equals + 1, at) : word.slice(equals + 1);
      if (key === "@mid") {
        mid = value;
        text += raw.slice(textFrom, textFrom < start ? start - 1 : start);
        textFrom = at;
      } else {
        options[key] = value;
      }
    }
    isFirst = false;
  }
  text += textFrom === 0 ? raw : raw.slice(textFrom);
  if (text.endsWith("\r")) text = text.slice(0, -1);
  return mid === undefined ? { name, args, options, text } : { name, args, options, mid, text };
}

/** Reads a word that has quotes or backslashes in it. */
function readQuoted(raw: string, start: number): { word: string; end: number } | BadLine {
  let word = "";
  let at = start;
  while (at < raw.length) {
    const code = raw.charCodeAt(at);
    if (code === SINGLE_QUOTE) {
      const close = raw.indexOf("'", at + 1);
      if (close < 0) return unclosed(at);
      word += raw.slice(at + 1, close);
      at = close + 1;
    } else if (code === DOUBLE_QUOTE) {
      const opened = at++;
      let from = at;
      while (raw.charCodeAt(at) !== DOUBLE_QUOTE) {
        if (at >= raw.length) return unclosed(opened);
        if (raw.charCodeAt(at) === BACKSLASH) {
          const next = raw.charCodeAt(at + 1);
          if (next === DOUBLE_QUOTE || next === BACKSLASH) {
            word += raw.slice(from, at);
            from = ++at;
          }
        }
        at++;
      }
      word += raw.slice(from, at++);
    } else if (code === BACKSLASH) {
      if (at + 1 >= raw.length) return { problem: `nothing follows the backslash at character ${at}` };
      word += raw[at + 1];
      at += 2;
    } else if (KIND[code] === SPACE) {
      break;
    } else {
      const from = at++;
      while (at < raw.length && isPlain(raw.charCodeAt(at))) at++;
      word += raw.slice(from, at);
    }
  }
  return { word, end: at };
}

function isPlain(code: number): boolean {
  const kind = KIND[code];
  return kind !== SPACE && kind !== SPECIAL;
}

function unclosed(at: number): BadLine {
  return { problem: `the quote at character ${at} is never closed` };
}

/**
 * Takes a line apart as the base protocol does (Python's `shlex.split` in POSIX mode): blanks, tabs and `\r` separate
 * words; `'…'` is literal; `"…"` knows `\"` and `\\`; a backslash outside of quotes takes the next character as it is.
 *
 * @param text The line without its terminator.
 * @returns Its name, arguments and options; everything is text.
 * @throws {PeerProtocolError} If a quote is not closed or nothing follows a backslash.
 *
 * @example Usage
 * ```ts
 * import { parseLine } from "@dewar/sdk/line";
 * import { assertEquals } from "@std/assert";
 *
 * const line = parseLine(`set title="two words" temperature=-100`);
 * assertEquals(line.name, "set");
 * assertEquals({ ...line.options }, { title: "two words", temperature: "-100" });
 * ```
 */
export function parseLine(text: string): ParsedLine {
  const line = readLine(text);
  if ("problem" in line) {
    throw new PeerProtocolError(`Cannot read the line ${JSON.stringify(text.slice(0, 80))}: ${line.problem}`);
  }
  return line;
}
