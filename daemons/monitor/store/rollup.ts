/**
 * Values summed up by the second, the minute and the hour, so that a year is drawn from some thousand rows.
 *
 * Rollups follow from the values alone. They are worked out by whole hours once an hour is over, all levels together:
 * by the one who writes while the values pass through its hands (`Sums`), and from the stored values here, after a
 * start, after a loss of the database, and where values have come late. Both give the same.
 * @module
 */
import type { Sql } from "postgres";

/** A kind of rollup. */
export interface Level {
  /** Its table. */
  readonly table: "dewar.second" | "dewar.minute" | "dewar.hour";
  /** How long one is, seconds. */
  readonly width: number;
}

/** The levels, the finest first. */
export const LEVELS: readonly Level[] = [
  { table: "dewar.second", width: 1 },
  { table: "dewar.minute", width: 60 },
  { table: "dewar.hour", width: 3600 },
];

/** What is worked out at a time, seconds. */
export const HOUR = 3600;

/**
 * An hour with fewer values of a channel than this has no minutes, and a minute no seconds: they would be no coarser
 * than the values.
 */
export const SPARSE = 240;

/** Numbers beyond it count as it, and those below its inverse as 0, in means: no sum overflows, which is an error in SQL. */
export const HUGE = 1e290;

/** Columns of a rollup. */
export const COLUMNS = "channel_id, time, mean, min, max, last, count, good, bad";

/** What is done where there is a rollup already. One of more values is better: of an hour some may have been removed. */
export const ON_CONFLICT = (table: string) => `
  on conflict (channel_id, time) do update set
    mean = excluded.mean, min = excluded.min, max = excluded.max, last = excluded.last, count = excluded.count,
    good = excluded.good, bad = excluded.bad
  where excluded.count >= ${table.replace("dewar.", "")}.count`;

/** Hours of channels that are mended at a time. */
const PIECE = 200;

/**
 * Works out whole hours from the stored values.
 *
 * @param sql The database, with partitions for them.
 * @param from Their begin, unix seconds.
 * @param to Their end.
 * @returns How many values there were.
 */
export async function rollUp(sql: Sql, from: number, to: number): Promise<number> {
  const [row] = await sql.unsafe(
    `with ${
      written(`(
        select ${STORED} from dewar.value
        where time >= to_timestamp($1::float8) and time < to_timestamp($2::float8)
      ) value`)
    }
    select coalesce(sum(count), 0)::float8 as count from hours`,
    [from, to],
  );
  return row!.count;
}

/**
 * Works out anew some of the hours for which values have come late.
 *
 * @param sql The database.
 * @param until Only hours before this, unix seconds: those after it are worked out all the same.
 * @returns Whether there may be more.
 */
export async function mend(sql: Sql, until: number): Promise<boolean> {
  const [late] = await sql`
    select exists (select from dewar.late where hour < to_timestamp(${until}::float8)) as found`;
  if (!late!.found) return false;
  const [row] = await sql.unsafe(
    `with mended as materialized (
      select channel_id, hour from dewar.late where hour < to_timestamp($1::float8) order by hour limit ${PIECE}
    ), ${
      written(`mended cross join lateral (
        select ${STORED} from dewar.value
        where value.channel_id = mended.channel_id and time >= mended.hour and time < mended.hour + interval '1 hour'
        offset 0 -- each hour is looked up in the index, never the whole table for all of them
      ) value`)
    }, done as (
      delete from dewar.late using mended where late.channel_id = mended.channel_id and late.hour = mended.hour
      returning 1
    )
    select count(*)::integer as count from done`,
    [until],
  );
  return row!.count === PIECE;
}

const STORED = "value.channel_id, time, number, quality, value.ctid as place";

/**
 * Sums up values in bins of all levels, in one pass. A value holds until the next one, at most until its bin ends: the
 * mean weighs it by that.
 */
function written(from: string): string {
  return `
    stored as materialized (
      select channel_id, at, number, is_good,
        case when abs(number) < 1 / ${HUGE}::float8 then 0
          when number is not null then least(greatest(number, -${HUGE}::float8), ${HUGE}::float8) end
          as weighed,
        lead(at, 1, 'Infinity') over (partition by channel_id order by at, place) as next
      from (
        select value.channel_id, date_part('epoch', time) as at, place, quality = 0 as is_good,
          case when quality = 0 then number end as number
        from ${from}
      ) given
    ),
    hours as materialized (${binned(3600, "stored")}),
    minutes as materialized (${
    binned(
      60,
      `(select stored.* from stored join hours on hours.channel_id = stored.channel_id and hours.bin = floor(at / 3600)
        where hours.count >= ${SPARSE}) dense`,
    )
  }),
    seconds as (${
    binned(
      1,
      `(select stored.* from stored join minutes on minutes.channel_id = stored.channel_id and minutes.bin = floor(at / 60)
        where minutes.count >= ${SPARSE}) dense`,
    )
  }),
    ${
    [["hour", 3600], ["minute", 60], ["second", 1]].map(([name, width]) => `
    written_${name} as (
      insert into dewar.${name} (${COLUMNS})
      select channel_id, to_timestamp(bin * ${width}), mean, min, max, last, count, good, bad from ${name}s
      ${ON_CONFLICT(`dewar.${name}`)}
    )`).join()
  }`;
}

/** Bins of a width. The last value of a bin is the one that holds until its end. */
function binned(width: number, from: string): string {
  const end = `(floor(at / ${width}) + 1) * ${width}`;
  return `
      select channel_id, bin,
        coalesce(
          sum(weighed * held) filter (where number is not null)
            / nullif(sum(held) filter (where number is not null), 0),
          min(weighed) / 2 + max(weighed) / 2
        ) as mean,
        min(number) as min, max(number) as max, max(number) filter (where next >= over) as last,
        count(*)::integer as count,
        coalesce(sum(held) filter (where number is not null), 0)::real as good,
        coalesce(sum(held) filter (where not is_good), 0)::real as bad
      from (
        select channel_id, number, is_good, weighed, next, floor(at / ${width}) as bin, ${end} as over,
          least(next, ${end}) - at as held
        from ${from}
      ) given
      group by channel_id, bin`;
}
