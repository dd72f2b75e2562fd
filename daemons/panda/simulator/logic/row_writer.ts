/** Packs rows. @module */

/** Where it begins; it doubles when it is full. */
const FIRST_SIZE = 65536;

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
    this.#view.setUint32(this.#place(4), value, true);
  }

  /** Adds 64 bits. */
  long(value: bigint): void {
    this.#view.setBigInt64(this.#place(8), value, true);
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
