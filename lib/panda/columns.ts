/** Takes one column out of packed rows. @module */
import type { WireType } from "./capture_field.ts";

/** A column as it is on the wire; of `int96` three words per row, the lowest first. */
export type Column = Int32Array | Uint32Array | BigInt64Array | BigUint64Array | Float64Array;

/** Packed rows, some of those of a frame. */
export interface Rows {
  /** The bytes. */
  readonly view: DataView;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Number of rows. */
  readonly count: number;
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
 * @param at First byte of the column within a row.
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

function copyWords({ view, stride, count }: Rows, at: number, into: Int32Array, first: number): void {
  for (let row = 0, place = at; row < count; row++, place += stride) {
    into[first + row] = view.getInt32(place, true);
  }
}

function copyPairs({ view, stride, count }: Rows, at: number, into: Int32Array, first: number): void {
  for (let row = 0, place = at, word = first; row < count; row++, place += stride) {
    into[word++] = view.getInt32(place, true);
    into[word++] = view.getInt32(place + 4, true);
  }
}

function copyTriples({ view, stride, count }: Rows, at: number, into: Int32Array, first: number): void {
  for (let row = 0, place = at, word = first; row < count; row++, place += stride) {
    into[word++] = view.getInt32(place, true);
    into[word++] = view.getInt32(place + 4, true);
    into[word++] = view.getInt32(place + 8, true);
  }
}

function copyDoubles({ view, stride, count }: Rows, at: number, into: Float64Array, first: number): void {
  for (let row = 0, place = at; row < count; row++, place += stride) {
    into[first + row] = view.getFloat64(place, true);
  }
}
