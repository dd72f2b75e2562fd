/** Decompresses integers with RICE_1, one tile at a time. @module */
import { FitsError } from "../errors.ts";
import { PARAMETERS, RICE_BLOCK, type RiceWidth, swapped } from "./rice.ts";

/** Where decompressed integers may go. */
export type Integers = Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Decompresses tiles; its memory is used again for each. */
export class RiceDecoder {
  readonly #width: RiceWidth;
  readonly #block: number;
  #words = new Int32Array(0);
  #bits = 0;

  /**
   * Makes one.
   *
   * @param width Bytes of an integer.
   * @param block Pixels that share one parameter.
   */
  constructor(width: RiceWidth, block: number = RICE_BLOCK) {
    this.#width = width;
    this.#block = block;
  }

  /**
   * Decompresses a tile.
   *
   * @param bytes The compressed tile.
   * @param values Where its integers go; they wrap as they are stored there.
   * @param from Where the first of them goes.
   * @param count How many it has.
   * @param offset What is added to each.
   * @throws {FitsError} If the tile ends before its last integer.
   */
  decode(bytes: Uint8Array, values: Integers, from: number, count: number, offset: number): void {
    const { fsBits, fsMax, bits } = PARAMETERS[this.#width];
    const words = this.#load(bytes);
    const shift = 32 - bits;
    let last = words[0]! >> shift;
    let at = bits;
    const stop = from + count;
    for (let start = from; start < stop; start += this.#block) {
      const end = Math.min(start + this.#block, stop);
      if (at >= this.#bits) break;
      const parameter = (windowAt(words, at) >>> 32 - fsBits) - 1;
      at += fsBits;
      if (parameter < 0) values.fill(last + offset | 0, start, end);
      else if (parameter === fsMax) at = decodeRaw(words, at, values, start, end, bits, last, offset);
      else at = decodeBlock(words, at, values, start, end, parameter, shift, last, offset);
      last = values[end - 1]! - offset << shift >> shift;
    }
    if (count > 0 && at > this.#bits) {
      throw new FitsError(`the tile ends after ${bytes.length} bytes`);
    }
  }

  /** The bytes as words, with zeros behind them: a block may be read beyond its end before that is noticed. */
  #load(bytes: Uint8Array): Int32Array {
    const count = Math.ceil(bytes.length / 4);
    const spare = 4 * this.#block + 16;
    if (this.#words.length < count + spare) this.#words = new Int32Array(2 * count + spare);
    const words = this.#words;
    new Uint8Array(words.buffer).set(bytes);
    new Uint8Array(words.buffer).fill(0, bytes.length, 4 * (count + spare));
    for (let at = 0; at < count; at += 1) words[at] = swapped(words[at]!);
    this.#bits = 8 * bytes.length;
    return words;
  }
}

/** 32 bits from there on. */
function windowAt(words: Int32Array, at: number): number {
  const index = at >>> 5;
  const skip = at & 31;
  return words[index]! << skip | words[index + 1]! >>> 1 >>> 31 - skip;
}

function decodeBlock(
  words: Int32Array,
  from: number,
  values: Integers,
  start: number,
  end: number,
  parameter: number,
  shift: number,
  before: number,
  offset: number,
): number {
  const mask = (1 << parameter) - 1;
  let at = from;
  let last = before;
  for (let index = start; index < end; index += 2) {
    // Two at a time where 32 bits have both.
    const word = at >>> 5;
    const skip = at & 31;
    const window = words[word]! << skip | words[word + 1]! >>> 1 >>> 31 - skip;
    const zeros = Math.clz32(window);
    const length = zeros + parameter + 1;
    const rest = length < 32 ? window << length : 0;
    const restZeros = Math.clz32(rest);
    const both = length + restZeros + parameter + 1;
    if (both > 32 || index + 1 === end) {
      const stop = Math.min(index + 2, end);
      for (let single = index; single < stop; single += 1) {
        const one = nextOne(words, at) | 0;
        const lower = parameter === 0 ? 0 : windowAt(words, one + 1) >>> 32 - parameter;
        const mapped = one - at << parameter | lower;
        at = one + 1 + parameter;
        last = last + (mapped >>> 1 ^ -(mapped & 1)) << shift >> shift;
        values[single] = last + offset | 0;
      }
      continue;
    }
    const first = zeros << parameter | window >>> 32 - length & mask;
    const second = restZeros << parameter | window >>> 32 - both & mask;
    at += both;
    last = last + (first >>> 1 ^ -(first & 1)) << shift >> shift;
    values[index] = last + offset | 0;
    last = last + (second >>> 1 ^ -(second & 1)) << shift >> shift;
    values[index + 1] = last + offset | 0;
  }
  return at;
}

/** Where the next bit is that is set; there is none behind the end, where it gives up. */
function nextOne(words: Int32Array, from: number): number {
  let at = from;
  while (at >>> 5 < words.length - 4) {
    const zeros = Math.clz32(windowAt(words, at));
    at += zeros;
    if (zeros < 32) break;
  }
  return at;
}

/** Differences as they are. */
function decodeRaw(
  words: Int32Array,
  from: number,
  values: Integers,
  start: number,
  end: number,
  bits: number,
  before: number,
  offset: number,
): number {
  const shift = 32 - bits;
  let at = from;
  let last = before;
  for (let index = start; index < end; index += 1) {
    const mapped = windowAt(words, at) >>> shift;
    at += bits;
    last = last + (mapped >>> 1 ^ -(mapped & 1)) << shift >> shift;
    values[index] = last + offset | 0;
  }
  return at;
}
