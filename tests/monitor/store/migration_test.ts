/** Stores of every older version become one of today, also when that is interrupted. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Sql } from "postgres";
import { readHistory } from "../../../daemons/monitor/store/history.ts";
import { MIGRATIONS } from "../../../daemons/monitor/store/migrations.ts";
import { Months } from "../../../daemons/monitor/store/partitions.ts";
import { Rollups } from "../../../daemons/monitor/store/rollups.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { spawn } from "../../processes.ts";
import { type Engine, onBothEngines } from "./engines.ts";

const DAY = 86_400;
/** Before the months there are partitions for today, so that all of it is in the piece of before. */
const START = Date.UTC(2026, 0, 10) / 1000;

/** What an older MONITOR has stored: two hours of a channel, and some values of a clock that was wrong. */
async function fill(sql: Sql): Promise<void> {
  await sql`insert into dewar.channel (client, key, wire, type) values ('a', 'x', 'x', 'number')`;
  await sql`
    insert into dewar.value (channel_id, time, number, quality, severity)
    select 1, to_timestamp(${START} + i), i, 0, 0 from generate_series(0, 7199) as i`;
  await sql`insert into dewar.value (channel_id, time, number, quality, severity) values (1, to_timestamp(9e9), 1, 0, 0)`;
  await sql`insert into dewar.log (time, source, type, message) values (to_timestamp(${START}), 's', 'info', 'm')`;
  await sql`insert into dewar.recording values (gen_random_uuid(), to_timestamp(${START}), to_timestamp(${
    START + 7200
  }))`;
}

const values = async (sql: Sql) => {
  const [row] = await sql`
    select count(*)::integer as rows, sum(number)::float8 as sum, max(time)::text as last from dewar.value`;
  return { ...row };
};

async function judge(sql: Sql): Promise<void> {
  assertEquals((await values(sql)).rows, 7201);
  const [parts] = await sql`
    select string_agg(name, ' ' order by name) as names from dewar.partition where parent = 'value'`;
  assertEquals(parts!.names, "value_before value_other");
  const [other] = await sql`select count(*)::integer as n from dewar.value_other`;
  assertEquals(other!.n, 1, "what no month was made for lies apart");
  const now = START + DAY;
  const rollups = new Rollups({ months: new Months(), spool: crypto.randomUUID() });
  await rollups.opened(sql, now);
  while (await rollups.step(sql, now));
  const [rolled] = await sql`
    select (select count(*) from dewar.hour)::integer as hours, (select count(*) from dewar.minute)::integer as minutes,
      (select count(*) from dewar.late)::integer as late, (select sum(bad) from dewar.hour)::float8 as bad`;
  assertEquals({ ...rolled }, { hours: 2, minutes: 120, late: 0, bad: 0 });
  const recording = { from: START, to: START + 7200 };
  const { value } = await readHistory(sql, "a", "x", { from: START, to: START + 7200, points: 4 }, recording);
  assertEquals(value, [899.5, 2699.5, 4499.5, 6299.5]);
  const [status] = await sql`select status->'a'->>'x' as x from monitor_status order by time limit 1`;
  assertEquals(status!.x, "60");
}

/** Migrates in a process that is killed after a while. */
async function migrateAndDie(engine: Engine, after: number): Promise<boolean> {
  const child = spawn([
    "run",
    "-A",
    "--no-check",
    new URL("./migrating_child.ts", import.meta.url).pathname,
    engine.db ?? `${engine.data}/database`,
    `${after}`,
  ]);
  const { signal } = await child.status;
  await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
  return signal === "SIGKILL";
}

onBothEngines("an older store becomes one of today", async (engine, t) => {
  await t.step(
    "when it fails in the middle of any step, nothing of the step is left, and it goes on later",
    async () => {
      await using database = await engine.open();
      const { sql } = database;
      await migrate(sql, 5);
      await fill(sql);
      await sql`insert into dewar.rolled values ('dewar.minute', to_timestamp(${
        START + 7200
      })), ('dewar.hour', to_timestamp(${START + 3600}))`;
      await sql`insert into dewar.hour values (1, to_timestamp(${START}), 1799.5, 0, 3599, 3599, 3600, 3600)`;
      const before = await values(sql);
      for (let version = 6; version <= MIGRATIONS.length; version++) {
        // The last thing that a step does cannot be done.
        await sql.unsafe(`alter table dewar.migration add constraint stop check (version < ${version})`);
        await assertRejects(() => migrate(sql), Error, "stop");
        await sql.unsafe("alter table dewar.migration drop constraint stop");
        assertEquals(await values(sql), before);
        await migrate(sql, version);
        assertEquals(await values(sql), before);
      }
      await judge(sql);
    },
  );

  await t.step("when its process is killed at any moment of it", async () => {
    {
      await using database = await engine.open();
      await database.sql`drop schema dewar cascade`;
      await migrate(database.sql, 5);
      await fill(database.sql);
    }
    let kills = 0;
    for (const after of [0, 10, 30, 60, 120, 240]) if (await migrateAndDie(engine, after)) kills++;
    await using database = await engine.open();
    await migrate(database.sql);
    await judge(database.sql);
    console.log(`killed ${kills} times while it was migrated`);
  });
});
