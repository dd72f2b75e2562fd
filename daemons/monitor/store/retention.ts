/**
 * How long values are kept, channel by channel; rollups stay. It is not the clock that makes values old, which may be
 * wrong by years, but how long a MONITOR has been recording since.
 * @module
 */
import type { Sql } from "postgres";
import { type Partition, partitionsOf } from "./partitions.ts";
import { allRecordings, recordedFor } from "./recorded.ts";

/** How long the values of some channels are kept. */
export interface Retention {
  /** Channels with their client, `*` for anything: `archon.*`, `*.temperature`. */
  readonly pattern: string;
  /** How long, seconds in which a MONITOR is recording. */
  readonly keep: number;
}

/** How many values one step removes: the database answers others in between. */
const STEP = 20_000;
/** A month at its longest, seconds. */
const MONTH = 31 * 86_400;

/**
 * Whether a channel is meant by a pattern.
 *
 * @param pattern With `*` for anything.
 * @param channel The channel with its client.
 */
export function isMeant(pattern: string, channel: string): boolean {
  const parts = pattern.split("*");
  if (parts.length === 1) return pattern === channel;
  if (!channel.startsWith(parts[0]!)) return false;
  let at = parts[0]!.length;
  for (const part of parts.slice(1, -1)) {
    const found = channel.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts.at(-1)!;
  return channel.length - last.length >= at && channel.endsWith(last);
}

/** How long the values of a channel are kept, seconds: what the last pattern says that means it; undefined for ever. */
export function keepOf(channel: string, rules: readonly Retention[]): number | undefined {
  return rules.findLast(({ pattern }) => isMeant(pattern, channel))?.keep;
}

/** A channel whose values are not kept for ever. */
interface Bounded {
  readonly id: number;
  readonly keep: number;
  /** What is before this moment is old; unix seconds. */
  readonly before: number;
}

/**
 * Removes values that are older than they are kept, and their seconds, a bounded number of them. Nothing is removed that
 * was not rolled up. A month of which nothing is to be kept goes as a whole; so values of channels that are kept longest
 * stay up to a month longer.
 *
 * @param sql The database.
 * @param rules How long; the last that means a channel counts.
 * @returns How many were removed; for a month that went, an estimate.
 */
export async function removeOld(sql: Sql, rules: readonly Retention[]): Promise<number> {
  if (rules.length === 0) return 0;
  const channels = await sql<{ id: number; name: string }[]>`
    select id, client || '.' || key as name from dewar.channel`;
  const recordings = await allRecordings(sql);
  const bounded: Bounded[] = [];
  const forever: number[] = [];
  for (const { id, name } of channels) {
    const keep = keepOf(name, rules);
    if (keep === undefined) forever.push(id);
    else bounded.push({ id, keep, before: recordedFor(recordings, keep) });
  }
  if (bounded.length === 0) return 0;
  const [rolled] = await sql<{ until: number }[]>`
    select extract(epoch from least(until, (select min(hour) from dewar.late)))::float8 as until from dewar.rolled`;
  if (!rolled) return 0;
  let removed = 0;
  for (const table of ["value", "second"] as const) {
    for (const part of await partitionsOf(sql, table)) {
      removed += await removeFrom(sql, part, { bounded, forever, rolled: rolled.until });
      if (removed >= STEP) return removed;
    }
  }
  return removed;
}

interface Keeping {
  readonly bounded: readonly Bounded[];
  readonly forever: readonly number[];
  readonly rolled: number;
}

async function removeFrom(sql: Sql, part: Partition, keeping: Keeping): Promise<number> {
  const { name, since, until } = part;
  const { bounded, rolled } = keeping;
  const over = bounded.filter(({ before }) => until !== undefined && until <= before);
  if (
    until !== undefined && until <= rolled && over.length > 0 && !await hasOthers(sql, name, over, keeping)
  ) {
    const [size] =
      await sql`select greatest(reltuples, 1)::float8 as rows from pg_class where oid = ${`dewar.${name}`}::regclass`;
    await sql.unsafe(`drop table dewar.${name}`);
    return size!.rows;
  }
  const longest = keeping.forever.length > 0 ? Infinity : Math.max(...bounded.map(({ keep }) => keep));
  const old = bounded.flatMap(({ id, keep, before: old }) => {
    const before = Math.min(old, rolled);
    const waits = since !== undefined && keep === longest && keep >= MONTH; // for the month to go as a whole
    const isNone = before === -Infinity || (since !== undefined && before <= since);
    return isNone || waits ? [] : [{ id, before }];
  });
  if (old.length === 0) return 0;
  const deleted = await sql`
    delete from ${sql.unsafe(`dewar.${name}`)} where ctid = any (array(
      select found.ctid
      from unnest(${old.map(({ id }) => id)}::integer[], ${old.map(({ before }) => before)}::float8[])
        as given (channel_id, before)
      cross join lateral (
        select part.ctid from ${sql.unsafe(`dewar.${name}`)} part
        where part.channel_id = given.channel_id and part.time < to_timestamp(given.before)
        order by part.time limit ${STEP}
      ) found
      limit ${STEP}
    ))`;
  return deleted.count;
}

/** Whether there is something in a partition of channels that are not over. */
async function hasOthers(
  sql: Sql,
  name: string,
  over: readonly Bounded[],
  { bounded, forever }: Keeping,
): Promise<boolean> {
  const ids = new Set(over.map(({ id }) => id));
  const others = [...forever, ...bounded.filter(({ id }) => !ids.has(id)).map(({ id }) => id)];
  const [row] = await sql`
    select exists (
      select from unnest(${others}::integer[]) as other (id) cross join lateral (
        select from ${sql.unsafe(`dewar.${name}`)} part where part.channel_id = other.id limit 1
      ) found
    ) as found`;
  return row!.found;
}
