/** Reads images. @module */
import { FitsError } from "../errors.ts";
import { fromBigEndian, type Width } from "./byte_order.ts";
import { decodeCompressed } from "./decode_compressed.ts";
import type { StoredHdu } from "./hdu.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { type Bitpix, exactType, type PixelType, STORAGE, STORED } from "./pixels.ts";
import { offsetBy, type ScaleOf, scaleOf, toFloat } from "./scale.ts";

/**
 * Reads the image of an HDU.
 *
 * @param hdu The HDU, with all of its data.
 * @param options What the values are to be.
 * @throws {FitsError} If it holds none, or its data are cut off.
 *
 * @example Usage
 * ```ts
 * import { decodeImage, encodeFits, parseFits } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodeFits([{ shape: [3, 1], pixels: Uint16Array.of(0, 1000, 65535) }]);
 * const [hdu] = parseFits(file);
 * assertEquals(decodeImage(hdu!).pixels, Uint16Array.of(0, 1000, 65535));
 * ```
 */
export function decodeImage(hdu: StoredHdu, options: DecodeOptions = {}): Image {
  const { header, kind, shape, bitpix, data, dataBytes, index, dataOffset } = hdu;
  if (kind !== "image" && kind !== "compressed") {
    throw new FitsError(`it holds no image but ${kind === "other" ? "something unknown" : kind}`, {
      hdu: index,
    });
  }
  if (data.length < dataBytes) {
    const problem = `the data are cut off: ${data.length} bytes of ${dataBytes}`;
    throw new FitsError(problem, { hdu: index, offset: dataOffset + data.length });
  }
  if (kind === "compressed") return decodeCompressed(hdu, options);
  return {
    header,
    shape,
    ...decodeValues(data.subarray(0, dataBytes), bitpix, scaleOf(header, bitpix), options),
  };
}

/** Values as FITS stores them, turned into pixels; in their own memory only where it lies so that it can be. */
export function decodeValues(
  data: Uint8Array,
  bitpix: Bitpix,
  scale: ScaleOf,
  { values = "natural", inPlace = false }: DecodeOptions,
): Pick<Image, "pixels" | "blank"> {
  const width = Math.abs(bitpix) / 8 as Width;
  const exact = values === "natural" ? exactType(bitpix, scale.bscale, scale.bzero) : undefined;
  const type: PixelType = exact ?? STORED[bitpix];
  const flip = STORAGE[type].bzero != 0;
  const target = inPlace && data.byteOffset % 8 === 0 ? data : new Uint8Array(data.length);
  fromBigEndian(data, target, width, flip);
  const pixels = STORAGE[type].view(target.buffer, target.byteOffset, target.length / width);
  if (values === "float" || values === "natural" && exact === undefined) {
    return { pixels: toFloat(pixels, scale) };
  }
  const blank = flip ? offsetBy(scale.blank, scale.bzero) : scale.blank;
  return blank === undefined ? { pixels } : { pixels, blank };
}
