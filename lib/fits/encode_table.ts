/** Writes binary tables. @module */
import { FitsError } from "../errors.ts";
import { toBigEndian, type Width } from "./byte_order.ts";
import type { Checksum } from "./checksum.ts";
import type { HduEncoder } from "./hdu_encoder.ts";
import { type Pixels, type PixelType, pixelType, STORAGE } from "./pixels.ts";
import { completeHeader, type StructureCard } from "./structure.ts";
import type { ColumnInput, ColumnValues, TableInput } from "./table.ts";

/** Letters of types by BITPIX. */
const LETTERS: Readonly<Record<number, string>> = {
  8: "B",
  16: "I",
  32: "J",
  64: "K",
  [-32]: "E",
  [-64]: "D",
};

/** A column in bytes. */
interface Packed {
  /** `TFORM`. */
  readonly form: string;
  /** `TZERO`. */
  readonly zero?: number | bigint;
  readonly rows: number;
  /** Bytes a row, without the heap. */
  readonly rowBytes: number;
  /** Rows one after another; descriptors are filled in when the heap is laid out. */
  readonly bytes: Uint8Array;
  /** What goes into the heap, a piece a row, and how many values it is. */
  readonly heap?: readonly { readonly bytes: Uint8Array; readonly count: number }[];
}

/** Makes a binary table ready to be written. */
export function encodeTable(table: TableInput, checksum: boolean): HduEncoder {
  const packed = table.columns.map((column) => told(column.name, () => pack(column)));
  const rows = packed[0]?.rows ?? 0;
  packed.forEach((column, at) => {
    if (column.rows === rows) return;
    const problem = `it has ${column.rows} rows, the first column ${rows}`;
    throw new FitsError(`column ${table.columns[at]!.name}: ${problem}`);
  });
  const rowBytes = packed.reduce((sum, column) => sum + column.rowBytes, 0);
  const heapBytes = packed.reduce(
    (sum, { heap = [] }) => heap.reduce((all, { bytes }) => all + bytes.length, sum),
    0,
  );
  if (heapBytes > 0x7fffffff) {
    throw new FitsError(`a heap of ${heapBytes} bytes is more than 32 bits can address`);
  }
  const header = completeHeader(
    [...tableStructure(rowBytes, rows, heapBytes, packed.length), ...columnCards(table.columns, packed)],
    table.header,
    { name: table.name, checksum },
  );
  const write = (target: Uint8Array, sum?: Checksum) => {
    layOut(packed, rowBytes, rows, target);
    sum?.add(target);
  };
  return { header, dataBytes: rowBytes * rows + heapBytes, write };
}

/** The first cards of a binary table. */
export function tableStructure(
  rowBytes: number,
  rows: number,
  heapBytes: number,
  fields: number,
): StructureCard[] {
  return [
    ["XTENSION", "BINTABLE", "binary table"],
    ["BITPIX", 8, "bits of a value"],
    ["NAXIS", 2, "number of axes"],
    ["NAXIS1", rowBytes, "bytes of a row"],
    ["NAXIS2", rows, "number of rows"],
    ["PCOUNT", heapBytes, "bytes behind the rows"],
    ["GCOUNT", 1, "one group"],
    ["TFIELDS", fields, "number of columns"],
  ];
}

function columnCards(columns: readonly ColumnInput[], packed: readonly Packed[]): StructureCard[] {
  return columns.flatMap(({ name, unit, null: none, display }, at): StructureCard[] => {
    const number = at + 1;
    const { form, zero } = packed[at]!;
    return [
      [`TTYPE${number}`, name, `column ${number}`],
      [`TFORM${number}`, form, "type of its values"],
      ...unit === undefined ? [] : [[`TUNIT${number}`, unit, "unit"] as const],
      ...zero === undefined ? [] : [
        [`TSCAL${number}`, 1, "values are stored with an offset"] as const,
        [`TZERO${number}`, zero, "the offset"] as const,
      ],
      ...none === undefined
        ? []
        : [[`TNULL${number}`, storedNull(none, zero ?? 0), "stored value of none"] as const],
      ...display === undefined ? [] : [[`TDISP${number}`, display, "how to show it"] as const],
    ];
  });
}

function storedNull(none: number | bigint, zero: number | bigint): number | bigint {
  const stored = BigInt(none) - BigInt(zero);
  return typeof none === "bigint" ? stored : Number(stored);
}

function told<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof FitsError ? new FitsError(`column ${name}: ${error.problem}`) : error;
  }
}

function pack({ values, width = 1 }: ColumnInput): Packed {
  if (!Number.isSafeInteger(width) || width < 1) throw new FitsError(`${width} values a row cannot be`);
  if (isTyped(values)) return packNumbers(values, width);
  const [first] = values;
  if (isTyped(first)) return packArrays(values as readonly Pixels[]);
  if (typeof first === "string") return packStrings(values as readonly string[]);
  return packBooleans(values as readonly (boolean | undefined)[], width);
}

