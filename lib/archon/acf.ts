/** Configuration files of Archon controllers. @module */
import { ConfigError } from "../errors.ts";

/** A line of the configuration: its place in the controller's memory, and in its file. */
export interface AcfEntry {
  /** Its name as it goes over the wire: `"MOD5/CLAMP1"`. */
  readonly key: string;
  /** Its value, without quotes. */
  readonly value: string;
  /** The line of the file it stands on; undefined where it was added later. */
  readonly line: number | undefined;
}

/** Most lines a controller holds, and most characters of one. */
const MOST_LINES = 16384;
const LONGEST_LINE = 2048;

/**
 * A configuration. Its keys are found without regard to case, and written as they were first.
 *
 * Their order is that of the controller's memory: a key's place in it is the number of the line that is rewritten to change
 * it.
 */
export class Acf {
  /** What it is called: the file's name. */
  readonly name: string;
  readonly #entries: AcfEntry[] = [];
  readonly #places = new Map<string, number>();
  /** Lines of the other sections, by section, as they were. */
  readonly #others: ReadonlyMap<string, readonly string[]>;

  /** Makes one of its entries; {@linkcode readAcf} reads a file. */
  constructor(
    name: string,
    entries: Iterable<AcfEntry>,
    others: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.name = name;
    this.#others = others;
    for (const entry of entries) this.#add(entry);
  }

  /** The entries, in the order of the controller's memory. */
  get entries(): readonly AcfEntry[] {
    return this.#entries;
  }

  /** The value of a key; undefined where there is none. */
  get(key: string): string | undefined {
    const place = this.lineOf(key);
    return place === undefined ? undefined : this.#entries[place]!.value;
  }

  /** The value of a key as a number; undefined where there is none, or it is none. */
  number(key: string): number | undefined {
    const value = this.get(key)?.trim();
    const number = value === undefined || value === "" ? NaN : Number(value);
    return Number.isNaN(number) ? undefined : number;
  }

  /** The line of the controller's memory a key is on. */
  lineOf(key: string): number | undefined {
    return this.#places.get(canonical(key));
  }

  /** How the line of a key goes into the controller's memory. */
  text({ key, value }: Pick<AcfEntry, "key" | "value">): string {
    return `${key}=${value}`;
  }

  /**
   * Gives a key another value; one that is not there is added at the end.
   *
   * @param key The key, with `/` or `\` in it.
   * @param value The value, without quotes.
   * @returns This.
   * @throws {ConfigError} If the line cannot be.
   */
  set(key: string, value: string | number): this {
    const place = this.lineOf(key);
    const before = place === undefined ? undefined : this.#entries[place];
    const entry = { key: before?.key ?? wireKey(key), value: String(value), line: before?.line };
    if (place === undefined) this.#add(entry);
    else {
      this.#check(entry);
      this.#entries[place] = entry;
    }
    return this;
  }

  /** The members of a list, such as `PARAMETER0`, `PARAMETER1`, …: as many as its count (`PARAMETERS`) says. */
  list(name: string): string[] {
    const count = this.number(`${name}S`) ?? 0;
    return Array.from({ length: count }, (_, index) => this.get(`${name}${index}`) ?? "");
  }

  /** The parameters of the timing script with their first values, in order; slots without one are left out. */
  parameters(): ReadonlyMap<string, number> {
    return new Map(
      this.list("PARAMETER").flatMap((text) => {
        const [, name, value] = /^\s*([A-Za-z_]\w*)\s*=\s*(\d+)\s*$/.exec(text) ?? [];
        return name === undefined ? [] : [[name, Number(value)] as const];
      }),
    );
  }

  /** The other sections of the file: their lines as they stand there, by the section's name. */
  get sections(): ReadonlyMap<string, readonly string[]> {
    return this.#others;
  }

