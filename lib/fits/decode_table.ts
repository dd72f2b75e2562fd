/** Reads binary tables. @module */
import { FitsError } from "../errors.ts";
import { fromBigEndian, type Width } from "./byte_order.ts";
import type { StoredHdu } from "./hdu.ts";
import { type Bitpix, exactType, type Pixels, type PixelType, STORAGE, STORED } from "./pixels.ts";
import { toFloat } from "./scale.ts";
import type { Column, ColumnValues, Table } from "./table.ts";
import { type ColumnLayout, type TableLayout, tableLayout, TYPE_BYTES } from "./table_layout.ts";

/** BITPIX that would say the same as a type letter; complex numbers are pairs. */
const BITPIX: Readonly<Record<string, Bitpix>> = {
  B: 8,
  I: 16,
  J: 32,
  K: 64,
  E: -32,
  D: -64,
  C: -32,
  M: -64,
};

const latin1 = new TextDecoder("latin1");

/**
 * Reads a binary table.
 *
 * @param hdu The HDU, with all of its data.
 * @throws {FitsError} If it holds none, or its structure is impossible.
 *
 * @example Usage
 * ```ts
 * import { decodeTable, encodeFits, parseFits } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodeFits([{
 *   name: "LOG",
 *   columns: [
 *     { name: "TIME", unit: "s", values: Float64Array.of(0, 0.5) },
 *     { name: "STATE", values: ["idle", "exposing"] },
 *   ],
 * }]);
 * const table = decodeTable(parseFits(file)[1]!);
 * assertEquals(table.column("time").values, Float64Array.of(0, 0.5));
 * assertEquals(table.column("STATE").values, ["idle", "exposing"]);
 * ```
 */
export function decodeTable(hdu: StoredHdu): Table {
  const { header, kind, index, data, dataBytes, dataOffset } = hdu;
  if (kind !== "table" && kind !== "compressed") {
    throw new FitsError(`it holds no table but ${kind}`, { hdu: index });
  }
  if (data.length < dataBytes) {
    const problem = `the data are cut off: ${data.length} bytes of ${dataBytes}`;
    throw new FitsError(problem, { hdu: index, offset: dataOffset + data.length });
  }
  const layout = tableLayout(hdu);
  const columns = layout.columns.map((column) => decodeColumn(hdu, layout, column));
  const byName = new Map(columns.toReversed().map((column) => [column.name.toUpperCase(), column]));
  return {
    header,
    rows: layout.rows,
    columns,
    column(name) {
      const found = byName.get(name.toUpperCase());
      if (found) return found;
      const names = columns.map((column) => column.name).join(", ");
      throw new FitsError(`there is no column ${JSON.stringify(name)} (there are ${names})`, { hdu: index });
    },
  };
}

function decodeColumn(hdu: StoredHdu, table: TableLayout, column: ColumnLayout): Column {
  const { header } = hdu;
  const { number, name, form, type, repeat } = column;
  const unit = header.get(`TUNIT${number}`);
  const dims = header.get(`TDIM${number}`);
  const shape = typeof dims === "string" ? shapeOf(dims) : undefined;
  const none = header.get(`TNULL${number}`);
  const isInteger = "BIJK".includes(type) && (typeof none === "bigint" || Number.isInteger(none));
  const read = reader(hdu, column);
  const values = column.descriptor
    ? descriptors(hdu, table, column).map(({ start, bytes }) =>
      read(hdu.data.subarray(start, start + bytes), 1)
    )
    : read(gather(hdu.data, table, column), table.rows);
  return {
    name,
    ...typeof unit === "string" && unit !== "" ? { unit } : {},
    form,
    width: type === "A" ? 1 : type === "C" || type === "M" ? 2 * repeat : repeat,
    ...shape ? { shape } : {},
    ...isInteger ? { null: offsetNull(none as number | bigint, header.get(`TZERO${number}`)) } : {},
    values: values as ColumnValues,
  };
}

function offsetNull(none: number | bigint, zero: unknown): number | bigint {
  if (zero === undefined || typeof zero === "number" && !Number.isInteger(zero)) return none;
  const sum = BigInt(none) + BigInt(zero as number | bigint);
  return typeof none === "bigint" || typeof zero === "bigint" ? sum : Number(sum);
}

