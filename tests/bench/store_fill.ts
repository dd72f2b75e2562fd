/** Fills a store with years of one value a second within a minute: the tables that the writer would make of them. */
import type { Sql } from "postgres";
import { monthOf, Months, PARTED } from "../../daemons/monitor/store/partitions.ts";

/** The value at a moment, in SQL: a slow wave with a fast one on it. */
const value = (second: string) => `sin((${second}) / 1e5) + sin((${second}) * 12.9898) / 20`;

/** What is filled in: whole hours, unix seconds. */
interface Span {
  readonly begin: number;
  readonly end: number;
  /** How many channels; they are `c1.value`, `c2.value` and so on. */
  readonly channels?: number;
}

/**
 * Fills a database that has our tables and nothing in them.
 *
 * Each month is made as a table of its own, without indexes until it is full, two at a time, and then becomes a partition.
 */
export async function fillStore(sql: Sql, { begin, end, channels = 1 }: Span): Promise<void> {
  await sql`
    insert into dewar.channel (client, key, wire, type)
    select 'c' || n, 'value', 'value', 'number' from generate_series(1, ${channels}::integer) as n order by n`;
  await sql`insert into dewar.recording values (gen_random_uuid(), to_timestamp(${begin}), to_timestamp(${end}))`;
  await sql`insert into dewar.rolled (until, due) values (to_timestamp(${end}), to_timestamp(${end}))`;
  const months: Month[] = [];
  for (let from = begin; from < end;) {
    const over = monthOf(monthOf(from) + 32 * 86_400);
    months.push({ from, to: Math.min(end, over), begin: monthOf(from), over, channels });
    from = over;
  }
  const waiting = [...months];
  const work = async () => {
    for (let month = waiting.shift(); month; month = waiting.shift()) await sql.unsafe(monthFilled(month));
  };
  await Promise.all([work(), work()]);
  for (const month of months) await sql.unsafe(attached(month));
  await new Months().make(sql, months.map(({ from }) => from), end);
  await sql.unsafe("vacuum analyze");
}

interface Month {
  readonly from: number;
  readonly to: number;
  readonly begin: number;
  readonly over: number;
  readonly channels: number;
}

const nameOf = (table: string, { begin }: Month) =>
  `${table}_${new Date(begin * 1000).toISOString().slice(0, 7).replace("-", "_")}`;

/** One transaction: a table that is made in it needs no log of what is written. */
function monthFilled(month: Month): string {
  const { from, to, channels } = month;
  const [values, minutes] = [`dewar.${nameOf("value", month)}`, `dewar.${nameOf("minute", month)}`];
  return `
    create table ${values} (like dewar.value);
    insert into ${values}
      select n % ${channels} + 1, to_timestamp(${from} + n / ${channels}),
        ${value(`${from} + n / ${channels}`)} + n % ${channels}, null, 0, 0, null
      from generate_series(0::bigint, ${(to - from) * channels - 1}::bigint) as n;
    create index on ${values} (channel_id, time);
    create index on ${values} using brin (time);

    create table ${minutes} (like dewar.minute);
    insert into ${minutes} (channel_id, time, mean, min, max, last, count, good, bad)
      select channel_id, to_timestamp(bin * 60), avg(number), min(number), max(number),
        ${value("bin * 60 + 59")} + channel_id - 1, count(*), count(*), 0
      from (select *, extract(epoch from time)::bigint / 60 as bin from ${values}) stored
      group by channel_id, bin;
    alter table ${minutes} add primary key (channel_id, time);

    insert into dewar.hour (channel_id, time, mean, min, max, last, count, good, bad)
      select channel_id, to_timestamp(bin * 3600), avg(mean), min(min), max(max),
        ${value("bin * 3600 + 3599")} + channel_id - 1, sum(count), sum(good), 0
      from (select *, extract(epoch from time)::bigint / 3600 as bin from ${minutes}) summed
      group by channel_id, bin`;
}

function attached(month: Month): string {
  const between = `from (to_timestamp(${month.begin})) to (to_timestamp(${month.over}))`;
  return PARTED.filter((table) => table !== "second").map((table) =>
    `alter table dewar.${table} attach partition dewar.${nameOf(table, month)} for values ${between}`
  ).join(";");
}
