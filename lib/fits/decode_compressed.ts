/** Reads images that are compressed tile by tile. @module */
import { gunzipSync } from "node:zlib";
import { FitsError } from "../errors.ts";
import type { Card } from "./card.ts";
import { descriptors } from "./decode_table.ts";
import type { StoredHdu } from "./hdu.ts";
import { Header } from "./header.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { placeOf } from "./layout.ts";
import { type Bitpix, exactType, type Pixels, STORAGE, STORED } from "./pixels.ts";
import { RICE_BLOCK, RiceDecoder, type RiceWidth } from "./rice.ts";
import { offsetBy, scaleOf, toFloat } from "./scale.ts";
import { imageStructure } from "./structure.ts";
import { tableLayout } from "./table_layout.ts";

/** No compression that can be read here does better. */
const MOST_PER_BYTE = 4096;

/** What the header says of the tiles. */
interface Tiling {
  readonly bitpix: 8 | 16 | 32;
  readonly shape: readonly number[];
  readonly tile: readonly number[];
  readonly block: number;
  readonly width: RiceWidth;
}

/**
 * Reads a compressed image.
 *
 * @param hdu The HDU, with all of its data.
 * @param options What the values are to be.
 * @throws {FitsError} If it is compressed in another way than RICE_1, or its tiles are cut off.
 */
export function decodeCompressed(hdu: StoredHdu, { values: wanted = "natural" }: DecodeOptions = {}): Image {
  const tiling = tilingOf(hdu);
  const { bitpix, shape } = tiling;
  const header = uncompressedHeader(hdu.header, tiling);
  const scale = scaleOf(header, bitpix);
  const exact = wanted === "natural" ? exactType(bitpix, scale.bscale, scale.bzero) : undefined;
  const { bzero, make } = STORAGE[exact ?? STORED[bitpix]];
  const pixels = make(shape.reduce((product, length) => product * length, 1));
  decodeTiles(hdu, tiling, pixels, Number(bzero));
  if (wanted === "float" || wanted === "natural" && exact === undefined) {
    return { header, shape, pixels: toFloat(pixels, scale) };
  }
  const blank = offsetBy(scale.blank, exact ? bzero : 0);
  return { header, shape, pixels, ...blank === undefined ? {} : { blank } };
}

function tilingOf({ header, index, offset, dataBytes, shape: [, rows] }: StoredHdu): Tiling {
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
  if (bitpix !== 8 && bitpix !== 16 && bitpix !== 32) {
    return fail("ZBITPIX", `only integers of up to 32 bits can be read, not BITPIX ${bitpix}`);
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
  const width = parameter("BYTEPIX", bitpix / 8);
  if (width !== 1 && width !== 2 && width !== 4) {
    return fail("ZVAL2", `expected 1, 2 or 4 bytes, got ${width}`);
  }
  return { bitpix, shape, tile, block: parameter("BLOCKSIZE", RICE_BLOCK), width };
}

const COMPRESSION =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|TFIELDS|THEAP|(TTYPE|TFORM|TUNIT|TDISP)\d+|Z(IMAGE|SIMPLE|TENSION|EXTEND|PCOUNT|GCOUNT|BITPIX|NAXIS\d*|TILE\d+|CMPTYPE|NAME\d+|VAL\d+|QUANTIZ|DITHER0|HECKSUM|DATASUM)|CHECKSUM|DATASUM)$/;

/** The header that the image had before it was compressed. */
function uncompressedHeader(header: Header, { bitpix, shape }: Tiling): Header {
  const image = new Header();
  const isPrimary = header.has("ZSIMPLE");
  for (const [keyword, value, comment] of imageStructure(isPrimary, bitpix, shape)) {
    const old = header.card(`Z${keyword}`)?.comment;
    image.set(keyword, value, { comment: old ?? comment });
  }
  // cfitsio names an image that had no name.
  const isOwn = ({ keyword, value }: Card) =>
    !COMPRESSION.test(keyword) && !(keyword === "EXTNAME" && value === "COMPRESSED_IMAGE");
  return image.append([...header].filter(isOwn));
}

