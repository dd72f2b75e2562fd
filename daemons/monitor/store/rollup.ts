/**
 * Values summed up by the minute and by the hour, so that a year is drawn from some thousand rows.
 *
 * A rollup is worked out from the values once its time is over, and again when values of that time come later: what it
 * says follows from the values alone, however often the work is interrupted.
 * @module
 */
import type { Sql } from "postgres";

/** A kind of rollup. */
export interface Level {
  /** Its table. */
  readonly table: "dewar.minute" | "dewar.hour";
  /** How long one is, seconds. */
  readonly width: number;
  /** How long after its end it is worked out, seconds: by then its values are there. */
  readonly lag: number;
  /** How much of the past one step works out, seconds. */
  readonly stride: number;
}

/** The levels, the finest first. */
export const LEVELS: readonly Level[] = [
  { table: "dewar.minute", width: 60, lag: 20, stride: 3600 },
  { table: "dewar.hour", width: 3600, lag: 60, stride: 86_400 },
];

/** An hour with fewer values of a channel than this has no minutes: they would be no coarser than the values. */
export const SPARSE = 240;

/**
 * Works out what is due, a bounded piece of it.
 *
 * @param sql The database.
 * @param now Unix seconds.
 * @returns Whether there is more to do.
 */
export async function rollUp(sql: Sql, now: number): Promise<boolean> {
  let isMore = false;
  for (const level of LEVELS) {
    isMore = await goOn(sql, level, now) || isMore;
    isMore = await mend(sql, level) || isMore;
  }
  return isMore;
}

/** Goes on from where the level was worked out to. */
async function goOn(sql: Sql, level: Level, now: number): Promise<boolean> {
  const { table, width, lag, stride } = level;
  const { next: from, finer } = await stateOf(sql, level);
  // Hours take away the minutes of few values: those are there by then.
  const due = Math.floor(Math.min(now - lag, finer) / width) * width;
  if (from === undefined || from >= due) return false;
  const to = Math.min(due, from + stride);
  await sql.unsafe(
    `
    with ${writing(table, "")}${table === "dewar.hour" ? `, ${thinning}` : ""}
    insert into dewar.rolled (rollup, until) values ($4, to_timestamp($2::float8))
    on conflict (rollup) do update set until = excluded.until`,
    [from, to, width, table],
  );
  return to < due;
}

/**
 * Where to go on, at first at the oldest value, and over long stretches without any at the next one; and up to where the
 * finer level has come.
 */
async function stateOf(
  sql: Sql,
  { table, width }: Level,
): Promise<{ next: number | undefined; finer: number }> {
  const [row] = await sql<{ until: number | null; next: number | null; finer: number | null }[]>`
    select extract(epoch from until)::float8 as until, (
      select extract(epoch from time)::float8 from dewar.value
      where until is null or time >= until order by time limit 1
    ) as next, (
      select extract(epoch from rolled.until)::float8 from dewar.rolled where rollup = 'dewar.minute'
    ) as finer
    from (select (select until from dewar.rolled where rollup = ${table}) as until) own`;
  const { until, next, finer } = row!;
  return {
    next: next === null ? undefined : Math.max(until ?? 0, Math.floor(next / width) * width),
    finer: table === "dewar.minute" ? Infinity : finer ?? 0,
  };
}

/** Works out anew one stretch for which values have come late. */
async function mend(sql: Sql, { table, width }: Level): Promise<boolean> {
  const [late] = await sql<{ channel: number; from: number }[]>`
    select channel_id as channel, extract(epoch from time)::float8 as from
    from dewar.late where rollup = ${table} limit 1`;
  if (!late) return false;
  const { channel, from } = late;
  await sql.unsafe(
    `
    with ${writing(table, "and channel_id = $5::integer")}
    delete from dewar.late
    where rollup = $4 and channel_id = $5::integer and time = to_timestamp($1::float8)`,
    [from, from + width, width, table, channel],
  );
  return true;
}

/**
 * Sums up the values from $1 to $2 in bins of $3 seconds. A value holds until the next one, at most until its bin ends:
 * the mean weighs it by that.
 */
function writing(table: Level["table"], only: string): string {
  return `
    summed as (
      select
        channel_id, to_timestamp(bin * $3::float8) as time,
        coalesce(
          sum(number * held) / nullif(sum(held) filter (where number is not null), 0),
          avg(number)
        ) as mean,
        min(number) as min, max(number) as max,
        (array_agg(number order by at desc))[1] as last,
        count(*)::integer as count,
        coalesce(sum(held) filter (where number is not null), 0)::real as good
      from (
        select channel_id, at, bin, number,
          least(coalesce(lead(at) over (partition by channel_id order by at), 'Infinity'), (bin + 1) * $3::float8) - at
            as held
        from (
          select channel_id, extract(epoch from time)::float8 as at,
            floor(extract(epoch from time)::float8 / $3::float8)::bigint as bin,
            case when quality = 0 then number end as number
          from dewar.value
          where time >= to_timestamp($1::float8) and time < to_timestamp($2::float8) ${only}
        ) in_range
      ) held
      group by channel_id, bin
    ),
    written as (
      insert into ${table} (channel_id, time, mean, min, max, last, count, good) select * from summed
      on conflict (channel_id, time) do update set
        mean = excluded.mean, min = excluded.min, max = excluded.max, last = excluded.last,
        count = excluded.count, good = excluded.good
    )`;
}

const thinning = `
    thinned as (
      delete from dewar.minute using summed
      where minute.channel_id = summed.channel_id and summed.count < ${SPARSE}
        and minute.time >= summed.time and minute.time < summed.time + interval '1 hour'
    )`;
