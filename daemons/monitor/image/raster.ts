/**
 * Pixels as they come from a file or a camera: bytes in either order, and how a byte pattern becomes a value.
 *
 * Nothing is converted before it is looked at. This file and those beside it run in the browser as well.
 * @module
 */

/** How one pixel is stored. */
export type SampleType = "u8" | "i16" | "u16" | "i32" | "u32" | "f32" | "f64";

/** Bytes of one pixel. */
export const SAMPLE_BYTES: Readonly<Record<SampleType, number>> = {
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  f32: 4,
  f64: 8,
};

/** What the bytes of a picture mean. */
export interface RasterForm {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows; the first is the lowest, as FITS has it. */
  readonly height: number;
  /** How one pixel is stored. */
  readonly type: SampleType;
  /** Order of its bytes. */
  readonly littleEndian: boolean;
  /** The value is what is stored times this … */
  readonly scale: number;
  /** … plus this. */
  readonly zero: number;
  /** What is stored where there is no value (whole numbers only). */
  readonly blank: number | null;
}

/** A picture. */
export interface Raster extends RasterForm {
  /** `width * height` pixels, row by row. */
  readonly bytes: Uint8Array;
}

/** A part of a picture: pixel columns `x` to before `x + width`, counted from 0, and rows likewise. */
export interface Area {
  /** First column. */
  readonly x: number;
  /** First row. */
  readonly y: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** The value of the pixel at an index (`x + y * width`); NaN where there is none. */
export type Reader = (index: number) => number;

/**
 * Makes a function that reads values of a picture.
 *
 * @param raster The picture.
 * @returns The reader; an index outside of the picture gives NaN or nonsense, so do not ask for one.
 */
export function readerOf(raster: Raster): Reader {
  const stored = storedReader(raster);
  const { scale, zero, blank } = raster;
  if (blank !== null) {
    return (index) => {
      const value = stored(index);
      return value === blank ? NaN : value * scale + zero;
    };
  }
  if (scale === 1 && zero === 0) return stored;
  if (scale === 1) return (index) => stored(index) + zero;
  return (index) => stored(index) * scale + zero;
}

function storedReader({ type, littleEndian, bytes }: Raster): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = littleEndian ? 0 : 1;
  const high = 1 - low;
  switch (type) {
    case "u8":
      return (index) => bytes[index]!;
    // Two bytes put together are twice as quick as a DataView, and this is what almost every camera writes.
    case "i16":
      return (index) => (bytes[2 * index + high]! << 24 >> 16) | bytes[2 * index + low]!;
    case "u16":
      return (index) => (bytes[2 * index + high]! << 8) | bytes[2 * index + low]!;
    case "i32":
      return (index) => view.getInt32(4 * index, littleEndian);
    case "u32":
      return (index) => view.getUint32(4 * index, littleEndian);
    case "f32":
      return (index) => view.getFloat32(4 * index, littleEndian);
    case "f64":
      return (index) => view.getFloat64(8 * index, littleEndian);
  }
}

/** The whole of a picture. */
export function wholeOf({ width, height }: RasterForm): Area {
  return { x: 0, y: 0, width, height };
}

/** The part of an area that lies in a picture; with no width or height where none does. */
export function within(
  area: Area,
  { width, height }: { readonly width: number; readonly height: number },
): Area {
  const x = Math.min(Math.max(area.x, 0), width);
  const y = Math.min(Math.max(area.y, 0), height);
  return {
    x,
    y,
    width: Math.max(0, Math.min(area.x + area.width, width) - x),
    height: Math.max(0, Math.min(area.y + area.height, height) - y),
  };
}

/**
 * Some values of a picture, spread evenly over it; none that is not finite.
 *
 * @param raster The picture.
 * @param count About how many.
 * @param area Where (default: everywhere).
 * @returns The values, in the order of the pixels.
 */
export function sampleOf(raster: Raster, count: number, area: Area = wholeOf(raster)): Float64Array {
  const read = readerOf(raster);
  const pixels = area.width * area.height;
  let step = Math.max(1, Math.floor(pixels / count));
  // A step that divides the width would always meet the same columns.
  if (step > 1 && area.width > 1) { while (greatestDivisor(step, area.width) > 1) step += 1; }
  const values = new Float64Array(Math.ceil(pixels / step));
  let found = 0;
  for (let n = 0; n < pixels; n += step) {
    const row = Math.floor(n / area.width);
    const value = read((area.y + row) * raster.width + area.x + n - row * area.width);
    if (Number.isFinite(value)) values[found++] = value;
  }
  return values.subarray(0, found);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
