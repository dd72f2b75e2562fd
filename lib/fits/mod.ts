/**
 * FITS files: headers, images, tables, checksums, compression.
 *
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
