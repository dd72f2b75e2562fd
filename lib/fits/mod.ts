/**
 * FITS files: headers, images, tables, checksums, compression.
 *
 * In memory a file is bytes: {@linkcode parseFits} takes them apart, {@linkcode encodeFits} makes them. On the disk
 * {@linkcode readImage}, {@linkcode FitsFile} and {@linkcode writeFits}, {@linkcode FitsWriter} do the same; what is
 * larger than the memory goes by rows and by pieces. {@linkcode FitsReader} and {@linkcode ImageStream} are for streams.
 *
 * | cfitsio, astropy | here |
 * |---|---|
 * | `BITPIX`, `BZERO`, unsigned types | the type of the array: a `Uint16Array` is stored and read as one |
 * | axes in FITS order, `NAXIS1` first | `shape`: `[width, height, …]` |
 * | `BLANK`; NaN | `blank` among integers; NaN |
 * | `fpack -r`, `funpack` | `compress: "rice"`; {@linkcode decodeImage} |
 *
 * @example A frame into a file and back
 * ```ts
 * import { Header, readImage, setLabKeywords, writeFits } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const header = new Header();
 * setLabKeywords(header, { exposure: 30, type: "flat", ccdTemperature: -100 });
 * const pixels = new Uint16Array(64 * 48).fill(1000);
 * await writeFits(`${folder}/flat.fits`, [{ pixels, shape: [64, 48], header }]);
 *
 * const image = await readImage(`${folder}/flat.fits`);
 * assertEquals([image.header.number("EXPTIME"), image.header.unit("CCDTEMP")], [30, "deg C"]);
 * assertEquals(image.pixels, pixels);
 * await Deno.remove(folder, { recursive: true });
 * ```
 * @module
 */
export { FitsError, type FitsPlace } from "../errors.ts";
export type { Card, Complex, HeaderValue } from "./card.ts";
export { dateText, modifiedJulianDate, parseDate } from "./date.ts";
export { decodeImage } from "./decode_image.ts";
export { decodeTable } from "./decode_table.ts";
export { encodeFits, type EncodeOptions, type HduInput } from "./encode_fits.ts";
export { FitsFile, type HduChoice, readHeaders, readImage, type ReadImageOptions } from "./fits_file.ts";
export type { StoredHdu } from "./hdu.ts";
export { Header, type SetCardOptions } from "./header.ts";
export type { DecodeOptions, Image, ImageInput, Scaling } from "./image.ts";
export { ImageStream, type ImageStreamInput } from "./image_stream.ts";
export type { HduInfo, HduKind } from "./layout.ts";
export {
  type ArchonKeywords,
  type FrameType,
  type LabKeywords,
  labKeywords,
  type Sections,
  setLabKeywords,
} from "./lab_keywords.ts";
export { type FitsWarning, parseHeader, type ParseHeaderOptions } from "./parse_header.ts";
export {
  parseFits,
  type ReadOptions,
  type Verdict,
  type Verification,
  verifyChecksums,
} from "./parse_fits.ts";
export type { Bitpix, Pixels, PixelType } from "./pixels.ts";
export { formatSection, parseSection, type Section } from "./section.ts";
export type { Column, ColumnInput, ColumnValues, Table, TableInput } from "./table.ts";
export { TableStream, type TableStreamColumn, type TableStreamInput } from "./table_stream.ts";
export { type FitsEvent, type FitsHandler, FitsReader, type FitsReaderOptions } from "./reader.ts";
export { FitsWriter, writeFits, type WriteOptions } from "./write_file.ts";
