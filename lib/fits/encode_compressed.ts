/** Writes images compressed tile by tile, as a table. @module */
import { FitsError } from "../errors.ts";
import { toBigEndian, type Width } from "./byte_order.ts";
import { Checksum } from "./checksum.ts";
import { type StoredImage, storedImage } from "./encode_image.ts";
import { tableStructure } from "./encode_table.ts";
import type { HduEncoder } from "./hdu_encoder.ts";
import type { ImageInput } from "./image.ts";
import { RICE_BLOCK, type RiceWidth } from "./rice.ts";
import { RiceEncoder } from "./rice_encoder.ts";
import { completeHeader, type StructureCard } from "./structure.ts";

/** Bytes of a row of the table: number and place of the compressed bytes. */
const ROW = 8;

/**
 * Makes an image ready to be written compressed: RICE_1, a row a tile, as `fpack` does it.
 *
 * @param input The image: integers of up to 32 bits.
 * @param isPrimary Whether it would be the first HDU if it were not compressed.
 * @param checksum Whether it gets checksums.
 * @throws {FitsError} If its pixels are of another type, or it has none.
 */
export function encodeCompressed(input: ImageInput, isPrimary: boolean, checksum: boolean): HduEncoder {
  const image = storedImage(input);
  const { bitpix, shape, pixels } = image;
  if (bitpix !== 8 && bitpix !== 16 && bitpix !== 32) {
    throw new FitsError(`RICE_1 compresses integers of up to 32 bits, not BITPIX ${bitpix}`);
  }
  const width = shape[0] ?? 0;
  if (pixels.length === 0) throw new FitsError("an image without pixels cannot be compressed");
  const { heap, lengths } = compressRows(image, width, bitpix / 8 as RiceWidth);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const structure: StructureCard[] = [
    ...tableStructure(ROW, lengths.length, heap.length, 1),
    ["TTYPE1", "COMPRESSED_DATA", "compressed tiles"],
    ["TFORM1", `1PB(${longest})`, "bytes, as many as a tile takes"],
    ["ZIMAGE", true, "this table is a compressed image"],
    ...shape.map((_, axis): StructureCard => [`ZTILE${axis + 1}`, axis === 0 ? width : 1, "size of a tile"]),
    ["ZCMPTYPE", "RICE_1", "how it is compressed"],
    ["ZNAME1", "BLOCKSIZE", "pixels that share a parameter"],
    ["ZVAL1", RICE_BLOCK, "pixels that share a parameter"],
    ["ZNAME2", "BYTEPIX", "bytes of a stored pixel"],
    ["ZVAL2", bitpix / 8, "bytes of a stored pixel"],
    isPrimary ? ["ZSIMPLE", true, "it was a primary HDU"] : ["ZTENSION", "IMAGE", "it was an extension"],
    ["ZBITPIX", bitpix, "bits of a value"],
    ["ZNAXIS", shape.length, "number of axes"],
    ...shape.map((
      length,
      axis,
    ): StructureCard => [`ZNAXIS${axis + 1}`, length, `length of axis ${axis + 1}`]),
    ...isPrimary
      ? [["ZEXTEND", true, "there may be extensions"] as const]
      : [["ZPCOUNT", 0, "no parameters"] as const, ["ZGCOUNT", 1, "one group"] as const],
    ...image.scale,
    ...checksum ? [["ZDATASUM", String(sumOf(image)), "sum of the data before compression"] as const] : [],
  ];
  const header = completeHeader(structure, input.header, { name: input.name, checksum });
  const write = (target: Uint8Array, sum?: Checksum) => {
    const view = new DataView(target.buffer, target.byteOffset, target.length);
    let place = 0;
    lengths.forEach((length, row) => {
      view.setInt32(ROW * row, length);
      view.setInt32(ROW * row + 4, place);
      place += length;
    });
    target.set(heap, ROW * lengths.length);
    sum?.add(target);
  };
  return { header, dataBytes: ROW * lengths.length + heap.length, write };
}

interface CompressedRows {
  readonly heap: Uint8Array;
  readonly lengths: readonly number[];
}

function compressRows(
  { pixels, flip, bitpix }: StoredImage,
  width: number,
  bytes: RiceWidth,
): CompressedRows {
  const encoder = new RiceEncoder(bytes);
  const offset = flip ? 2 ** (bitpix - 1) : 0;
  const rows = pixels.length / width;
  const values = pixels as ArrayLike<number>;
  const lengths: number[] = [];
  let heap = new Uint8Array(pixels.byteLength / 2 + 64);
  let used = 0;
  for (let at = 0; at < rows; at += 1) {
    const tile = encoder.encode(values, at * width, width, values[at * width]! - offset);
    if (used + tile.length > heap.length) heap = longer(heap, used + tile.length);
    heap.set(tile, used);
    used += tile.length;
    lengths.push(tile.length);
  }
  if (used > 0x7fffffff) throw new FitsError(`${used} compressed bytes are more than 32 bits can address`);
  return { heap: heap.subarray(0, used), lengths };
}

function longer(bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(Math.max(needed, 2 * bytes.length));
  more.set(bytes);
  return more;
}

function sumOf({ pixels, flip }: StoredImage): number {
  const sum = new Checksum();
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const piece = new Uint8Array(Math.min(bytes.length, 65536));
  for (let at = 0; at < bytes.length; at += piece.length) {
    const part = bytes.subarray(at, at + piece.length);
    toBigEndian(part, piece.subarray(0, part.length), pixels.BYTES_PER_ELEMENT as Width, flip, sum);
  }
  return sum.value;
}