function isTyped(values: ColumnValues | string | boolean | undefined): values is Pixels {
  return ArrayBuffer.isView(values);
}

function typeOf(values: Pixels): { letter: string; zero: { zero?: number | bigint } } {
  const { bitpix, bzero } = STORAGE[pixelType(values)];
  return { letter: LETTERS[bitpix]!, zero: bzero == 0 ? {} : { zero: bzero } };
}

function bigEndian(values: Pixels): Uint8Array {
  const target = new Uint8Array(values.byteLength);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  toBigEndian(bytes, target, values.BYTES_PER_ELEMENT as Width, STORAGE[pixelType(values)].bzero != 0);
  return target;
}

function packNumbers(values: Pixels, width: number): Packed {
  if (values.length % width !== 0) {
    throw new FitsError(`${values.length} values do not fill rows of ${width}`);
  }
  const { letter, zero } = typeOf(values);
  return {
    form: width === 1 ? letter : `${width}${letter}`,
    ...zero,
    rows: values.length / width,
    rowBytes: width * values.BYTES_PER_ELEMENT,
    bytes: bigEndian(values),
  };
}

/** Readers in use do not look at the offset of unsigned values where rows differ in length: they are written as wider ones. */
const WIDER: Readonly<Partial<Record<PixelType, (values: Pixels) => Pixels>>> = {
  int8: (values) => Int16Array.from(values as Int8Array),
  uint16: (values) => Int32Array.from(values as Uint16Array),
  uint32: (values) => BigInt64Array.from(values as Uint32Array, BigInt),
};

function packArrays(rows: readonly Pixels[]): Packed {
  const type = pixelType(rows[0]!);
  const mixed = rows.find((one) => pixelType(one) !== type);
  if (mixed) throw new FitsError(`its rows are ${type} and ${pixelType(mixed)}`);
  const widen = WIDER[type];
  const values = widen ? rows.map(widen) : rows;
  const { letter, zero } = typeOf(values[0]!);
  const longest = values.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    form: `1P${letter}(${longest})`,
    ...zero,
    rows: values.length,
    rowBytes: 8,
    bytes: new Uint8Array(8 * values.length),
    heap: values.map((one) => ({ bytes: bigEndian(one), count: one.length })),
  };
}

function packStrings(values: readonly string[]): Packed {
  const width = values.reduce((most, { length }) => Math.max(most, length), 1);
  const bytes = new Uint8Array(width * values.length).fill(0x20);
  values.forEach((value, row) => {
    if (/[^ -~]/.test(value)) {
      throw new FitsError(`${JSON.stringify(value)} in row ${row + 1} is not printable ASCII`);
    }
    for (let at = 0; at < value.length; at += 1) bytes[row * width + at] = value.charCodeAt(at);
  });
  return { form: `${width}A`, rows: values.length, rowBytes: width, bytes };
}

function packBooleans(values: readonly (boolean | undefined)[], width: number): Packed {
  if (values.length % width !== 0) {
    throw new FitsError(`${values.length} values do not fill rows of ${width}`);
  }
  const bytes = Uint8Array.from(values, (value) => value === undefined ? 0 : value ? 0x54 : 0x46);
  return { form: width === 1 ? "L" : `${width}L`, rows: values.length / width, rowBytes: width, bytes };
}

/** Puts the columns side by side, and behind them the heap. */
function layOut(columns: readonly Packed[], rowBytes: number, rows: number, target: Uint8Array): void {
  let offset = 0;
  let heap = rowBytes * rows;
  for (const column of columns) {
    const { bytes, rowBytes: width } = column;
    if (column.heap) {
      const view = new DataView(bytes.buffer);
      column.heap.forEach((piece, row) => {
        view.setInt32(8 * row, piece.count);
        view.setInt32(8 * row + 4, heap - rowBytes * rows);
        target.set(piece.bytes, heap);
        heap += piece.bytes.length;
      });
    }
    const isWords = [width, rowBytes, offset, target.byteOffset, bytes.byteOffset].every((each) =>
      each % 4 === 0
    );
    if (isWords) spread(wordsOf(bytes), width / 4, wordsOf(target), offset / 4, rowBytes / 4);
    else spread(bytes, width, target, offset, rowBytes);
    offset += width;
  }
}

/** Puts a column's cells, `width` elements each, where they are in rows of `stride` elements. */
function spread<T extends Uint8Array | Int32Array>(
  from: T,
  width: number,
  to: T,
  offset: number,
  stride: number,
): void {
  for (let at = 0, place = offset; at < from.length; at += width, place += stride) {
    for (let each = 0; each < width; each += 1) to[place + each] = from[at + each]!;
  }
}

function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}
