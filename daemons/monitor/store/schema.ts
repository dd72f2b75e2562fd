/** The tables, and how an older database becomes one of today. @module */
import type { Sql } from "postgres";
import { ConfigError } from "../../../lib/errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Any number: it only has to be the same in every MONITOR. */
const LOCK = 7100;

/**
 * Brings a database to today's tables. Interrupted, it goes on where it was; two at once wait for each other.
 *
 * @param sql The database.
 * @param upTo The version to stop at (default: the latest); tests make older stores with it.
 * @throws {ConfigError} If the database was made by a later version than this.
 */
export async function migrate(sql: Sql, upTo: number = MIGRATIONS.length): Promise<void> {
  let version = await readVersion(sql);
  while (version < upTo) {
    const step = version + 1;
    try {
      // Statements sent as one are one transaction.
      await sql.unsafe(`
        select pg_advisory_xact_lock(${LOCK});
        ${MIGRATIONS[version]}
        insert into dewar.migration values (${step}, now());
      `);
      version = step;
    } catch (error) {
      // Another MONITOR may have done it while this one waited for the lock.
      version = await readVersion(sql);
      if (version < step) throw error;
    }
  }
  if (version > MIGRATIONS.length) {
    const known = MIGRATIONS.length;
    throw new ConfigError(
      `The database has tables of version ${version}, this MONITOR knows up to ${known}: use a newer one`,
    );
  }
}

async function readVersion(sql: Sql): Promise<number> {
  const [found] = await sql`select to_regclass('dewar.migration') is not null as found`;
  if (!found!.found) return 0;
  const [latest] = await sql`select coalesce(max(version), 0) as version from dewar.migration`;
  return latest!.version;
}
