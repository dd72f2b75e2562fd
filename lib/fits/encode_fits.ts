/** Writes a file in memory. @module */
import { encodeCompressed } from "./encode_compressed.ts";
import { encodeImage } from "./encode_image.ts";
import { encodedLength, encodeHdu, type HduEncoder } from "./hdu_encoder.ts";
import { encodeTable } from "./encode_table.ts";
import type { ImageInput } from "./image.ts";
import type { TableInput } from "./table.ts";

/** Options of whatever writes FITS. */
export interface EncodeOptions {
  /** Whether every HDU gets `CHECKSUM` and `DATASUM` (default: true). */
  checksum?: boolean;
}

/** What can be written as an HDU. */
export type HduInput = ImageInput | TableInput;

/**
 * Makes HDUs ready to be written, one after another. Where the first one cannot be the primary HDU, an empty one is
 * put in front.
 *
 * @throws {FitsError} If one of them makes no HDU.
 */
export function* encoders(
  hdus: Iterable<HduInput>,
  options: EncodeOptions & { isFirst?: boolean },
): Generator<HduEncoder> {
  const { checksum = true } = options;
  let { isFirst = true } = options;
  for (const hdu of hdus) {
    const isTable = "columns" in hdu;
    const isCompressed = !isTable && hdu.compress !== undefined;
    if (isFirst && (isTable || isCompressed)) yield encodeImage({}, true, checksum);
    if (isTable) yield encodeTable(hdu, checksum);
    else if (isCompressed) yield encodeCompressed(hdu, isFirst, checksum);
    else yield encodeImage(hdu, isFirst, checksum);
    isFirst = false;
  }
}

/**
 * Writes a whole file into memory.
 *
 * @param hdus Images and tables in their order.
 * @param options Whether there are checksums.
 * @throws {FitsError} If one of them makes no HDU.
 */
export function encodeFits(hdus: Iterable<HduInput>, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  const ready = [...encoders(hdus, options)];
  const lengths = ready.map(encodedLength);
  const file = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  ready.forEach((hdu, index) => {
    encodeHdu(hdu, file.subarray(at, at + lengths[index]!));
    at += lengths[index]!;
  });
  return file;
}
