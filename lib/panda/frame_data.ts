/** Rows of an acquisition, packed until somebody looks at them. @module */
import { joinBytes } from "../net/mod.ts";
import { type Column, copyColumn, makeColumn, type Rows, rowsOf } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { RowLayout } from "./row_layout.ts";
import { scalerOf } from "./scaling.ts";

/** Whole rows within some bytes. */
export interface Segment {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** First byte of the first row. */
  readonly from: number;
  /** One past the last byte of the last row. */
  readonly to: number;
}

/**
 * Some rows of an acquisition. It costs next to nothing until it is looked at: the rows are views of the bytes that were
 * fed, and a column is taken out of them when it is asked for, once.
 */
export class FrameData implements Iterable<Readonly<Record<string, number | bigint>>> {
  /** Says which event it is. */
  readonly kind = "frame";
  /** Number of rows. */
  readonly rows: number;
  readonly #layout: RowLayout;
  readonly #segments: readonly Segment[];
  #columns: Map<string, Column> | undefined;
  #views: readonly Rows[] | undefined;

  /** Made by `DataConnection`. */
  constructor(layout: RowLayout, segments: readonly Segment[], rows: number) {
    this.#layout = layout;
    this.#segments = segments;
    this.rows = rows;
  }

  /** The header of the acquisition. */
  get start(): StartData {
    return this.#layout.start;
  }

  /** Names of the columns, in the order of a row: `"COUNTER1.OUT.Mean"`. */
  get names(): string[] {
    return [...this.#layout.columns.keys()];
  }

  /** The packed rows; not copied if they came in one piece. */
  get bytes(): Uint8Array {
    return joinBytes(this.#segments.map(({ bytes, from, to }) => bytes.subarray(from, to)));
  }

  /**
   * A column as it came: what was counted in raw data, units in scaled data.
   *
   * @param name Its name, `"COUNTER1.OUT.Mean"`.
   * @returns One number per row, of `int96` three words, the lowest first; the same array every time.
   * @throws {DewarError} If there is no such column.
   */
  column(name: string): Column {
    const known = this.#columns?.get(name);
    if (known) return known;
    const column = makeColumn(this.#layout.column(name).field.type, this.rows);
    this.copy(name, column);
    this.#columns ??= new Map();
    this.#columns.set(name, column);
    return column;
  }

  /**
   * A column in its units, whether the data is raw or scaled; raw data is scaled here to the bit as the server would.
   * Means and deviations of nothing are NaN.
   *
   * @param name Its name, `"COUNTER1.OUT.Mean"`.
   * @param into Where to put it, to use an array again (default: a new one); of at least as many elements as there are rows.
   * @returns One number per row.
   * @throws {DewarError} If there is no such column, or none of those it is computed from.
   */
  scaled(name: string, into: Float64Array = new Float64Array(this.rows)): Float64Array {
    const scale = scalerOf(this.#layout, name);
    this.#each((rows, first) => scale(rows, into, first));
    return into;
  }

  /**
   * Copies a column as it came into an array that is there.
   *
   * @param name Its name.
   * @param into An array of the column's type.
   * @param first Where the first row goes, in rows.
   * @throws {DewarError} If there is no such column.
   */
  copy(name: string, into: Column, first = 0): void {
    const { field, at } = this.#layout.column(name);
    this.#each((rows, row) => copyColumn(rows, at, field.type, into, first + row));
  }

  /**
   * Some of the rows; nothing is copied.
   *
   * @param from The first.
   * @param to One past the last.
   */
  slice(from: number, to: number): FrameData {
    const { sampleBytes } = this.start;
    const segments: Segment[] = [];
    let before = 0;
    for (const segment of this.#segments) {
      const end = before + (segment.to - segment.from) / sampleBytes;
      const [first, last] = [Math.max(from, before), Math.min(to, end)];
      const at = segment.from - before * sampleBytes;
      if (first < last) {
        segments.push({ bytes: segment.bytes, from: at + first * sampleBytes, to: at + last * sampleBytes });
      }
      before = end;
    }
    return new FrameData(this.#layout, segments, Math.max(0, Math.min(to, this.rows) - from));
  }

  /** The rows, each an object of its columns as they came. */
  *[Symbol.iterator](): Generator<Readonly<Record<string, number | bigint>>, void, unknown> {
    const columns = this.names.map((name) => [name, this.column(name)] as const);
    for (let row = 0; row < this.rows; row++) {
      yield Object.fromEntries(columns.map(([name, column]) => [name, valueAt(column, row, this.rows)]));
    }
  }

  #each(visit: (rows: Rows, first: number) => void): void {
    const { sampleBytes } = this.start;
    this.#views ??= this.#segments.map(({ bytes, from, to }) => rowsOf(bytes, from, to, sampleBytes));
    let first = 0;
    for (const rows of this.#views) {
      visit(rows, first);
      first += rows.count;
    }
  }
}

function valueAt(column: Column, row: number, rows: number): number | bigint {
  if (column.length === rows) return column[row]!;
  const [low, middle, high] = column.subarray(3 * row, 3 * row + 3);
  return BigInt(low!) + (BigInt(middle!) << 32n) + (BigInt(high!) << 64n);
}
