/** Types of pixels, and how FITS stores them. @module */
import { FitsError } from "../errors.ts";

/** BITPIX: bits of a value as it is stored, negative for floating point. */
export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64;

/** Pixels in the machine's own byte order. */
export type Pixels =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The name of a type of pixels. */
export type PixelType =
  | "uint8"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

/** How a type of pixels is stored. */
export interface Storage {
  /** Bits of the stored value. */
  readonly bitpix: Bitpix;
  /** What is added to the stored value: FITS has no unsigned 16-bit integers, but -32768 + 32768 is 0. */
  readonly bzero: number | bigint;
  /** Makes an array of so many. */
  readonly make: (length: number) => Pixels;
  /** Looks at bytes as this type. */
  readonly view: (buffer: ArrayBufferLike, offset: number, length: number) => Pixels;
}

/** Every type of pixels. */
export const STORAGE: Readonly<Record<PixelType, Storage>> = {
  uint8: { bitpix: 8, bzero: 0, make: (n) => new Uint8Array(n), view: (b, o, n) => new Uint8Array(b, o, n) },
  int8: { bitpix: 8, bzero: -128, make: (n) => new Int8Array(n), view: (b, o, n) => new Int8Array(b, o, n) },
  int16: { bitpix: 16, bzero: 0, make: (n) => new Int16Array(n), view: (b, o, n) => new Int16Array(b, o, n) },
  uint16: {
    bitpix: 16,
    bzero: 32768,
    make: (n) => new Uint16Array(n),
    view: (b, o, n) => new Uint16Array(b, o, n),
  },
  int32: { bitpix: 32, bzero: 0, make: (n) => new Int32Array(n), view: (b, o, n) => new Int32Array(b, o, n) },
  uint32: {
    bitpix: 32,
    bzero: 2147483648,
    make: (n) => new Uint32Array(n),
    view: (b, o, n) => new Uint32Array(b, o, n),
  },
  int64: {
    bitpix: 64,
    bzero: 0,
    make: (n) => new BigInt64Array(n),
    view: (b, o, n) => new BigInt64Array(b, o, n),
  },
  uint64: {
    bitpix: 64,
    bzero: 1n << 63n,
    make: (n) => new BigUint64Array(n),
    view: (b, o, n) => new BigUint64Array(b, o, n),
  },
  float32: {
    bitpix: -32,
    bzero: 0,
    make: (n) => new Float32Array(n),
    view: (b, o, n) => new Float32Array(b, o, n),
  },
  float64: {
    bitpix: -64,
    bzero: 0,
    make: (n) => new Float64Array(n),
    view: (b, o, n) => new Float64Array(b, o, n),
  },
};

/** The type that holds stored values as they are. */
export const STORED: Readonly<Record<Bitpix, PixelType>> = {
  8: "uint8",
  16: "int16",
  32: "int32",
  64: "int64",
  [-32]: "float32",
  [-64]: "float64",
};

/**
 * The name of the type of an array.
 *
 * @throws {FitsError} If FITS has no such pixels.
 */
export function pixelType(pixels: Pixels): PixelType {
  const name = pixels[Symbol.toStringTag].replace("Array", "").replace("Big", "").toLowerCase();
  if (!Object.hasOwn(STORAGE, name)) {
    throw new FitsError(`FITS has no pixels like ${pixels[Symbol.toStringTag]}`);
  }
  return name as PixelType;
}

/** The type that holds values of this BITPIX and BZERO exactly; undefined if they have to be computed. */
export function exactType(bitpix: Bitpix, bscale: number, bzero: number | bigint): PixelType | undefined {
  if (bscale !== 1) return undefined;
  return (Object.keys(STORAGE) as PixelType[]).find((type) =>
    STORAGE[type].bitpix === bitpix && Number(STORAGE[type].bzero) === Number(bzero)
  );
}
