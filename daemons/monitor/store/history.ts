/** What a plot asks of the database. @module */
import type { Sql } from "postgres";
import type { Series } from "../lab.ts";
import { HOUR, type Level, LEVELS, SPARSE } from "./rollup.ts";

/** A stretch of time, unix seconds. */
export interface Stretch {
  /** Its begin. */
  readonly from: number;
  /** Its end. */
  readonly to: number;
}

/** What to ask for. */
export interface HistoryRange extends Stretch {
  /** How many points there are room for. */
  readonly points: number;
}

/** Between values that are further apart than this a line would tell of a slope that never was, seconds. */
const STEP = 10;
/** Times in the database are whole microseconds. */
const TOLERANCE = 1e-3;

/** A good value and when it was read. */
interface Held {
  readonly value: number;
  readonly time: number;
}

interface Point {
  readonly time: number;
  readonly value: number | null;
}

/**
 * Reads a channel's history: each stored value if there is room for all, otherwise their mean, min and max in bins.
 *
 * Values are stored when they change, so one holds until the next, but only while a MONITOR was recording.
 *
 * @param sql The database.
 * @param client The client's name.
 * @param key The channel's key.
 * @param range The stretch, and how many points there is room for.
 * @param recording The stretch for which this process has been recording.
 * @returns The series; empty for an unknown channel.
 */
export async function readHistory(
  sql: Sql,
  client: string,
  key: string,
  range: HistoryRange,
  recording: Stretch,
): Promise<Series> {
  const { from, to, points } = range;
  const [channel] = await sql`select id from dewar.channel where client = ${client} and key = ${key}`;
  if (!channel || !(to > from) || points < 1) return { time: [], value: [] };
  const recordings = await readRecordings(sql, range, recording);
  const before = await readBefore(sql, channel.id, from);
  const rows = await sql<Point[]>`
    select extract(epoch from time)::float8 as time, case when quality = 0 then number end as value
    from dewar.value
    where channel_id = ${channel.id} and time >= to_timestamp(${from}) and time < to_timestamp(${to})
    order by value.time limit ${points + 1}`; // not by the column that is given, which has no index
  if (rows.length <= points) return steps(rows, before, range, recordings);
  return bins(await readBins(sql, channel.id, range), before, range, recordings);
}

/** The stretches within which a MONITOR was recording, in their order; `own` is this one's. */
export async function readRecordings(sql: Sql, { from, to }: Stretch, own: Stretch): Promise<Stretch[]> {
  const rows = await sql<{ from: number; to: number }[]>`
    select extract(epoch from since)::float8 as from, extract(epoch from seen)::float8 as to
    from dewar.recording where seen >= to_timestamp(${from}) and since <= to_timestamp(${to})`;
  const merged: Stretch[] = [];
  for (const stretch of [...rows, own].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && stretch.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
    } else merged.push(stretch);
  }
  return merged;
}

async function readBefore(sql: Sql, channel: number, from: number): Promise<Held | undefined> {
  const [row] = await sql<Point[]>`
    select extract(epoch from time)::float8 as time, case when quality = 0 then number end as value
    from dewar.value where channel_id = ${channel} and time < to_timestamp(${from})
    order by dewar.value.time desc limit 1`;
  return row && held(row);
}

function held({ time, value }: Point): Held | undefined {
  return value === null ? undefined : { time, value };
}

/** Until when a value held at most: nobody knows what came after the end of its recording. */
export function heldUntil({ time }: { readonly time: number }, recordings: readonly Stretch[]): number {
  return recordings.find(({ from, to }) => from - TOLERANCE <= time && time <= to)?.to ?? time;
}

function steps(
  rows: readonly Point[],
  before: Held | undefined,
  { from, to }: Stretch,
  recordings: readonly Stretch[],
): Series {
  const time: number[] = [];
  const value: (number | null)[] = [];
  const add = (t: number, v: number | null) => {
    time.push(t);
    value.push(v);
  };
  let last = before;
  const hold = (next: number) => {
    if (!last) return;
    const known = heldUntil(last, recordings);
    const until = Math.min(known, next - TOLERANCE);
    if (until - Math.max(last.time, from) > STEP) add(until, last.value);
    if (known < next - STEP && known >= from) add(known + TOLERANCE / 2, null);
  };
  if (before && rows[0]?.time !== from && heldUntil(before, recordings) >= from) add(from, before.value);
  for (const row of rows) {
    hold(row.time);
    add(row.time, row.value);
    last = held(row);
  }
  hold(to);
  return { time, value };
}

