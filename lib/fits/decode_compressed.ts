/** Reads images that are compressed tile by tile. @module */
import { gunzipSync } from "node:zlib";
import { FitsError } from "../errors.ts";
import { descriptors } from "./decode_table.ts";
import type { StoredHdu } from "./hdu.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { type Bitpix, exactType, type Pixels, STORAGE, STORED } from "./pixels.ts";
import { Dequantizer } from "./quantized.ts";
import { type Integers, RiceDecoder } from "./rice_decoder.ts";
import { offsetBy, scaleOf, toFloat } from "./scale.ts";
import { tableLayout } from "./table_layout.ts";
import { type Tiling, tilingOf, uncompressedHeader } from "./tiling.ts";

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
  const most = tile.reduce((product, length) => product * length, 1);
  const values = new Int32Array(most);
  const dequantizer = bitpix < 0 ? new Dequantizer(hdu) : undefined;
  const floats = new Float64Array(dequantizer ? most : 0);
  const copy: CopyLine = dequantizer
    ? (from, to, count) => {
      for (let at = 0; at < count; at += 1) target[to + at] = floats[from + at]!;
    }
    : (from, to, count) => {
      for (let at = 0; at < count; at += 1) target[to + at] = (values[from + at]! & mask) + offset;
    };
  const origin = shape.map(() => 0);
  // Rows lie in the image as they lie in the tile, and need not be copied.
  const isRows = !dequantizer && tile[0] === shape[0] &&
    tile.every((length, axis) => axis === 0 || length === 1);
  compressed.forEach(({ start, bytes }, row) => {
    const size = origin.map((from, axis) => Math.min(tile[axis]!, shape[axis]! - from));
    const count = size.reduce((product, length) => product * length, 1);
    const part = values.subarray(0, count);
    try {
      if (bytes > 0) {
        const packed = hdu.data.subarray(start, start + bytes);
        if (isRows) decoder.decode(packed, pixels as Integers, row * count, count, offset);
        else decoder.decode(packed, part, 0, count, 0);
        dequantizer?.decode(part, row, floats);
      } else {
        readPlain(hdu, zipped?.[row], plain?.[row], dequantizer ? floats.subarray(0, count) : part, bitpix);
      }
    } catch (error) {
      const place = { hdu: hdu.index, offset: hdu.dataOffset + start };
      throw new FitsError(`tile ${row + 1}: ${(error as Error).message}`, place, { cause: error });
    }
    if (!isRows || bytes === 0) place(count, size, origin, shape, copy);
    advance(origin, tile, shape);
  });
}

/** Tiles that did not become smaller, or are compressed with gzip because RICE_1 did not do. */
function readPlain(
  { data }: StoredHdu,
  zipped: { start: number; bytes: number } | undefined,
  plain: { start: number; bytes: number } | undefined,
  values: Int32Array | Float64Array,
  bitpix: Bitpix,
): void {
  const cell = zipped && zipped.bytes > 0 ? zipped : plain;
  if (!cell || cell.bytes === 0) throw new FitsError("it is empty");
  const packed = data.subarray(cell.start, cell.start + cell.bytes);
  const bytes = cell === zipped ? gunzipSync(packed, { maxOutputLength: 8 * values.length + 64 }) : packed;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = Math.abs(bitpix) / 8;
  if (bytes.length !== width * values.length) throw new FitsError(`it has ${bytes.length} bytes`);
  const read = {
    8: (at: number) => view.getUint8(at),
    16: (at: number) => view.getInt16(2 * at),
    32: (at: number) => view.getInt32(4 * at),
    64: (at: number) => Number(view.getBigInt64(8 * at)),
    [-32]: (at: number) => view.getFloat32(4 * at),
    [-64]: (at: number) => view.getFloat64(8 * at),
  }[bitpix];
  for (let at = 0; at < values.length; at += 1) values[at] = read(at);
}

/** Copies so many values of a tile to a place in the image. */
type CopyLine = (from: number, to: number, count: number) => void;

/** Puts the values of a tile where they belong, a line of it after another. */
function place(
  count: number,
  size: readonly number[],
  origin: readonly number[],
  shape: readonly number[],
  copy: CopyLine,
): void {
  const line = size[0]!;
  const within = size.map(() => 0);
  for (let from = 0; from < count; from += line) {
    let to = 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      to = to * shape[axis]! + origin[axis]! + within[axis]!;
    }
    copy(from, to, line);
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