  /** One with the same content, to be changed. */
  clone(): Acf {
    return new Acf(this.name, this.#entries, this.#others);
  }

  /** The file. */
  toString(): string {
    const parts: string[] = [];
    const section = (name: string, lines: readonly string[]) => parts.push(`[${name}]`, ...lines);
    const [system] = [this.#others.get("SYSTEM")];
    if (system) section("SYSTEM", system);
    section("CONFIG", this.#entries.map(({ key, value }) => `${key.replaceAll("/", "\\")}=${quoted(value)}`));
    for (const [name, lines] of this.#others) if (name !== "SYSTEM") section(name, lines);
    return parts.join("\n") + "\n";
  }

  #add(entry: AcfEntry): void {
    const key = canonical(entry.key);
    const place = this.#places.get(key);
    if (place !== undefined) {
      const first = this.#entries[place]!.line;
      const before = first === undefined ? "" : ` (it is on line ${first} already)`;
      throw this.#wrong(entry, `it is there twice${before}, and which one counts is not known`);
    }
    this.#check(entry);
    if (this.#entries.length === MOST_LINES) {
      throw this.#wrong(entry, `a controller holds ${MOST_LINES} lines`);
    }
    this.#places.set(key, this.#entries.length);
    this.#entries.push(entry);
  }

  #check(entry: AcfEntry): void {
    const text = this.text(entry);
    if (text.length > LONGEST_LINE) throw this.#wrong(entry, `a line has at most ${LONGEST_LINE} characters`);
    if (/^[\x20-\x7e\xa0-\xff]*$/.test(text)) return;
    throw this.#wrong(entry, `expected Latin-1 text, got ${JSON.stringify(entry.value)}`);
  }

  #wrong({ key, line }: AcfEntry, problem: string): ConfigError {
    return new ConfigError(`${this.name}${line === undefined ? "" : ` line ${line}`}: ${key}: ${problem}`);
  }
}

/**
 * Reads a configuration file.
 *
 * @param text The text of the file.
 * @param name Its name, for messages.
 * @returns The configuration.
 * @throws {ConfigError} With file and line: for a line that is none, a key that is there twice, a file without `[CONFIG]`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const acf = readAcf('[CONFIG]\nLINECOUNT=2\nMOD5\\CLAMP1=0.5\nTAPLINE0="AD1L, 1.0, 100"\n', "ccd.acf");
 * assertEquals(acf.get("MOD5/CLAMP1"), "0.5");
 * assertEquals(acf.lineOf("TAPLINE0"), 2);
 *
 * assertThrows(() => readAcf("[CONFIG]\nA=1\nB=2\nA=3", "ccd.acf"), Error, "ccd.acf line 4: A: it is there twice");
 * ```
 */
export function readAcf(text: string, name: string): Acf {
  const entries: AcfEntry[] = [];
  const others = new Map<string, string[]>();
  let hasConfig = false;
  let take: (line: string, number: number) => void = (line, number) => {
    throw new ConfigError(`${name} line ${number}: expected [CONFIG] or another section, got ${shown(line)}`);
  };
  for (const [index, raw] of text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/).entries()) {
    const number = index + 1;
    const section = /^\s*\[(.*)\]\s*$/.exec(raw)?.[1]?.trim();
    if (section !== undefined) {
      if (section.toUpperCase() === "CONFIG") {
        if (hasConfig) throw new ConfigError(`${name} line ${number}: [CONFIG] is there twice`);
        hasConfig = true;
        take = (line, at) => entries.push(readEntry(line, name, at));
      } else {
        const lines = others.get(section) ?? [];
        others.set(section, lines);
        take = (line) => lines.push(line);
      }
    } else if (raw.trim() !== "" && !/^\s*;/.test(raw)) take(raw, number);
  }
  if (!hasConfig) throw new ConfigError(`${name} has no [CONFIG]: it is no configuration of an Archon`);
  return new Acf(name, entries, others);
}

function readEntry(raw: string, name: string, line: number): AcfEntry {
  const at = raw.indexOf("=");
  const key = raw.slice(0, at).trim();
  if (at <= 0 || !/^[A-Za-z][\w/\\ -]*$/.test(key)) {
    throw new ConfigError(`${name} line ${line}: expected KEY=value, got ${shown(raw)}`);
  }
  const value = unquoted(raw.slice(at + 1));
  if (value === undefined) throw new ConfigError(`${name} line ${line}: ${key}: the quote is not closed`);
  return { key: wireKey(key), value, line };
}

function shown(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

/** A key as it goes over the wire. */
function wireKey(key: string): string {
  return key.trim().replaceAll("\\", "/");
}

function canonical(key: string): string {
  return wireKey(key).toUpperCase();
}

function unquoted(raw: string): string | undefined {
  const text = raw.trim();
  if (!text.startsWith('"')) return text;
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return undefined;
  return text.slice(1, -1).replaceAll(/\\(["\\])/g, "$1");
}

function quoted(value: string): string {
  if (!/[,;="\\]|^\s|\s$/.test(value)) return value;
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}
