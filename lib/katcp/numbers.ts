/** Numbers as KATCP writes them, with a grammar of their own: JavaScript's takes blanks, hex and nothing at all. @module */
import { PeerProtocolError } from "../errors.ts";
import { shown } from "./message.ts";
import { textIn } from "./words.ts";

const INTEGER = /^-?[0-9]+$/;
const FLOAT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NOT_FINITE = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;
const TIME = /^[0-9]+(?:\.[0-9]+)?$/;

const MINUS = 0x2d;
const DOT = 0x2e;
/** So many digits fit in 32 bits. */
const PART = 8;
/** What they are counted in. */
const PART_SIZE = 1e8;
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
export function parseInteger(bytes: Uint8Array, start: number, end: number): number | bigint {
  const quick = parseDecimal(bytes, start, end, false);
  if (quick !== undefined) return quick + 0;
  const text = textIn(bytes, start, end);
  if (!INTEGER.test(text)) throw invalid("an integer", text);
  const exact = BigInt(text);
  return exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
}

/**
 * Reads a float: decimal, `inf` or `nan`.
 *
 * @throws {PeerProtocolError} If it is none, or beyond what a double holds.
 */
export function parseFloat(bytes: Uint8Array, start: number, end: number): number {
  const quick = parseDecimal(bytes, start, end, true);
  if (quick !== undefined) return quick;
  const text = textIn(bytes, start, end);
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
export function parseTime(bytes: Uint8Array, start: number, end: number): number {
  const quick = bytes[start] === MINUS ? undefined : parseDecimal(bytes, start, end, true);
  if (quick !== undefined && bytes[end - 1] !== DOT && bytes[start] !== DOT) return quick;
  const text = textIn(bytes, start, end);
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
function parseDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  mayHavePoint: boolean,
): number | undefined {
  const isNegative = start < end && bytes[start] === MINUS;
  let value = 0;
  let part = 0; // the last digits, few enough for whole numbers, which are faster
  let digits = 0;
  let point = -1;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at]!;
    const digit = (byte - 0x30) >>> 0; // no digit is far above 9
    if (digit < 10) {
      part = (10 * part + digit) | 0;
      if ((++digits & (PART - 1)) === 0) {
        value = value * PART_SIZE + part;
        part = 0;
      }
    } else if (byte === DOT && point < 0 && mayHavePoint) point = at;
    else return undefined;
  }
  value = value * POWERS[digits & (PART - 1)]! + part;
  if (digits === 0 || value >= EXACT) return undefined;
  const decimals = point < 0 ? 0 : end - 1 - point;
  if (decimals >= POWERS.length) return undefined;
  const size = value / POWERS[decimals]!;
  return isNegative ? -size : size;
}
