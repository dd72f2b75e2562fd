/** Reading data of unknown origin, key by key, with a path in every complaint. @module */
import { ConfigError } from "../errors.ts";
import { suggestion } from "./nearest.ts";

/** How a value reads in a message. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Whether a value is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Puts a place and what is wrong there into an error. */
export type Complain = (path: readonly string[], problem: string) => never;

/** Complains with the path alone: `params.temperature.ramp.per: expected …`. */
export function complain(path: readonly string[], problem: string): never {
  throw new ConfigError(`${path.join(".") || "model"}: ${problem}`);
}

/** How {@linkcode Fields} go about what is wrong. */
export interface FieldRules {
  /** How they complain (default: by path). */
  readonly complain?: Complain;
  /** Whether unknown keys are passed over: what a newer peer says may have more than we know (default: refused). */
  readonly ignoreUnknown?: boolean;
}

/** An object whose keys are all to be accounted for. */
export class Fields {
  /** The keys that lead here. */
  readonly path: readonly string[];
  /** What was given. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly #rules: FieldRules;

  /** Takes `value`, which has to be an object. */
  constructor(value: unknown, path: readonly string[] = [], rules: FieldRules = {}) {
    this.path = path;
    this.#rules = rules;
    this.object = isRecord(value)
      ? value
      : this.#complain(path, `expected keys and values, got ${shown(value)}`);
  }

  /** Its keys. */
  get keys(): string[] {
    return Object.keys(this.object);
  }

  /** The value of a key; undefined where there is none. */
  get(key: string): unknown {
    return Object.hasOwn(this.object, key) ? this.object[key] : undefined;
  }

  /** The path of a key. */
  at(key: string): readonly string[] {
    return [...this.path, key];
  }

  /** Complains about a key. */
  fail(key: string, problem: string): never {
    return this.#complain(this.at(key), problem);
  }

  /** Complains about a key whose value is something else than expected. */
  expected(key: string, what: string): never {
    return this.fail(key, `expected ${what}, got ${shown(this.get(key))}`);
  }

  /** Complains about keys that are not among the known ones. */
  only(known: readonly string[]): void {
    if (this.#rules.ignoreUnknown) return;
    for (const key of this.keys) {
      if (!known.includes(key)) this.fail(key, `unknown key${suggestion(key, known)}`);
    }
  }

  /** A text; undefined where there is none. */
  text(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === "string") return value;
    return this.expected(key, "text");
  }

  /** A text that has to be there. */
  needText(key: string): string {
    return this.text(key) ?? this.expected(key, "text");
  }

  /** A finite number; undefined where there is none. */
  number(key: string): number | undefined {
    const value = this.get(key);
    if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
    return this.expected(key, "a number");
  }

  /** Two numbers, the lower one first; undefined where there is nothing. */
  range(key: string): readonly [number, number] | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] <= value[1]) {
      return value as unknown as readonly [number, number];
    }
    return this.expected(key, "[low, high] with low not above high");
  }

  /** One of some words; undefined where there is none. */
  word(key: string, words: readonly string[]): string | undefined {
    const value = this.get(key);
    if (value === undefined || words.includes(value as string)) return value as string | undefined;
    const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : words[0];
    return this.expected(key, list!);
  }

  /** The object under a key; undefined where there is none. */
  fields(key: string): Fields | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : new Fields(value, this.at(key), this.#rules);
  }

  /** The object under a key that has to be there. */
  needFields(key: string): Fields {
    return this.fields(key) ?? this.expected(key, "keys and values");
  }

  /** The objects under each key of this one. */
  children(): [name: string, fields: Fields][] {
    return this.keys.map((key) => [key, this.needFields(key)]);
  }

  #complain(path: readonly string[], problem: string): never {
    return (this.#rules.complain ?? complain)(path, problem);
  }
}
