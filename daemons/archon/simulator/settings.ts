/** A configuration as keys and values, read with their ranges. @module */
import { Refused } from "./refused.ts";

/** Keys are in capitals, with `/` behind the module: `MOD5/CLAMP1`. */
export class Settings {
  readonly #values: ReadonlyMap<string, string>;

  /** Takes the keys and values. */
  constructor(values: ReadonlyMap<string, string> = new Map()) {
    this.#values = values;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#values.size;
  }

  /** The text of a key; empty where it is not there. */
  text(key: string): string {
    return this.#values.get(key) ?? "";
  }

  /** A whole number. */
  integer(key: string, absent: number, min: number, max: number): number {
    const value = this.number(key, absent, min, max);
    if (!Number.isInteger(value)) throw new Refused(`${key}=${this.text(key)} is no whole number`);
    return value;
  }

  /** A number. */
  number(key: string, absent: number, min: number, max: number): number {
    const text = this.text(key);
    if (text === "") return absent;
    const value = Number(text);
    if (value >= min && value <= max) return value;
    throw new Refused(`${key}=${text} is not within ${min} to ${max}`);
  }

  /** Whether a key is 1. */
  flag(key: string): boolean {
    return this.integer(key, 0, 0, 1) === 1;
  }

  /** The texts of a list: `LINES=2`, `LINE0=`, `LINE1=`. */
  list(count: string, item: string, most: number): string[] {
    const length = this.integer(count, 0, 0, most);
    return Array.from({ length }, (_, index) => this.text(`${item}${index}`));
  }
}
