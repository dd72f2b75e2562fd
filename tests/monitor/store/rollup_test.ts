/** Rollups against what they are of: a plain loop over the values, whatever happened meanwhile. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { applyBatch } from "../../../daemons/monitor/store/batch.ts";
import { Channels } from "../../../daemons/monitor/store/channels.ts";
import type { Entry, ValueRow } from "../../../daemons/monitor/store/entry.ts";
import { readHistory } from "../../../daemons/monitor/store/history.ts";
import { Months } from "../../../daemons/monitor/store/partitions.ts";
import { mend, rollUp } from "../../../daemons/monitor/store/rollup.ts";
import { Rollups } from "../../../daemons/monitor/store/rollups.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { microsecond } from "../../../daemons/monitor/store/sums.ts";
import { BatchValues } from "../../../daemons/monitor/store/values.ts";
import { Random } from "../../../lib/sim/random.ts";
import { onBothEngines } from "./engines.ts";

const START = 1_800_000_000; // a full hour
const HOURS = 2;
const END = START + HOURS * 3600;
const CHANNELS = ["dense", "fast", "slow", "wild", "text"] as const;
const IDS = new Channels(CHANNELS.map((key, place) => ["a", key, place + 1] as const));

/** The values of records, which may come in two pieces. */
function valuesOf(entries: readonly Entry[]): BatchValues {
  const values = new BatchValues();
  const half = entries.length >> 1;
  values.add(entries.slice(0, half), IDS);
  values.add(entries.slice(half), IDS);
  return values;
}

type Stored = readonly [channel: number, row: ValueRow];

/** Values of all kinds, in the order of their times, many of them at the same time as the one before. */
function values(random: Random): Stored[] {
  const all: Stored[] = [];
  const walk = (channel: number, step: () => number, value: () => Partial<Record<2 | 3 | 4, unknown>>) => {
    for (let time = START + random.uniform() * 10; time < END; time += step()) {
      const row: unknown[] = [CHANNELS[channel - 1], time, null, null, 0, 0, null];
      for (const [place, item] of Object.entries(value())) row[Number(place)] = item;
      all.push([channel, row as unknown as ValueRow]);
    }
  };
  const number = () => ({
    2: random.uniform() < 0.02 ? null : random.normal(),
    4: random.uniform() < 0.02 ? 1 : 0,
  });
  // A channel is dense in some minutes only, and silent in some hours.
  walk(
    1,
    () => random.uniform() < 0.001 ? 300 : random.uniform() < 0.01 ? 0 : 0.4 * random.uniform(),
    number,
  );
  walk(2, () => random.uniform() < 0.001 ? 4000 : 2 * random.uniform(), number);
  walk(3, () => 60 * random.uniform(), number);
  const wild = ["Infinity", "-Infinity", 1.7e308, -1.7e308, 5e-324, -5e-324, 1e-300, 0];
  walk(4, () => 20 * random.uniform(), () => ({ 2: wild[Math.floor(random.uniform() * wild.length)] }));
  walk(5, () => 30 * random.uniform(), () => ({ 3: "open" }));
  return all.sort((a, b) => a[1][1] - b[1][1]);
}

const entriesOf = (rows: readonly Stored[]): Entry[] =>
  rows.map(([, row]) => ({ kind: "values", client: "a", rows: [row] }));

