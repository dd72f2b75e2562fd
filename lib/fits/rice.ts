/** RICE_1: the compression of cfitsio for integers, one tile at a time. @module */
import { FitsError } from "../errors.ts";

/** Pixels that share one parameter. */
export const RICE_BLOCK = 32;

/** Bytes of a stored integer. */
export type RiceWidth = 1 | 2 | 4;

interface Parameters {
  /** Bits of the parameter. */
  readonly fsBits: number;
  /** From here on differences are written as they are. */
  readonly fsMax: number;
  /** Bits of a difference as it is. */
  readonly bits: number;
}

const PARAMETERS: Readonly<Record<RiceWidth, Parameters>> = {
  1: { fsBits: 3, fsMax: 6, bits: 8 },
  2: { fsBits: 4, fsMax: 14, bits: 16 },
  4: { fsBits: 5, fsMax: 25, bits: 32 },
};

/** Words that a tile takes at most, and some more. */
function mostWords(pixels: number, width: RiceWidth): number {
  return Math.ceil((width * (pixels + 1) + pixels / RICE_BLOCK + 32) / 4);
}

/** Compresses tiles; its memory is used again for each. */
export class RiceEncoder {
  readonly #width: RiceWidth;
  readonly #differences = new Int32Array(RICE_BLOCK + 1);
  #words = new Int32Array(0);
  // The next word to be written, the bits that are gathered for it from the left, and how many are still free.
  #next = 0;
  #gathered = 0;
  #free = 32;

  /** Makes one for integers of so many bytes. */
  constructor(width: RiceWidth) {
    this.#width = width;
  }

