/** Understands a card. @module */
import { type Card, isCommentary, isKeyword } from "./card.ts";
import { decimalsToKeep } from "./format_number.ts";

/** A card as read from its 80 characters. */
export interface ParsedCard {
  /** The card. */
  card: Card;
  /** What is wrong with it; its text is kept as it is. */
  problem?: string;
}

const INTEGER = /^[+-]?\d+$/;
const REAL = /^[+-]?(?:\d+\.?(\d*)|\.(\d+))(?:[EDed]([+-]?\d+))?$/;
const COMPLEX = /^\(\s*([^,\s]+)\s*,\s*([^,\s]+)\s*\)$/;
const STRING = /^'((?:[^']|'')*)'/;

/**
 * Understands a card that is not `END`.
 *
 * @param text Its 80 characters.
 * @returns The card; `CONTINUE` cards come as they are.
 */
export function parseCard(text: string): ParsedCard {
  const keyword = text.slice(0, 8).trimEnd();
  if (keyword === "HIERARCH") {
    const equals = text.indexOf("=");
    const name = text.slice(8, equals).trim().replace(/\s+/g, " ").toUpperCase();
    if (equals > 8 && isKeyword(name)) return parseValue(name, text.slice(equals + 1), text);
  }
  if (keyword === "CONTINUE" && text[8] !== "=") return parseValue(keyword, text.slice(8), text);
  if (isCommentary(keyword) || text.slice(8, 10) !== "= " || !isKeyword(keyword)) {
    return { card: { keyword, text: text.slice(8).trimEnd() } };
  }
  return parseValue(keyword, text.slice(10), text);
}

function parseValue(keyword: string, field: string, whole: string): ParsedCard {
  const token = field.trimStart();
  const string = STRING.exec(token);
  if (string) {
    const rest = token.slice(string[0].length).trim();
    if (rest === "" || rest.startsWith("/")) {
      const value = string[1]!.replaceAll("''", "'").trimEnd();
      return { card: { keyword, value, ...parseComment(rest.slice(1)) } };
    }
    return misunderstood(whole, `expected / after the string, got ${JSON.stringify(rest)}`);
  }
  if (token.startsWith("'")) return misunderstood(whole, "the string has no end");
  const slash = token.indexOf("/");
  const value = (slash < 0 ? token : token.slice(0, slash)).trim();
  const comment = slash < 0 ? {} : parseComment(token.slice(slash + 1));
  const number = parseNumber(value);
  if (number === undefined) return misunderstood(whole, `expected a value, got ${JSON.stringify(value)}`);
  return { card: { keyword, ...number, ...comment } };
}

/** A value without quotes; undefined if it is none. */
function parseNumber(text: string): Pick<Card, "value" | "decimals"> | undefined {
  if (text === "") return { value: undefined };
  if (text === "T" || text === "F") return { value: text === "T" };
  if (INTEGER.test(text)) {
    const value = Number(text);
    return { value: Number.isSafeInteger(value) ? value + 0 : BigInt(text.replace("+", "")) };
  }
  const real = parseReal(text);
  if (real !== undefined) {
    const value = Number.isFinite(real) ? real : undefined;
    if (value === undefined) return undefined;
    const decimals = decimalsToKeep(value, text);
    return decimals === undefined ? { value } : { value, decimals };
  }
  const [, re, im] = COMPLEX.exec(text) ?? [];
  if (re === undefined || im === undefined) return undefined;
  const [x, y] = [parseReal(re), parseReal(im)];
  if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) return undefined;
  return { value: { re: x, im: y } };
}

function parseReal(text: string): number | undefined {
  return REAL.test(text) ? Number(text.replace(/[Dd]/, "E")) : undefined;
}

/** Divides what stands behind the slash into unit and comment. */
export function parseComment(text: string): Pick<Card, "unit" | "comment"> {
  const [, unit, rest] = /^\s*\[([^\]]*)\](.*)$/.exec(text) ?? [undefined, undefined, text];
  const comment = rest!.trim();
  return {
    ...unit === undefined || unit.trim() === "" ? {} : { unit: unit.trim() },
    ...comment === "" ? {} : { comment },
  };
}

function misunderstood(whole: string, problem: string): ParsedCard {
  return { card: { keyword: whole.slice(0, 8).trimEnd(), text: whole.slice(8).trimEnd() }, problem };
}
