/** Takes one column out of packed rows. @module */
import type { WireType } from "./capture_field.ts";

/** A column as it is on the wire; of `int96` three words per row, the lowest first. */
export type Column = Int32Array | Uint32Array | BigInt64Array | BigUint64Array | Float64Array;

/** Packed rows, some of those of a frame. All types are whole words of 32 bits, so all columns begin at a word. */
export interface Rows {
  /** The words; machines on which these are little endian are the only ones there are. */
  readonly words: Int32Array;
  /** The same as bytes. */
  readonly view: DataView;
  /** Words from one row to the next. */
  readonly stride: number;
  /** Number of rows. */
  readonly count: number;
}

/**
 * Makes rows of bytes; they are copied if they do not begin at a word.
 *
 * @param bytes What holds them.
 * @param from First byte of the first row.
 * @param to One past the last byte of the last.
 * @param rowBytes Bytes of a row.
 */
export function rowsOf(bytes: Uint8Array, from: number, to: number, rowBytes: number): Rows {
  const at = bytes.byteOffset + from;
  const isAligned = at % 4 === 0;
  const buffer = isAligned ? bytes.buffer : bytes.slice(from, to).buffer;
  const place = isAligned ? at : 0;
  return {
    words: new Int32Array(buffer, place, (to - from) / 4),
    view: new DataView(buffer, place, to - from),
    stride: rowBytes / 4,
    count: (to - from) / rowBytes,
  };
}

const ARRAYS = {
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  double: Float64Array,
} as const;

/**
 * Makes room for a column.
 *
 * @param type Its type on the wire.
 * @param rows Number of rows.
 */
export function makeColumn(type: WireType, rows: number): Column {
  return type === "int96" ? new Uint32Array(3 * rows) : new ARRAYS[type](rows);
}

/**
 * Copies a column.
 *
 * @param rows Where from.
 * @param at First word of the column within a row.
 * @param type Its type on the wire.
 * @param into Where to, from {@linkcode makeColumn}.
 * @param first Row of `into` to begin at.
 */
export function copyColumn(rows: Rows, at: number, type: WireType, into: Column, first: number): void {
  if (into instanceof Float64Array) return copyDoubles(rows, at, into, first);
  const words = new Int32Array(into.buffer, into.byteOffset, into.byteLength / 4);
  if (type === "int96") copyTriples(rows, at, words, 3 * first);
  else if (into.BYTES_PER_ELEMENT === 8) copyPairs(rows, at, words, 2 * first);
  else copyWords(rows, at, words, first);
}

// Small loops, one per size, so that each is compiled for one kind of access.

function copyWords({ words, stride, count }: Rows, at: number, into: Int32Array, first: number): void {
  for (let row = 0, place = at; row < count; row++, place += stride) into[first + row] = words[place]!;
}

function copyPairs({ words, stride, count }: Rows, at: number, into: Int32Array, first: number): void {
  for (let row = 0, place = at, word = first; row < count; row++, place += stride) {
    into[word++] = words[place]!;
    into[word++] = words[place + 1]!;
  }
}

function copyTriples({ words, stride, count }: Rows, at: number, into: Int32Array, first: number): void {
  for (let row = 0, place = at, word = first; row < count; row++, place += stride) {
    into[word++] = words[place]!;
    into[word++] = words[place + 1]!;
    into[word++] = words[place + 2]!;
  }
}

function copyDoubles({ view, stride, count }: Rows, at: number, into: Float64Array, first: number): void {
  for (let row = 0, place = 4 * at; row < count; row++, place += 4 * stride) {
    into[first + row] = view.getFloat64(place, true);
  }
}