/** Rollups as lines, by a loop that anybody can check; `rows` are in the order of their times. */
function expected(rows: readonly Stored[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const clamp = (x: number) => Math.abs(x) < 1e-290 ? 0 : Math.max(-1e290, Math.min(1e290, x));
  const counts = (width: number) => {
    const counted = new Map<string, number>();
    for (const [channel, row] of rows) {
      const bin = `${channel} ${Math.floor(microsecond(row[1]) / width) * width}`;
      counted.set(bin, (counted.get(bin) ?? 0) + 1);
    }
    return counted;
  };
  const [perHour, perMinute] = [counts(3600), counts(60)];
  for (const [name, width] of [["second", 1], ["minute", 60], ["hour", 3600]] as const) {
    const bins = new Map<string, { start: number; rows: Stored[] }>();
    for (const stored of rows) {
      const at = microsecond(stored[1][1]);
      const hour = perHour.get(`${stored[0]} ${Math.floor(at / 3600) * 3600}`)!;
      const minute = perMinute.get(`${stored[0]} ${Math.floor(at / 60) * 60}`)!;
      if (name !== "hour" && hour < 240 || name === "second" && minute < 240) continue;
      const start = Math.floor(at / width) * width;
      const key = `${name} ${stored[0]} ${start}`;
      if (!bins.has(key)) bins.set(key, { start, rows: [] });
      bins.get(key)!.rows.push(stored);
    }
    for (const [key, bin] of bins) {
      let [area, good, bad] = [0, 0, 0];
      const numbers: number[] = [];
      let last: number | null = null;
      for (const [place, [, [, time, number, , quality]]] of bin.rows.entries()) {
        const next = bin.rows[place + 1];
        const held = (next ? microsecond(next[1][1]) : bin.start + width) - microsecond(time);
        last = quality === 0 && number !== null ? Number(number) : null;
        if (quality !== 0) bad += held;
        if (last === null) continue;
        numbers.push(last);
        area += clamp(last) * held;
        good += held;
      }
      const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
      const mean = good > 0 ? area / good : clamp(min) / 2 + clamp(max) / 2;
      const found_ = numbers.length ? [mean, min, max] : [NaN, NaN, NaN];
      found.set(key, [...found_, last ?? NaN, bin.rows.length, good, bad]);
    }
  }
  return found;
}

async function stored(sql: Sql): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const name of ["second", "minute", "hour"]) {
    const rows = await sql.unsafe(
      `select channel_id, extract(epoch from time)::float8 as time, mean, min, max, last, count, good, bad from dewar.${name}`,
    );
    for (const row of rows) {
      found.set(
        `${name} ${row.channel_id} ${row.time}`,
        [row.mean, row.min, row.max, row.last, row.count, row.good, row.bad].map((one) => one ?? NaN),
      );
    }
  }
  return found;
}

function assertSame(found: Map<string, number[]>, wanted: Map<string, number[]>, why: string): void {
  assertEquals([...found.keys()].sort(), [...wanted.keys()].sort(), why);
  for (const [key, numbers] of wanted) {
    for (const [place, number] of numbers.entries()) {
      const got = found.get(key)![place]!;
      if (Object.is(got, number) || got === number) continue;
      // Means and times come out of sums in another order; times are kept with seven digits.
      const tolerance = place === 0 ? 1e-6 : place > 4 ? 1e-3 : 0;
      assertAlmostEquals(got, number, Math.max(Math.abs(number), 1) * tolerance, `${why}: ${key}, ${place}`);
    }
  }
}

async function insert(sql: Sql, rows: readonly Stored[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 20_000) {
    const piece = rows.slice(from, from + 20_000);
    await sql`
      insert into dewar.value (channel_id, time, number, text, quality, severity)
      select channel_id, to_timestamp(seconds), number, text, quality, 0 from unnest(
        ${piece.map(([channel]) => channel)}::integer[], ${piece.map(([, row]) => row[1])}::float8[],
        ${piece.map(([, row]) => row[2])}::float8[], ${piece.map(([, row]) => row[3])}::text[],
        ${piece.map(([, row]) => row[4])}::smallint[]
      ) as given (channel_id, seconds, number, text, quality)`;
  }
}

async function fresh(sql: Sql): Promise<void> {
  await sql.unsafe(
    "truncate dewar.value, dewar.second, dewar.minute, dewar.hour, dewar.rolled, dewar.late, dewar.spool",
  );
}

async function all(rollups: Rollups, sql: Sql, now: number): Promise<void> {
  while (await rollups.step(sql, now));
}

