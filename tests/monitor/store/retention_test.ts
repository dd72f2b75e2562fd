/** How long values are kept: by channel, by months as a whole, and never without their rollups. */
import { assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { monthOf, Months, partitionsOf } from "../../../daemons/monitor/store/partitions.ts";
import { isMeant, keepOf, removeOld, type Retention } from "../../../daemons/monitor/store/retention.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { onBothEngines } from "./engines.ts";

const DAY = 86_400;
const NOW = Date.UTC(2026, 10, 20) / 1000;
const date = (...fields: [number, number, number]) => Date.UTC(...fields) / 1000;

async function insert(sql: Sql, channel: number, from: number, to: number, step: number): Promise<void> {
  await sql`
    insert into dewar.value (channel_id, time, number, quality, severity)
    select ${channel}, to_timestamp(seconds), 1, 0, 0
    from generate_series(${from}::float8::numeric, ${to}::float8::numeric - 1, ${step}::float8::numeric) as seconds`;
}

const counts = async (sql: Sql) => {
  const rows = await sql`
    select channel_id, count(*)::integer as n from dewar.value group by 1 order by 1`;
  return Object.fromEntries(rows.map(({ channel_id, n }) => [channel_id, n]));
};

const parts = async (sql: Sql) => (await partitionsOf(sql, "value")).map(({ name }) => name);

async function remove(sql: Sql, rules: readonly Retention[]): Promise<void> {
  while (await removeOld(sql, rules) > 0);
}

onBothEngines("retention", async (engine, t) => {
  await using database = await engine.open();
  const { sql } = database;
  await migrate(sql);
  await sql`insert into dewar.channel (client, key, wire, type) values
    ('a', 'x', 'x', 'number'), ('a', 'y', 'y', 'number'), ('b', 'z', 'z', 'number')`;
  const months = new Months();
  const rolled = async (until: number) => {
    await sql`delete from dewar.rolled`;
    await sql`insert into dewar.rolled (until, due) values (to_timestamp(${until}), to_timestamp(${until}))`;
  };
  const recorded = async (...stretches: (readonly [from: number, to: number])[]) => {
    await sql`delete from dewar.recording`;
    for (const [from, to] of stretches) {
      await sql`
        insert into dewar.recording values (gen_random_uuid(), to_timestamp(${from}), to_timestamp(${to}))`;
    }
  };
  const begin = async () => {
    await recorded([date(2026, 7, 1), NOW]);
    for (const name of await parts(sql)) {
      if (name !== "value_other") await sql.unsafe(`drop table dewar.${name}`);
    }
    await sql`delete from dewar.value`;
    months.forget();
    await months.make(sql, [date(2026, 7, 15), date(2026, 8, 1), date(2026, 9, 31), NOW], NOW);
    for (const channel of [1, 2, 3]) await insert(sql, channel, date(2026, 7, 1), NOW, DAY);
    await rolled(NOW);
  };

  await t.step("months are made before they are needed, and once", async () => {
    await begin();
    await months.makeAhead(sql, NOW);
    assertEquals(await parts(sql), [
      "value_2026_08",
      "value_2026_09",
      "value_2026_10",
      "value_2026_11",
      "value_other",
    ]);
    await months.makeAhead(sql, date(2026, 10, 25));
    await Promise.all([new Months(), new Months()].map((other) => other.makeAhead(sql, date(2026, 10, 26))));
    assertEquals((await parts(sql)).slice(-2), ["value_2026_12", "value_other"]);
    await months.make(sql, [5e9, -1e9, NaN, date(1980, 1, 1)], NOW);
    assertEquals((await parts(sql)).length, 6, "no month is made for a time that cannot be");
  });

  await t.step("a month that is made takes what lay among all other times", async () => {
    await begin();
    const [from, to] = [date(2027, 5, 1), date(2027, 6, 1)];
    await insert(sql, 1, from - 10, to + 10, 10 * DAY);
    const before = await counts(sql);
    await months.make(sql, [from], from + DAY);
    assertEquals(await counts(sql), before);
    const [row] = await sql`select count(*)::integer as n from dewar.value_2027_06`;
    assertEquals(row!.n, 3);
  });

  await t.step(
    "a month of which nothing is kept goes as a whole, one with something else stays",
    async () => {
      await begin();
      await remove(sql, [{ pattern: "*", keep: 60 * DAY }]);
      assertEquals(await parts(sql), ["value_2026_09", "value_2026_10", "value_2026_11", "value_other"]);
      await remove(sql, [{ pattern: "*", keep: 40 * DAY }, { pattern: "b.z", keep: 1e9 }]);
      assertEquals((await parts(sql)).length, 4);
      assertEquals(await counts(sql), { 1: 40, 2: 40, 3: (NOW - date(2026, 8, 1)) / DAY });
    },
  );

  await t.step("a channel that is kept shorter than others loses its values day by day", async () => {
    await begin();
    await remove(sql, [{ pattern: "a.*", keep: 10 * DAY }, { pattern: "a.y", keep: 60 * DAY }]);
    assertEquals(await counts(sql), { 1: 10, 2: 60, 3: (NOW - date(2026, 7, 1)) / DAY });
  });

  await t.step("it is recording that makes values old, not a clock that is wrong", async () => {
    await begin();
    const wrong = [date(2099, 0, 1), date(1971, 0, 1)] as const;
    await rolled(date(2099, 0, 2));
    const stretches = [[date(2026, 8, 26), date(2026, 9, 6)], [date(2026, 9, 26), NOW]] as const;
    await recorded(...stretches, ...wrong.map((time) => [time, time + 600] as const));
    for (const time of wrong) await insert(sql, 1, time, time + 600, 60);
    await remove(sql, [{ pattern: "*", keep: 30 * DAY + 3600 }]);
    const left = (NOW - date(2026, 9, 1)) / DAY;
    assertEquals(await counts(sql), { 1: left + 10, 2: left, 3: left });
    await recorded();
    await remove(sql, [{ pattern: "*", keep: DAY }]);
    assertEquals(await counts(sql), { 1: left + 10, 2: left, 3: left }, "nobody has been recording");
  });

  await t.step("nothing is removed that was not rolled up", async () => {
    await begin();
    await rolled(date(2026, 8, 10));
    await remove(sql, [{ pattern: "*", keep: DAY }]);
    assertEquals((await counts(sql))[1], (NOW - date(2026, 8, 10)) / DAY);
    await sql`insert into dewar.late values (1, to_timestamp(${date(2026, 8, 12)}))`;
    await rolled(NOW);
    await remove(sql, [{ pattern: "*", keep: DAY }]);
    assertEquals((await counts(sql))[1], (NOW - date(2026, 8, 12)) / DAY, "a late hour waits for its values");
    await sql`delete from dewar.late`;
    await remove(sql, [{ pattern: "*", keep: DAY }]);
    assertEquals(await counts(sql), { 1: 1, 2: 1, 3: 1 });
  });
});

Deno.test("monthOf() is the begin of the month in UTC", () => {
  for (
    const [time, month] of [
      [date(2026, 0, 1), date(2026, 0, 1)],
      [date(2026, 0, 1) - 0.001, date(2025, 11, 1)],
      [date(2024, 1, 29) + 1000, date(2024, 1, 1)],
    ] as const
  ) assertEquals(monthOf(time), month);
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
