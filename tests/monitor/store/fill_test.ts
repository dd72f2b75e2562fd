/** What the benches are filled with is what would have come of it by itself. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { Months, partitionsOf } from "../../../daemons/monitor/store/partitions.ts";
import { Rollups } from "../../../daemons/monitor/store/rollups.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { fillStore } from "../../bench/store_fill.ts";
import { onBothEngines } from "./engines.ts";

const END = Date.UTC(2026, 10, 1, 2) / 1000;
const BEGIN = END - 4 * 3600;

async function rollups(sql: Sql): Promise<Record<string, number>[]> {
  const columns =
    "channel_id, extract(epoch from time)::float8 as at, mean, min, max, last, count, good, bad";
  const rows = await sql.unsafe(`
    select 60 as width, ${columns} from dewar.minute union all select 3600, ${columns} from dewar.hour
    union all select 1, ${columns} from dewar.second order by 1, 2, 3`);
  return rows.map((row) => ({ ...row }));
}

onBothEngines("fillStore() makes the tables that the writer makes of the same values", async (engine) => {
  await using database = await engine.open();
  const { sql } = database;
  await migrate(sql);
  await fillStore(sql, { begin: BEGIN, end: END, channels: 2 });
  const filled = await rollups(sql);
  assertEquals(filled.length, 2 * (240 + 4));

  await sql`truncate dewar.minute, dewar.hour, dewar.rolled`;
  const ours = new Rollups({ months: new Months(), spool: crypto.randomUUID() });
  await ours.opened(sql, END);
  while (await ours.step(sql, END + 3000));
  const worked = await rollups(sql);
  assertEquals(worked.length, filled.length);
  for (const [place, row] of worked.entries()) {
    for (const [name, number] of Object.entries(row)) {
      assertAlmostEquals(filled[place]![name]!, number, 1e-12, `${name} of ${JSON.stringify(row)}`);
    }
  }

  for (const table of ["value", "minute", "second"] as const) {
    const parts = (await partitionsOf(sql, table)).map(({ name }) => name);
    assertEquals(parts, [`${table}_2026_10`, `${table}_2026_11`, `${table}_other`]);
  }
  const indexes = await sql`
    select indisvalid, (select count(*)::integer from pg_inherits where inhparent = indexrelid) as parts
    from pg_index where indrelid in ('dewar.value'::regclass, 'dewar.minute'::regclass)`;
  assert(indexes.every(({ indisvalid, parts }) => indisvalid && parts === 3), JSON.stringify(indexes));
});
