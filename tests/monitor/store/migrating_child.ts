/** Migrates a database and kills itself so many milliseconds after it has begun. `FOLDER | URL` MILLISECONDS */
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const [where, after] = Deno.args as [string, string];
const database = await openDatabase(/^postgres/.test(where) ? { url: where } : { folder: where }, {
  clock: systemClock,
});
await database.sql`select 1`;
systemClock.after(Number(after), () => Deno.kill(Deno.pid, "SIGKILL"));
await migrate(database.sql);
await database.close();
Deno.exit(0);
