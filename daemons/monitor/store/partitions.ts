/**
 * Partitions by the month, of values and of the finer rollups: made before they are needed, dropped as a whole.
 *
 * The months are those of UTC. Times for which no month is made, those of a peer whose clock is wrong, lie in the
 * partition `…_other`.
 * @module
 */
import type { Sql } from "postgres";

/** The tables that have partitions. */
export const PARTED = ["value", "minute", "second"] as const;

/** One of them. */
export type Parted = typeof PARTED[number];

/** A part of a table. */
export interface Partition {
  /** Its name as a table. */
  readonly name: string;
  /** Its begin, unix seconds; undefined for the one before all others and for that of all other times. */
  readonly since: number | undefined;
  /** Its end, unix seconds; undefined for that of all other times. */
  readonly until: number | undefined;
}

/** Nobody has measured anything before: unix seconds. */
const FIRST = Date.UTC(1990, 0) / 1000;
/** How long before its begin a month's partition is made, seconds. */
const AHEAD = 7 * 86_400;

/** The partitions of a table, in the order of their times; that of all other times is the last. */
export async function partitionsOf(sql: Sql, table: Parted): Promise<Partition[]> {
  const rows = await sql<{ name: string; since: number | null; until: number | null }[]>`
    select name, extract(epoch from since)::float8 as since, extract(epoch from until)::float8 as until
    from dewar.partition where parent = ${table} order by partition.until`;
  return rows.map(({ name, since, until }) => ({
    name,
    since: since ?? undefined,
    until: until ?? undefined,
  }));
}

/** The begin of the month of a moment; both are unix seconds. */
export function monthOf(time: number): number {
  const date = new Date(time * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 1000;
}

/** The months that have partitions, as far as this process knows. */
export class Months {
  readonly #known = new Set<number>();
  #last = NaN;

  /**
   * Makes sure that the months of some moments have partitions.
   *
   * @param sql The database.
   * @param times The moments, unix seconds.
   * @param now No month is made that is not yet near.
   */
  async make(sql: Sql, times: Iterable<number>, now: number): Promise<void> {
    let last = this.#last;
    for (const time of times) {
      // Values come in the order of their times, nearly: looking into the calendar for each would take longer than that.
      if (time >= last && time < last + 28 * 86_400) continue;
      if (!(time >= FIRST && time < now + AHEAD)) continue;
      last = monthOf(time);
      if (!this.#known.has(last)) await this.#make(sql, last);
    }
    this.#last = last;
  }

  /** It may be another database. */
  forget(): void {
    this.#known.clear();
    this.#last = NaN;
  }

  /** Makes the partitions of now and of the near future. */
  async makeAhead(sql: Sql, now: number): Promise<void> {
    await this.make(sql, [now, now + AHEAD - 1], now);
  }

  async #make(sql: Sql, month: number): Promise<void> {
    for (const table of PARTED) {
      await sql`select dewar.make_month(${table}, to_timestamp(${month}))`;
    }
    this.#known.add(month);
  }
}
