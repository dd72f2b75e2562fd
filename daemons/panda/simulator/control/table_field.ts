/** Tables of words. @module */
import type { TableWrite } from "../../../../lib/panda/server.ts";
import type { ColumnLayout, FieldLayout } from "../layout.ts";
import { Field, type FieldContext } from "./field.ts";
import { NumberText } from "./numbers.ts";
import { refuse } from "./refusal.ts";

type TableLayout = FieldLayout & { readonly type: "table" };
type Mode = "INIT" | "FIXED" | "STREAMING" | "STREAMING_LAST";

/** Bytes in a line of base64. */
const BASE64_LINE = 48;

/** A table. */
export class TableField extends Field {
  declare readonly layout: TableLayout;
  readonly #modes: Mode[];

  /** Made by `makeField`. */
  constructor(context: FieldContext) {
    super(context, "TABLE");
    const { columns, rowWords, maxWords } = this.layout;
    this.#modes = context.units.map(() => "INIT");
    const add = (name: string, description: string, get: (number: number) => string | readonly string[]) =>
      this.attributes.set(name, { description, get });
    add("MAX_LENGTH", "Maximum number of entries in table", () => String(maxWords));
    add("B", "Table data in base-64", (number) => base64Lines(this.#shown(number)));
    add("ROW_WORDS", "Number of words per line in table", () => String(rowWords));
    add("LENGTH", "Number of entries in table", (number) => String(this.#shown(number).length));
    add("FIELDS", "Table fields", () => columns.map(columnText));
    this.attributes.set("QUEUED_LINES", {
      description: "Number of queued lines",
      changes: "polled",
      get: () => "0",
    });
    add("MODE", "Table mode", (number) => this.#modes[number]!);
    this.addInfo();
  }

  override get(number: number): readonly string[] {
    return this.#shown(number).map((word) => String(word >>> 0));
  }

  override putTable(number: number, { mode, isBase64, lines }: TableWrite): void {
    const { rowWords, maxWords } = this.layout;
    const words = lines.flatMap(isBase64 ? wordsOfBase64 : wordsOfText);
    if (words.length > maxWords) refuse("Too many points for table");
    if (words.length % rowWords !== 0) refuse("Table write is not a whole number of rows");
    const isNew = this.#enterMode(number, mode, words.length);
    const unit = this.units[number]!;
    unit.table = isNew ? words : [...unit.table, ...words];
    unit.tableWritten();
    this.changed(number);
  }

  /** A column by its name. */
  column(name: string): ColumnLayout | undefined {
    return this.layout.columns.find((column) => column.name === name);
  }

  /** Goes over to the mode that a write brings; says whether what was there is dropped. */
  #enterMode(number: number, write: TableWrite["mode"], words: number): boolean {
    const isStreamed = write !== "replace";
    if (isStreamed && !this.layout.isLong) refuse("Table do not support streaming mode");
    if (isStreamed && words === 0) refuse("Streaming table must have data");
    const mode = this.#modes[number]!;
    const streaming: Mode = write === "last" ? "STREAMING_LAST" : "STREAMING";
    if (words === 0) this.#modes[number] = "INIT";
    else if (mode === "STREAMING_LAST") refuse("Last streaming table was sent");
    else if (mode === "STREAMING") {
      if (!isStreamed) refuse("Table is in streaming mode");
      this.#modes[number] = streaming;
      return false;
    } else if (mode === "FIXED") this.#modes[number] = isStreamed ? "STREAMING" : "FIXED";
    else this.#modes[number] = isStreamed ? streaming : "FIXED";
    return true;
  }

  /** What clients get to see: only a table that is complete. */
  #shown(number: number): readonly number[] {
    return this.#modes[number] === "FIXED" ? this.units[number]!.table : [];
  }
}

function columnText({ name, bits: [high, low], kind }: ColumnLayout): string {
  return `${high}:${low} ${name} ${kind}`;
}

function wordsOfText(line: string): number[] {
  const words: number[] = [];
  const text = new NumberText(line);
  while (!text.isAtEnd) words.push(Number(BigInt.asUintN(32, text.whole())));
  return words;
}

function wordsOfBase64(line: string): number[] {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(line);
  } catch {
    // Digits that lack their end are no whole words, whatever they are; the rest is no base64.
    refuse(/^[A-Za-z0-9+/]*$/.test(line) ? "Invalid data length" : "Malformed base64 string");
  }
  if (bytes.length % 4 !== 0) refuse("Invalid data length");
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

function base64Lines(words: readonly number[]): string[] {
  const bytes = new Uint8Array(Uint32Array.from(words).buffer);
  return Array.from(
    { length: Math.ceil(bytes.length / BASE64_LINE) },
    (_, line) => bytes.subarray(BASE64_LINE * line, BASE64_LINE * (line + 1)).toBase64(),
  );
}
