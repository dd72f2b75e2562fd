/** Writes images. @module */
import { FitsError } from "../errors.ts";
import { toBigEndian, type Width } from "./byte_order.ts";
import type { Checksum } from "./checksum.ts";
import type { HduEncoder } from "./hdu_encoder.ts";
import type { ImageInput } from "./image.ts";
import { type Pixels, pixelType, STORAGE } from "./pixels.ts";
import { toScaled } from "./scale.ts";
import { completeHeader, imageStructure, type StructureCard } from "./structure.ts";

/** What is stored of an image, and the cards that say what it stands for. */
export interface StoredImage {
  /** The values, in the machine's order. */
  readonly pixels: Pixels;
  /** Whether their sign bit changes on the way to the file. */
  readonly flip: boolean;
  /** Axes. */
  readonly shape: readonly number[];
  /** Bits of a stored value. */
  readonly bitpix: number;
  /** BSCALE, BZERO, BLANK, as far as they are needed. */
  readonly scale: readonly StructureCard[];
}

/** Decides how an image is stored. */
export function storedImage({ pixels = new Uint8Array(0), shape, scaled, blank }: ImageInput): StoredImage {
  const axes = shape ?? (pixels.length > 0 ? [pixels.length] : []);
  checkShape(axes, pixels.length);
  if (scaled) {
    if (!(pixels instanceof Float32Array || pixels instanceof Float64Array)) {
      throw new FitsError(`only floating-point pixels can be scaled, not ${pixelType(pixels)}`);
    }
    const scale: StructureCard[] = [
      ["BSCALE", scaled.bscale, "factor"],
      ["BZERO", scaled.bzero, "offset"],
      ...scaled.blank === undefined ? [] : [["BLANK", scaled.blank, "stored value that means none"] as const],
    ];
    return { pixels: toScaled(pixels, scaled), flip: false, shape: axes, bitpix: scaled.bitpix, scale };
  }
  const { bitpix, bzero } = STORAGE[pixelType(pixels)];
  const flip = bzero != 0;
  const scale: StructureCard[] = flip
    ? [["BSCALE", 1, "values are stored with an offset"], ["BZERO", bzero, "the offset"]]
    : [];
  if (blank !== undefined) {
    if (bitpix < 0) {
      throw new FitsError("among floating-point pixels NaN means none: they have no other blank");
    }
    const stored = BigInt(blank) - BigInt(bzero);
    scale.push([
      "BLANK",
      typeof blank === "bigint" ? stored : Number(stored),
      "stored value that means none",
    ]);
  }
  return { pixels, flip, shape: axes, bitpix, scale };
}

function checkShape(shape: readonly number[], length: number): void {
  const values = shape.length === 0 ? 0 : shape.reduce((product, axis) => product * axis, 1);
  if (shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0) && values === length) return;
  throw new FitsError(`${length} pixels do not make ${shape.join(" x ") || "an empty HDU"}`);
}

/** Makes an image ready to be written. */
export function encodeImage(input: ImageInput, isPrimary: boolean, checksum: boolean): HduEncoder {
  const { pixels, flip, shape, bitpix, scale } = storedImage(input);
  const header = completeHeader(
    [...imageStructure(isPrimary, bitpix, shape), ...scale],
    input.header,
    { name: input.name, checksum },
  );
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const write = (target: Uint8Array, sum?: Checksum) =>
    toBigEndian(bytes, target, pixels.BYTES_PER_ELEMENT as Width, flip, sum);
  return { header, dataBytes: bytes.length, write };
}
