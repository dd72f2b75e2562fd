/**
 * FITS files: headers, images, tables, checksums, compression.
 *
 * @module
 */
export { FitsError, type FitsPlace } from "../errors.ts";
export type { Card, Complex, HeaderValue } from "./card.ts";
export { decodeImage } from "./decode_image.ts";
export { encodeFits, type EncodeOptions, type HduInput } from "./encode_fits.ts";
export type { StoredHdu } from "./hdu.ts";
export { Header, type SetCardOptions } from "./header.ts";
export type { DecodeOptions, Image, ImageInput, Scaling } from "./image.ts";
export type { HduInfo, HduKind } from "./layout.ts";
export { type FitsWarning, parseHeader, type ParseHeaderOptions } from "./parse_header.ts";
export {
  parseFits,
  type ReadOptions,
  type Verdict,
  type Verification,
  verifyChecksums,
} from "./parse_fits.ts";
export type { Bitpix, Pixels, PixelType } from "./pixels.ts";
