/** Functions of five bits, as text. @module */
import { refuse } from "./refusal.ts";

/** What the inputs are in each of the 32 rows of the table, and the two constants. */
const VALUES: Readonly<Record<string, number>> = {
  "0": 0,
  "1": 0xffffffff,
  A: 0xffff0000,
  B: 0xff00ff00,
  C: 0xf0f0f0f0,
  D: 0xcccccccc,
  E: 0xaaaaaaaa,
};

/** Operators between two values, those that bind least first. */
const OPERATORS: readonly (readonly [string, (left: number, right: number) => number])[] = [
  ["=>", (left, right) => ~left | right],
  ["|", (left, right) => left | right],
  ["^", (left, right) => left ^ right],
  ["&", (left, right) => left & right],
  ["=", (left, right) => ~(left ^ right)],
];

/**
 * Reads a function: `A&B|~C`, `A?B:C`, or its table as a number, `0xFF00FF00`.
 *
 * @param text The function.
 * @returns Its value for each row: bit `16 A + 8 B + 4 C + 2 D + E`.
 */
export function parseLut(text: string): number {
  if (text.startsWith("0x")) {
    if (!/^0x[0-9a-fA-F]+$/.test(text)) refuse("Bad LUT number");
    return Number(BigInt.asUintN(32, BigInt(text)));
  }
  const parser = new LutParser(tokensOf(text));
  return parser.whole() >>> 0;
}

function tokensOf(text: string): string[] {
  const tokens = text.match(/=>|==?|[01A-E()~&|^?:]| +|./gsu) ?? [];
  if (tokens.some((token) => !/^(?:=>|==?|[01A-E()~&|^?:]| +)$/.test(token))) refuse("Invalid token");
  return tokens.filter((token) => !/^ +$/.test(token)).map((token) => token === "==" ? "=" : token);
}

class LutParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  whole(): number {
    const value = this.#choice();
    const next = this.#tokens[this.#at];
    if (next === undefined) return value;
    refuse(
      next === ")"
        ? "Missing open bracket"
        : next === ":"
        ? "Missing ? before :"
        : "Missing operator between values",
    );
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #choice(): number {
    const condition = this.#binary(0);
    if (!this.#take("?")) return condition;
    const then = this.#choice();
    if (!this.#take(":")) refuse("Missing : after ?");
    return (condition & then) | (~condition & this.#choice());
  }

  #binary(level: number): number {
    const operator = OPERATORS[level];
    if (!operator) return this.#single();
    let value = this.#binary(level + 1);
    while (this.#take(operator[0])) value = operator[1](value, this.#binary(level + 1));
    return value;
  }

  #single(): number {
    if (this.#take("~")) return ~this.#single();
    if (this.#take("(")) {
      const value = this.#choice();
      if (!this.#take(")")) {
        refuse(this.#isAtEnd ? "Missing close bracket" : "Missing operator between values");
      }
      return value;
    }
    const value = VALUES[this.#tokens[this.#at] ?? ""];
    if (value === undefined) refuse("Missing value");
    this.#at++;
    return value;
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }
}
