/** Writing lines so that the base protocol's parser reads back the same values. @module */
import { LocalProtocolError } from "../errors.ts";

const PLAIN = /^[^\s'"\\\0]+$/;

/**
 * A word as it is written on a line: quoted where it has to be.
 *
 * @param text The word; any text without line breaks and NUL.
 * @returns What `shlex.split` of Python, and {@linkcode parseLine}, read back as `text`.
 * @throws {LocalProtocolError} If the text has a line break or NUL: no line can carry it.
 *
 * @example Usage
 * ```ts
 * import { quote } from "@dewar/sdk/line";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quote("-100"), "-100");
 * assertEquals(quote(`two "words"`), `"two \\"words\\""`);
 * ```
 */
export function quote(text: string): string {
  if (PLAIN.test(text)) return text;
  if (/[\n\0]/.test(text)) {
    throw new LocalProtocolError(
      `Cannot send ${JSON.stringify(text.slice(0, 80))}: a line carries no line break and no NUL`,
    );
  }
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** What {@linkcode formatLine} writes. */
export interface LineParts {
  /** First word. */
  readonly name?: string | undefined;
  /** Further words, none with `=`. */
  readonly args?: readonly string[];
  /** Options; keys without `=`. */
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * Writes a line from its parts.
 *
 * @param parts Name, arguments and options.
 * @returns The line without terminator.
 * @throws {LocalProtocolError} If the grammar has no way to say it: `=` in a name, an argument or a key, arguments
 * first without a name, or a line break.
 *
 * @example Usage
 * ```ts
 * import { formatLine } from "@dewar/sdk/line";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatLine({ name: "set", options: { title: "two words" } }), `set title="two words"`);
 * ```
 */
export function formatLine(parts: LineParts): string {
  const { name, args = [], options } = parts;
  let words = "";
  for (const word of args) words += ` ${bareWord(word)}`;
  let pairs = "";
  for (const key in options) pairs += ` ${formatOption(key, options[key]!)}`;
  if (name !== undefined) return bareWord(name) + words + pairs;
  if (words !== "" && pairs === "") {
    throw new LocalProtocolError(
      `Cannot send ${JSON.stringify(args)} without a name: the first would be taken for it`,
    );
  }
  return (pairs + words).slice(1);
}

/**
 * Writes one option.
 *
 * @param key Its key.
 * @param value Its value.
 * @returns `key=value`, quoted where it has to be.
 * @throws {LocalProtocolError} If the key has a `=`, or either has a line break.
 */
export function formatOption(key: string, value: string): string {
  if (key.includes("=")) {
    throw new LocalProtocolError(`Cannot send an option named ${JSON.stringify(key)}: it has a "="`);
  }
  if (key !== "" && !PLAIN.test(key)) return quote(`${key}=${value}`);
  return value === "" ? `${key}=` : `${key}=${quote(value)}`;
}

function bareWord(word: string): string {
  if (!word.includes("=")) return quote(word);
  throw new LocalProtocolError(`Cannot send ${JSON.stringify(word)} as a word: its "=" makes it an option`);
}

/** Text for people on one line: control characters, line breaks among them, become blanks. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f]+/g, " ");
}

/** Text for a peer that drops every line with more than ASCII in it: other characters become `?`. */
export function toAscii(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[^\x00-\x7f]/gu, "?");
}
