/**
 * Turns counted numbers into units with the very operations of the server, in its order, so that the results are equal
 * to the last bit.
 * @module
 */
import { copyColumn, type Rows } from "./columns.ts";
import { columnName } from "./capture_field.ts";
import type { PlacedField, RowLayout } from "./row_layout.ts";

const WORD = 2 ** 32;

/** Factor and offset. */
interface Scale {
  readonly scale: number;
  readonly offset: number;
}

/** Scales a column of some rows into an array, from its element `first` on. */
export type Scaler = (rows: Rows, into: Float64Array, first: number) => void;

/**
 * What brings a column to its units; doubles are already there.
 *
 * @param layout Where the columns are.
 * @param column The column.
 * @throws {DewarError} If it is a mean or a deviation, and a column it is computed from is missing.
 */
export function scalerOf(layout: RowLayout, { field, at }: PlacedField): Scaler {
  const { scale = 1, offset = 0, type } = field;
  if (type === "double") return (rows, into, first) => copyColumn(rows, at, type, into, first);
  if (field.capture === "Mean") {
    const samples = layout.samples().at;
    return (rows, into, first) => scaleMeans(rows, at, samples, { scale, offset }, into, first);
  }
  if (type === "int96") {
    const sum = layout.column(columnName({ ...field, capture: "Mean" })).at;
    const samples = layout.samples().at;
    return (rows, into, first) => scaleDeviations(rows, at, sum, samples, scale, into, first);
  }
  const loop = SCALED[type];
  return (rows, into, first) => loop(rows, at, { scale, offset }, into, first);
}

// Small loops, one per type, so that each is compiled for one kind of access. A 64-bit number is put together with one
// rounding, as a conversion of the whole would do.

const SCALED = {
  int32(
    { view, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      into[first + row] = scale * view.getInt32(place, true) + offset;
    }
  },
  uint32(
    { view, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      into[first + row] = scale * view.getUint32(place, true) + offset;
    }
  },
  int64(
    { view, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      const value = view.getInt32(place + 4, true) * WORD + view.getUint32(place, true);
      into[first + row] = scale * value + offset;
    }
  },
  uint64(
    { view, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      const value = view.getUint32(place + 4, true) * WORD + view.getUint32(place, true);
      into[first + row] = scale * value + offset;
    }
  },
};

function scaleMeans(
  { view, stride, count }: Rows,
  at: number,
  samplesAt: number,
  { scale, offset }: Scale,
  into: Float64Array,
  first: number,
): void {
  for (let row = 0, place = 0; row < count; row++, place += stride) {
    const sum = view.getInt32(place + at + 4, true) * WORD + view.getUint32(place + at, true);
    const samples = view.getUint32(place + samplesAt, true);
    into[first + row] = samples === 0 ? NaN : scale * sum / samples + offset;
  }
}

function scaleDeviations(
  { view, stride, count }: Rows,
  at: number,
  sumAt: number,
  samplesAt: number,
  scale: number,
  into: Float64Array,
  first: number,
): void {
  for (let row = 0, place = 0; row < count; row++, place += stride) {
    const sum = view.getBigInt64(place + sumAt, true);
    const squares = view.getBigUint64(place + at, true) +
      (BigInt(view.getUint32(place + at + 8, true)) << 64n);
    const samples = view.getUint32(place + samplesAt, true);
    into[first + row] = scale * deviation(samples, sum < 0n ? -sum : sum, squares);
  }
}

/**
 * With `sum = mean * n + rest`, n times the variance is `squares - (sum + rest) * mean - rest² / n`: the large numbers
 * cancel as integers, and only then is anything rounded.
 */
function deviation(samples: number, sum: bigint, squares: bigint): number {
  if (samples === 0) return NaN;
  const n = BigInt(samples);
  const mean = sum / n;
  const rest = sum % n;
  const difference = roundedByWords(squares - (sum + rest) * mean) - Number(rest * rest) / samples;
  return Math.sqrt(difference / samples);
}

/** Converts word by word from the highest, which rounds twice where one conversion would round once. */
function roundedByWords(value: bigint): number {
  const [high, middle, low] = [value >> 64n, value >> 32n, value].map((part) =>
    Number(BigInt.asUintN(32, part))
  );
  return (high! * WORD + middle!) * WORD + low!;
}
