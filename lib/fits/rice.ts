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

/** The bytes that a tile takes at most. */
function mostBytes(pixels: number, width: RiceWidth): number {
  return width * (pixels + 1) + pixels / RICE_BLOCK + 16;
}

/** Compresses tiles; its memory is used again for each. */
export class RiceEncoder {
  readonly #width: RiceWidth;
  readonly #differences = new Int32Array(RICE_BLOCK);
  #words = new Int32Array(0);
  #bytes = new Uint8Array(0);
  // The next word to be written, the bits that are gathered for it, and how many are still free.
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
   * @param values The stored integers: signed, those of one byte as well.
   * @returns The bytes, valid until the next tile.
   */
  encode(values: Int32Array): Uint8Array {
    const needed = Math.ceil(mostBytes(values.length, this.#width) / 4);
    if (this.#words.length < needed) {
      this.#words = new Int32Array(needed);
      this.#bytes = new Uint8Array(this.#words.buffer);
    }
    this.#next = 0;
    this.#gathered = 0;
    this.#free = 32;
    const { bits } = PARAMETERS[this.#width];
    if (values.length > 0) this.#put(bits === 32 ? values[0]! : values[0]! & (1 << bits) - 1, bits);
    this.#encodeBlocks(values);
    const length = 4 * this.#next + Math.ceil((32 - this.#free) / 8);
    this.#store();
    return this.#bytes.subarray(0, length);
  }

  #encodeBlocks(values: Int32Array): void {
    const { fsBits, fsMax, bits } = PARAMETERS[this.#width];
    const shift = 32 - bits;
    const differences = this.#differences;
    let last = values[0]!;
    for (let start = 0; start < values.length; start += RICE_BLOCK) {
      const count = Math.min(RICE_BLOCK, values.length - start);
      let sum = 0;
      for (let at = 0; at < count; at += 1) {
        const value = values[start + at]!;
        // Differences wrap like the integers themselves; negative ones become odd, positive ones even.
        const difference = (value - last) << shift >> shift;
        const mapped = difference << 1 ^ difference >> 31;
        differences[at] = mapped;
        sum += mapped >>> 0;
        last = value;
      }
      const mean = Math.max(0, (sum - (count >>> 1) - 1) / count);
      const parameter = 32 - Math.clz32(Math.floor(mean) >>> 1);
      if (parameter >= fsMax) {
        this.#put(fsMax + 1, fsBits);
        for (let at = 0; at < count; at += 1) this.#put(differences[at]!, bits);
      } else if (parameter === 0 && sum === 0) this.#put(0, fsBits);
      else {
        this.#put(parameter + 1, fsBits);
        this.#encodeDifferences(count, parameter);
      }
    }
  }

  /** Each: as many zeros as the upper part says, a one, and the lower part. */
  #encodeDifferences(count: number, parameter: number): void {
    const differences = this.#differences;
    const words = this.#words;
    const one = 1 << parameter;
    const mask = one - 1;
    let next = this.#next;
    let gathered = this.#gathered;
    let free = this.#free;
    for (let at = 0; at < count; at += 1) {
      const value = differences[at]!;
      let zeros = value >>> parameter;
      while (zeros >= free) {
        words[next++] = swapped(gathered);
        gathered = 0;
        zeros -= free;
        free = 32;
      }
      free -= zeros;
      const code = one | value & mask;
      const length = parameter + 1;
      if (length < free) {
        free -= length;
        gathered |= code << free;
      } else {
        const over = length - free;
        words[next++] = swapped(gathered | code >>> over);
        free = 32 - over;
        gathered = over === 0 ? 0 : code << free;
      }
    }
    this.#next = next;
    this.#gathered = gathered;
    this.#free = free;
  }

  /** Writes some bits: at most 32, and none above them set unless they are 32. */
  #put(code: number, length: number): void {
    if (length < this.#free) {
      this.#free -= length;
      this.#gathered |= code << this.#free;
      return;
    }
    const over = length - this.#free;
    this.#gathered |= code >>> over;
    this.#store();
    this.#free = 32 - over;
    this.#gathered = over === 0 ? 0 : code << this.#free;
  }

  #store(): void {
    this.#words[this.#next++] = swapped(this.#gathered);
  }
}

function swapped(word: number): number {
  return word << 24 | (word & 0xff00) << 8 | (word >>> 8) & 0xff00 | word >>> 24;
}

/**
 * Decompresses a tile.
 *
 * @param bytes The compressed tile.
 * @param values Where its integers go: as many as it has.
 * @param width Bytes of an integer.
 * @param block Pixels that share one parameter.
 * @throws {FitsError} If the tile ends before its last integer.
 */
export function decodeRice(
  bytes: Uint8Array,
  values: Int32Array,
  width: RiceWidth,
  block = RICE_BLOCK,
): void {
  const { fsBits, fsMax, bits } = PARAMETERS[width];
  const shift = 32 - bits;
  const firstBytes = bits / 8;
  let last = 0;
  for (let at = 0; at < firstBytes; at += 1) last = last << 8 | bytes[at]!;
  last = last << shift >> shift;
  // The next bits, from the left; how many of them there are; where the next byte is.
  let window = 0;
  let have = 0;
  let next = firstBytes;
  for (let start = 0; start < values.length; start += block) {
    const end = Math.min(start + block, values.length);
    if (next > bytes.length + 8) break;
    for (; have <= 24; have += 8) window |= bytes[next++]! << 24 - have;
    const parameter = (window >>> 32 - fsBits) - 1;
    window <<= fsBits;
    have -= fsBits;
    if (parameter < 0) {
      for (let at = start; at < end; at += 1) values[at] = last;
    } else if (parameter === fsMax) {
      for (let at = start; at < end; at += 1) {
        let mapped = 0;
        for (let left = bits; left > 0; left -= 8) {
          for (; have <= 24; have += 8) window |= bytes[next++]! << 24 - have;
          mapped = mapped << 8 | window >>> 24;
          window <<= 8;
          have -= 8;
        }
        last = last + (mapped >>> 1 ^ -(mapped & 1)) << shift >> shift;
        values[at] = last;
      }
    } else {
      for (let at = start; at < end; at += 1) {
        for (; have <= 24; have += 8) window |= bytes[next++]! << 24 - have;
        let zeros = Math.clz32(window);
        if (zeros >= have) {
          zeros = have;
          window = 0;
          have = 0;
          while (window === 0 && next < bytes.length) {
            window = bytes[next++]! << 24;
            have = 8;
            zeros += window === 0 ? 8 : Math.clz32(window);
          }
          const rest = Math.clz32(window);
          window <<= rest;
          have -= rest;
        } else {
          window <<= zeros;
          have -= zeros;
        }
        window <<= 1;
        have -= 1;
        let mapped = zeros << parameter;
        if (parameter > 0) {
          for (; have <= 24; have += 8) window |= bytes[next++]! << 24 - have;
          mapped |= window >>> 32 - parameter;
          window <<= parameter;
          have -= parameter;
        }
        last = last + (mapped >>> 1 ^ -(mapped & 1)) << shift >> shift;
        values[at] = last;
      }
    }
  }
  // What was read ahead does not count.
  const used = next - (have >> 3);
  if (values.length > 0 && used > bytes.length) {
    throw new FitsError(`the tile ends after ${bytes.length} bytes`);
  }
}
