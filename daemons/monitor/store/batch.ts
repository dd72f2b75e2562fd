/** Records of the spool as columns, to be written to the database in one transaction. @module */
import type { Sql, TransactionSql } from "postgres";
import { DewarError } from "../../../lib/errors.ts";
import type { ChannelRow, Entry, ValueRow } from "./entry.ts";

/** Numbers of the channels in the database, by {@linkcode channelName}. */
export type ChannelIds = ReadonlyMap<string, number>;

/** One name for a channel of a client; neither has a line break in it. */
export function channelName(client: string, key: string): string {
  return `${client}\n${key}`;
}

/** Where a batch comes from. */
export interface Source {
  /** The spool's id. */
  readonly spool: string;
  /** The position before the batch. */
  readonly from: number;
  /** The position after it. */
  readonly to: number;
}

/**
 * Writes records and their position, all or nothing: however often it is tried, they are there once.
 *
 * @param sql The database.
 * @param ids The channels' numbers.
 * @param entries The records, in order.
 * @param source Where they come from.
 * @returns The channels' numbers with those of new ones.
 * @throws {DewarError} If the database is not at the position before the batch.
 */
export async function applyBatch(
  sql: Sql,
  ids: ChannelIds,
  entries: readonly Entry[],
  source: Source,
): Promise<ChannelIds> {
  return await sql.begin(async (transaction) => {
    const moved = await transaction`
      update dewar.spool set position = ${source.to} where id = ${source.spool} and position = ${source.from}`;
    if (moved.count !== 1) {
      throw new DewarError(
        `The database is not at position ${source.from} of spool ${source.spool}: who else writes?`,
      );
    }
    const known = await insertChannels(transaction, ids, entries);
    await insertValues(transaction, known, entries);
    await insertLog(transaction, entries);
    await insertRecording(transaction, source.spool, entries);
    return known;
  });
}

async function insertChannels(
  sql: TransactionSql,
  ids: ChannelIds,
  entries: readonly Entry[],
): Promise<ChannelIds> {
  const rows = new Map<string, { client: string; row: ChannelRow }>();
  const add = (client: string, row: ChannelRow) => rows.set(channelName(client, row[0]), { client, row });
  for (const entry of entries) {
    if (entry.kind === "channels") { for (const row of entry.rows) add(entry.client, row); }
    // The record that introduced a channel may have been damaged; its values are still good.
    if (entry.kind === "values") {
      for (const [key] of entry.rows) {
        const name = channelName(entry.client, key);
        if (!ids.has(name) && !rows.has(name)) add(entry.client, [key, key, "unknown", null]);
      }
    }
  }
  if (rows.size === 0) return ids;
  const all = [...rows.values()];
  const inserted = await sql`
    insert into dewar.channel (client, key, wire, type, unit)
    select * from unnest(
      ${all.map(({ client }) => client)}::text[],
      ${all.map(({ row }) => row[0])}::text[],
      ${all.map(({ row }) => row[1])}::text[],
      ${all.map(({ row }) => row[2])}::text[],
      ${all.map(({ row }) => row[3])}::text[]
    )
    on conflict (client, key) do update set wire = excluded.wire, type = excluded.type, unit = excluded.unit
    returning id, client, key`;
  return new Map([...ids, ...inserted.map((row) => [channelName(row.client, row.key), row.id] as const)]);
}

async function insertValues(sql: TransactionSql, ids: ChannelIds, entries: readonly Entry[]): Promise<void> {
  const channels: number[] = [];
  const rows: ValueRow[] = [];
  for (const entry of entries) {
    if (entry.kind !== "values") continue;
    for (const row of entry.rows) {
      channels.push(ids.get(channelName(entry.client, row[0]))!);
      rows.push(row);
    }
  }
  if (rows.length === 0) return;
  await sql`
    insert into dewar.value (channel_id, time, number, text, quality, severity, reason)
    select channel_id, to_timestamp(seconds), number, text, quality, severity, reason
    from unnest(
      ${channels}::integer[],
      ${rows.map((row) => row[1])}::float8[],
      ${rows.map((row) => row[2])}::float8[],
      ${rows.map((row) => row[3])}::text[],
      ${rows.map((row) => row[4])}::smallint[],
      ${rows.map((row) => row[5])}::smallint[],
      ${rows.map((row) => row[6])}::text[]
    ) as given (channel_id, seconds, number, text, quality, severity, reason)`;
}

async function insertLog(sql: TransactionSql, entries: readonly Entry[]): Promise<void> {
  const lines = entries.flatMap((entry) => entry.kind === "log" ? [entry.line] : []);
  if (lines.length === 0) return;
  await sql`
    insert into dewar.log (time, source, type, message)
    select to_timestamp(seconds), source, type, message
    from unnest(
      ${lines.map(({ time }) => time)}::float8[],
      ${lines.map(({ source }) => source)}::text[],
      ${lines.map(({ type }) => type)}::text[],
      ${lines.map(({ message }) => message)}::text[]
    ) as given (seconds, source, type, message)`;
}

async function insertRecording(sql: TransactionSql, spool: string, entries: readonly Entry[]): Promise<void> {
  const seen = new Map<number, number>();
  for (const entry of entries) {
    if (entry.kind === "recording") seen.set(entry.since, Math.max(entry.seen, seen.get(entry.since) ?? 0));
  }
  for (const [since, until] of seen) {
    await sql`
      insert into dewar.recording (spool, since, seen)
      values (${spool}, to_timestamp(${since}), to_timestamp(${until}))
      on conflict (spool, since) do update set seen = greatest(recording.seen, excluded.seen)`;
  }
}
