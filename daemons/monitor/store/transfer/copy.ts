/** From one database to another. @module */
import type { Sql } from "postgres";
import { ConfigError, DewarError } from "../../../../lib/errors.ts";
import { countOf, goOnCounting, progressOf, readPiece, type Table, tablesOf, writePiece } from "./tables.ts";

/** Told of what is being done: the table, rows done, and rows there are. */
export type OnProgress = (table: string, done: number, all: number) => void;

/**
 * Copies everything. Interrupted, it goes on where it was; what is there already is not written again.
 *
 * @param from The database with the rows; nobody else writes there.
 * @param to The other one, with today's tables.
 * @param source What the first is called, to recognise an interrupted copy.
 * @param onProgress Is told of every piece.
 * @returns Rows by table.
 * @throws {ConfigError} If there is something else in the other database.
 * @throws {DewarError} If in the end the numbers of rows differ.
 */
export async function copyStore(
  from: Sql,
  to: Sql,
  source: string,
  onProgress: OnProgress,
): Promise<Map<Table, number>> {
  const tables = await tablesOf(from);
  const places = await progressOf(to, source);
  if (places.size === 0) await mustBeEmpty(to, tables);
  const counts = new Map<Table, number>();
  for (const table of tables) {
    const all = await countOf(from, table);
    counts.set(table, all);
    let done = places.has(table) ? await countOf(to, table) : 0;
    let place = places.get(table);
    for (
      let piece = await readPiece(from, table, place);
      piece;
      piece = await readPiece(from, table, place)
    ) {
      await writePiece(to, table, piece, source);
      place = piece.last;
      onProgress(table, done += piece.rows.length, all);
    }
  }
  await goOnCounting(to);
  for (const [table, count] of counts) {
    const written = await countOf(to, table);
    if (written === count) continue;
    throw new DewarError(
      `Table ${table}: ${count} rows were there, ${written} are there now; nothing was removed`,
    );
  }
  await to.unsafe("drop table dewar.transfer");
  return counts;
}

async function mustBeEmpty(sql: Sql, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    if (await countOf(sql, table) === 0) continue;
    throw new ConfigError(
      `There is a store already where this one should go (table ${table} has rows): nothing was written`,
    );
  }
}
