/** Reads a stream of FITS, sans-IO: each header before its data, the data in pieces. @module */
import { FitsError } from "../errors.ts";
import { BLOCK, CARD, paddingAfter } from "./card.ts";
import { Checksum } from "./checksum.ts";
import { type HduInfo, layoutOf } from "./layout.ts";
import { checkStart } from "./parse_fits.ts";
import { findEnd, type FitsWarning, parseHeader } from "./parse_header.ts";

/** What comes out of a stream of FITS: for each HDU its header, its data in pieces, its end. */
export type FitsEvent =
  | { readonly kind: "header"; readonly hdu: HduInfo; readonly bytes: Uint8Array }
  | { readonly kind: "data"; readonly hdu: HduInfo; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly hdu: HduInfo; readonly sum: number }
  | { readonly kind: "warning"; readonly warning: FitsWarning };

/** Gets every event, in order. Views of bytes are valid until it returns. */
export type FitsHandler = (event: FitsEvent) => void;

/** Options of {@linkcode FitsReader}. */
export interface FitsReaderOptions {
  /** Whether a primary HDU may follow any other: a stream of whole files, as fitspipe's producers send it (default: false). */
  repeated?: boolean;
  /** Whether the data are summed up for the event of their end (default: true); without it the sum is 0. */
  sum?: boolean;
  /** Longest header, bytes (default 1 MiB). */
  headerLimit?: number;
}

/**
 * Reads FITS as it comes, cut anywhere. Nothing of the data is kept, so they may be larger than the memory.
 *
 * @example Usage
 * ```ts
 * import { encodeFits, FitsReader } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: string[] = [];
 * const reader = new FitsReader();
 * const file = encodeFits([{ pixels: Uint16Array.of(1, 2, 3) }]);
 * for (const byte of file) reader.push(Uint8Array.of(byte), ({ kind }) => seen.at(-1) !== kind && seen.push(kind));
 * reader.end();
 * assertEquals(seen, ["header", "data", "end"]);
 * ```
 */
export class FitsReader {
  readonly #repeated: boolean;
  readonly #headerLimit: number;
  readonly #isSummed: boolean;
  /** What of a header has come. */
  #held = new Uint8Array(4 * BLOCK);
  #heldLength = 0;
  #searched = 0;
  #hdu: HduInfo | undefined;
  #sum = new Checksum();
  #index = 0;
  /** Bytes of data, then of padding, that are still to come. */
  #data = 0;
  #padding = 0;
  #position = 0;
  #failure: FitsError | undefined;

  /** Makes one that has seen nothing. */
  constructor({ repeated = false, sum = true, headerLimit = 1024 * 1024 }: FitsReaderOptions = {}) {
    this.#isSummed = sum;
    this.#repeated = repeated;
    this.#headerLimit = headerLimit;
  }

  /** Whether it stands between two HDUs. */
  get isBetween(): boolean {
    return this.#hdu === undefined && this.#heldLength === 0;
  }

  /** What is missing of the data of the HDU it is in. */
  get missing(): number {
    return this.#data + this.#padding;
  }

