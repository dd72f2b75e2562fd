/** Reading a configuration: every key is asked for by name and type; what nobody asked for is a mistake. @module */
import { Fields, isRecord, shown } from "../../../lib/device/fields.ts";
import { suggestion } from "../../../lib/device/nearest.ts";
import { ConfigError } from "../../../lib/errors.ts";

/** File and line of a key: `monitor.yaml line 12`. */
export type Place = (path: readonly string[]) => string;

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

/**
 * One section of a configuration file, whatever its grammar: the words of INI files, which know no types, are as good as
 * YAML's values. All methods give undefined where the key is absent or empty.
 */
export class Section extends Fields {
  readonly #place: Place;
  readonly #known = new Set<string>();

  /** Reads from what a file says; `place` finds its keys. */
  constructor(value: unknown, place: Place, path: readonly string[] = []) {
    super(value, path, {
      complain(at, problem) {
        throw new ConfigError([place(at), ...at.length > 0 ? [at.join(".")] : [], problem].join(": "));
      },
    });
    this.#place = place;
  }

  /** What stands under a key, which is known from now on. */
  override get(key: string): unknown {
    this.#known.add(key);
    return super.get(key) ?? undefined;
  }

  /** Text; a number counts as its digits. */
  override text(key: string): string | undefined {
    const value = this.get(key);
    return typeof value === "number" ? String(value) : super.text(key);
  }

  /** A number within limits. */
  numberIn(key: string, { min, max, whole = false }: Limits): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    const fits = typeof number === "number" && number >= min && number <= max;
    if (fits && (!whole || Number.isInteger(number))) return number;
    return this.expected(key, `a ${whole ? "whole " : ""}number from ${min} to ${max}`);
  }

  /** True or false, as YAML or ConfigObj write them. */
  flag(key: string): boolean | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === "boolean") return value;
    const word = String(value).toLowerCase();
    if (["true", "yes", "on", "1"].includes(word)) return true;
    if (["false", "no", "off", "0"].includes(word)) return false;
    return this.expected(key, "true or false");
  }

  /** One of some words. */
  choice<const C extends string>(key: string, of: readonly C[]): C | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    return of.find((word) => word === value) ?? this.expected(key, `one of ${of.join(", ")}`);
  }

  /** A list of texts; a single text is a list of one. */
  list(key: string): readonly string[] | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const items = Array.isArray(value) ? value : [value];
    const fits = items.every((item) => typeof item === "string" || typeof item === "number");
    return fits ? items.map(String) : this.expected(key, "a list of names");
  }

  /** The section under a key. */
  section(key: string): Section | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    return isRecord(value) ? new Section(value, this.#place, this.at(key)) : this.expected(key, "a section");
  }

  /** A sentence for every key nobody asked for, with its place and the nearest known one. */
  leftOver(): string[] {
    return this.keys.filter((key) => !this.#known.has(key)).map((key) => {
      const path = this.at(key);
      return `${this.#place(path)}: ${path.join(".")} is no known key${suggestion(key, this.#known)}`;
    });
  }

  /** Refuses keys nobody asked for. */
  done(): void {
    const problems = this.leftOver();
    if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  }

  /** Complains about what stands under a key; a list or a section would be too long to show. */
  override expected(key: string, what: string): never {
    return this.fail(key, `expected ${what}, got ${brief(this.get(key))}`);
  }
}

/** What was found, for a message. */
export function brief(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return isRecord(value) ? "a section" : shown(value);
}
