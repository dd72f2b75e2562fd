/** Flash memory for firmware, in blocks of 1024 bytes. @module */

/** Bytes of a block. */
export const BLOCK = 1024;
const ERASED = new Uint8Array(BLOCK).fill(0xff);

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

  /** The bytes of a block. */
  block(block: number): Uint8Array {
    return this.#blocks.get(block) ?? ERASED;
  }
}
