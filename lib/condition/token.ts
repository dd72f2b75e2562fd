/** The words of a condition, and where they stand. @module */
import { ConfigError } from "../errors.ts";

/** What a token is. */
export type TokenKind = "number" | "text" | "name" | "operator" | "end";

/** One word of a condition. */
export interface Token {
  /** What it is. */
  readonly kind: TokenKind;
  /** What it says: the name, the operator, the text without its quotes, the digits. */
  readonly text: string;
  /** Where it begins, from 1. */
  readonly column: number;
}

/** Longer conditions are refused. */
const LONGEST = 4096;

/**
 * A hyphen between letters or digits belongs to a name (`cryo-con.temperature`); to subtract names needs blanks around.
 * Degrees, percent and micro may stand in units.
 */
const PATTERN = new RegExp(
  [
    /(?<blank>\s+)/,
    /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/,
    /(?<text>"[^"\n]*"|'[^'\n]*')/,
    /`(?<quoted>[^`\n]+)`/,
    /(?<name>[A-Za-z_%°µΩ][\w%°µΩ]*(?:[.\-][A-Za-z0-9_%°µΩ]+)*)/,
    /(?<operator><=|>=|==|!=|[-+*/()<>,])/,
  ].map(({ source }) => source).join("|"),
  "uy",
);

/**
 * Takes a condition apart, in linear time.
 *
 * @param text The condition.
 * @returns Its tokens; the last is an `end`.
 * @throws {ConfigError} If it is too long, or something in it is none; with the place.
 */
export function tokensOf(text: string): Token[] {
  if (text.length > LONGEST) {
    throw new ConfigError(
      `A condition of ${text.length} characters is too long: at most ${LONGEST} are allowed`,
    );
  }
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.length) {
    const column = PATTERN.lastIndex + 1;
    const match = PATTERN.exec(text);
    if (!match) {
      throw wrongAt(text, column, `expected a value, a name or an operator, got ${shown(text, column)}`);
    }
    const { number, text: quoted, quoted: name, name: bare, operator } = match.groups!;
    if (number !== undefined) tokens.push({ kind: "number", text: number, column });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted.slice(1, -1), column });
    else if (name !== undefined || bare !== undefined) {
      tokens.push({ kind: "name", text: (name ?? bare)!, column });
    } else if (operator !== undefined) tokens.push({ kind: "operator", text: operator, column });
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}

/** The error of something wrong at a place of a condition. */
export function wrongAt(text: string, column: number, problem: string): ConfigError {
  return new ConfigError(`Condition ${JSON.stringify(text)}, column ${column}: ${problem}`);
}

function shown(text: string, column: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(column - 1)!));
}
