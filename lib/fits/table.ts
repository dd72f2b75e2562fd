/** Binary tables in memory. @module */
import type { Header } from "./header.ts";
import type { Pixels } from "./pixels.ts";

/** The values of a column: a typed array where they are numbers, an array a row where rows differ in length. */
export type ColumnValues = Pixels | readonly string[] | readonly (boolean | undefined)[] | readonly Pixels[];

/** A column as it was read. */
export interface Column {
  /** `TTYPE`. */
  readonly name: string;
  /** `TUNIT`. */
  readonly unit?: string;
  /** `TFORM` as it stands in the file. */
  readonly form: string;
  /** Values a row, one after another in `values`; a complex number counts as two, a string as one. */
  readonly width: number;
  /** `TDIM`: the axes of a cell, where it is more than a row of values. */
  readonly shape?: readonly number[];
  /** Integers of this value are none. */
  readonly null?: number | bigint;
  /** The values. */
  readonly values: ColumnValues;
}

/** A table as it was read. */
export interface Table {
  /** The header. */
  readonly header: Header;
  /** How many rows. */
  readonly rows: number;
  /** The columns in their order. */
  readonly columns: readonly Column[];
  /**
   * Finds a column by its name, in any case.
   *
   * @throws {FitsError} If there is none.
   */
  column(name: string): Column;
}

/** A column to be written. */
export interface ColumnInput {
  /** `TTYPE`. */
  readonly name: string;
  /** `TUNIT`. */
  readonly unit?: string;
  /** The values; an array of typed arrays makes a column of variable length, where unsigned integers become wider signed ones. Complex numbers are pairs. */
  readonly values: ColumnValues;
  /** Values a row (default 1). */
  readonly width?: number;
  /** Integers of this value are none. */
  readonly null?: number | bigint;
  /** `TDISP`: how a program may show it. */
  readonly display?: string;
}

/** A binary table to be written. */
export interface TableInput {
  /** The columns, of as many rows each. */
  readonly columns: readonly ColumnInput[];
  /** Cards beyond the structure; not changed. */
  readonly header?: Header;
  /** `EXTNAME`. */
  readonly name?: string;
}
