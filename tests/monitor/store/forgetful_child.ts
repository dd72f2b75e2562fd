/** Opens the embedded database of a folder, asks it something, and does not close it. */
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const { sql } = await openDatabase({ folder: Deno.args[0]! }, { clock: systemClock });
const [row] = await sql`select count(*) from dewar.value`;
console.log(`${row!.count} rows`);
