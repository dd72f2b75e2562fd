/** What the embedded database has no background worker for: summaries of its indexes, dead rows, statistics. @module */
import type { Sql } from "postgres";
import type { Clock } from "../../../lib/time/mod.ts";

/** How often the index of times is brought up to date, milliseconds. */
const SUMMARIZE_EVERY = 10 * 60_000;
/** How often dead rows are removed and statistics made, milliseconds. */
const VACUUM_EVERY = 24 * 3600_000;

/** Looks after an embedded database. */
export class Upkeep {
  readonly #clock: Clock;
  #summarizeAt: number;
  #vacuumAt: number;

  /** Begins with everything just done, but for the statistics, which a young database has none of. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#summarizeAt = clock.now() + SUMMARIZE_EVERY;
    this.#vacuumAt = clock.now() + 6 * SUMMARIZE_EVERY;
  }

  /** Does what is due. */
  async step(sql: Sql): Promise<void> {
    const now = this.#clock.now();
    if (now >= this.#summarizeAt) {
      this.#summarizeAt = now + SUMMARIZE_EVERY;
      await sql`select brin_summarize_new_values('dewar.value_time')`;
    }
    if (now >= this.#vacuumAt) {
      this.#vacuumAt = now + VACUUM_EVERY;
      await sql.unsafe("vacuum analyze");
    }
  }
}
