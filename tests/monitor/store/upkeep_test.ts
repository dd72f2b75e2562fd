/** What an embedded database is spared, and what it needs. */
import { assert, assertEquals } from "@std/assert";
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { Upkeep } from "../../../daemons/monitor/store/upkeep.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { giveDatabase } from "./made_database.ts";

Deno.test("Upkeep keeps the log short that is read again after a kill, and leaves one alone that is", async () => {
  const data = await Deno.makeTempDir();
  try {
    await giveDatabase(data);
    const { sql, close } = await openDatabase({ folder: `${data}/database` }, { clock: systemClock });
    const checkpoint = async () => {
      const [row] = await sql`
        select redo_lsn::text as at, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes
        from pg_control_checkpoint()`;
      return row as unknown as { at: string; bytes: number };
    };
    const write = (rows: number) =>
      sql`create table if not exists written as select repeat('x', 1000) as text from generate_series(1, ${rows}::integer)`
        .then(() => sql`drop table written`);
    const upkeep = new Upkeep(systemClock, 2 ** 20);
    await upkeep.step(sql);
    const before = await checkpoint();
    await write(100);
    await upkeep.step(sql);
    assertEquals((await checkpoint()).at, before.at);
    await write(3000);
    assert((await checkpoint()).bytes > 2 ** 20);
    await upkeep.step(sql);
    const after = await checkpoint();
    assert(after.bytes < 2 ** 20 && after.at !== before.at, JSON.stringify(after));
    await close();
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