interface Bin {
  readonly start: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** The last value, if it is good, and its time. */
  readonly last: number | null;
  readonly time: number;
}

/**
 * Bins of what is stored: of values, or of rollups where a bin is no shorter than one. Where there are no rollups, or
 * not the last word, the values themselves stand in for them: at the end, in hours for which some have come late, and in
 * hours and minutes with few values.
 */
async function readBins(sql: Sql, channel: number, { from, to, points }: HistoryRange): Promise<Bin[]> {
  const width = (to - from) / points;
  const level = LEVELS.findLast((level) => level.width <= width);
  const parts = level === undefined ? [valuesIn("")] : partsOf(level);
  const rows = await sql.unsafe(
    `
    with rolled as materialized (
      select coalesce((select until from dewar.rolled), '-infinity') as until
    ), late as materialized (
      select hour as since, hour + interval '1 hour' as over from dewar.late where channel_id = $1
        and hour >= to_timestamp($2::float8 - ${HOUR}) and hour < to_timestamp($3::float8)
        and hour < (select until from rolled)
    )
    select
      extract(epoch from date_bin(make_interval(secs => $4::float8), time, to_timestamp($2::float8)))::float8 as start,
      coalesce(sum(mean * weight) / nullif(sum(weight) filter (where mean is not null), 0), avg(mean)) as mean,
      min(min) as min, max(max) as max,
      extract(epoch from max(time))::float8 as time,
      (array_agg(last order by time desc))[1] as last
    from (${parts.join(" union all ")}) found
    group by 1 order by 1`,
    [channel, from, to, width],
  );
  return rows as unknown as Bin[];
}

const IN_RANGE = "channel_id = $1 and time >= to_timestamp($2::float8) and time < to_timestamp($3::float8)";

/** The values as bins of their own, of the whole range or of stretches in it. */
function valuesIn(stretches: string): string {
  return `
    select time, mean, mean as min, mean as max, mean as last, 1::real as weight
    from ${stretches === "" ? "" : `(${stretches}) stretch cross join lateral`} (
      select time, case when quality = 0 then number end as mean from dewar.value
      where ${IN_RANGE} ${stretches === "" ? "" : "and time >= since and time < over offset 0"}
    ) stored`;
}

function partsOf({ table, width }: Level): string[] {
  const finished = `${IN_RANGE} and time < (select until from rolled)
    and not exists (select from late where time >= since and time < over)`;
  const few = (coarse: string, span: string) =>
    valuesIn(`
      select time as since, time + interval '${span}' as over from ${coarse}
      where channel_id = $1 and time > to_timestamp($2::float8) - interval '${span}' and time < to_timestamp($3::float8)
        and count < ${SPARSE} and time < (select until from rolled)
        and not exists (select from late where time >= since and time < late.over)`);
  return [
    `select time, mean, min, max, last, good as weight from ${table} where ${finished}`,
    valuesIn("select until as since, 'infinity'::timestamptz as over from rolled"),
    valuesIn("select since, over from late"),
    ...width < HOUR ? [few("dewar.hour", "1 hour")] : [],
    ...width < 60 ? [few("dewar.minute", "1 minute")] : [],
  ];
}

function bins(
  found: readonly Bin[],
  before: Held | undefined,
  { from, to, points }: HistoryRange,
  recordings: readonly Stretch[],
): Series {
  const width = (to - from) / points;
  const byIndex = new Map(found.map((bin) => [Math.round((bin.start - from) / width), bin]));
  const series = {
    time: [] as number[],
    value: [] as (number | null)[],
    min: [] as (number | null)[],
    max: [] as (number | null)[],
  };
  let last = before;
  for (let i = 0; i < points; i++) {
    const middle = from + (i + 0.5) * width;
    const bin = byIndex.get(i);
    const holding = last && middle <= heldUntil(last, recordings) ? last.value : null;
    series.time.push(middle);
    series.value.push(bin ? bin.mean : holding);
    series.min.push(bin ? bin.min : holding);
    series.max.push(bin ? bin.max : holding);
    if (bin) last = held({ time: bin.time, value: bin.last });
  }
  return series;
}
