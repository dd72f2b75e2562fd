/** How a binary table lies in its bytes. @module */
import { FitsError } from "../errors.ts";
import type { Header } from "./header.ts";
import { type HduInfo, placeOf } from "./layout.ts";

/** Rows that take no bytes take memory all the same. */
const MOST_EMPTY_ROWS = 1_000_000;

/** Bytes of one value of a type letter; bits are counted in bytes. */
export const TYPE_BYTES: Readonly<Record<string, number>> = {
  L: 1,
  X: 1,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
  P: 8,
  Q: 16,
};

/** A column as `TFORM` describes it. */
export interface ColumnLayout {
  /** Its number, from 1. */
  readonly number: number;
  /** `TTYPE`; `col3` where it has none. */
  readonly name: string;
  /** `TFORM`. */
  readonly form: string;
  /** Letter of the type of its values; that in the heap where their number varies. */
  readonly type: string;
  /** Values a row; bits where they are bits. */
  readonly repeat: number;
  /** Letter of the descriptor where the values are in the heap: 32 or 64 bits. */
  readonly descriptor?: "P" | "Q";
  /** Where it begins in a row. */
  readonly offset: number;
  /** Bytes a row. */
  readonly bytes: number;
}

/** A binary table in its bytes. */
export interface TableLayout {
  /** Bytes a row. */
  readonly rowBytes: number;
  /** How many. */
  readonly rows: number;
  /** Where the heap begins in the data. */
  readonly heap: number;
  /** The columns. */
  readonly columns: readonly ColumnLayout[];
}

/**
 * Understands the structure of a binary table.
 *
 * @throws {FitsError} If it cannot be.
 */
export function tableLayout(hdu: HduInfo): TableLayout {
  const { header, shape, index, offset, dataBytes } = hdu;
  const [rowBytes = 0, rows = 0] = shape;
  const fail = (keyword: string, problem: string): never => {
    throw new FitsError(problem, placeOf(header, index, offset, keyword));
  };
  const fields = header.get("TFIELDS");
  if (typeof fields !== "number" || !Number.isInteger(fields) || fields < 0 || fields > 999) {
    return fail("TFIELDS", `expected an integer from 0 to 999, got ${String(fields ?? "nothing")}`);
  }
  const columns: ColumnLayout[] = [];
  let at = 0;
  for (let number = 1; number <= fields; number += 1) {
    const column = columnLayout(header, number, at, fail);
    columns.push(column);
    at += column.bytes;
  }
  if (at !== rowBytes) fail("NAXIS1", `the columns take ${at} bytes, a row has ${rowBytes}`);
  if (rowBytes === 0 && rows > MOST_EMPTY_ROWS) fail("NAXIS2", `${rows} rows without bytes are not believed`);
  const heap = header.get("THEAP") ?? rowBytes * rows;
  if (typeof heap !== "number" || !(heap >= rowBytes * rows && heap <= dataBytes)) {
    return fail("THEAP", `the heap begins at ${String(heap)}, outside of the data behind the rows`);
  }
  return { rowBytes, rows, heap, columns };
}

function columnLayout(
  header: Header,
  number: number,
  offset: number,
  fail: (keyword: string, problem: string) => never,
): ColumnLayout {
  const keyword = `TFORM${number}`;
  const form = header.get(keyword);
  const match = /^\s*(\d*)([LXBIJKAEDCMPQ])(.*)$/.exec(typeof form === "string" ? form : "");
  if (!match) {
    return fail(keyword, `expected the form of a column, got ${JSON.stringify(String(form ?? "nothing"))}`);
  }
  const [, count, letter, rest] = match as unknown as [string, string, string, string];
  const repeat = count === "" ? 1 : Number(count);
  if (!Number.isSafeInteger(repeat * 16)) return fail(keyword, `${repeat} values a row are too many`);
  const bytes = letter === "X" ? Math.ceil(repeat / 8) : repeat * TYPE_BYTES[letter]!;
  const title = header.get(`TTYPE${number}`);
  const name = typeof title === "string" && title !== "" ? title : `col${number}`;
  const common = { number, name, form: form as string, repeat, offset, bytes };
  if (letter !== "P" && letter !== "Q") return { ...common, type: letter };
  const type = /^[LXBIJKAEDCM]/.exec(rest)?.[0];
  if (repeat > 1 || type === undefined) return fail(keyword, `${form} describes no array of variable length`);
  return { ...common, type, descriptor: letter };
}
