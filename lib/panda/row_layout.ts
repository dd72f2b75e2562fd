/** Where the columns are in a row. @module */
import { DewarError } from "../errors.ts";
import { type CaptureField, columnName, WIRE_BYTES } from "./capture_field.ts";
import type { StartData } from "./data_event.ts";
import type { Scaler } from "./scaling.ts";

/** A field and its place in a row. */
export interface PlacedField {
  /** The field. */
  readonly field: CaptureField;
  /** First word within the row. */
  readonly at: number;
}

/** Columns that may count what a mean is made of; the one that is found first does. */
const SAMPLES = ["PCAP.SAMPLES.Value", "PCAP.GATE_DURATION.Value"];

/** Rows are packed: columns follow one another without a gap, aligned to words of 32 bits and to nothing larger. */
export class RowLayout {
  /** The acquisition the rows are of. */
  readonly start: StartData;
  /** The columns by their names, in order. */
  readonly columns: ReadonlyMap<string, PlacedField>;
  /** What scales columns, by their names, as far as it was asked for. */
  readonly scalers: Map<string, Scaler> = new Map();

  /** Places the fields of an acquisition. */
  constructor(start: StartData) {
    const columns = new Map<string, PlacedField>();
    let at = 0;
    for (const field of start.fields) {
      columns.set(columnName(field), { field, at });
      at += WIRE_BYTES[field.type] / 4;
    }
    this.start = start;
    this.columns = columns;
  }

  /**
   * Finds a column.
   *
   * @param name Its name.
   * @throws {DewarError} If there is none of this name.
   */
  column(name: string): PlacedField {
    const column = this.columns.get(name);
    if (column) return column;
    throw new DewarError(
      `No column "${name}" was captured; there are ${[...this.columns.keys()].join(", ")}`,
    );
  }

  /**
   * Finds the column by which sums are divided to means.
   *
   * @throws {DewarError} If there is none.
   */
  samples(): PlacedField {
    return this.column(SAMPLES.find((name) => this.columns.has(name)) ?? SAMPLES[0]!);
  }
}
