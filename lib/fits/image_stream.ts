/** An image written piece by piece, sans-IO. @module */
import { FitsError } from "../errors.ts";
import { toBigEndian, type Width } from "./byte_order.ts";
import { paddingAfter } from "./card.ts";
import { Checksum } from "./checksum.ts";
import type { Header } from "./header.ts";
import { sealedHeader } from "./hdu_encoder.ts";
import { type Pixels, type PixelType, pixelType, STORAGE } from "./pixels.ts";
import { completeHeader, imageStructure, type StructureCard } from "./structure.ts";

/** An image whose pixels are not there yet. */
export interface ImageStreamInput {
  /** Axes, the fastest first. */
  readonly shape: readonly number[];
  /** What its pixels are. */
  readonly type: PixelType;
  /** Cards beyond the structure. */
  readonly header?: Header;
  /** `EXTNAME`. */
  readonly name?: string;
}

/**
 * Writes an image whose pixels come in pieces: bytes out, to be written one after another. At the end the header is
 * written again in its place, now with checksums.
 *
 * @example Usage
 * ```ts
 * import { ImageStream, parseFits, verifyChecksums } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new ImageStream({ shape: [2, 2], type: "uint16" }, true);
 * const parts = [stream.header(), stream.push(Uint16Array.of(1, 2)), stream.push(Uint16Array.of(3, 4)), stream.padding()];
 * const file = Uint8Array.from(parts.flatMap((part) => [...part]));
 * file.set(stream.header());
 * assertEquals(verifyChecksums(file, parseFits(file)[0]!), { data: "right", hdu: "right" });
 * ```
 */
export class ImageStream {
  readonly #header: Header;
  readonly #type: PixelType;
  readonly #values: number;
  readonly #sum: Checksum | undefined;
  #written = 0;

  /**
   * Begins one.
   *
   * @param input Axes, type, header.
   * @param isPrimary Whether it is the first HDU of its file.
   * @param checksum Whether it gets checksums.
   */
  constructor(input: ImageStreamInput, isPrimary: boolean, checksum = true) {
    const { shape, type, header, name } = input;
    const { bitpix, bzero } = STORAGE[type];
    const scale: StructureCard[] = bzero == 0
      ? []
      : [["BSCALE", 1, "values are stored with an offset"], ["BZERO", bzero, "the offset"]];
    this.#header = completeHeader([...imageStructure(isPrimary, bitpix, shape), ...scale], header, {
      name,
      checksum,
    });
    this.#type = type;
    this.#values = shape.length === 0 ? 0 : shape.reduce((product, length) => product * length, 1);
    this.#sum = checksum ? new Checksum() : undefined;
  }

  /** The header; its checksums are right once all pixels have been pushed. Its length never changes. */
  header(): Uint8Array<ArrayBuffer> {
    return sealedHeader(this.#header, this.#sum?.value ?? 0);
  }

  /**
   * The next pixels.
   *
   * @param pixels They, in the machine's order.
   * @param target Where their bytes go (default: new memory); as long as they are.
   * @returns Their bytes.
   * @throws {FitsError} If they are of another type, or too many.
   */
  push(pixels: Pixels, target: Uint8Array = new Uint8Array(pixels.byteLength)): Uint8Array {
    const type = pixelType(pixels);
    if (type !== this.#type) throw new FitsError(`pixels of ${type} came, expected ${this.#type}`);
    if (this.#written + pixels.length > this.#values) {
      throw new FitsError(`more than ${this.#values} pixels came for the image`);
    }
    this.#written += pixels.length;
    const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    const flip = STORAGE[type].bzero != 0;
    toBigEndian(bytes, target, pixels.BYTES_PER_ELEMENT as Width, flip, this.#sum);
    return target;
  }

  /**
   * What fills the last block.
   *
   * @throws {FitsError} If pixels are missing.
   */
  padding(): Uint8Array<ArrayBuffer> {
    if (this.#written < this.#values) {
      throw new FitsError(`only ${this.#written} of ${this.#values} pixels came for the image`);
    }
    return new Uint8Array(paddingAfter(this.#values * Math.abs(STORAGE[this.#type].bitpix) / 8));
  }
}
