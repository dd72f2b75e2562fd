/** Captures as Apache Arrow files, which are Feather files of version 2 as well. @module */
import { joinBytes } from "../net/mod.ts";
import type { CaptureFile } from "./capture_file.ts";
import type { Column } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { FileColumn } from "./file_columns.ts";
import { GrowingFile } from "./growing_file.ts";

/** Rows that are written at once; each time becomes a record batch. */
const BATCH = 65536;

type Arrow = typeof import("apache-arrow");

/**
 * Makes a file with a column for each of the capture's; their units, and the times of the acquisition, are metadata. After
 * every batch it is a whole file.
 *
 * @param path Its name.
 * @param start The acquisition.
 * @param columns Its columns.
 * @throws {DewarError} If it cannot be made, or is there already.
 */
export async function createArrow(
  path: string,
  start: StartData,
  columns: readonly FileColumn[],
): Promise<CaptureFile> {
  const arrow = await import("apache-arrow");
  const file = new ArrowFile(arrow, await GrowingFile.create(path), start, columns);
  await file.begin();
  return file;
}

class ArrowFile implements CaptureFile {
  readonly batch = BATCH;
  readonly isLive = true;
  readonly #arrow: Arrow;
  readonly #file: GrowingFile;
  readonly #schema: InstanceType<Arrow["Schema"]>;
  readonly #writer: BatchWriter;

  constructor(arrow: Arrow, file: GrowingFile, start: StartData, columns: readonly FileColumn[]) {
    this.#arrow = arrow;
    this.#file = file;
    const types = {
      int32: new arrow.Int32(),
      uint32: new arrow.Uint32(),
      int64: new arrow.Int64(),
      uint64: new arrow.Uint64(),
      double: new arrow.Float64(),
    };
    const fields = columns.map(({ name, type, units }) =>
      new arrow.Field(name, types[type], false, new Map(units === "" ? [] : [["units", units]]))
    );
    this.#schema = new arrow.Schema(fields, metadataOf(start));
    this.#writer = batchWriter(arrow, this.#schema);
  }

  async begin(): Promise<void> {
    await this.#file.append(0, this.#writer.take(), this.#writer.footer());
  }

  async write(arrays: readonly Column[], rows: number): Promise<void> {
    const { makeData, RecordBatch, Struct } = this.#arrow;
    const children = this.#schema.fields.map((field, at) => {
      const type = field.type as InstanceType<Arrow["Float64"]>; // one of those whose arrays these are
      return makeData({
        type,
        length: rows,
        nullCount: 0,
        data: arrays[at]!.subarray(0, rows) as Float64Array,
      });
    });
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    await this.#file.append(rows, this.#writer.take(), this.#writer.footer());
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  abandon(): Promise<void> {
    return this.#file.abandon();
  }
}

/** A writer of record batches whose bytes are taken as they come. */
interface BatchWriter {
  write(batch: InstanceType<Arrow["RecordBatch"]>): void;
  /** The bytes since it was asked last. */
  take(): Uint8Array[];
  /** The end of the file, if it were to end here. */
  footer(): Uint8Array;
}

function batchWriter(arrow: Arrow, schema: InstanceType<Arrow["Schema"]>): BatchWriter {
  let parts: Uint8Array[] = [];
  const take = () => {
    const taken = parts;
    parts = [];
    return taken;
  };
  class Sink extends arrow.AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      parts.push(bytes);
    }
  }
  class Writer extends arrow.RecordBatchFileWriter {
    take = take;

    footer(): Uint8Array {
      const position = this._position;
      this._writeFooter(schema);
      this._position = position;
      return joinBytes(take());
    }
  }
  const writer = new Writer({ autoDestroy: false });
  writer.reset(new Sink(), schema);
  return writer;
}

function metadataOf({ armTime, startTime, hwTimeOffset }: StartData): Map<string, string> {
  const metadata = new Map<string, string>();
  if (armTime !== undefined) metadata.set("arm_time", armTime);
  if (startTime !== undefined) metadata.set("start_time", startTime);
  if (hwTimeOffset !== undefined) metadata.set("hw_time_offset_ns", String(hwTimeOffset));
  return metadata;
}
