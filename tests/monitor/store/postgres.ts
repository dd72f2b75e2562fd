/** The PostgreSQL that tests may create tables in. */
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { systemClock } from "../../../lib/time/mod.ts";

/** Removes what the store has made there. */
export async function emptyDatabase(url: string): Promise<void> {
  const { sql, close } = await openDatabase({ url }, { clock: systemClock });
  await sql`drop schema if exists dewar cascade`;
  await close();
}
