/** Scales whole rows, as a server does for clients that want them so. @module */
import { columnName, WIRE_BYTES } from "./capture_field.ts";
import type { StartData } from "./data_event.ts";
import { FrameData } from "./frame_data.ts";
import { RowLayout } from "./row_layout.ts";

/**
 * The header of an acquisition as it is for scaled rows.
 *
 * @param raw The header for raw rows.
 * @param hidden Names of columns that are there only so that others can be computed.
 */
export function scaledStart(raw: StartData, hidden: ReadonlySet<string>): StartData {
  const fields = raw.fields
    .filter((field) => !hidden.has(columnName(field)))
    .map((field) => ({ ...field, type: field.scale === undefined ? field.type : "double" as const }));
  const sampleBytes = fields.reduce((sum, { type }) => sum + WIRE_BYTES[type], 0);
  return { ...raw, process: "Scaled", fields, sampleBytes };
}

/**
 * Scales rows.
 *
 * @param bytes Raw rows, packed.
 * @param raw The header they belong to.
 * @param scaled The header from {@linkcode scaledStart}.
 * @returns Scaled rows, packed.
 */
export function scaleRows(bytes: Uint8Array, raw: StartData, scaled: StartData): Uint8Array {
  const count = bytes.length / raw.sampleBytes;
  const frame = new FrameData(new RowLayout(raw), [{ bytes, from: 0, to: bytes.length }], count);
  const rows = new DataView(new ArrayBuffer(count * scaled.sampleBytes));
  for (const [name, { field, at }] of new RowLayout(scaled).columns) {
    const values = frame.scaled(name);
    for (let row = 0, place = at; row < count; row++, place += scaled.sampleBytes) {
      if (field.type === "double") rows.setFloat64(place, values[row]!, true);
      else rows.setUint32(place, values[row]!, true);
    }
  }
  return new Uint8Array(rows.buffer);
}
