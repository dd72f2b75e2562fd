/** Between the machine's byte order and that of FITS, which is big-endian. Every machine Deno runs on is little-endian. @module */
import { type Checksum, LANE } from "./checksum.ts";

/** Bytes of a value. */
export type Width = 1 | 2 | 4 | 8;

/** The sign bits of a word's values, in the machine's order and in FITS's. */
const SIGNS: Readonly<Record<Width, readonly [machine: number, fits: number]>> = {
  1: [0x80808080 | 0, 0x80808080 | 0],
  2: [0x80008000 | 0, 0x00800080],
  4: [0x80000000 | 0, 0x00000080],
  8: [0x80000000 | 0, 0x00000080],
};

/**
 * Turns values into FITS's byte order.
 *
 * @param values The values' bytes in the machine's order; not changed.
 * @param target Where they go: of the same length, beginning at a multiple of 4. It may be the same memory.
 * @param width Bytes of a value.
 * @param flip Whether the sign bit changes, which is what an offset of half the range does to an integer.
 * @param sum Gets the sum of what was written, so that it costs no second pass.
 */
export function toBigEndian(
  values: Uint8Array,
  target: Uint8Array,
  width: Width,
  flip: boolean,
  sum?: Checksum,
): void {
  const words = wordsOf(values, target, width);
  const sign = flip ? SIGNS[width][0] : 0;
  if (width === 8) swap64(words, 0, sign);
  else if (width === 4) swap32(words, sign, sum);
  else if (width === 2) swap16(words, sign, sum);
  else flip8(words, sign);
  swapRest(values, target, width, flip ? 1 : undefined);
  if (width === 8 || width === 1) sum?.add(target);
  else sum?.add(target.subarray(4 * words.to.length));
}

/**
 * Turns values from FITS's byte order into the machine's.
 *
 * @param data The values' bytes as FITS has them; not changed.
 * @param target Where they go: of the same length, beginning at a multiple of 4. It may be the same memory.
 * @param width Bytes of a value.
 * @param flip Whether the sign bit changes.
 */
export function fromBigEndian(data: Uint8Array, target: Uint8Array, width: Width, flip: boolean): void {
  const words = wordsOf(data, target, width);
  const sign = flip ? SIGNS[width][1] : 0;
  if (width === 8) swap64(words, sign, 0);
  else if (width === 4) swap32(words, sign);
  else if (width === 2) swap16(words, sign);
  else flip8(words, sign);
  swapRest(data, target, width, flip ? 0 : undefined);
}

interface Words {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Both as 32-bit words; what lies where no words can be read is moved first. */
function wordsOf(source: Uint8Array, target: Uint8Array, width: Width): Words {
  const count = Math.floor(target.length / Math.max(width, 4)) * Math.max(width, 4) / 4;
  const to = new Int32Array(target.buffer, target.byteOffset, count);
  if (source.byteOffset % 4 === 0) {
    return { from: new Int32Array(source.buffer, source.byteOffset, count), to };
  }
  target.set(source);
  return { from: to, to };
}

function swap16({ from, to }: Words, sign: number, sum?: Checksum): void {
  if (!sum) {
    for (let at = 0; at < to.length; at += 1) {
      const word = from[at]! ^ sign;
      to[at] = (word & 0x00ff00ff) << 8 | (word >>> 8) & 0x00ff00ff;
    }
    return;
  }
  for (let start = 0; start < to.length; start += LANE) {
    const end = Math.min(to.length, start + LANE);
    let high = 0;
    let low = 0;
    for (let at = start; at < end; at += 1) {
      const word = from[at]! ^ sign;
      high = (high + (word & 0xffff)) | 0;
      low = (low + (word >>> 16)) | 0;
      to[at] = (word & 0x00ff00ff) << 8 | (word >>> 8) & 0x00ff00ff;
    }
    sum.addHalves(high >>> 0, low >>> 0);
  }
}

function swap32({ from, to }: Words, sign: number, sum?: Checksum): void {
  for (let start = 0; start < to.length; start += LANE) {
    const end = Math.min(to.length, start + LANE);
    let high = 0;
    let low = 0;
    for (let at = start; at < end; at += 1) {
      const word = from[at]! ^ sign;
      high = (high + (word >>> 16)) | 0;
      low = (low + (word & 0xffff)) | 0;
      to[at] = word << 24 | (word & 0xff00) << 8 | (word >>> 8) & 0xff00 | word >>> 24;
    }
    sum?.addHalves(high >>> 0, low >>> 0);
  }
}

function swap64({ from, to }: Words, firstSign: number, secondSign: number): void {
  for (let at = 0; at < to.length; at += 2) {
    const first = from[at]! ^ firstSign;
    const second = from[at + 1]! ^ secondSign;
    to[at] = second << 24 | (second & 0xff00) << 8 | (second >>> 8) & 0xff00 | second >>> 24;
    to[at + 1] = first << 24 | (first & 0xff00) << 8 | (first >>> 8) & 0xff00 | first >>> 24;
  }
}

function flip8({ from, to }: Words, sign: number): void {
  if (sign === 0) to.set(from);
  else for (let at = 0; at < to.length; at += 1) to[at] = from[at]! ^ sign;
}

/**
 * The last value of an odd number of 16-bit ones, or the last bytes.
 *
 * @param signed Which byte of two in the source has the sign that changes.
 */
function swapRest(source: Uint8Array, target: Uint8Array, width: Width, signed: 0 | 1 | undefined): void {
  const start = target.length - target.length % Math.max(width, 4);
  if (width === 2 && start < target.length) {
    const first = source[start]! ^ (signed === 0 ? 0x80 : 0);
    const second = source[start + 1]! ^ (signed === 1 ? 0x80 : 0);
    target[start] = second;
    target[start + 1] = first;
  }
  if (width !== 1) return;
  const sign = signed === undefined ? 0 : 0x80;
  for (let at = start; at < target.length; at += 1) target[at] = source[at]! ^ sign;
}
