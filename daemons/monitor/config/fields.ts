/** Reading a checked configuration: every key is asked for by name and type; what nobody asked for is a mistake. @module */
import { suggestion } from "../../../lib/device/nearest.ts";
import { ConfigError } from "../../../lib/errors.ts";

/** One section of a configuration file, whatever its grammar. */
export interface Section {
  /** Where the section is within the file: `clients.cryocon`; empty at the root. */
  readonly path: string;
  /** Its keys, in order. */
  readonly keys: readonly string[];
  /** What stands under a key: text, number, boolean, null, list; undefined where it is absent. */
  value(key: string): unknown;
  /** The section under a key, or undefined where there is none. */
  section(key: string): Section | undefined;
  /** File and line of a key: `monitor.yaml line 12`. */
  place(key: string): string;
}

/** Limits of a number. */
export interface Limits {
  /** Smallest. */
  readonly min: number;
  /** Largest. */
  readonly max: number;
  /** Whether it must be whole. */
  readonly whole?: boolean;
}

/** Limits of a TCP port one may listen on; 0 takes any free one. */
export const PORT: Limits = { min: 0, max: 65535, whole: true };

/** Limits of the database interval, seconds. */
export const INTERVAL: Limits = { min: 0, max: 3600 };

/** Reads the keys of a {@linkcode Section}, each with its type. All methods give undefined where the key is absent. */
export class Fields {
  /** Where the section is within the file; empty at the root. */
  readonly path: string;
  readonly #section: Section;
  readonly #known = new Set<string>();

  /** Reads from `section`. */
  constructor(section: Section) {
    this.#section = section;
    this.path = section.path;
  }

  /** Text; a number counts as its digits. */
  text(key: string): string | undefined {
    const value = this.#take(key);
    if (value === undefined || typeof value === "string") return value;
    return typeof value === "number" ? String(value) : this.fail(key, "text", value);
  }

  /** A number within limits. */
  number(key: string, { min, max, whole = false }: Limits): number | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    const fits = typeof number === "number" && number >= min && number <= max;
    if (fits && (!whole || Number.isInteger(number))) return number;
    return this.fail(key, `a ${whole ? "whole " : ""}number from ${min} to ${max}`, value);
  }

  /** True or false, as YAML or ConfigObj write them. */
  flag(key: string): boolean | undefined {
    const value = this.#take(key);
    if (value === undefined || typeof value === "boolean") return value;
    const word = String(value).toLowerCase();
    if (["true", "yes", "on", "1"].includes(word)) return true;
    if (["false", "no", "off", "0"].includes(word)) return false;
    return this.fail(key, "true or false", value);
  }

  /** One of some words. */
  choice<const C extends string>(key: string, of: readonly C[]): C | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    return of.find((word) => word === value) ??
      this.fail(key, `one of ${of.join(", ")}`, value);
  }

  /** A list of texts; a single text is a list of one. */
  list(key: string): readonly string[] | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    const items = Array.isArray(value) ? value : [value];
    const fits = items.every((item) => typeof item === "string" || typeof item === "number");
    return fits ? items.map(String) : this.fail(key, "a list of names", value);
  }

  /** The section under `key`. */
  section(key: string): Section | undefined {
    const section = this.#section.section(key);
    this.#known.add(key);
    if (section) return section;
    const value = this.#section.value(key);
    return value === undefined || value === null ? undefined : this.fail(key, "a section", value);
  }

  /** A sentence for every key nobody asked for, with its place and the nearest known one. */
  leftOver(): string[] {
    return this.#section.keys.filter((key) => !this.#known.has(key)).map((key) =>
      `${this.#section.place(key)}: ${this.#name(key)} is no known key${suggestion(key, this.#known)}`
    );
  }

  /** Refuses keys nobody asked for. */
  done(): void {
    const problems = this.leftOver();
    if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  }

  /** Refuses what stands under `key`. */
  fail(key: string, expected: string, got: unknown): never {
    throw new ConfigError(
      `${this.#section.place(key)}: ${this.#name(key)}: expected ${expected}, got ${show(got)}`,
    );
  }

  #take(key: string): unknown {
    this.#known.add(key);
    return this.#section.value(key) ?? undefined;
  }

  #name(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}

/** What was found, for an error message. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "a section" : JSON.stringify(value);
}
