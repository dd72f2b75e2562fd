/** Bare rows. @module */
import type { ByteInput } from "./byte_input.ts";
import type { RowBuffer } from "./row_buffer.ts";
import type { RowReader, RowStep } from "./row_reader.ts";

/** Reads rows until what is next can only be the end: it has the number of rows so far right. */
export class Unframed implements RowReader {
  readonly isWithin = false;
  readonly #rows: RowBuffer;
  readonly #rowBytes: number;
  readonly #hasEnd: boolean;
  #count = 0;

  /** Makes one; without an end there are rows for ever. */
  constructor(rows: RowBuffer, rowBytes: number, hasEnd: boolean) {
    this.#rows = rows;
    this.#rowBytes = rowBytes;
    this.#hasEnd = hasEnd;
  }

  step(input: ByteInput): RowStep {
    if (!this.#hasEnd) return this.#take(input, Infinity);
    const { partial } = this.#rows;
    if (partial === 0) {
      const isEnd = this.#isEndNext(input);
      if (isEnd === undefined) return "more";
      if (isEnd) {
        input.skip(4);
        return "end";
      }
    }
    const step = this.#take(input, this.#rowBytes - partial);
    if (this.#rows.partial === 0) this.#count++;
    return step;
  }

  #take(input: ByteInput, most: number): RowStep {
    const taken = input.take(most, (bytes, from, to) => this.#rows.push(bytes, from, to));
    return taken === 0 ? "more" : "read";
  }

  /** Undefined while it is not known. */
  #isEndNext(input: ByteInput): boolean | undefined {
    const end = `END ${this.#count} `;
    for (let index = 0; index < end.length; index++) {
      if (!input.has(index + 1)) return undefined;
      if (input.byte(index) !== end.charCodeAt(index)) return false;
    }
    return true;
  }
}
