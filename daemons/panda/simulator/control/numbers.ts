/** Numbers as a C library reads and writes them. @module */
import { formatG } from "../../../../lib/panda/server.ts";
import { refuse } from "./refusal.ts";

/** Digits of numbers with a fraction. */
const DIGITS = 10;

/** Reads on in a text, from its front. */
export class NumberText {
  #text: string;

  /** Begins with a text. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Whether there is no more. */
  get isAtEnd(): boolean {
    return this.#text === "";
  }

  /** A whole number: decimal, octal with a leading 0, or hexadecimal with 0x; blanks before it do not count. */
  whole(): bigint {
    const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)/.exec(this.#text);
    if (!match) refuse("Number missing");
    const [all, sign, digits] = match as unknown as [string, string, string];
    const octal = /^0\d/.test(digits) ? /^0[0-7]*/.exec(digits)![0] : undefined;
    this.#text = this.#text.slice(all.length - digits.length + (octal ?? digits).length);
    const value = BigInt(octal === undefined ? digits : `0o${octal}`);
    return sign === "-" ? -value : value;
  }

  /** A number with a fraction. */
  fraction(): number {
    const match = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)/i.exec(this.#text);
    if (!match) refuse("Number missing");
    this.#text = this.#text.slice(match![0].length);
    const text = match![0].trim().toLowerCase();
    if (text.endsWith("nan")) return NaN;
    return text.includes("inf") ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text);
  }

  /** The end. */
  end(): void {
    if (this.#text !== "") refuse("Unexpected character after input");
  }
}

/** A whole number of 32 bits; larger ones are cut off, negative ones wrap. */
export function parseUint(text: string): number {
  const number = new NumberText(text);
  const value = Number(BigInt.asUintN(32, number.whole()));
  number.end();
  return value;
}

/** A number with a fraction. */
export function parseDouble(text: string): number {
  const number = new NumberText(text);
  const value = number.fraction();
  number.end();
  return value;
}

/** Writes a number with a fraction. */
export function formatDouble(value: number): string {
  return formatG(value, DIGITS);
}

/** Only an empty text. */
export function parseNothing(text: string): void {
  new NumberText(text).end();
}
