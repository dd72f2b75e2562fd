/** What a server has captured and may still have to send. @module */
import type { EndReason, StartData } from "./data_event.ts";
import { RowScaler } from "./scaled_rows.ts";

/** Bytes of raw rows that are kept for clients that are slow or come late. */
const KEPT = 256 * 1024 * 1024;

/** A running acquisition, or one that some client has not read to its end. */
export class Capture {
  /** Its header for raw rows. */
  readonly raw: StartData;
  /** Why it ended; undefined while it has not. */
  reason: EndReason | undefined;
  readonly #scaler: RowScaler;
  readonly #kept: number;
  #blocks: Uint8Array[] = [];
  #bytes = 0;
  #dropped = 0;
  #droppedRows = 0;

  /** Begins it; `hidden` columns are only sent raw. */
  constructor(raw: StartData, hidden: ReadonlySet<string>, kept: number = KEPT) {
    this.raw = raw;
    this.#scaler = new RowScaler(raw, hidden);
    this.#kept = kept;
  }

  /** Its header for scaled rows. */
  get scaled(): StartData {
    return this.#scaler.start;
  }

  /** Number of the first block that is still there; all were given numbers from 0. */
  get first(): number {
    return this.#dropped;
  }

  /** Rows that are not there any more. */
  get missed(): number {
    return this.#droppedRows;
  }

  /** Adds a block of raw rows, and drops the oldest when there are too many. */
  push(rows: Uint8Array): void {
    this.#blocks.push(rows);
    this.#bytes += rows.length;
    while (this.#bytes > this.#kept && this.#blocks.length > 1) {
      const { length } = this.#blocks.shift()!;
      this.#bytes -= length;
      this.#dropped++;
      this.#droppedRows += length / this.raw.sampleBytes;
    }
  }

  /** A block, undefined if it has not come yet. */
  block(number: number, process: "raw" | "scaled"): Uint8Array | undefined {
    const rows = this.#blocks[number - this.#dropped];
    return rows && process === "scaled" ? this.#scaler.scale(rows) : rows;
  }
}
