/** What of an acquisition goes into a file, whatever its format. @module */
import { ConfigError } from "../errors.ts";
import { columnName, type WireType } from "./capture_field.ts";
import { type Column, makeColumn } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { FrameData } from "./frame_data.ts";

/** A column of a file. */
export interface FileColumn {
  /** Its name in the file. */
  readonly name: string;
  /** The captured column it holds: `"COUNTER1.OUT.Mean"`. */
  readonly column: string;
  /** What its numbers are. */
  readonly type: Exclude<WireType, "int96">;
  /** Their units; `""` where there are none. */
  readonly units: string;
}

/**
 * The columns of a file, as the reference client has them: raw data is scaled to doubles, save what has no scale (bits);
 * what the server has scaled stays as it came.
 *
 * @param start The acquisition.
 * @param names Names in the file of columns that are to have others than their own.
 * @throws {ConfigError} If two columns have the same name.
 */
export function fileColumns(
  { fields, process }: StartData,
  names: Readonly<Record<string, string>> = {},
): FileColumn[] {
  const columns = fields.map((field): FileColumn => {
    const column = columnName(field);
    const isScaledHere = process === "Raw" && field.scale !== undefined;
    const type = isScaledHere || field.type === "int96" ? "double" : field.type;
    return { name: names[column] ?? column, column, type, units: field.units ?? "" };
  });
  for (const [place, { name, column }] of columns.entries()) {
    const other = columns.findIndex((each) => each.name === name);
    if (other === place) continue;
    throw new ConfigError(`Cannot call both ${columns[other]!.column} and ${column} "${name}"`);
  }
  return columns;
}

/** Gathers rows until there are as many as one wants to write at once. */
export class ColumnBatch {
  /** The columns; of each, the first {@linkcode ColumnBatch.rows} count. */
  readonly arrays: readonly Column[];
  readonly #columns: readonly FileColumn[];
  readonly #size: number;
  #rows = 0;
  #taken = 0;

  /** Makes an empty one for `size` rows. */
  constructor(columns: readonly FileColumn[], size: number) {
    this.#columns = columns;
    this.#size = size;
    this.arrays = columns.map(({ type }) => makeColumn(type, size));
  }

  /** Rows that were added and not taken. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Adds rows of a frame.
   *
   * @param frame The frame.
   * @param from The first of its rows to be added.
   * @returns How many were; fewer than there are if the batch is full then.
   */
  add(frame: FrameData, from: number): number {
    const count = Math.min(frame.rows - from, this.#room);
    const part = count === frame.rows ? frame : frame.slice(from, from + count);
    for (const [place, { column }] of this.#columns.entries()) {
      const array = this.arrays[place]!;
      if (array instanceof Float64Array) part.scaled(column, array.subarray(this.#rows));
      else part.copy(column, array, this.#rows);
    }
    this.#rows += count;
    return count;
  }

  /** Whether no more rows can be added. */
  get isFull(): boolean {
    return this.#room === 0;
  }

  /** Says that what was added is written. */
  take(): void {
    this.#taken += this.#rows;
    this.#rows = 0;
  }

  /** After part of a batch was taken, the next is so much smaller, and those after it begin at multiples of its size. */
  get #room(): number {
    return this.#size - this.#taken % this.#size - this.#rows;
  }
}
