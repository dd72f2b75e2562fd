/** Tables: rows of columns, packed into words of 32 bits. @module */
import { LocalProtocolError } from "../errors.ts";

/** A column of a table. */
export interface TableColumn {
  /** Its name. */
  readonly name: string;
  /** What it holds. */
  readonly subtype: "uint" | "int" | "enum";
  /** Lowest of its bits, counted from the lowest of the row's first word. */
  readonly bitLow: number;
  /** Highest of its bits, in the same word as the lowest. */
  readonly bitHigh: number;
  /** What it is for. */
  readonly description?: string;
  /** Names of its values, if it is an enum. */
  readonly labels?: readonly string[];
}

/** How the rows of a table are packed. */
export interface TableInfo {
  /** Most words it holds. */
  readonly maxLength: number;
  /** Words of a row. */
  readonly rowWords: number;
  /** Its columns. */
  readonly columns: readonly TableColumn[];
}

/** Columns of a table by their names; values of an enum are labels, or numbers that have none. */
export type TableColumns = Readonly<Record<string, readonly (number | string)[]>>;

/**
 * Takes a table apart.
 *
 * @param info How it is packed.
 * @param words Its words.
 * @returns Its columns.
 * @throws {LocalProtocolError} If the words are not whole rows.
 *
 * @example A table of one column
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const info: TableInfo = {
 *   maxLength: 1024,
 *   rowWords: 1,
 *   columns: [{ name: "REPEATS", subtype: "uint", bitLow: 0, bitHigh: 15 }],
 * };
 * assertEquals(unpackTable(info, Uint32Array.of(3, 5)), { REPEATS: [3, 5] });
 * ```
 */
export function unpackTable({ rowWords, columns }: TableInfo, words: Uint32Array): TableColumns {
  if (words.length % rowWords !== 0) {
    throw new LocalProtocolError(`Cannot unpack ${words.length} words: a row has ${rowWords}`);
  }
  const rows = Array.from({ length: words.length / rowWords }, (_, row) => row * rowWords);
  return Object.fromEntries(columns.map((column) => {
    const { subtype, labels } = column;
    const { word, shift, bits } = placeOf(column);
    const values = rows.map((first) => {
      const left = words[first + word]! << (32 - bits - shift);
      const value = subtype === "int" ? left >> (32 - bits) : left >>> (32 - bits);
      return labels?.[value] ?? value;
    });
    return [column.name, values];
  }));
}

/**
 * Puts a table together.
 *
 * @param info How it is packed.
 * @param columns All its columns, of the same length.
 * @returns Its words.
 * @throws {LocalProtocolError} If a column is missing or unknown, their lengths differ, or a value does not fit.
 */
export function packTable(info: TableInfo, columns: TableColumns): Uint32Array {
  const unknown = Object.keys(columns).find((name) => !info.columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    throw new LocalProtocolError(`Cannot pack column ${unknown}: the table has none`);
  }
  const rows = Object.values(columns)[0]?.length ?? 0;
  const words = new Uint32Array(rows * info.rowWords);
  for (const column of info.columns) {
    const values = columns[column.name];
    if (values?.length !== rows) {
      const has = values ? `${values.length} rows` : "not been given";
      throw new LocalProtocolError(`Cannot pack column ${column.name}: it has ${has}, others have ${rows}`);
    }
    const { word, shift } = placeOf(column);
    for (const [row, value] of values.entries()) {
      words[row * info.rowWords + word]! |= numberOf(column, value, row) << shift;
    }
  }
  return words;
}

function placeOf({ bitLow, bitHigh }: TableColumn) {
  return { word: bitLow >> 5, shift: bitLow & 31, bits: bitHigh - bitLow + 1 };
}

/** A value in the bits of its column, those above them zero. */
function numberOf(column: TableColumn, value: number | string, row: number): number {
  const { subtype, labels, name } = column;
  const number = typeof value === "number" ? value : labels?.indexOf(value) ?? -1;
  const size = 2 ** placeOf(column).bits;
  const [least, most] = subtype === "int" ? [-size / 2, size / 2 - 1] : [0, size - 1];
  if (Number.isInteger(number) && number >= least && number <= most) {
    return number < 0 ? number + size : number;
  }
  const expected = typeof value === "string" && labels ? labels.join(", ") : `${least} to ${most}`;
  throw new LocalProtocolError(
    `Cannot pack ${JSON.stringify(value)} into row ${row + 1} of ${name}: expected ${expected}`,
  );
}
