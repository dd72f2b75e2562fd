/** A store that moves: from the embedded database to PostgreSQL and back, into a file and out of it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Sql } from "postgres";
import { openDatabase } from "../../../../daemons/monitor/store/database.ts";
import { rollUp } from "../../../../daemons/monitor/store/rollup.ts";
import { migrate } from "../../../../daemons/monitor/store/schema.ts";
import { backUp, restore } from "../../../../daemons/monitor/store/transfer/backup.ts";
import { copyStore } from "../../../../daemons/monitor/store/transfer/copy.ts";
import { importCcdlab } from "../../../../daemons/monitor/store/transfer/import_ccdlab.ts";
import { tablesOf } from "../../../../daemons/monitor/store/transfer/tables.ts";
import { ConfigError, DewarError } from "../../../../lib/errors.ts";
import { systemClock } from "../../../../lib/time/mod.ts";
import { giveDatabase } from "../made_database.ts";
import { testWithDatabase } from "../postgres.ts";

const START = 1_800_000_000;
const quiet = () => {};

async function fill(sql: Sql): Promise<void> {
  await migrate(sql);
  await sql`insert into dewar.channel (client, key, wire, type, unit) values ('a', 'x', 'x', 'number', 'K'), ('b', 'n"o\\te', 'n', 'text', null)`;
  await sql`
    insert into dewar.value (channel_id, time, number, quality, severity)
    select 1, to_timestamp(${START} + i * 0.1), case when i % 100 = 0 then 'Infinity' else sin(i) end, 0, 0
    from generate_series(1, 12000) as i`;
  await sql`
    insert into dewar.value (channel_id, time, text, quality, severity, reason)
    values (2, to_timestamp(${START} + 0.123456), 'two words "quoted" {5} é', 0, 1, null), (2, to_timestamp(${START} + 1), null, 2, 0, 'gone')`;
  await sql`insert into dewar.log (time, source, type, message) values (to_timestamp(${START}), 's', 'info', E'a\nb')`;
  await sql`insert into dewar.recording values ('00000000-0000-0000-0000-000000000001', to_timestamp(${START}), to_timestamp(${
    START + 2000
  }))`;
  await rollUp(sql, START, START + 3600);
}

/** Everything there is, to compare. */
async function all(sql: Sql): Promise<string[]> {
  const lines: string[] = [];
  for (const table of await tablesOf(sql)) {
    const [row] = await sql.unsafe(
      `select count(*)::text || ' ' || coalesce(md5(string_agg(row::text, ',' order by row::text)), '') as sum from dewar.${table} as row`,
    );
    lines.push(`${table} ${row!.sum}`);
  }
  return lines;
}

