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
 * @param name Name of the column.
 * @throws {DewarError} If there is no such column, or it is a mean or a deviation, and a column it is computed from is missing.
 */
export function scalerOf(layout: RowLayout, name: string): Scaler {
  let scaler = layout.scalers.get(name);
  if (!scaler) {
    scaler = makeScaler(layout, layout.column(name));
    layout.scalers.set(name, scaler);
  }
  return scaler;
}

function makeScaler(layout: RowLayout, { field, at }: PlacedField): Scaler {
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
    { words, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      into[first + row] = scale * words[place]! + offset;
    }
  },
  uint32(
    { words, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      into[first + row] = scale * (words[place]! >>> 0) + offset;
    }
  },
  int64(
    { words, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      into[first + row] = scale * (words[place + 1]! * WORD + (words[place]! >>> 0)) + offset;
    }
  },
  uint64(
    { words, stride, count }: Rows,
    at: number,
    { scale, offset }: Scale,
    into: Float64Array,
    first: number,
  ) {
    for (let row = 0, place = at; row < count; row++, place += stride) {
      into[first + row] = scale * ((words[place + 1]! >>> 0) * WORD + (words[place]! >>> 0)) + offset;
    }
  },
};

function scaleMeans(
  { words, stride, count }: Rows,
  at: number,
  samplesAt: number,
  { scale, offset }: Scale,
  into: Float64Array,
  first: number,
): void {
  for (let row = 0, place = at, other = samplesAt; row < count; row++, place += stride, other += stride) {
    const sum = words[place + 1]! * WORD + (words[place]! >>> 0);
    const samples = words[other]! >>> 0;
    into[first + row] = scale * sum / samples + offset;
    if (samples === 0) into[first + row] = NaN; // chosen before the division, it would take three times as long
  }
}

function scaleDeviations(
  { words, view, stride, count }: Rows,
  at: number,
  sumAt: number,
  samplesAt: number,
  scale: number,
  into: Float64Array,
  first: number,
): void {
  for (let row = 0, place = 0; row < count; row++, place += stride) {
    const sum = view.getBigInt64(4 * (place + sumAt), true);
    const squares = view.getBigUint64(4 * (place + at), true) + (BigInt(words[place + at + 2]! >>> 0) << 64n);
    const samples = words[place + samplesAt]! >>> 0;
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
