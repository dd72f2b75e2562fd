/** Numbers as KATCP writes them, with a grammar of their own: JavaScript's takes blanks, hex and nothing at all. @module */
import { PeerProtocolError } from "../errors.ts";
import { shown, textOf } from "./message.ts";

const INTEGER = /^-?[0-9]+$/;
const FLOAT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NOT_FINITE = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;
const TIME = /^[0-9]+(?:\.[0-9]+)?$/;

const MINUS = 0x2d;
const DOT = 0x2e;
/** Numbers below this are exact whatever their digits: two to the 53. */
const EXACT = 2 ** 53;
/** The powers of ten that are exact. */
const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * Reads an integer.
 *
 * @returns A number, or a bigint where a number would not be exact.
 * @throws {PeerProtocolError} If it is none.
 */
export function parseInteger(bytes: Uint8Array): number | bigint {
  const quick = parseDecimal(bytes, false);
  if (quick !== undefined) return quick + 0;
  const text = textOf(bytes);
  if (!INTEGER.test(text)) throw invalid("an integer", text);
  const exact = BigInt(text);
  return exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
}

/**
 * Reads a float: decimal, `inf` or `nan`.
 *
 * @throws {PeerProtocolError} If it is none, or beyond what a double holds.
 */
export function parseFloat(bytes: Uint8Array): number {
  const quick = parseDecimal(bytes, true);
  if (quick !== undefined) return quick;
  const text = textOf(bytes);
  const special = NOT_FINITE.exec(text);
  if (special) return special[2] === undefined ? NaN : special[1] === "-" ? -Infinity : Infinity;
  const value = FLOAT.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value)) return value;
  throw invalid(Number.isNaN(value) ? "a float" : "a float that a double can hold", text);
}

/**
 * Reads a time: digits, with a fraction or without.
 *
 * @throws {PeerProtocolError} If it is none.
 */
export function parseTime(bytes: Uint8Array): number {
  const quick = bytes[0] === MINUS ? undefined : parseDecimal(bytes, true);
  if (quick !== undefined && bytes.at(-1) !== DOT && bytes[0] !== DOT) return quick;
  const text = textOf(bytes);
  if (!TIME.test(text)) throw invalid("a timestamp", text);
  return Number(text);
}

/** Writes a float: the shortest text that reads back the same, with a point where it could be taken for an integer. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/** Writes a time, which has no exponent. */
export function formatTime(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(value < 1 ? 9 : 0) : text;
}

/** The error for a value that is not what it should be. */
export function invalid(expected: string, got: string): PeerProtocolError {
  return new PeerProtocolError(
    `Expected ${expected}, got ${shown(got.length > 80 ? `${got.slice(0, 80)}…` : got)}`,
  );
}

/** Reads digits with at most one point, where the result is exact; undefined for anything else. */
function parseDecimal(bytes: Uint8Array, mayHavePoint: boolean): number | undefined {
  const { length } = bytes;
  const first = bytes[0] === MINUS ? 1 : 0;
  let value = 0;
  let digits = 0;
  let point = -1;
  for (let at = first; at < length; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      value = 10 * value + (byte - 0x30); // in this order: the sum with the whole byte may be rounded
      digits++;
    } else if (byte === DOT && point < 0 && mayHavePoint) point = at;
    else return undefined;
  }
  if (digits === 0 || value >= EXACT) return undefined;
  const decimals = point < 0 ? 0 : length - 1 - point;
  if (decimals >= POWERS.length) return undefined;
  const size = value / POWERS[decimals]!;
  return first === 1 ? -size : size;
}
