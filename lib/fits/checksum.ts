/** The sum that guards an HDU. @module */
import { CARD } from "./card.ts";

/** So many words add up in 32-bit integers without overflow: 32768 times 65535. */
const LANE = 32768;

/**
 * The ones' complement sum of big-endian 32-bit words, fed in any pieces.
 *
 * The two halves of the words are added apart; doubles hold such sums exactly for files of up to 500 TB.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sum = new Checksum();
 * sum.add(Uint8Array.of(0xff, 0xff));
 * sum.add(Uint8Array.of(0xff, 0xff, 0, 0, 0, 2));
 * assertEquals(sum.value, 2);
 * ```
 */
export class Checksum {
  #high = 0;
  #low = 0;
  /** Bytes so far, modulo 4. */
  #phase = 0;

  /** The sum so far; bytes missing to a whole word count as 0. */
  get value(): number {
    const carried = this.#high % 65536 * 65536 + this.#low + Math.floor(this.#high / 65536);
    return foldWord(carried);
  }

  /** Whether it stands between two words. */
  get isWhole(): boolean {
    return this.#phase === 0;
  }

  /** Adds sums of upper and lower halves of whole words. */
  addHalves(high: number, low: number): void {
    this.#high += high;
    this.#low += low;
  }

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    let at = 0;
    while (this.#phase !== 0 && at < bytes.length) this.#addByte(bytes[at++]!);
    const words = (bytes.length - at) >>> 2;
    const start = bytes.byteOffset + at;
    if (start % 4 === 0) this.#addWords(new Int32Array(bytes.buffer, start, words));
    else this.#addUnaligned(bytes.subarray(at, at + 4 * words));
    for (at += 4 * words; at < bytes.length; at += 1) this.#addByte(bytes[at]!);
  }

  #addByte(byte: number): void {
    const value = this.#phase % 2 === 0 ? byte << 8 : byte;
    if (this.#phase < 2) this.#high += value;
    else this.#low += value;
    this.#phase = (this.#phase + 1) % 4;
  }

  #addWords(words: Int32Array): void {
    for (let from = 0; from < words.length; from += LANE) {
      const end = Math.min(words.length, from + LANE);
      let high = 0;
      let low = 0;
      for (let at = from; at < end; at += 1) {
        const word = words[at]!;
        high = (high + ((word & 0xff) << 8 | (word >>> 8) & 0xff)) | 0;
        low = (low + ((word >>> 8) & 0xff00 | word >>> 24)) | 0;
      }
      this.#high += high >>> 0;
      this.#low += low >>> 0;
    }
  }

  #addUnaligned(bytes: Uint8Array): void {
    let high = 0;
    let low = 0;
    for (let at = 0; at < bytes.length; at += 4) {
      high += bytes[at]! << 8 | bytes[at + 1]!;
      low += bytes[at + 2]! << 8 | bytes[at + 3]!;
    }
    this.#high += high;
    this.#low += low;
  }
}

function foldWord(sum: number): number {
  let word = sum;
  while (word > 0xffffffff) word = word % 4294967296 + Math.floor(word / 4294967296);
  return word;
}

/** The sum of two parts of whole words. */
export function addSums(one: number, other: number): number {
  return foldWord(one + other);
}

/** Where the value of `CHECKSUM` begins in its card. */
const VALUE_COLUMN = 11;
/** What stands in `CHECKSUM` while the sum is made. */
export const NO_CHECKSUM = "0".repeat(16);

/**
 * The value of `CHECKSUM` that makes the sum over the whole HDU -0.
 *
 * @param sum The sum of header and data, with {@linkcode NO_CHECKSUM} in its place.
 */
export function encodeChecksum(sum: number): string {
  const complement = ~sum >>> 0;
  const letters = new Array<number>(16);
  for (let index = 0; index < 4; index += 1) {
    const byte = complement >>> 24 - 8 * index & 0xff;
    const four = [0, 0, 0, 0].map((_, at) => (byte >>> 2) + (at === 0 ? byte % 4 : 0) + 0x30);
    let isPlain = false;
    while (!isPlain) {
      isPlain = true;
      for (let pair = 0; pair < 4; pair += 2) {
        if (!isPunctuation(four[pair]!) && !isPunctuation(four[pair + 1]!)) continue;
        four[pair]! += 1;
        four[pair + 1]! -= 1;
        isPlain = false;
      }
    }
    four.forEach((letter, at) => letters[4 * at + index] = letter);
  }
  const text = String.fromCharCode(...letters);
  return text.slice(-1) + text.slice(0, -1);
}

function isPunctuation(letter: number): boolean {
  return letter >= 0x3a && letter <= 0x40 || letter >= 0x5b && letter <= 0x60;
}

/**
 * Puts the value of `CHECKSUM` into a header's bytes that have {@linkcode NO_CHECKSUM} there.
 *
 * @param header The bytes; changed.
 * @param dataSum The sum of the data.
 */
export function sealHeader(header: Uint8Array, dataSum: number): void {
  const sum = new Checksum();
  sum.add(header);
  const value = encodeChecksum(addSums(sum.value, dataSum));
  for (let at = 0; at < header.length; at += CARD) {
    if (String.fromCharCode(...header.subarray(at, at + VALUE_COLUMN)) !== "CHECKSUM= '") continue;
    for (let index = 0; index < 16; index += 1) header[at + VALUE_COLUMN + index] = value.charCodeAt(index);
    return;
  }
}
