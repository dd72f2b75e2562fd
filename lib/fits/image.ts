/** An image in memory. @module */
import type { Header } from "./header.ts";
import type { Pixels } from "./pixels.ts";

/** An image as it was read. */
export interface Image {
  /** The header as it stood in the file; of a compressed image that of the image. */
  readonly header: Header;
  /** Axes, the fastest first: width, height, … */
  readonly shape: readonly number[];
  /** The values, row after row from the bottom of the picture as FITS has it. */
  readonly pixels: Pixels;
  /** Pixels of this value have none (integers only; among floating-point numbers it is NaN). */
  readonly blank?: number | bigint;
}

/** Stored integers that stand for other numbers: `bscale` times the integer plus `bzero`. */
export interface Scaling {
  /** Bits of the integers. */
  readonly bitpix: 8 | 16 | 32;
  /** The step. */
  readonly bscale: number;
  /** What 0 stands for. */
  readonly bzero: number;
  /** The integer that stands for NaN. */
  readonly blank?: number;
}

/** An image to be written. BITPIX, the axes and BZERO come from the array: what the header says of them is not looked at. */
export interface ImageInput {
  /** The values; unsigned types are stored with an offset, as FITS does it. Absent for an HDU that has only a header. */
  readonly pixels?: Pixels;
  /** Axes, the fastest first; default: none, or one for all. */
  readonly shape?: readonly number[];
  /** Cards beyond the structure; not changed. */
  readonly header?: Header;
  /** `EXTNAME`. */
  readonly name?: string;
  /** Pixels of this value have none (integers only). */
  readonly blank?: number | bigint;
  /** Write floating-point pixels as scaled integers. */
  readonly scaled?: Scaling;
  /** Compress it: integers of up to 32 bits, losslessly, row by row. */
  readonly compress?: "rice";
}

/** How an image is read. */
export interface DecodeOptions {
  /**
   * `"natural"` (default): integers as what they stand for where a typed array holds that exactly (unsigned ones
   * among it), everything else computed to floating point, with NaN where there is no value. `"stored"`: as they are in
   * the file. `"float"`: always floating point.
   */
  values?: "natural" | "stored" | "float";
  /** Whether the pixels may take the place of the bytes they are read from, which costs no memory (default: false). */
  inPlace?: boolean;
}
