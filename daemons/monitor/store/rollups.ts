/** Keeps the rollups of a database: from what passes through the writer's hands, or else from what is stored. @module */
import type { Sql } from "postgres";
import type { Months } from "./partitions.ts";
import { COLUMNS, HOUR, mend, ON_CONFLICT, rollUp } from "./rollup.ts";
import { type Rows, Sums } from "./sums.ts";
import type { BatchValues } from "./values.ts";

/** How long after its end an hour is summed up, seconds: by then its values are there. */
const LAG = 60;
/** So many values are worked out from the database at a time, about. */
const AT_A_TIME = 200_000;
/** How long a clock must lie behind what is summed up until it is that which was wrong, seconds. */
const DOUBT = HOUR;
/** Longest stretch worked out at a time, seconds. */
const LONGEST = 31 * 86_400;
/** Rollups that are written at a time. */
const PIECE = 5000;

/** The rollups of a database that one MONITOR writes to; where others do as well, all is worked out from what is stored. */
export class Rollups {
  readonly #months: Months;
  readonly #spool: string;
  #sums = new Sums(Infinity);
  #others = 0;
  #stride = HOUR;
  #until = Infinity;
  #behindSince: number | undefined;

  /**
   * Makes them.
   *
   * @param options `months`: makes partitions; `spool`: the id of the spool that is written.
   */
  constructor(options: { months: Months; spool: string }) {
    this.#months = options.months;
    this.#spool = options.spool;
  }

  /** Rollups that are ready to be written: they take memory until then. */
  get pending(): number {
    return this.#sums.pending;
  }

  /** Up to when everything is summed up, unix seconds; infinite before it is known. */
  get until(): number {
    return this.#until;
  }

  /** Whether there is an hour to be summed up. */
  isDue(now: number): boolean {
    return now >= this.#until + HOUR + LAG;
  }

  /** The database was opened: what has been summed up before may or may not have got there. */
  async opened(sql: Sql, now: number): Promise<void> {
    const [known] = await sql`select from dewar.rolled`;
    if (!known) {
      const oldest = await oldestValue(sql) ?? now;
      const hour = Math.floor(Math.min(oldest, now) / HOUR) * HOUR;
      await sql`
        insert into dewar.rolled (until, due) values (to_timestamp(${hour}), to_timestamp(${hour}))
        on conflict do nothing`;
    }
    this.#others = await this.#positions(sql);
    this.#sums = new Sums(Math.ceil(now / HOUR) * HOUR);
  }

  /** Takes values that are now in the database. */
  add({ channels, times, numbers, good }: BatchValues): void {
    for (const [place, number] of numbers.entries()) {
      const known = Number.isNaN(number) ? null : number;
      this.#sums.add(channels[place]!, times[place]!, known, good[place] === 1);
    }
  }

