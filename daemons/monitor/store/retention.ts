/** How long values are kept, channel by channel; rollups stay. @module */
import type { Sql } from "postgres";

/** How long the values of some channels are kept. */
export interface Retention {
  /** Channels with their client, `*` for anything: `archon.*`, `*.temperature`. */
  readonly pattern: string;
  /** How long, seconds. */
  readonly keep: number;
}

/** How many values one step removes: the database answers others in between. */
const STEP = 20_000;

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

/**
 * Removes values that are older than they are kept, a bounded number of them. Nothing is removed that was not rolled up.
 *
 * @param sql The database.
 * @param rules How long; the last that means a channel counts.
 * @param now Unix seconds.
 * @returns How many were removed.
 */
export async function removeOld(sql: Sql, rules: readonly Retention[], now: number): Promise<number> {
  if (rules.length === 0) return 0;
  const channels = await sql<{ id: number; name: string }[]>`
    select id, client || '.' || key as name from dewar.channel`;
  const old = channels.flatMap(({ id, name }) => {
    const keep = keepOf(name, rules);
    return keep === undefined ? [] : [{ id, before: now - keep }];
  });
  if (old.length === 0) return 0;
  const removed = await sql`
    delete from dewar.value where ctid = any (array(
      select value.ctid from dewar.value
      join unnest(${old.map(({ id }) => id)}::integer[], ${old.map(({ before }) => before)}::float8[])
        as given (channel_id, before) on value.channel_id = given.channel_id and value.time < to_timestamp(given.before)
      where value.time < coalesce((select min(until) from dewar.rolled having count(*) = 2), '-infinity')
      limit ${STEP}
    ))`;
  return removed.count;
}
