/** Packs rows. @module */

/** Where it begins; it doubles when it is full. */
const FIRST_SIZE = 65536;
const WORD = 2 ** 32;

/** A buffer of packed rows that grows. */
export class RowWriter {
  #view = new DataView(new ArrayBuffer(FIRST_SIZE));
  #at = 0;

  /** Bytes in it. */
  get length(): number {
    return this.#at;
  }

  /** Adds 32 bits. */
  word(value: number): void {
    const at = this.#place(4); // the view may be another after this
    this.#view.setUint32(at, value, true);
  }

  /** Adds 64 bits of a whole number that a double holds. */
  ticks(value: number): void {
    this.word(value % WORD);
    this.word(Math.floor(value / WORD));
  }

  /** Adds 64 bits. */
  long(value: bigint): void {
    const at = this.#place(8);
    this.#view.setBigInt64(at, value, true);
  }

  /** Adds 96 bits. */
  long12(value: bigint): void {
    this.long(BigInt.asIntN(64, value));
    this.word(Number(BigInt.asUintN(32, value >> 64n)));
  }

  /** Takes everything out. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.#view.buffer.slice(0, this.#at));
    this.#at = 0;
    return bytes;
  }

  #place(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#view.byteLength) {
      const larger = new Uint8Array(2 * this.#view.byteLength);
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
