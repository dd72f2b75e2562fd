/** How a compressed image is cut into tiles. @module */
import { FitsError } from "../errors.ts";
import type { Card } from "./card.ts";
import type { StoredHdu } from "./hdu.ts";
import { Header } from "./header.ts";
import { placeOf } from "./layout.ts";
import type { Bitpix } from "./pixels.ts";
import { RICE_BLOCK, type RiceWidth } from "./rice.ts";
import { imageStructure } from "./structure.ts";

/** No compression that can be read here does better. */
const MOST_PER_BYTE = 4096;

/** What the header says of the tiles. */
export interface Tiling {
  /** Bits of a pixel; negative for floating point. */
  readonly bitpix: Exclude<Bitpix, 64>;
  /** Axes of the image. */
  readonly shape: readonly number[];
  /** Axes of a tile. */
  readonly tile: readonly number[];
  /** Pixels that share a parameter. */
  readonly block: number;
  /** Bytes of a compressed integer. */
  readonly width: RiceWidth;
}

/**
 * Reads it from the header.
 *
 * @throws {FitsError} If it is compressed in another way than RICE_1, or says what cannot be.
 */
export function tilingOf({ header, index, offset, dataBytes, shape: [, rows] }: StoredHdu): Tiling {
  const fail = (keyword: string, problem: string): never => {
    throw new FitsError(problem, placeOf(header, index, offset, keyword));
  };
  const integer = (keyword: string, least: number, otherwise?: number): number => {
    const value = header.get(keyword) ?? otherwise;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    return fail(keyword, `expected an integer of at least ${least}, got ${String(value ?? "nothing")}`);
  };
  const method = header.get("ZCMPTYPE");
  if (method !== "RICE_1" && method !== "RICE_ONE") {
    fail("ZCMPTYPE", `only RICE_1 can be read, not ${String(method ?? "nothing")}`);
  }
  const bitpix = integer("ZBITPIX", -64);
  if (bitpix !== 8 && bitpix !== 16 && bitpix !== 32 && bitpix !== -32 && bitpix !== -64) {
    return fail("ZBITPIX", `expected 8, 16, 32, -32 or -64, got ${bitpix}`);
  }
  const axes = integer("ZNAXIS", 1);
  if (axes > 999) fail("ZNAXIS", `expected at most 999, got ${axes}`);
  const shape = Array.from({ length: axes }, (_, axis) => integer(`ZNAXIS${axis + 1}`, 1));
  const tile = shape.map((length, axis) =>
    Math.min(length, integer(`ZTILE${axis + 1}`, 1, axis === 0 ? length : 1))
  );
  const tiles = shape.reduce((count, length, axis) => count * Math.ceil(length / tile[axis]!), 1);
  if (tiles !== rows) fail("NAXIS2", `${tiles} tiles make the image, the table has ${rows} rows`);
  const values = shape.reduce((product, length) => product * length, 1);
  // Even where all pixels are the same a tile takes bits for each block of them.
  if (values > MOST_PER_BYTE * dataBytes) fail("ZNAXIS", `${values} pixels cannot be in ${dataBytes} bytes`);
  const parameter = (name: string, otherwise: number): number => {
    for (let number = 1; header.has(`ZNAME${number}`); number += 1) {
      if (header.get(`ZNAME${number}`) === name) return integer(`ZVAL${number}`, 1);
    }
    return otherwise;
  };
  const width = parameter("BYTEPIX", bitpix > 0 ? bitpix / 8 : 4);
  if (width !== 1 && width !== 2 && width !== 4) {
    return fail("ZVAL2", `expected 1, 2 or 4 bytes, got ${width}`);
  }
  return { bitpix, shape, tile, block: parameter("BLOCKSIZE", RICE_BLOCK), width };
}

const COMPRESSION =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|TFIELDS|THEAP|(TTYPE|TFORM|TUNIT|TDISP)\d+|Z(IMAGE|SIMPLE|TENSION|EXTEND|PCOUNT|GCOUNT|BITPIX|NAXIS\d*|TILE\d+|CMPTYPE|NAME\d+|VAL\d+|QUANTIZ|DITHER0|HECKSUM|DATASUM)|CHECKSUM|DATASUM)$/;

/** The header that the image had before it was compressed. */
export function uncompressedHeader(header: Header, { bitpix, shape }: Tiling): Header {
  const image = new Header();
  const isPrimary = header.has("ZSIMPLE");
  for (const [keyword, value, comment] of imageStructure(isPrimary, bitpix, shape)) {
    const old = header.card(`Z${keyword}`)?.comment;
    image.set(keyword, value, { comment: old ?? comment });
  }
  // cfitsio names an image that had no name.
  const isOwn = ({ keyword, value }: Card) =>
    !COMPRESSION.test(keyword) && !(keyword === "ZBLANK" && bitpix < 0) &&
    !(keyword === "EXTNAME" && value === "COMPRESSED_IMAGE");
  return image.append([...header].filter(isOwn));
}
