/** Bytes that come in pieces, read as lines and numbers. @module */
import { PeerProtocolError } from "../errors.ts";

/** Longest line, bytes. */
const LINE_LIMIT = 64 * 1024;
const NEWLINE = 10;

const text = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads from the bytes fed last, and from those before that were not enough; what is there in one piece is read in place.
 */
export class ByteInput {
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #held = new Uint8Array(256);
  #heldLength = 0;
  #before = 0;

  /** Whether all has been read or put aside. */
  get isEmpty(): boolean {
    return this.#at === this.#chunk.length;
  }

  /** Whether something was put aside that was not enough. */
  get isHolding(): boolean {
    return this.#heldLength > 0;
  }

  /** Number of the next byte to be read, from the beginning of the stream. */
  get position(): number {
    return this.#before + this.#at - this.#heldLength;
  }

  /** How many bytes were fed. */
  get received(): number {
    return this.#before + this.#chunk.length;
  }

  /** Reads on here; everything before must have been read or put aside. */
  feed(chunk: Uint8Array): void {
    this.#before += this.#at;
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Whether the next `count` bytes are there; if not, those that are are put aside. */
  has(count: number): boolean {
    const missing = count - this.#heldLength;
    if (missing <= 0) return true;
    const isThere = this.#chunk.length - this.#at >= missing;
    if (this.#heldLength > 0 || !isThere) {
      this.#hold(Math.min(this.#chunk.length, this.#at + missing));
    }
    return isThere;
  }

  /** A byte of those that {@linkcode has} has found, counted from the next one. */
  byte(index: number): number {
    return this.#heldLength > 0 ? this.#held[index]! : this.#chunk[this.#at + index]!;
  }

  /** Four bytes of those that {@linkcode has} has found as a number, the lowest first. */
  uint32(index: number): number {
    const [bytes, at] = this.#heldLength > 0 ? [this.#held, index] : [this.#chunk, this.#at + index];
    return (bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24) >>> 0;
  }

  /** Passes over bytes that {@linkcode has} has found. */
  skip(count: number): void {
    if (this.#heldLength === 0) {
      this.#at += count;
    } else {
      this.#held.copyWithin(0, count, this.#heldLength);
      this.#heldLength -= count;
    }
  }

  /**
   * Reads as many bytes as there are in one piece, and no more than `most`.
   *
   * @param take Is given where they are; that memory is not used again.
   * @returns How many.
   */
  take(most: number, take: (bytes: Uint8Array, from: number, to: number) => void): number {
    if (this.#heldLength > 0) {
      const count = Math.min(most, this.#heldLength);
      take(this.#held.slice(0, count), 0, count);
      this.skip(count);
      return count;
    }
    const from = this.#at;
    this.#at = Math.min(this.#chunk.length, from + most);
    take(this.#chunk, from, this.#at);
    return this.#at - from;
  }

  /**
   * Reads a line.
   *
   * @returns The line without its end, or undefined while it is not whole.
   * @throws {PeerProtocolError} If it is longer than 64 KiB.
   */
  line(): string | undefined {
    const newline = this.#chunk.indexOf(NEWLINE, this.#at);
    const end = newline < 0 ? this.#chunk.length : newline;
    if (this.#heldLength + end - this.#at > LINE_LIMIT) {
      throw new PeerProtocolError(`the line at byte ${this.position} is longer than ${LINE_LIMIT} bytes`);
    }
    if (newline >= 0 && this.#heldLength === 0) {
      const line = text.decode(this.#chunk.subarray(this.#at, newline));
      this.#at = newline + 1;
      return line;
    }
    this.#hold(end);
    if (newline < 0) return undefined;
    const line = text.decode(this.#held.subarray(0, this.#heldLength));
    this.#heldLength = 0;
    this.#at = newline + 1;
    return line;
  }

  #hold(to: number): void {
    const length = this.#heldLength + to - this.#at;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(this.#chunk.subarray(this.#at, to), this.#heldLength);
    this.#heldLength = length;
    this.#at = to;
  }
}
