/** Streams recorded from PandA servers, with what the reference client made of them. */
import { createHash } from "node:crypto";
import type { DataEvent } from "../../lib/panda/data_event.ts";
import { DataConnection } from "../../lib/panda/data_connection.ts";
import type { DataOptions } from "../../lib/panda/data_options.ts";
import type { FrameData } from "../../lib/panda/frame_data.ts";

/** Where the recordings of this project are. */
const FOLDER = new URL("data/", import.meta.url);
/** Recordings that may not be copied lie beside the checkout, where there are any. */
const MORE = new URL("../../../shared/data/panda/", import.meta.url);

/** A recorded stream. */
export interface Recording {
  readonly name: string;
  /** The file of the stream. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** The expected events, and when rows are to be handed out for that. */
  readonly expected: unknown[];
  readonly flush: "frame" | "demand";
}

/** Bytes of a recorded stream. */
export function recorded(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`server_${name}.bin`, FOLDER));
}

/** Every stream that the reference client could decode. */
export function recordings(): Recording[] {
  const folders = isThere(MORE) ? [FOLDER, MORE] : [FOLDER];
  return folders.flatMap((folder) =>
    [...Deno.readDirSync(folder)].flatMap(({ name }) => {
      const match = /^((?:server|client)_.*?)(?:\.(frame|end))?\.jsonl$/.exec(name);
      if (!match || (folder !== FOLDER && name.startsWith("server"))) return [];
      const lines = Deno.readTextFileSync(new URL(name, folder)).trim().split("\n");
      const expected = lines.map((line) => JSON.parse(line));
      if (expected.some((event) => event.t === "error")) return [];
      const file = new URL(`${match[1]}.bin`, folder).pathname;
      const bytes = Deno.readFileSync(file);
      return [{
        name,
        file,
        bytes,
        expected,
        flush: match[2] === "end" ? "demand" as const : "frame" as const,
      }];
    })
  ).sort((a, b) => a.name < b.name ? -1 : 1);
}

function isThere(folder: URL): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Pieces of some bytes, in turn of these sizes. */
export function* cut(bytes: Uint8Array, ...sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    yield bytes.subarray(at, at += sizes[turn % sizes.length] ?? bytes.length);
  }
}

/** All events of a stream, and the error it ended with. */
export function decode(pieces: Iterable<Uint8Array>, options: DataOptions = {}) {
  const events: DataEvent[] = [];
  const handle = (event: DataEvent) => void events.push(event);
  const data = new DataConnection(options);
  data.connect();
  try {
    for (const piece of pieces) data.feed(piece, handle);
    data.end(handle);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

/** The frames of a stream. */
export function framesOf(bytes: Uint8Array, options: DataOptions): FrameData[] {
  const { events, error } = decode([bytes], options);
  if (error) throw error;
  return events.filter((event) => event.kind === "frame");
}

/** An event in the words of the recordings. */
export function told(event: DataEvent): unknown {
  switch (event.kind) {
    case "ready":
      return { t: "ready" };
    case "end":
      return { t: "end", samples: event.samples, reason: event.reason };
    case "frame":
      return { t: "frame", rows: event.rows, cols: event.names.map((name) => toldColumn(event, name)) };
    case "start":
      return {
        t: "start",
        fields: event.fields.map(({ name, type, capture, scale = null, offset = null, units = null }) => ({
          name,
          type: type === "double" ? "float64" : type,
          capture,
          scale,
          offset,
          units,
        })),
        missed: event.missed,
        process: event.process,
        format: event.format,
        sample_bytes: event.sampleBytes,
        arm_time: event.armTime ?? null,
        start_time: event.startTime ?? null,
        hw_time_offset_ns: event.hwTimeOffset ?? null,
      };
  }
}

/** An expected event reduced to what {@linkcode told} says; units that were never set are empty for us. */
export function reduced(event: Record<string, unknown>): unknown {
  if (event["t"] === "frame") {
    const cols = event["cols"] as Record<string, unknown>[];
    return { ...event, cols: cols.map(({ name, dtype, sha256 }) => ({ name, dtype, sha256 })) };
  }
  if (event["t"] === "start") {
    const fields = event["fields"] as Record<string, unknown>[];
    return {
      ...event,
      fields: fields.map((field) => ({ ...field, units: field["units"] === "(null)" ? "" : field["units"] })),
    };
  }
  return event;
}

const DTYPES: Readonly<Record<string, string>> = {
  Int32Array: "<i4",
  Uint32Array: "<u4",
  BigInt64Array: "<i8",
  Float64Array: "<f8",
};

function toldColumn(frame: FrameData, name: string): unknown {
  const column = frame.column(name);
  const sha256 = createHash("sha256").update(bytesOf(column)).digest("hex");
  return { name, dtype: DTYPES[column.constructor.name], sha256 };
}

/** The bytes of a column. */
export function bytesOf(column: ArrayBufferView): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
