/** Tables as CSV and JSON, in pieces. @module */
import type { Cell, Table, TableColumn } from "./table.ts";

const encoder = new TextEncoder();

/** `2026-11-27T18:04:05.123456Z`. */
export function isoMicroseconds(time: number): string {
  const micros = Math.round(time * 1e6);
  const seconds = Math.floor(micros / 1e6);
  const fraction = String(micros - seconds * 1e6).padStart(6, "0");
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, `.${fraction}Z`);
}

/** A field of CSV; text that a spreadsheet would take for a formula is kept from being one. */
function field(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "1" : "0";
  return typeof cell === "number" ? String(cell) : field(cell);
}

const headed = ({ name, unit }: TableColumn): string => unit === "" ? name : `${name} [${unit}]`;

/** A table as CSV: names and units in the first line, times in UTC; a gap is an empty field. */
export async function* csvOf({ columns, rows }: Table): AsyncGenerator<Uint8Array> {
  yield encoder.encode(`${["time", ...columns.map(headed)].map(field).join(",")}\r\n`);
  for await (const some of rows()) {
    const lines = some.map(({ time, cells }) =>
      `${isoMicroseconds(time)},${cells.map(csvCell).join(",")}\r\n`
    );
    if (lines.length > 0) yield encoder.encode(lines.join(""));
  }
}

/** JSON knows no infinite numbers. */
function jsonCell(cell: Cell): Cell {
  return typeof cell === "number" && !Number.isFinite(cell) ? String(cell) : cell;
}

/** A table as JSON: `{"columns": [{name, unit, kind}], "rows": [[unix seconds, cell, …]]}`; a gap is null. */
export async function* jsonOf({ columns, rows }: Table): AsyncGenerator<Uint8Array> {
  const head = columns.map(({ name, unit, kind }) => ({ name, unit, kind }));
  yield encoder.encode(
    `{"columns":${JSON.stringify([{ name: "time", unit: "s", kind: "number" }, ...head])},"rows":[`,
  );
  let between = "\n";
  for await (const some of rows()) {
    const lines = some.map(({ time, cells }) => JSON.stringify([time, ...cells.map(jsonCell)]));
    if (lines.length === 0) continue;
    yield encoder.encode(between + lines.join(",\n"));
    between = ",\n";
  }
  yield encoder.encode("\n]}\n");
}
