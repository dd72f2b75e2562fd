/** Gathers the rows of a frame from bytes cut anywhere. @module */
import type { Segment } from "./frame_data.ts";

/** Pieces below this are copied together when there are others: many small arrays cost more than their bytes. */
const SMALL = 1024;
/** Bytes that are set aside at once for what is copied. */
const BLOCK = 64 * 1024;

/**
 * Keeps whole rows as views of what was pushed, and copies only rows that are cut, and small pieces.
 */
export class RowBuffer {
  readonly #rowBytes: number;
  #segments: Segment[] = [];
  #rows = 0;
  #block: Uint8Array = new Uint8Array(0);
  #copied = 0;
  /** Bytes of the row that is not whole yet; they are the last ones copied. */
  #partial = 0;

  /** Makes an empty one. */
  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
  }

  /** Number of whole rows. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes of the row that is not whole yet. */
  get partial(): number {
    return this.#partial;
  }

  /** Adds bytes; they must not be changed afterwards. */
  push(bytes: Uint8Array, from: number, to: number): void {
    const rest = this.#partial === 0 ? from : Math.min(to, from + this.#rowBytes - this.#partial);
    this.#copy(bytes, from, rest);
    const whole = to - rest - (to - rest) % this.#rowBytes;
    if (whole >= SMALL || (whole > 0 && this.#segments.length === 0)) {
      this.#segments.push({ bytes, from: rest, to: rest + whole });
      this.#rows += whole / this.#rowBytes;
      this.#copy(bytes, rest + whole, to);
    } else {
      this.#copy(bytes, rest, to);
    }
  }

  /** Takes the whole rows out. */
  take(): Segment[] {
    const segments = this.#segments;
    this.#segments = [];
    this.#rows = 0;
    return segments;
  }

  #copy(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to;) {
      if (this.#partial === 0 && this.#block.length - this.#copied < this.#rowBytes) {
        this.#block = new Uint8Array(Math.max(BLOCK, this.#rowBytes));
        this.#copied = 0;
      }
      const count = Math.min(to - at, this.#rowBytes - this.#partial);
      for (let index = 0; index < count; index++) this.#block[this.#copied + index] = bytes[at + index]!;
      at += count;
      this.#copied += count;
      this.#partial += count;
      if (this.#partial === this.#rowBytes) this.#keepCopied();
    }
  }

  /** The row just copied continues the segment before it if that was copied too. */
  #keepCopied(): void {
    const from = this.#copied - this.#rowBytes;
    const last = this.#segments.at(-1);
    if (last?.bytes === this.#block && last.to === from) {
      this.#segments[this.#segments.length - 1] = { ...last, to: this.#copied };
    } else {
      this.#segments.push({ bytes: this.#block, from, to: this.#copied });
    }
    this.#partial = 0;
    this.#rows++;
  }
}
