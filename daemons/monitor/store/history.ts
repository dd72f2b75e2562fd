/** What a plot asks of the database. @module */
import type { Sql } from "postgres";
import type { Series } from "../lab.ts";
import { cut, readBins, readLast } from "./bins.ts";
import { readRecordings, type Stretch } from "./recorded.ts";

/** What to ask for. */
export interface HistoryRange extends Stretch {
  /** How many points there are room for. */
  readonly points: number;
  /** Whether bins, if there are any, must be that many of the same length; otherwise they may be fewer. */
  readonly exact?: boolean;
}

/** Between values that are further apart than this a line would tell of a slope that never was, seconds. */
const STEP = 10;
/** Times in the database are whole microseconds. */
const TOLERANCE = 1e-3;
/** A quality as the table has it. */
const BAD = 2;
/** A good value and when it was read. */
interface Held {
  readonly value: number;
  readonly time: number;
}

interface Point {
  readonly time: number;
  readonly value: number | null;
}

/** What was stored last before a stretch, of what MONITOR has recorded from then until its begin. */
interface Before extends Point {
  /** Whether it was known to be bad. */
  readonly isBad: boolean;
}

/**
 * Reads a channel's history: each stored value if there is room for all, otherwise their mean, min and max in bins.
 *
 * Values are stored when they change, so one holds until the next, but only while a MONITOR was recording. The series
 * begins with the value that held when the stretch did; `since` is when that was stored.
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
  const before = await readBefore(sql, channel.id, from, recordings);
  const rows = await sql<Point[]>`
    select extract(epoch from time)::float8 as time, case when quality = 0 then number end as value
    from dewar.value
    where channel_id = ${channel.id} and time >= to_timestamp(${from}) and time < to_timestamp(${to})
    order by value.time limit ${points + 1}`; // not by the column that is given, which has no index
  if (rows.length <= points) return steps(rows, before, range, recordings);
  return await binned(sql, channel.id, before && held(before), range, recordings);
}

/** Looked for no further back than it would hold: in the recording at that moment. */
async function readBefore(
  sql: Sql,
  channel: number,
  moment: number,
  recordings: readonly Stretch[],
): Promise<Before | undefined> {
  const since = recordedSince(moment, recordings);
  if (since === undefined) return undefined;
  const [row] = await sql<(Point & { quality: number })[]>`
    select extract(epoch from time)::float8 as time, case when quality = 0 then number end as value, quality
    from dewar.value
    where channel_id = ${channel} and time >= to_timestamp(${since}) and time < to_timestamp(${moment})
    order by dewar.value.time desc limit 1`;
  return row && { time: row.time, value: row.value, isBad: row.quality === BAD };
}

/** Since when what held at a moment has been recorded without a pause; undefined if nobody recorded then. */
export function recordedSince(moment: number, recordings: readonly Stretch[]): number | undefined {
  const around = recordings.find(({ from, to }) => from <= moment && moment <= to);
  return around && around.from - TOLERANCE;
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
  before: Before | undefined,
  { from, to }: Stretch,
  recordings: readonly Stretch[],
): Series {
  const time: number[] = [];
  const value: (number | null)[] = [];
  const add = (t: number, v: number | null) => {
    time.push(t);
    value.push(v);
  };
  let last = before && held(before);
  const hold = (next: number, isEnd: boolean) => {
    if (!last) return;
    const known = heldUntil(last, recordings);
    const until = Math.min(known, next - TOLERANCE);
    const begin = Math.max(last.time, from);
    if (until > begin && (isEnd || until - last.time > STEP)) add(until, last.value);
    if (known < next - STEP && known >= from) add(known + TOLERANCE / 2, null);
  };
  const since = rows[0]?.time === from ? undefined : last?.time;
  if (before && rows[0]?.time !== from && (last || before.isBad)) add(from, before.value);
  for (const row of rows) {
    hold(row.time, false);
    add(row.time, row.value);
    last = held(row);
  }
  hold(to, true);
  return { time, value, ...since !== undefined && { since } };
}

async function binned(
  sql: Sql,
  channel: number,
  before: Held | undefined,
  range: HistoryRange,
  recordings: readonly Stretch[],
): Promise<Series> {
  const { from, to } = range;
  const bins = cut(range);
  const byIndex = new Map((await readBins(sql, channel, bins, to)).map((bin) => [bin.index, bin]));
  const isAsked = byIndex.keys().some((index) => index + 1 < bins.count && !byIndex.has(index + 1));
  const lasts = new Map(
    isAsked ? (await readLast(sql, channel, bins, to)).map((one) => [one.index, one]) : [],
  );
  const series = {
    time: [] as number[],
    value: [] as (number | null)[],
    min: [] as (number | null)[],
    max: [] as (number | null)[],
  };
  let last = before;
  for (let i = 0; i < bins.count; i++) {
    const middle = bins.begin + (i + 0.5) * bins.width;
    const bin = byIndex.get(i);
    const holding = last && middle <= heldUntil(last, recordings) ? last.value : null;
    series.time.push(Math.min(Math.max(middle, from), to));
    series.value.push(bin ? bin.mean : holding);
    series.min.push(bin ? bin.min : holding);
    series.max.push(bin ? bin.max : holding);
    if (bin) {
      const one = lasts.get(i);
      last = one && held(one);
    }
  }
  const isCarried = before && !byIndex.has(0) && series.value[0] !== null;
  return { ...series, ...isCarried && { since: before.time } };
}
