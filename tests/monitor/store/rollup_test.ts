/** Rollups against what they are of: worked out by hand, late values, interruptions, retention. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { isMeant, keepOf, removeOld } from "../../../daemons/monitor/store/retention.ts";
import { rollUp } from "../../../daemons/monitor/store/rollup.ts";
import { readHistory } from "../../../daemons/monitor/store/history.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { Random } from "../../../lib/sim/random.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { giveDatabase } from "./made_database.ts";
import { testWithDatabase } from "./postgres.ts";

const HOUR = 1_800_000_000; // a full hour

async function insert(
  sql: Sql,
  channel: number,
  rows: readonly (readonly [time: number, value: number | null])[],
) {
  await sql`
    insert into dewar.value (channel_id, time, number, quality, severity)
    select ${channel}, to_timestamp(seconds), number, case when number is null then 2 else 0 end, 0
    from unnest(${rows.map(([time]) => time)}::float8[], ${rows.map(([, value]) => value)}::float8[])
      as given (seconds, number)`;
}

async function all(sql: Sql, now: number): Promise<void> {
  while (await rollUp(sql, now));
}

const rollups = (sql: Sql, table: "minute" | "hour", channel: number) =>
  sql.unsafe(
    `select extract(epoch from time)::float8 as time, mean, min, max, last, count, good from dewar.${table}
    where channel_id = ${channel} order by time`,
  );

async function rollupTests(t: Deno.TestContext, sql: Sql): Promise<void> {
  await migrate(sql);
  await sql`insert into dewar.channel (client, key, wire, type) values ('a', 'fast', 'fast', 'number'), ('a', 'slow', 'slow', 'number')`;
  const [fast, slow] = [1, 2];

  await t.step(
    "means are weighed by how long a value held, and what is not over yet is left alone",
    async () => {
      await insert(sql, fast, [[HOUR, 10], [HOUR + 45, 20], [HOUR + 60, 30], [HOUR + 90, null], [
        HOUR + 100,
        50,
      ]]);
      await all(sql, HOUR + 130);
      assertEquals([...await rollups(sql, "minute", fast)], [
        { time: HOUR, mean: 12.5, min: 10, max: 20, last: 20, count: 2, good: 60 },
      ]);
      await all(sql, HOUR + 145);
      const [, second] = await rollups(sql, "minute", fast);
      assertEquals({ ...second }, {
        time: HOUR + 60,
        mean: (30 * 30 + 50 * 20) / 50,
        min: 30,
        max: 50,
        last: 50,
        count: 3,
        good: 50,
      });
    },
  );

  await t.step("values that come late change the rollup of their time, and no other", async () => {
    await insert(sql, fast, [[HOUR + 30, -5]]);
    await sql`insert into dewar.late values ('dewar.minute', ${fast}, to_timestamp(${HOUR}))`;
    await all(sql, HOUR + 145);
    const [first] = await rollups(sql, "minute", fast);
    assertEquals({ ...first }, {
      time: HOUR,
      mean: (300 - 75 + 300) / 60,
      min: -5,
      max: 20,
      last: 20,
      count: 3,
      good: 60,
    });
    assertEquals((await sql`select count(*)::integer as n from dewar.late`)[0]!.n, 0);
  });

  await t.step(
    "an hour with few values has no minutes; history is the same with rollups and without",
    async () => {
      const random = new Random(1);
      const walk = (count: number, step: number) => {
        let value = 0;
        return Array.from(
          { length: count },
          (_, index) => [HOUR + 3600 + index * step, value += random.normal()] as const,
        );
      };
      await insert(sql, fast, walk(7200, 1));
      await insert(sql, slow, walk(120, 60));
      const range = { from: HOUR + 3600, to: HOUR + 3 * 3600, points: 100 };
      const recording = { from: HOUR, to: HOUR + 4 * 3600 };
      const read = (key: string) => readHistory(sql, "a", key, range, recording);
      const before = [await read("fast"), await read("slow")];
      await all(sql, HOUR + 4 * 3600);
      const after = [await read("fast"), await read("slow")];
      assertEquals((await rollups(sql, "minute", slow)).length, 0);
      assertEquals((await rollups(sql, "hour", slow)).map(({ count }) => count), [60, 60]);
      assertEquals(
        (await rollups(sql, "minute", fast)).filter(({ time }) => time >= HOUR + 3600).length,
        120,
      );
      assertEquals((await rollups(sql, "hour", fast)).map(({ count }) => count), [6, 3600, 3600]);
      for (const [index, exact] of before.entries()) {
        const rolled = after[index]!;
        assertEquals(rolled.time, exact.time);
        // A minute is in the bin in which it begins: extremes near a bin's edge may be in the one before.
        const near = (key: "min" | "max", at: number, width = 2) =>
          exact[key]!.slice(Math.max(0, at - width), at + width + 1);
        for (const [at, value] of rolled.value.entries()) {
          if (value === null || exact.value[at] === null) continue;
          assert(rolled.max![at]! <= Math.max(...near("max", at).map(Number)) + 1e-9);
          assert(rolled.min![at]! >= Math.min(...near("min", at).map(Number)) - 1e-9);
          assertAlmostEquals(value, exact.value[at]!, 40);
        }
      }
    },
  );

  await t.step(
    "values older than they are kept go, those that were not rolled up stay, and rollups stay",
    async () => {
      const count = async () =>
        (await sql`select count(*)::integer as n from dewar.value where channel_id = ${fast}`)[0]!.n;
      const before = await count();
      assertEquals(await removeOld(sql, [{ pattern: "b.*", keep: 1 }], HOUR + 5 * 3600), 0);
      let removed = 0;
      const rules = [{ pattern: "a.*", keep: 1e9 }, { pattern: "a.fast", keep: 3 * 3600 }];
      for (
        let step = await removeOld(sql, rules, HOUR + 5 * 3600);
        step > 0;
        step = await removeOld(sql, rules, HOUR + 5 * 3600)
      ) {
        removed += step;
      }
      assertEquals([removed, await count()], [3606, before - 3606]);
      assertEquals((await rollups(sql, "hour", fast)).length, 3);
      await insert(sql, fast, [[HOUR + 10 * 3600, 1]]);
      assertEquals(await removeOld(sql, [{ pattern: "*", keep: 0 }], HOUR + 20 * 3600) > 0, true);
      assertEquals(await count(), 1); // the newest was not rolled up
    },
  );
}

Deno.test("rollups of the embedded store", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await giveDatabase(folder);
    const database = await openDatabase({ folder: `${folder}/database` }, { clock: systemClock });
    try {
      await rollupTests(t, database.sql);
    } finally {
      await database.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWithDatabase("rollups of PostgreSQL", async (url, t) => {
  const database = await openDatabase({ url }, { clock: systemClock });
  try {
    await rollupTests(t, database.sql);
  } finally {
    await database.close();
  }
});

Deno.test("channels are meant by patterns, and the last that means one counts", () => {
  for (
    const [pattern, channel, expected] of [
      ["*", "a.b", true],
      ["a.*", "a.b", true],
      ["a.*", "ab.c", false],
      ["*.temperature", "cryocon.temperature", true],
      ["a*b*c", "a1b2c", true],
      ["a*b*c", "ac", false],
      ["ab*b", "ab", false],
      ["a.b", "a.b", true],
      ["a.b", "a.bc", false],
    ] as const
  ) assertEquals(isMeant(pattern, channel), expected, `${pattern} ${channel}`);
  const rules = [{ pattern: "*", keep: 10 }, { pattern: "a.*", keep: 5 }];
  assertEquals([keepOf("a.b", rules), keepOf("b.b", rules), keepOf("a.b", [])], [5, 10, undefined]);
});