async function withEmbedded(work: (sql: Sql, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await giveDatabase(folder);
    const { sql, close } = await openDatabase({ folder: `${folder}/database` }, { clock: systemClock });
    try {
      await sql.unsafe("set timezone to 'UTC'");
      await migrate(sql);
      await work(sql, folder);
    } finally {
      await close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function testWithPostgres(name: string, work: (sql: Sql) => Promise<void>): void {
  testWithDatabase(name, async (url) => {
    const { sql, close } = await openDatabase({ url }, { clock: systemClock });
    try {
      await work(sql);
    } finally {
      await close();
    }
  });
}

testWithPostgres(
  "a store moves to PostgreSQL and back, interrupted, and everything is the same",
  (sql) =>
    withEmbedded(async (embedded) => {
      await fill(embedded);
      const before = await all(embedded);
      await sql.unsafe("set timezone to 'UTC'");
      await migrate(sql);
      let pieces = 0;
      const break_ = () => {
        if (++pieces === 4) throw new Error("the plug");
      };
      await assertRejects(() => copyStore(embedded, sql, "the folder", break_), Error, "the plug");
      const counts = await copyStore(embedded, sql, "the folder", quiet);
      assertEquals(counts.get("value"), 12_002);
      assertEquals(await all(sql), before);
      await sql`insert into dewar.log (time, source, type, message) values (now(), 's', 'info', 'next')`;
      const [next] = await sql`select max(id)::integer as id from dewar.log`;
      assertEquals(next!.id, 2);
      await assertRejects(
        () => copyStore(embedded, sql, "the folder", quiet),
        ConfigError,
        "There is a store already",
      );
      await sql`delete from dewar.log where id = 2`;
      await withEmbedded(async (back) => {
        await copyStore(sql, back, "PostgreSQL", quiet);
        assertEquals(await all(back), before);
      });
    }),
);

Deno.test("a store is saved in a file and brought back; what is not whole is said", () =>
  withEmbedded(async (sql, folder) => {
    await fill(sql);
    const before = await all(sql);
    const path = `${folder}/backup.gz`;
    const counts = await backUp(sql, path, new Map([["alarms.json", "{}"]]), quiet);
    assertEquals(counts.get("value"), 12_002);
    await assertRejects(() => backUp(sql, path, new Map(), quiet), Deno.errors.AlreadyExists);
    await assertRejects(() => restore(path, sql, quiet), ConfigError, "There is a store already");
    await withEmbedded(async (empty) => {
      const { files } = await restore(path, empty, quiet);
      assertEquals([...files], [["alarms.json", "{}"]]);
      assertEquals(await all(empty), before);
    });
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(`${folder}/cut.gz`, bytes.subarray(0, bytes.length - 1000));
    await Deno.writeTextFile(`${folder}/other.gz`, "hello");
    await withEmbedded(async (empty) => {
      await assertRejects(() => restore(`${folder}/other.gz`, empty, quiet), DewarError, "not whole");
      await assertRejects(() => restore(`${folder}/cut.gz`, empty, quiet), DewarError, "not whole");
    });
  }));

testWithPostgres(
  "an original's database is taken over, interrupted, with its times, gaps and counts",
  async (original) => {
    await original.unsafe(`
      create table public.log (id serial primary key, time timestamp, source text, type text default 'info', message text);
      create table public.monitor_status (id serial primary key, time timestamp, status jsonb);`);
    await original`
        insert into public.log (time, source, message)
        select timestamp '2020-01-01 00:00:00.5' + i * interval '1 s', 'archon', 'line ' || i from generate_series(1, 12000) i`;
    const status = (i: number) =>
      JSON.stringify({
        nconnected: 2,
        db_status_interval: 60,
        "cryo-con": i === 500 ? {} : {
          hw_connected: "1",
          temperatureA: String(-100 + Math.floor(i / 10)),
          mode: i < 700 ? "RAMP P" : "nan",
        },
      });
    for (let from = 0; from < 1000; from += 200) {
      const statuses = Array.from({ length: 200 }, (_, i) => status(from + i));
      // Ten days lie between the two halves.
      await original.unsafe(
        `insert into public.monitor_status (time, status)
          select timestamp '2020-01-01' + (${from} + i - 1) * interval '1 min' + ${
          from >= 600 ? 10 : 0
        } * interval '1 day', status
          from json_array_elements($1::text::json) with ordinality as given (status, i)`,
        [`[${statuses.join(",")}]`],
      );
    }
    await withEmbedded(async (sql) => {
      let pieces = 0;
      const break_ = () => {
        if (++pieces === 5) throw new Error("the plug");
      };
      await assertRejects(() => importCcdlab(original, sql, "old", break_), Error, "the plug");
      const done = await importCcdlab(original, sql, "old", quiet);
      assertEquals([done.log, done.statuses], [12_000, 1000]);
      const [log] = await sql`select count(*)::integer as n, min(time)::text as first from dewar.log`;
      assertEquals({ ...log }, { n: 12_000, first: "2020-01-01 00:00:01.5+00" });
      const values = await sql`
          select time::text, number, text, quality from dewar.value join dewar.channel on channel.id = channel_id
          where client = 'cryo-con' and key = 'temperatureA' order by time`;
      const [first, second] = values;
      assertEquals({ ...first }, {
        time: "2020-01-01 00:00:00+00",
        number: -100,
        text: null,
        quality: 0,
      });
      assertEquals({ ...second }, {
        time: "2020-01-01 00:10:00+00",
        number: -99,
        text: null,
        quality: 0,
      });
      assert(values.some(({ time, quality }) => time === "2020-01-01 08:20:00+00" && quality === 1)); // it was not there
      const [mode] = await sql`
          select text, quality from dewar.value join dewar.channel on channel.id = channel_id
          where key = 'mode' order by time desc limit 1`;
      assertEquals({ ...mode }, { text: null, quality: 2 });
      const recordings = await sql`
          select min(since)::text as since, max(seen)::text as seen, count(*)::integer as n from dewar.recording`;
      assertEquals([recordings[0]!.since, recordings[0]!.seen], [
        "2020-01-01 00:00:00+00",
        "2020-01-11 16:39:00+00",
      ]);
      await assertRejects(
        () => importCcdlab(sql, sql, "itself", quiet),
        ConfigError,
        "There is no original's database",
      );
    });
  },
);