  /**
   * Takes bytes up to the end of an HDU.
   *
   * @param bytes The bytes, cut anywhere.
   * @param handle Gets what they completed.
   * @returns How many of them were taken: fewer than there are when an HDU ended within them.
   * @throws {FitsError} If they are no FITS; there is no way on then.
   */
  take(bytes: Uint8Array, handle: FitsHandler): number {
    if (this.#failure) throw this.#failure;
    let at = 0;
    try {
      while (at < bytes.length) {
        const before = this.#hdu;
        at += before
          ? this.#takeData(bytes.subarray(at), handle)
          : this.#takeHeader(bytes.subarray(at), handle);
        if (this.isBetween) break;
      }
    } catch (error) {
      if (error instanceof FitsError) this.#failure = error;
      throw error;
    }
    return at;
  }

  /**
   * Takes bytes.
   *
   * @param bytes The bytes, cut anywhere.
   * @param handle Gets what they completed.
   * @throws {FitsError} If they are no FITS; there is no way on then.
   */
  push(bytes: Uint8Array, handle: FitsHandler): void {
    for (let at = 0; at < bytes.length;) at += this.take(bytes.subarray(at), handle);
  }

  /**
   * Says that no more bytes come.
   *
   * @param handle Told where only padding is missing.
   * @throws {FitsError} If the stream was cut off within an HDU.
   */
  end(handle?: FitsHandler): void {
    if (this.#failure) throw this.#failure;
    const place = { hdu: this.#index, offset: this.#position };
    if (this.#data > 0) throw new FitsError(`the data are cut off: ${this.#data} bytes are missing`, place);
    if (!this.#hdu && this.#heldLength > 0) {
      throw new FitsError(`the header has no END in its ${this.#heldLength} bytes`, place);
    }
    if (!this.#hdu) return;
    handle?.({ kind: "warning", warning: { problem: "the padding of the data is missing", place } });
    this.#padding = 0;
    if (handle) this.#finish(handle);
  }

  #takeHeader(bytes: Uint8Array, handle: FitsHandler): number {
    // Whole blocks at a time, so that what follows a header is not taken for a part of it.
    const room = BLOCK - this.#heldLength % BLOCK;
    const piece = bytes.subarray(0, room);
    this.#hold(piece);
    const held = this.#held.subarray(0, this.#heldLength);
    const offset = this.#position - this.#heldLength;
    if (this.#searched === 0) checkStart(held, this.#mayBeginFile(held) ? 0 : this.#index, offset);
    const end = findEnd(held, this.#searched);
    this.#searched = this.#heldLength - this.#heldLength % CARD;
    if (end < 0 || this.#heldLength % BLOCK !== 0) {
      if (end >= 0) this.#searched = end;
      if (this.#heldLength > this.#headerLimit) {
        const place = { hdu: this.#index, offset: this.#position };
        throw new FitsError(`the header has no END in its ${this.#heldLength} bytes`, place);
      }
      return piece.length;
    }
    this.#begin(held, offset, handle);
    return piece.length;
  }

  #mayBeginFile(header: Uint8Array): boolean {
    return this.#repeated && header[0] === 0x53;
  }

  #hold(piece: Uint8Array): void {
    const length = this.#heldLength + piece.length;
    if (length > this.#held.length) {
      const longer = new Uint8Array(2 * this.#held.length);
      longer.set(this.#held);
      this.#held = longer;
    }
    this.#held.set(piece, this.#heldLength);
    this.#heldLength = length;
    this.#position += piece.length;
  }

  #begin(bytes: Uint8Array, offset: number, handle: FitsHandler): void {
    const hdu = this.#index;
    const onWarning = (warning: FitsWarning) => handle({ kind: "warning", warning });
    const header = parseHeader(bytes, { hdu, offset, onWarning });
    const info = layoutOf(header, this.#mayBeginFile(bytes) ? 0 : hdu, offset, bytes.length);
    this.#hdu = { ...info, index: hdu };
    this.#heldLength = 0;
    this.#searched = 0;
    this.#data = info.dataBytes;
    this.#padding = paddingAfter(info.dataBytes);
    this.#sum = new Checksum();
    handle({ kind: "header", hdu: this.#hdu, bytes });
    if (this.missing === 0) this.#finish(handle);
  }

  #takeData(bytes: Uint8Array, handle: FitsHandler): number {
    const hdu = this.#hdu!;
    const data = bytes.subarray(0, this.#data);
    if (data.length > 0) {
      const offset = hdu.dataBytes - this.#data;
      this.#data -= data.length;
      this.#position += data.length;
      if (this.#isSummed) this.#sum.add(data);
      handle({ kind: "data", hdu, offset, bytes: data });
    }
    const padding = Math.min(bytes.length - data.length, this.#padding);
    this.#padding -= padding;
    this.#position += padding;
    if (this.missing === 0) this.#finish(handle);
    return data.length + padding;
  }

  #finish(handle: FitsHandler): void {
    const hdu = this.#hdu!;
    this.#hdu = undefined;
    this.#index += 1;
    handle({ kind: "end", hdu, sum: this.#sum.value });
  }
}
