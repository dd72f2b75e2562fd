/** Tables as Apache Arrow files, which are Feather files of version 2 as well, in pieces. @module */
import type { RecordBatch } from "apache-arrow";
import type { Table, TableRow } from "./table.ts";
import type { Kind } from "./ask.ts";

/**
 * A table as an Arrow file; each portion of rows is a record batch. Times are `timestamp[us, UTC]`, a gap is null, and the
 * unit of a column is its metadata `unit`.
 */
export async function* arrowOf({ columns, rows }: Table): AsyncGenerator<Uint8Array> {
  const arrow = await import("apache-arrow"); // large, and wanted by few
  const types = {
    number: new arrow.Float64(),
    flag: new arrow.Bool(),
    text: new arrow.Utf8(),
  } satisfies Record<
    Kind,
    unknown
  >;
  const fields = [
    new arrow.Field("time", new arrow.TimestampMicrosecond("UTC"), false),
    ...columns.map(({ name, unit, kind }) =>
      new arrow.Field(name, types[kind], true, new Map(unit === "" ? [] : [["unit", unit]]))
    ),
  ];
  const schema = new arrow.Schema(fields);
  const batchOf = (some: readonly TableRow[]): RecordBatch => {
    const times = new arrow.Vector([
      arrow.makeData({
        type: fields[0]!.type as InstanceType<typeof arrow.TimestampMicrosecond>,
        length: some.length,
        nullCount: 0,
        data: BigInt64Array.from(some, ({ time }) => BigInt(Math.round(time * 1e6))),
      }),
    ]);
    const vectors = columns.map(({ kind }, place) =>
      arrow.vectorFromArray(some.map(({ cells }) => cells[place]!), types[kind])
    );
    const children = [times, ...vectors].map((vector) => vector.data[0]!);
    const type = new arrow.Struct(fields);
    return new arrow.RecordBatch(
      schema,
      arrow.makeData({ type, length: some.length, nullCount: 0, children }),
    );
  };
  const pieces: Uint8Array[] = [];
  /** Bytes are taken as they are written: nothing is held beyond one batch. */
  class Sink extends arrow.AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      pieces.push(bytes.slice());
    }
  }
  const writer = new arrow.RecordBatchFileWriter({ autoDestroy: false });
  writer.reset(new Sink(), schema);
  yield* pieces.splice(0);
  for await (const some of rows()) {
    if (some.length === 0) continue;
    writer.write(batchOf(some));
    yield* pieces.splice(0);
  }
  writer.finish();
  yield* pieces.splice(0);
}