  /**
   * Compresses a tile.
   *
   * @param pixels Where its integers are. An offset that all of them have makes no difference, but for the first.
   * @param start Where they begin.
   * @param count How many there are.
   * @param first What is stored of the first one.
   * @returns The bytes, valid until the next tile.
   */
  encode(pixels: ArrayLike<number>, start: number, count: number, first: number): Uint8Array {
    const needed = mostWords(count, this.#width);
    if (this.#words.length < needed) this.#words = new Int32Array(needed);
    this.#next = 0;
    this.#gathered = 0;
    this.#free = 32;
    const { bits } = PARAMETERS[this.#width];
    this.#put(bits === 32 ? first : first & (1 << bits) - 1, bits);
    let last = pixels[start]!;
    for (let at = 0; at < count; at += RICE_BLOCK) {
      const length = Math.min(RICE_BLOCK, count - at);
      this.#encodeBlock(this.#difference(pixels, start + at, length, last), length);
      last = pixels[start + at + length - 1]!;
    }
    const length = 4 * this.#next + Math.ceil((32 - this.#free) / 8);
    this.#words[this.#next] = swapped(this.#gathered);
    return new Uint8Array(this.#words.buffer, 0, length);
  }

  /** The differences of a block, negative ones made odd and positive ones even; gives back their sum. */
  #difference(pixels: ArrayLike<number>, start: number, length: number, before: number): number {
    const differences = this.#differences;
    const shift = 32 - PARAMETERS[this.#width].bits;
    let last = before;
    if (shift === 0) {
      let sum = 0;
      for (let at = 0; at < length; at += 1) {
        const value = pixels[start + at]!;
        const difference = (value - last) | 0;
        const mapped = difference << 1 ^ difference >> 31;
        differences[at] = mapped;
        sum += mapped >>> 0;
        last = value;
      }
      return sum;
    }
    let sum = 0;
    for (let at = 0; at < length; at += 1) {
      const value = pixels[start + at]!;
      // They wrap like the integers themselves.
      const difference = (value - last) << shift >> shift;
      const mapped = difference << 1 ^ difference >> 31;
      differences[at] = mapped;
      sum = (sum + mapped) | 0;
      last = value;
    }
    return sum;
  }

  #encodeBlock(sum: number, length: number): void {
    const { fsBits, fsMax, bits } = PARAMETERS[this.#width];
    const mean = Math.max(0, (sum - (length >>> 1) - 1) / length);
    const parameter = 32 - Math.clz32(Math.floor(mean) >>> 1);
    if (parameter >= fsMax) {
      this.#put(fsMax + 1, fsBits);
      for (let at = 0; at < length; at += 1) this.#put(this.#differences[at]!, bits);
    } else if (sum === 0) this.#put(0, fsBits);
    else {
      this.#put(parameter + 1, fsBits);
      this.#encodeDifferences(length, parameter);
    }
  }

  /**
   * Each: as many zeros as the upper part says, a one, and the lower part. Two at a time where a word has room for both:
   * that leaves half of the branches.
   */
  #encodeDifferences(count: number, parameter: number): void {
    const differences = this.#differences;
    const words = this.#words;
    const one = 1 << parameter;
    const mask = one - 1;
    let next = this.#next;
    let gathered = this.#gathered;
    let free = this.#free;
    differences[count] = 0;
    for (let at = 0; at < count; at += 2) {
      const first = differences[at]!;
      const second = differences[at + 1]!;
      const secondLength = (second >>> parameter) + parameter + 1;
      const length = (first >>> parameter) + parameter + 1 + secondLength;
      if (length > 32 || at + 1 === count) {
        this.#next = next;
        this.#gathered = gathered;
        this.#free = free;
        this.#encodeLong(first, parameter);
        if (at + 1 < count) this.#encodeLong(second, parameter);
        next = this.#next;
        gathered = this.#gathered;
        free = this.#free;
        continue;
      }
      const code = (one | first & mask) << secondLength | one | second & mask;
      const over = length - free;
      if (over < 0) {
        free = -over;
        gathered |= code << free;
      } else {
        words[next++] = swapped(gathered | code >>> over);
        free = 32 - over;
        gathered = over === 0 ? 0 : code << free;
      }
    }
    this.#next = next;
    this.#gathered = gathered;
    this.#free = free;
  }

  /** One of any length. */
  #encodeLong(value: number, parameter: number): void {
    let zeros = value >>> parameter;
    for (; zeros > 32; zeros -= 32) this.#put(0, 32);
    this.#put(0, zeros);
    this.#put(1 << parameter | value & (1 << parameter) - 1, parameter + 1);
  }

  /** Writes some bits: at most 32, and none above them set. */
  #put(code: number, length: number): void {
    const over = length - this.#free;
    if (over < 0) {
      this.#free = -over;
      this.#gathered |= code << this.#free;
      return;
    }
    this.#words[this.#next++] = swapped(this.#gathered | code >>> over);
    this.#free = 32 - over;
    this.#gathered = over === 0 ? 0 : code << this.#free;
  }
}

function swapped(word: number): number {
  return word << 24 | (word & 0xff00) << 8 | (word >>> 8) & 0xff00 | word >>> 24;
}

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
   * @param values Where its integers go: as many as it has.
   * @throws {FitsError} If the tile ends before its last integer.
   */
  decode(bytes: Uint8Array, values: Int32Array): void {
    const { fsBits, fsMax, bits } = PARAMETERS[this.#width];
    const words = this.#load(bytes);
    const shift = 32 - bits;
    let last = words[0]! >> shift;
    let at = bits;
    for (let start = 0; start < values.length; start += this.#block) {
      const end = Math.min(start + this.#block, values.length);
      if (at >= this.#bits) break;
      const parameter = (windowAt(words, at) >>> 32 - fsBits) - 1;
      at += fsBits;
      if (parameter < 0) values.fill(last, start, end);
      else if (parameter === fsMax) at = decodeRaw(words, at, values, start, end, bits, last);
      else at = decodeBlock(words, at, values, start, end, parameter, shift, last);
      last = values[end - 1]!;
    }
    if (values.length > 0 && at > this.#bits) {
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
  values: Int32Array,
  start: number,
  end: number,
  parameter: number,
  shift: number,
  before: number,
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
        values[single] = last;
      }
      continue;
    }
    const first = zeros << parameter | window >>> 32 - length & mask;
    const second = restZeros << parameter | window >>> 32 - both & mask;
    at += both;
    last = last + (first >>> 1 ^ -(first & 1)) << shift >> shift;
    values[index] = last;
    last = last + (second >>> 1 ^ -(second & 1)) << shift >> shift;
    values[index + 1] = last;
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
  values: Int32Array,
  start: number,
  end: number,
  bits: number,
  before: number,
): number {
  const shift = 32 - bits;
  let at = from;
  let last = before;
  for (let index = start; index < end; index += 1) {
    const mapped = windowAt(words, at) >>> shift;
    at += bits;
    last = last + (mapped >>> 1 ^ -(mapped & 1)) << shift >> shift;
    values[index] = last;
  }
  return at;
}
