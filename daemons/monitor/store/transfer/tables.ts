/** The store's tables as rows of JSON, in the order of where they lie: read piece by piece, written exactly once. @module */
import type { Sql } from "postgres";
import { systemClock } from "../../../../lib/time/mod.ts";
import { Months, PARTED, type Parted } from "../partitions.ts";

/** The tables there are, in the order in which they are written. */
export const TABLES = [
  "channel",
  "recording",
  "spool",
  "rolled",
  "late",
  "log",
  "image",
  "note",
  "run",
  "hour",
  "minute",
  "second",
  "value",
] as const;

/** One of them. */
export type Table = typeof TABLES[number];

/** Rows in one piece: some megabytes at most. */
const PIECE = 5000;

/** Rows of a table. */
export interface Piece {
  /** Each as JSON. */
  readonly rows: readonly string[];
  /** Where the last of them lies, to go on behind it. */
  readonly last: string;
}

/** Those of the tables that a database has. */
export async function tablesOf(sql: Sql): Promise<Table[]> {
  const rows = await sql<
    { name: string }[]
  >`select tablename as name from pg_tables where schemaname = 'dewar'`;
  const there = new Set(rows.map(({ name }) => name));
  return TABLES.filter((table) => there.has(table));
}

/** How many rows a table has. */
export async function countOf(sql: Sql, table: Table): Promise<number> {
  const [row] = await sql.unsafe(`select count(*)::float8 as count from dewar.${table}`);
  return row!.count;
}

/**
 * Reads a piece of a table. Between pieces nobody may write there, or what they write may be missed.
 *
 * @param sql The database.
 * @param table The table.
 * @param after Behind which row to begin; undefined for the first.
 */
export async function readPiece(
  sql: Sql,
  table: Table,
  after: string | undefined,
): Promise<Piece | undefined> {
  const [last = "", place = "(0,0)"] = after?.split(" ") ?? [];
  for (const part of await partsOf(sql, table)) {
    if (part < last) continue;
    const rows = await sql.unsafe(
      `select row.ctid::text as place, row_to_json(row)::text as row from dewar.${part} as row
      where row.ctid > $1::tid order by row.ctid limit ${PIECE}`,
      [part === last ? place : "(0,0)"],
    );
    if (rows.length > 0) return { rows: rows.map(({ row }) => row), last: `${part} ${rows.at(-1)!.place}` };
  }
}

/** A table's partitions by their names, or itself. */
async function partsOf(sql: Sql, table: Table): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select name from dewar.partition where parent = ${table}`;
  return rows.length === 0 ? [table] : rows.map(({ name }) => name).sort();
}

const isParted = (table: Table): table is Table & Parted => PARTED.some((parted) => parted === table);

/**
 * Writes a piece, and notes in the same transaction how far it has come: however often it is tried, it is there once.
 *
 * @param sql The database.
 * @param table The table.
 * @param piece The rows.
 * @param source Where they are from.
 */
export async function writePiece(sql: Sql, table: Table, piece: Piece, source: string): Promise<void> {
  const rows = `[${piece.rows.join(",")}]`;
  if (isParted(table)) {
    const times = await sql.unsafe(
      `select extract(epoch from month)::float8 as month from (
        select distinct date_trunc('month', time, 'UTC') as month
        from json_populate_recordset(null::dewar.${table}, $1::text::json)
      ) months`,
      [rows],
    );
    await new Months().make(sql, times.map(({ month }) => month), systemClock.time());
  }
  await sql.unsafe(
    `with written as (
      insert into dewar.${table} overriding system value
      select * from json_populate_recordset(null::dewar.${table}, $1::text::json)
      on conflict do nothing
    )
    insert into dewar.transfer (source, name, place) values ($2, $3, $4)
    on conflict (source, name) do update set place = excluded.place`,
    [rows, source, table, piece.last],
  );
}

/** Where things that are taken over piece by piece have come to. */
export async function progressOf(sql: Sql, source: string): Promise<Map<string, string>> {
  await sql.unsafe(`create table if not exists dewar.transfer (
    source text not null, name text not null, place text not null, primary key (source, name)
  )`);
  const rows = await sql<{ name: string; place: string }[]>`
    select name, place from dewar.transfer where source = ${source}`;
  return new Map(rows.map(({ name, place }) => [name, place]));
}

/** Numbers that the database gives by itself go on behind those that were written. */
export async function goOnCounting(sql: Sql): Promise<void> {
  for (const table of await tablesOf(sql)) {
    const [column] = await sql`
      select column_name as name from information_schema.columns
      where table_schema = 'dewar' and table_name = ${table} and is_identity = 'YES'`;
    if (!column) continue;
    await sql.unsafe(
      `select setval(pg_get_serial_sequence('dewar.${table}', '${column.name}'), (select coalesce(max(${column.name}), 0) + 1 from dewar.${table}), false)`,
    );
  }
}
