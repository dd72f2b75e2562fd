/** Rows in binary frames, each with its length before it. @module */
import { PeerProtocolError } from "../errors.ts";
import type { ByteInput } from "./byte_input.ts";
import type { RowBuffer } from "./row_buffer.ts";
import { END, type RowReader, type RowStep } from "./row_reader.ts";

/** `BIN ` as a number. */
const BIN = 0x204e4942;
/** Bytes before the rows of a frame: its tag and its length, which counts them. */
const HEAD = 8;
/** Frames are of some MiB at most; a longer one is a stream out of step. */
const LIMIT = 64 * 1024 * 1024;

/** Reads frames. */
export class Framed implements RowReader {
  readonly #rows: RowBuffer;
  readonly #rowBytes: number;
  #left = 0;

  /** Makes one that awaits a frame. */
  constructor(rows: RowBuffer, rowBytes: number) {
    this.#rows = rows;
    this.#rowBytes = rowBytes;
  }

  get isWithin(): boolean {
    return this.#left > 0;
  }

  step(input: ByteInput): RowStep {
    if (this.#left > 0) return input.isEmpty ? "more" : this.#readRows(input);
    if (!input.has(4)) return "more";
    const tag = input.uint32(0);
    if (tag === BIN) {
      if (!input.has(HEAD)) return "more";
      this.#left = this.#payload(input.uint32(4));
      input.skip(HEAD);
      return this.#readRows(input);
    }
    if (tag !== END) return "other";
    input.skip(4);
    return "end";
  }

  #readRows(input: ByteInput): RowStep {
    this.#left -= input.take(this.#left, this.#push);
    return this.#left === 0 ? "frame" : "more";
  }

  readonly #push = (bytes: Uint8Array, from: number, to: number): void => this.#rows.push(bytes, from, to);

  #payload(length: number): number {
    const payload = length - HEAD;
    if (payload >= 0 && length <= LIMIT && payload % this.#rowBytes === 0) return payload;
    throw new PeerProtocolError(
      `a frame of ${length} bytes is not ${HEAD} bytes and whole rows of ${this.#rowBytes}`,
    );
  }
}