  /**
   * Does what is due, a bounded piece of it.
   *
   * @param sql The database.
   * @param now Unix seconds.
   * @returns Whether there is more to do.
   */
  async step(sql: Sql, now: number): Promise<boolean> {
    const target = Math.floor((now - LAG) / HOUR) * HOUR;
    const [row] = await sql<{ until: number }[]>`
      select extract(epoch from until)::float8 as until from dewar.rolled`;
    let { until } = row!;
    let isMore = false;
    if (this.#wasAhead(until, now)) {
      until = target;
      await sql`update dewar.rolled set until = to_timestamp(${target}), due = to_timestamp(${target})`;
      await this.opened(sql, now);
    }
    if (until < target) {
      // From now on whoever writes a value of those hours says that it is late: none is missed.
      await sql`update dewar.rolled set due = greatest(due, to_timestamp(${target}))`;
      if (until < this.#sums.begin) until = await this.#fromStored(sql, until, target, now);
      else if (await this.#fromSums(sql, until, target, now)) until = target;
      else await this.opened(sql, now);
      isMore = until < target;
    } else if (this.pending > 0) await this.write(sql, now);
    this.#until = until;
    return await mend(sql, until) || isMore;
  }

  /**
   * Whether a clock that was years ahead had hours summed up that are to come: until they have, all values would be late.
   * It is believed only after a while, as it may be that it is wrong now.
   */
  #wasAhead(until: number, now: number): boolean {
    const isBehind = now < until - 2 * HOUR;
    if (!isBehind) this.#behindSince = undefined;
    else if (!(now >= this.#behindSince!)) this.#behindSince = now;
    return isBehind && now >= this.#behindSince! + DOUBT;
  }

  /** Writes the rollups that are ready: nobody reads them before their hour is over. */
  async write(sql: Sql, now: number): Promise<void> {
    for (const [name, rows] of Object.entries(this.#sums.take())) {
      await this.#months.make(sql, rows.time, now);
      for (let from = 0; from < rows.time.length; from += PIECE) {
        await insert(sql, `dewar.${name}`, rows, from);
      }
    }
  }

  async #fromStored(sql: Sql, from: number, target: number, now: number): Promise<number> {
    const to = Math.min(target, this.#sums.begin, from + this.#stride);
    const count = await rollUp(sql, from, to);
    // Whatever month it is of comes from where all others lie; a clock that is ahead makes none of the years between.
    if (count > 0) await this.#months.make(sql, stepsOf(from, to), now);
    if (count < AT_A_TIME / 4) this.#stride = Math.min(this.#stride * 2, LONGEST);
    if (count > AT_A_TIME) this.#stride = Math.max(HOUR, Math.floor(this.#stride / 2 / HOUR) * HOUR);
    await sql`update dewar.rolled set until = greatest(until, to_timestamp(${to}))`;
    return to;
  }

  /** Whether it could be done: only who has seen all values may say that they are summed up. */
  async #fromSums(sql: Sql, from: number, to: number, now: number): Promise<boolean> {
    if (await this.#positions(sql) !== this.#others || from !== this.#sums.begin) return false;
    this.#sums.close(to);
    await this.write(sql, now);
    const late = this.#sums.takeLate();
    const done = await sql`
      with late as (
        insert into dewar.late (channel_id, hour)
        select channel_id, to_timestamp(seconds)
        from unnest(${late.map(([channel]) => channel)}::integer[], ${late.map(([, hour]) => hour)}::float8[])
          as given (channel_id, seconds)
        on conflict do nothing
      )
      update dewar.rolled set until = to_timestamp(${to}) where until = to_timestamp(${from})`;
    return done.count === 1;
  }

  /** How far other spools have got: it grows when somebody else writes. */
  async #positions(sql: Sql): Promise<number> {
    const [row] = await sql<{ sum: number }[]>`
      select coalesce(sum(position), 0)::float8 as sum from dewar.spool where id <> ${this.#spool}`;
    return row!.sum;
  }
}

/** A moment in each month of a stretch. */
function* stepsOf(from: number, to: number): Generator<number> {
  for (let time = from; time < to; time += 27 * 86_400) yield time;
  yield to - 1;
}

async function oldestValue(sql: Sql): Promise<number | undefined> {
  const parts = await sql<{ name: string }[]>`
    select name from dewar.partition where parent = 'value' and until is not null order by until`;
  for (const { name } of parts) {
    const [row] = await sql.unsafe(`select extract(epoch from min(time))::float8 as time from dewar.${name}`);
    if (row!.time !== null) return row!.time;
  }
}

async function insert(sql: Sql, table: string, rows: Rows, from: number): Promise<void> {
  const of = <T>(column: readonly T[]) => column.slice(from, from + PIECE);
  await sql`
    insert into ${sql.unsafe(table)} (${sql.unsafe(COLUMNS)})
    select channel, to_timestamp(seconds), mean, min, max, last, count, good, bad from unnest(
      ${of(rows.channel)}::integer[], ${of(rows.time)}::float8[], ${of(rows.mean)}::float8[],
      ${of(rows.min)}::float8[], ${of(rows.max)}::float8[], ${of(rows.last)}::float8[],
      ${of(rows.count)}::integer[], ${of(rows.good)}::float8[], ${of(rows.bad)}::float8[]
    ) as given (channel, seconds, mean, min, max, last, count, good, bad)
    ${sql.unsafe(ON_CONFLICT(table))}`;
}
