/**
 * What the embedded database has no background worker for: summaries of its indexes, dead rows, statistics, and checkpoints,
 * without which its log grows for ever, and with it the time that it takes to open after it has been killed.
 * @module
 */
import type { Sql } from "postgres";
import type { Clock } from "../../../lib/time/mod.ts";

/** How often the index of times is brought up to date, milliseconds. */
const SUMMARIZE_EVERY = 10 * 60_000;
/** How often dead rows are removed and statistics made, milliseconds. */
const VACUUM_EVERY = 24 * 3600_000;

/** So many bytes of its log are read again at most when it is opened after it has been killed, some seconds. */
const LOG_BYTES = 64 * 2 ** 20;

/** Looks after an embedded database, one table at a time: it answers others in between. */
export class Upkeep {
  readonly #clock: Clock;
  readonly #logBytes: number;
  #summarizeAt: number;
  #vacuumAt: number;
  #waiting: string[] = [];

  /**
   * Begins with everything just done, but for the statistics, which a young database has none of.
   *
   * @param clock Says when something is due.
   * @param logBytes With a log longer than this comes a checkpoint.
   */
  constructor(clock: Clock, logBytes: number = LOG_BYTES) {
    this.#clock = clock;
    this.#logBytes = logBytes;
    this.#summarizeAt = clock.now() + SUMMARIZE_EVERY;
    this.#vacuumAt = clock.now() + 6 * SUMMARIZE_EVERY;
  }

  /**
   * Does what is due, a bounded piece of it.
   *
   * @param sql The database.
   * @returns Whether there is more to do.
   */
  async step(sql: Sql): Promise<boolean> {
    const now = this.#clock.now();
    const [log] = await sql<{ bytes: number }[]>`
      select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()`;
    if (log!.bytes > this.#logBytes) await sql`checkpoint`;
    if (now >= this.#summarizeAt) {
      this.#summarizeAt = now + SUMMARIZE_EVERY;
      await sql`
        select brin_summarize_new_values(index.oid)
        from pg_class index join pg_am on pg_am.oid = relam
        where amname = 'brin' and relkind = 'i' and relnamespace = 'dewar'::regnamespace`;
    }
    if (now >= this.#vacuumAt) {
      this.#vacuumAt = now + VACUUM_EVERY;
      // Those that have seen no change since the last time have nothing to be removed.
      const tables = await sql<{ name: string }[]>`
        select relname as name from pg_stat_user_tables
        where schemaname = 'dewar' and (
          n_dead_tup > 0 or n_mod_since_analyze > 0 or (last_vacuum is null and n_live_tup > 0)
        )`;
      this.#waiting = tables.map(({ name }) => name);
    }
    const table = this.#waiting.shift();
    if (table !== undefined) await sql.unsafe(`vacuum (analyze) dewar.${table}`);
    return this.#waiting.length > 0;
  }
}
