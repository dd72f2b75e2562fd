/** Replies of `NAME=value` pairs. @module */
import { PeerProtocolError } from "../errors.ts";

/**
 * Reads a reply of pairs, in any order.
 *
 * @param text The reply: `"VALID=1 COUNT=27 MOD3/TEMP=31.2"`.
 * @returns The values by name.
 * @throws {PeerProtocolError} If something in it is no pair, or a name comes twice.
 */
export function readPairs(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const at = word.indexOf("=");
    const name = word.slice(0, at);
    if (at <= 0 || pairs.has(name)) {
      const wrong = at <= 0 ? "no NAME=value" : "there twice";
      throw new PeerProtocolError(`The Archon's reply is unreadable: ${JSON.stringify(word)} is ${wrong}`);
    }
    pairs.set(name, word.slice(at + 1));
  }
  return pairs;
}

/** Values by name, with the types they should have. */
export class PairReader {
  readonly #pairs: ReadonlyMap<string, string>;

  /** Reads a reply. */
  constructor(text: string) {
    this.#pairs = readPairs(text);
  }

  /** All of it, as it came. */
  get pairs(): ReadonlyMap<string, string> {
    return this.#pairs;
  }

  /** Whether there is such a value. */
  has(name: string): boolean {
    return this.#pairs.has(name);
  }

  /** A value as it came; empty where there is none. */
  text(name: string): string {
    return this.#pairs.get(name) ?? "";
  }

  /** A decimal number; `missing` where there is no such value. */
  number(name: string, missing?: number): number {
    const text = this.#pairs.get(name);
    if (text === undefined && missing !== undefined) return missing;
    const value = text === undefined || text.trim() === "" ? NaN : Number(text);
    if (!Number.isNaN(value)) return value;
    throw this.#wrong(name, "a number");
  }

  /** A flag: 0 or 1. */
  flag(name: string, missing?: boolean): boolean {
    return this.number(name, missing === undefined ? undefined : Number(missing)) !== 0;
  }

  /** A hexadecimal number; `missing` where there is no such value. */
  hex(name: string, missing?: bigint): bigint {
    const text = this.#pairs.get(name);
    if (text === undefined && missing !== undefined) return missing;
    if (text !== undefined && /^[0-9A-Fa-f]{1,16}$/.test(text)) return BigInt(`0x${text}`);
    throw this.#wrong(name, "a hexadecimal number");
  }

  #wrong(name: string, expected: string): PeerProtocolError {
    const text = this.#pairs.get(name);
    const got = text === undefined ? "nothing" : JSON.stringify(text);
    return new PeerProtocolError(
      `The Archon's reply is unreadable: ${name}: expected ${expected}, got ${got}`,
    );
  }
}
