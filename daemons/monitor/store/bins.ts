/** Bins of what is stored, for curves: summed up in the database. @module */
import type { Sql } from "postgres";
import type { HistoryRange } from "./history.ts";
import { HOUR, type Level, LEVELS, SPARSE } from "./rollup.ts";

/** If more rollups than this were to be summed up, bins become as long as the next longer one ... */
const MANY = 50_000;
/** Seconds are mostly few values each, which lie apart on the disk: each counts as so many. */
const SECOND = 2;
/** ... unless that makes them longer by more than this. */
const COARSER = 3;
/** The last value of a rollup holds until less than this before its end, seconds. */
const END = 1e-3;

/** How a stretch is cut into bins. */
export interface Cut {
  /** Where the first begins, at or a little before the stretch; unix seconds. */
  readonly begin: number;
  /** How long they are, seconds. */
  readonly width: number;
  /** How many there are. */
  readonly count: number;
  /** The rollups they are made of; undefined where they are made of values. */
  readonly level: Level | undefined;
}

/** Cuts a stretch into bins, at most as many as there is room for. */
export function cut({ from, to, points, exact = false }: HistoryRange): Cut {
  const width = (to - from) / points;
  const level = LEVELS.findLast((level) => level.width <= width);
  const next = LEVELS.find((level) => level.width > width);
  const rows = level ? (to - from) / level.width * (level.width === 1 ? SECOND : 1) : 0;
  if (!exact && next && rows > MANY && next.width <= COARSER * width) {
    const begin = Math.floor(from / next.width) * next.width;
    return { begin, width: next.width, count: Math.ceil((to - begin) / next.width), level: next };
  }
  return { begin: from, width, count: points, level };
}

/** A bin in which there is something. */
export interface Bin {
  /** Which one. */
  readonly index: number;
  /** Mean, weighed by how long the values held; null if all are bad. */
  readonly mean: number | null;
  /** The least. */
  readonly min: number | null;
  /** The most. */
  readonly max: number | null;
}

/** What a bin ended with. */
export interface Last {
  /** Which one. */
  readonly index: number;
  /** The last value; null if it is bad. */
  readonly value: number | null;
  /** When it did hold, unix seconds. */
  readonly time: number;
}

/**
 * Bins of values, or of rollups where a bin is no shorter than one. Where there are no rollups, or not the last word,
 * the values themselves stand in for them: at the end, in hours for which some have come late, and in hours and minutes
 * with few values.
 *
 * @param sql The database.
 * @param channel The channel's id.
 * @param bins Which bins.
 * @param to Their end, unix seconds.
 * @returns Those with something in them, in no order: nothing is sorted, which would take longer than all else.
 */
export async function readBins(sql: Sql, channel: number, bins: Cut, to: number): Promise<Bin[]> {
  return await summed(
    sql,
    channel,
    bins,
    to,
    `coalesce(sum(mean * weight) / nullif(sum(weight) filter (where mean is not null), 0), avg(mean)) as mean,
    min(min) as min, max(max) as max`,
  );
}

/** What each bin ended with; that takes as long as all else of it, and is needed only where nothing follows. */
export async function readLast(sql: Sql, channel: number, bins: Cut, to: number): Promise<Last[]> {
  // The greatest of pairs is that of the latest time (and, of values of one moment, the greatest value).
  const columns = "(max(array[held, last]))[1] as time, (max(array[held, last]))[2] as value";
  return await summed(sql, channel, bins, to, columns);
}

async function summed<T extends { readonly index: number }>(
  sql: Sql,
  channel: number,
  { begin, width, count, level }: Cut,
  to: number,
  columns: string,
): Promise<T[]> {
  let parts = [valuesIn("")];
  if (level) {
    const [late] = await sql`
      select exists (select from dewar.late where channel_id = ${channel}
        and hour >= to_timestamp(${begin - HOUR}) and hour < to_timestamp(${to})) as found`;
    parts = partsOf(level, late!.found);
  }
  const rows = await sql.unsafe(
    `
    with rolled as materialized (
      select coalesce((select until from dewar.rolled), '-infinity') as until
    ), late as materialized (
      select hour as since, hour + interval '1 hour' as over from dewar.late where channel_id = $1
        and hour >= to_timestamp($2::float8 - ${HOUR}) and hour < to_timestamp($3::float8)
        and hour < (select until from rolled)
    )
    select least(floor((date_part('epoch', time) - $2::float8) / $4::float8), $5::float8) as index, ${columns}
    from (${parts.join(" union all ")}) found
    group by 1`,
    [channel, begin, to, width, count - 1],
  );
  return rows as unknown as T[];
}

const IN_RANGE = "channel_id = $1 and time >= to_timestamp($2::float8) and time < to_timestamp($3::float8)";

/** The values as bins of their own, of the whole range or of stretches in it. */
function valuesIn(stretches: string): string {
  return `
    select time, mean, mean as min, mean as max, mean as last, date_part('epoch', time) as held, 1::real as weight
    from ${stretches === "" ? "" : `(${stretches}) stretch cross join lateral`} (
      select time, case when quality = 0 then number end as mean from dewar.value
      where ${IN_RANGE} ${stretches === "" ? "" : "and time >= since and time < over offset 0"}
    ) stored`;
}

/** Looking for hours that are late with every row takes time: only where there are some. */
function partsOf({ table, width }: Level, hasLate: boolean): string[] {
  const finished = `time < (select until from rolled)
    ${hasLate ? "and not exists (select from late where time >= late.since and time < late.over)" : ""}`;
  const few = (coarse: string, span: string) =>
    valuesIn(`
      select time as since, time + interval '${span}' as over from ${coarse}
      where channel_id = $1 and time > to_timestamp($2::float8) - interval '${span}' and time < to_timestamp($3::float8)
        and count < ${SPARSE} and ${finished}`);
  return [
    `select time, mean, min, max, last, date_part('epoch', time) + ${width - END} as held, good as weight
    from ${table} where ${IN_RANGE} and ${finished}`,
    valuesIn("select until as since, 'infinity'::timestamptz as over from rolled"),
    ...hasLate ? [valuesIn("select since, over from late")] : [],
    ...width < HOUR ? [few("dewar.hour", "1 hour")] : [],
    ...width < 60 ? [few("dewar.minute", "1 minute")] : [],
  ];
}
