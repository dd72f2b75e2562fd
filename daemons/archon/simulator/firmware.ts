/** Flash memory for firmware, in blocks of 1024 bytes. @module */

/** Bytes of a block. */
export const BLOCK = 1024;

/** What was flashed, by block; everything else is erased. */
export class Firmware {
  readonly #blocks = new Map<number, Uint8Array>();

  /** Erases everything. */
  erase(): void {
    this.#blocks.clear();
  }

  /** Writes a block, given as hexadecimal text. */
  flash(block: number, text: string): void {
    this.#blocks.set(
      block,
      Uint8Array.from({ length: BLOCK }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16)),
    );
  }

  /** Bytes from a block on. */
  read(block: number, into: Uint8Array): void {
    for (let i = 0; i * BLOCK < into.length; i++) {
      const part = into.subarray(i * BLOCK, (i + 1) * BLOCK);
      const stored = this.#blocks.get(block + i);
      if (stored) part.set(stored.subarray(0, part.length));
      else part.fill(0xff);
    }
  }
}