function shapeOf(text: string): number[] | undefined {
  const axes = /^\s*\(([\d,\s]+)\)\s*$/.exec(text)?.[1]?.split(",").map(Number);
  return axes?.every((axis) => Number.isInteger(axis)) ? axes : undefined;
}

/** The bytes of a column, row after row. */
function gather(
  data: Uint8Array,
  { rowBytes, rows }: TableLayout,
  { offset, bytes }: ColumnLayout,
): Uint8Array {
  if (bytes === rowBytes) return data.subarray(0, rows * rowBytes);
  const column = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row += 1) {
    const from = row * rowBytes + offset;
    for (let at = 0; at < bytes; at += 1) column[row * bytes + at] = data[from + at]!;
  }
  return column;
}

type Read = (bytes: Uint8Array, rows: number) => Pixels | (string | boolean | undefined)[];

/** How the bytes of a column become values. */
function reader({ header }: StoredHdu, { number, type, repeat, descriptor }: ColumnLayout): Read {
  if (type === "A") return (bytes, rows) => strings(bytes, rows, descriptor ? bytes.length : repeat);
  if (type === "L") {
    return (bytes) => Array.from(bytes, (byte) => byte === 0x54 ? true : byte === 0x46 ? false : undefined);
  }
  if (type === "X") return (bytes, rows) => bits(bytes, rows, descriptor ? 8 * bytes.length : repeat);
  const bitpix = BITPIX[type]!;
  const width = Math.abs(bitpix) / 8 as Width;
  const scale = header.get(`TSCAL${number}`) ?? 1;
  const zero = header.get(`TZERO${number}`) ?? 0;
  const bscale = typeof scale === "number" ? scale : 1;
  const bzero = typeof zero === "number" || typeof zero === "bigint" ? zero : 0;
  const exact: PixelType | undefined = exactType(bitpix, bscale, bzero);
  const storage = STORAGE[exact ?? STORED[bitpix]];
  const none = header.get(`TNULL${number}`);
  const blank = typeof none === "number" || typeof none === "bigint" ? none : undefined;
  return (bytes) => {
    const target = new Uint8Array(bytes.length - bytes.length % width);
    fromBigEndian(bytes.subarray(0, target.length), target, width, storage.bzero != 0);
    const values = storage.view(target.buffer, 0, target.length / width);
    return exact ? values : Float64Array.from(toFloat(values, { bscale, bzero, blank }));
  };
}

function strings(bytes: Uint8Array, rows: number, length: number): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const cell = bytes.subarray(row * length, (row + 1) * length);
    const end = cell.indexOf(0);
    return latin1.decode(end < 0 ? cell : cell.subarray(0, end)).trimEnd();
  });
}

function bits(bytes: Uint8Array, rows: number, count: number): Uint8Array {
  const values = new Uint8Array(rows * count);
  const stride = Math.ceil(count / 8);
  for (let row = 0; row < rows; row += 1) {
    for (let at = 0; at < count; at += 1) {
      values[row * count + at] = bytes[row * stride + (at >>> 3)]! >>> 7 - at % 8 & 1;
    }
  }
  return values;
}

/** Where the values of a row are. */
export interface Cell {
  /** Where they begin in the data. */
  readonly start: number;
  /** How long they are. */
  readonly bytes: number;
}

/**
 * Where the values of a column of variable length are.
 *
 * @throws {FitsError} If a row's values are outside of the heap.
 */
export function descriptors(hdu: StoredHdu, table: TableLayout, column: ColumnLayout): Cell[] {
  const { data, index, dataOffset } = hdu;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const isWide = column.descriptor === "Q";
  return Array.from({ length: column.repeat === 0 ? 0 : table.rows }, (_, row) => {
    const at = row * table.rowBytes + column.offset;
    const count = isWide ? Number(view.getBigInt64(at)) : view.getInt32(at);
    const offset = isWide ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    const bytes = column.type === "X" ? Math.ceil(count / 8) : count * TYPE_BYTES[column.type]!;
    const start = table.heap + offset;
    if (count < 0 || offset < 0 || start + bytes > data.length) {
      const problem = `row ${
        row + 1
      } of column ${column.name} has ${count} values at ${offset}, outside of the heap`;
      throw new FitsError(problem, { hdu: index, offset: dataOffset + at });
    }
    return { start, bytes };
  });
}
