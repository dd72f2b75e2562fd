/** Stored values and what they stand for. @module */
import { FitsError } from "../errors.ts";
import type { Header } from "./header.ts";
import type { Scaling } from "./image.ts";
import type { Bitpix, Pixels } from "./pixels.ts";

/** What a header says of its values. */
export interface ScaleOf {
  /** Factor. */
  readonly bscale: number;
  /** Offset. */
  readonly bzero: number | bigint;
  /** The stored value that means none. */
  readonly blank: number | bigint | undefined;
}

/** Reads it from a header. */
export function scaleOf(header: Header, bitpix: Bitpix): ScaleOf {
  const bzero = header.get("BZERO") ?? 0;
  const blank = header.get("BLANK") ?? header.get("ZBLANK");
  return {
    bscale: header.number("BSCALE") ?? 1,
    bzero: typeof bzero === "bigint" ? bzero : header.number("BZERO") ?? 0,
    blank: bitpix > 0 && (typeof blank === "bigint" || Number.isInteger(blank))
      ? blank as number | bigint
      : undefined,
  };
}

/** Computes what stored values stand for: single precision where it holds every stored one, else double. */
export function toFloat(stored: Pixels, { bscale, bzero, blank }: ScaleOf): Float32Array | Float64Array {
  const isShort = stored.BYTES_PER_ELEMENT < 4 || stored instanceof Float32Array;
  const values = isShort ? new Float32Array(stored.length) : new Float64Array(stored.length);
  const zero = Number(bzero);
  if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) {
    // With an offset of 2^63 the sum must be made before it is rounded.
    const offset = BigInt(Number.isInteger(zero) ? zero : 0);
    const isExact = bscale === 1 && Number.isInteger(zero);
    for (let at = 0; at < stored.length; at += 1) {
      values[at] = isExact ? Number(stored[at]! + offset) : bscale * Number(stored[at]) + zero;
    }
  } else {
    const from: ArrayLike<number> = stored;
    for (let at = 0; at < from.length; at += 1) values[at] = bscale * from[at]! + zero;
  }
  if (blank !== undefined) {
    for (let at = 0; at < stored.length; at += 1) if (stored[at] == blank) values[at] = NaN;
  }
  return values;
}

const RANGES: Readonly<Record<Scaling["bitpix"], readonly [number, number]>> = {
  8: [0, 255],
  16: [-32768, 32767],
  32: [-2147483648, 2147483647],
};

/**
 * Rounds values to scaled integers.
 *
 * @throws {FitsError} If one is out of range, or NaN and there is no integer for that.
 */
export function toScaled(values: ArrayLike<number>, scaling: Scaling): Uint8Array | Int16Array | Int32Array {
  const { bitpix, bscale, bzero, blank } = scaling;
  const [least, most] = RANGES[bitpix];
  const Type = { 8: Uint8Array, 16: Int16Array, 32: Int32Array }[bitpix];
  const stored = new Type(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    const exact = Number.isNaN(value) ? blank ?? NaN : Math.round((value - bzero) / bscale);
    if (!(exact >= least && exact <= most)) {
      const why = Number.isNaN(value) ? "there is no blank for it" : `it comes to ${exact}`;
      throw new FitsError(`pixel ${at} is ${value}, which ${bitpix} bits cannot hold: ${why}`);
    }
    stored[at] = exact;
  }
  return stored;
}

/** The value in pixels that means none, where they are stored with an offset. */
export function offsetBy(
  blank: number | bigint | undefined,
  bzero: number | bigint,
): number | bigint | undefined {
  if (blank === undefined) return undefined;
  const sum = BigInt(blank) + BigInt(bzero);
  return typeof bzero === "bigint" ? sum : Number(sum);
}