onBothEngines("rollups", async (engine, t) => {
  await using database = await engine.open();
  const { sql } = database;
  await migrate(sql);
  for (const key of CHANNELS) {
    await sql`insert into dewar.channel (client, key, wire, type) values ('a', ${key}, ${key}, 'number')`;
  }
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  const rows = values(random);
  const wanted = expected(rows);
  const months = new Months();
  await months.make(sql, [START], START);
  const spool = crypto.randomUUID();
  const make = async (now: number) => {
    const rollups = new Rollups({ months, spool });
    await rollups.opened(sql, now);
    return rollups;
  };
  const add = (rollups: Rollups, part: readonly Stored[]) => rollups.add(valuesOf(entriesOf(part)));

  await t.step("that are worked out from what is stored are what the values say", async () => {
    await insert(sql, rows);
    await rollUp(sql, START, START + 3600);
    await rollUp(sql, START + 3600, END);
    assertSame(await stored(sql), wanted, "by SQL");
    await rollUp(sql, START, END);
    assertSame(await stored(sql), wanted, "once more");
  });

  await t.step("that the writer sums up are the same", async () => {
    await fresh(sql);
    const rollups = await make(START);
    await insert(sql, rows);
    add(rollups, rows);
    await all(rollups, sql, END + 100);
    assertSame(await stored(sql), wanted, "by the writer");
    assertEquals((await sql`select count(*)::integer as n from dewar.late`)[0]!.n, 0);
  });

  await t.step("stay right when values come in any order, and when the writer is interrupted", async () => {
    await fresh(sql);
    let rollups = await make(START);
    // Some come seconds later than they should, some in an hour that was over; those of one time stay in their order.
    const delayed = rows.map((one) => ({
      one,
      at: one[1][1] + (random.uniform() < 0.005 ? 7000 * random.uniform() : 0),
    }));
    const coming = delayed.sort((a, b) => a.at - b.at).map(({ one }) => one);
    for (let from = 0; from < coming.length; from += 500) {
      const part = coming.slice(from, from + 500);
      const now = part.at(-1)![1][1];
      const entries = entriesOf(part);
      const batch = valuesOf(entries);
      await sql`insert into dewar.spool values (${spool}, ${from}) on conflict (id) do nothing`;
      await applyBatch(sql, entries, await batch.columns(), { spool, from, to: from + 500 });
      if (random.uniform() < 0.03) rollups = await make(now);
      else rollups.add(batch);
      if (random.uniform() < 0.2) await rollups.step(sql, now);
    }
    await all(rollups, sql, END + 100);
    const distinct = rows.filter((row, place) => rows[place - 1]?.[1][1] !== row[1][1]);
    assert(distinct.length > rows.length / 2);
    assertSame(await stored(sql), expected(coming.toSorted((a, b) => a[1][1] - b[1][1])), "in any order");
  });

  await t.step("are worked out from what is stored while somebody else writes as well", async () => {
    await fresh(sql);
    const [mine, other] = [await make(START), new Rollups({ months, spool: crypto.randomUUID() })];
    const half = rows.filter(([channel]) => channel % 2 === 0);
    await insert(sql, rows);
    add(mine, half);
    await sql`insert into dewar.spool values (gen_random_uuid(), 12)`;
    await other.opened(sql, START);
    await all(mine, sql, END + 100);
    assertSame(await stored(sql), wanted, "by two");
  });

  await t.step("that are there are not replaced by those of fewer values", async () => {
    await sql`delete from dewar.value where channel_id = 2`;
    await sql`insert into dewar.late select distinct channel_id, time from dewar.hour where channel_id = 2`;
    while (await mend(sql, END));
    assertSame(await stored(sql), wanted, "after the values were removed");
    assertEquals((await sql`select count(*)::integer as n from dewar.late`)[0]!.n, 0);
  });

  await t.step("give the same history as the values, also while some are late", async () => {
    await fresh(sql);
    // Of values of one moment the bins of values let the greatest hold, and rollups the latest.
    const moments = new Set<string>();
    const apart = rows.filter(([channel, row]) => {
      const moment = `${channel} ${microsecond(row[1])}`;
      return !moments.has(moment) && moments.add(moment);
    });
    await insert(sql, apart);
    const recording = { from: START, to: END };
    const read = (points: number, key: string) =>
      readHistory(sql, "a", key, { from: START + 600, to: END - 600, points }, recording);
    const widths = [[100, "fast"], [100, "dense"], [4000, "dense"], [30, "slow"]] as const;
    const before = await Promise.all(widths.map(([points, key]) => read(points, key)));
    await all(await make(END + 3600), sql, END + 3600);
    const check = async (why: string) => {
      for (const [index, [points, key]] of widths.entries()) {
        const [exact, rolled] = [before[index]!, await read(points, key)];
        assertEquals(rolled.time, exact.time, why);
        if (!exact.max) { // there were that few values, this time
          assertEquals(rolled, exact, why);
          continue;
        }
        let compared = 0;
        for (const [at, value] of rolled.value.entries()) {
          if (value === null || exact.value[at] === null) continue;
          compared++;
          // A minute is in the bin in which it begins: extremes near a bin's edge may be in the one before.
          const near = (key: "min" | "max") =>
            exact[key]!.slice(Math.max(0, at - 2), at + 3).filter((x) => x !== null);
          assert(
            rolled.max![at]! <= Math.max(...near("max")) + 1e-9,
            `${why} ${key} ${at} ${[rolled.min![at], rolled.max![at], near("min"), near("max")]}`,
          );
          assert(
            rolled.min![at]! >= Math.min(...near("min")) - 1e-9,
            `${why} ${key} ${at} ${[rolled.min![at], rolled.max![at], near("min"), near("max")]}`,
          );
        }
        assert(compared > 0, `${why}: nothing to compare of ${key}`);
      }
    };
    await check("with rollups");
    await sql`insert into dewar.late select distinct channel_id, time from dewar.hour where time = to_timestamp(${
      START + 3600
    })`;
    await sql.unsafe(
      `delete from dewar.minute where time >= to_timestamp(${START + 3600}) and time < to_timestamp(${
        START + 7200
      })`,
    );
    await check("with an hour that is late");
  });
});
