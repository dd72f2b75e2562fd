/** Compresses integers with RICE_1, one tile at a time. @module */
import { PARAMETERS, RICE_BLOCK, type RiceWidth, swapped } from "./rice.ts";

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