function decodeTiles(hdu: StoredHdu, tiling: Tiling, pixels: Pixels, offset: number): void {
  const { shape, tile, width, block, bitpix } = tiling;
  const layout = tableLayout(hdu);
  const cellsOf = (name: string) => {
    const column = layout.columns.find((one) => one.name === name && one.descriptor);
    return column && descriptors(hdu, layout, column);
  };
  const compressed = cellsOf("COMPRESSED_DATA");
  if (!compressed) throw new FitsError("there is no column COMPRESSED_DATA", { hdu: hdu.index });
  const [zipped, plain] = [cellsOf("GZIP_COMPRESSED_DATA"), cellsOf("UNCOMPRESSED_DATA")];
  const target = pixels as unknown as { [at: number]: number };
  const mask = bitpix === 8 ? 0xff : -1;
  const decoder = new RiceDecoder(width, block);
  const values = new Int32Array(tile.reduce((product, length) => product * length, 1));
  const origin = shape.map(() => 0);
  compressed.forEach(({ start, bytes }, row) => {
    const size = origin.map((from, axis) => Math.min(tile[axis]!, shape[axis]! - from));
    const part = values.subarray(0, size.reduce((product, length) => product * length, 1));
    try {
      if (bytes > 0) decoder.decode(hdu.data.subarray(start, start + bytes), part);
      else readPlain(hdu, zipped?.[row], plain?.[row], part, bitpix);
    } catch (error) {
      const place = { hdu: hdu.index, offset: hdu.dataOffset + start };
      throw new FitsError(`tile ${row + 1}: ${(error as Error).message}`, place, { cause: error });
    }
    place(part, size, origin, shape, target, mask, offset);
    advance(origin, tile, shape);
  });
}

/** Tiles that did not become smaller, or are compressed with gzip because RICE_1 did not do. */
function readPlain(
  { data }: StoredHdu,
  zipped: { start: number; bytes: number } | undefined,
  plain: { start: number; bytes: number } | undefined,
  values: Int32Array,
  bitpix: Bitpix,
): void {
  const cell = zipped && zipped.bytes > 0 ? zipped : plain;
  if (!cell || cell.bytes === 0) throw new FitsError("it is empty");
  const packed = data.subarray(cell.start, cell.start + cell.bytes);
  const bytes = cell === zipped ? gunzipSync(packed, { maxOutputLength: 8 * values.length + 64 }) : packed;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = bitpix / 8;
  if (bytes.length !== width * values.length) throw new FitsError(`it has ${bytes.length} bytes`);
  for (let at = 0; at < values.length; at += 1) {
    values[at] = width === 1
      ? view.getUint8(at)
      : width === 2
      ? view.getInt16(2 * at)
      : view.getInt32(4 * at);
  }
}

/** Puts the values of a tile where they belong, a line of it after another. */
function place(
  values: Int32Array,
  size: readonly number[],
  origin: readonly number[],
  shape: readonly number[],
  target: { [at: number]: number },
  mask: number,
  offset: number,
): void {
  const line = size[0]!;
  const within = size.map(() => 0);
  for (let from = 0; from < values.length; from += line) {
    let to = 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      to = to * shape[axis]! + origin[axis]! + within[axis]!;
    }
    for (let at = 0; at < line; at += 1) target[to + at] = (values[from + at]! & mask) + offset;
    for (let axis = 1; axis < size.length; axis += 1) {
      within[axis]! += 1;
      if (within[axis]! < size[axis]!) break;
      within[axis] = 0;
    }
  }
}

/** On to the next tile. */
function advance(origin: number[], tile: readonly number[], shape: readonly number[]): void {
  for (let axis = 0; axis < origin.length; axis += 1) {
    origin[axis]! += tile[axis]!;
    if (origin[axis]! < shape[axis]!) return;
    origin[axis] = 0;
  }
}
