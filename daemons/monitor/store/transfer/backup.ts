/**
 * A whole store in one file: JSON lines, compressed with gzip. The first says what it is, the last how many rows there
 * are of each table; between them stand the rows, each behind the name of its table.
 * @module
 */
import type { Sql } from "postgres";
import { isRecord } from "../../../../lib/device/fields.ts";
import { ConfigError, DewarError } from "../../../../lib/errors.ts";
import { NewFile } from "../../../../lib/files/mod.ts";
import type { OnProgress } from "./copy.ts";
import {
  countOf,
  goOnCounting,
  progressOf,
  readPiece,
  type Table,
  TABLES,
  tablesOf,
  writePiece,
} from "./tables.ts";

const FORM = "dewar-store";
const VERSION = 2;
/** Rows written together. */
const PIECE = 5000;

/**
 * Writes a backup, whole or not at all.
 *
 * @param sql The database; what comes into it meanwhile may not be in the backup.
 * @param path The file; there must be none.
 * @param files Further files that belong to it, by name.
 * @param onProgress Is told of every piece.
 * @returns Rows by table.
 */
export async function backUp(
  sql: Sql,
  path: string,
  files: ReadonlyMap<string, string>,
  onProgress: OnProgress,
): Promise<Map<Table, number>> {
  await using file = await NewFile.create(path);
  const counts = new Map<Table, number>();
  const lines = async function* () {
    yield JSON.stringify({ form: FORM, version: VERSION, files: Object.fromEntries(files) });
    for (const table of await tablesOf(sql)) {
      const all = await countOf(sql, table);
      let done = 0;
      let place: string | undefined;
      yield JSON.stringify({ table });
      for (
        let piece = await readPiece(sql, table, place);
        piece;
        piece = await readPiece(sql, table, place)
      ) {
        yield piece.rows.join("\n");
        place = piece.last;
        onProgress(table, done += piece.rows.length, Math.max(all, done));
      }
      counts.set(table, done);
    }
    yield JSON.stringify({ end: Object.fromEntries(counts) });
  };
  const compressed = ReadableStream.from(lines()).pipeThrough(
    new TransformStream<string, Uint8Array<ArrayBuffer>>({
      transform: (line, controller) => controller.enqueue(new TextEncoder().encode(`${line}\n`)),
    }),
  ).pipeThrough(new CompressionStream("gzip"));
  for await (const bytes of compressed) await file.write(bytes);
  await file.commit();
  return counts;
}

/**
 * Reads a backup into an empty database.
 *
 * @param path The file.
 * @param sql The database, with today's tables.
 * @param onProgress Is told of every piece.
 * @returns Rows by table, and the further files by name.
 * @throws {ConfigError} If it is no backup, or there is something in the database.
 * @throws {DewarError} If the backup is not whole.
 */
export async function restore(
  path: string,
  sql: Sql,
  onProgress: OnProgress,
): Promise<{ counts: Map<Table, number>; files: Map<string, string> }> {
  for (const table of await tablesOf(sql)) {
    if (await countOf(sql, table) > 0) {
      throw new ConfigError(`There is a store already (table ${table} has rows): nothing was restored`);
    }
  }
  await progressOf(sql, path);
  const counts = new Map<Table, number>();
  let files: Map<string, string> | undefined;
  let table: Table | undefined;
  let rows: string[] = [];
  let end: Readonly<Record<string, unknown>> | undefined;
  const write = async () => {
    if (!table || rows.length === 0) return;
    await writePiece(sql, table, { rows, last: String(counts.get(table)! + rows.length) }, path);
    counts.set(table, counts.get(table)! + rows.length);
    onProgress(table, counts.get(table)!, counts.get(table)!);
    rows = [];
  };
  for await (const line of linesIn(path)) {
    if (!files) {
      files = filesIn(path, line);
    } else if (line.startsWith('{"table":')) {
      await write();
      const { table: name } = JSON.parse(line);
      table = TABLES.find((known) => known === name);
      if (!table) throw new ConfigError(`${path} has a table ${name}, which this version does not know`);
      counts.set(table, 0);
    } else if (line.startsWith('{"end":')) {
      await write();
      ({ end } = JSON.parse(line));
    } else {
      rows.push(line);
      if (rows.length >= PIECE) await write();
    }
  }
  const isWhole = end !== undefined && [...counts].every(([name, count]) => end![name] === count);
  if (!isWhole) throw new DewarError(`${path} is not whole: what was in it is restored, its end is missing`);
  await goOnCounting(sql);
  await sql.unsafe("drop table dewar.transfer");
  return { counts, files: files! };
}

function filesIn(path: string, line: string): Map<string, string> {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    head = undefined;
  }
  if (!isRecord(head) || head.form !== FORM || head.version !== VERSION || !isRecord(head.files)) {
    throw new ConfigError(`${path} is no backup of a store, or one of another version`);
  }
  return new Map(Object.entries(head.files).map(([name, text]) => [name, String(text)]));
}

async function* linesIn(path: string): AsyncGenerator<string> {
  using file = await Deno.open(path);
  let rest = "";
  try {
    const text = file.readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(
      new TextDecoderStream(),
    );
    for await (const part of text) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new DewarError(`${path} is not whole, or no backup of a store: ${cause.message}`, { cause });
  }
}
