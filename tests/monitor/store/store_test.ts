import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Series } from "../../../daemons/monitor/lab.ts";
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { openStore, type Store, type StoreOptions } from "../../../daemons/monitor/store/mod.ts";
import { channelsOf, type Model, type Reading } from "../../../lib/device/mod.ts";
import { ConfigError, ConnectionError } from "../../../lib/errors.ts";
import type { LogLine } from "../../../lib/link/link.ts";
import { eventually, VirtualClock } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { freePort } from "../../processes.ts";
import { giveDatabase } from "./made_database.ts";
import { testWithDatabase } from "./postgres.ts";

const Cooler = {
  model: "cooler",
  description: "A cooler",
  params: {
    temperature: { type: "number", unit: "K", alias: "temperatureA" },
    range: { type: "choice", of: ["low", "high"] },
    control: { type: "flag" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;
const CHANNELS = new Map(channelsOf(Cooler).map((channel) => [channel.key, channel]));

function record(
  store: Store,
  time: number,
  values: Record<string, Reading["value"]>,
  more: Partial<Reading> = {},
) {
  const readings = new Map(
    Object.entries(values).map(([key, value]) =>
      [key, { value, time, quality: "good", severity: "ok", ...more } as Reading] as const
    ),
  );
  store.record("cooler", { time, complete: false, readings }, CHANNELS);
}

const say = (time: number, message: string): LogLine => ({ time, source: "test", type: "info", message });

async function inFolder(work: (data: string) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  try {
    await work(data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

async function flushed(store: Store): Promise<void> {
  await store.flush();
  assertEquals(store.problem, undefined);
}

/** What must hold on either engine; the opening of a database takes seconds, so they share one. */
async function storeTests(t: Deno.TestContext, options: StoreOptions): Promise<void> {
  const START = 1_800_000_000;
  const clock = new VirtualClock(START);
  const where = options.db === undefined ? { folder: `${options.data}/database` } : { url: options.db };
  const open = () => openStore({ ...options, clock });
  let store = await open();

  // The database answers in real time: it must not seem to have been silent for minutes.
  const pass = async (seconds: number) => {
    for (let left = seconds; left > 0; left -= 10) {
      await clock.advance(1000 * Math.min(left, 10));
      await store.flush();
    }
  };

  await t.step("it gives back every value and null for what is not known", async () => {
    for (const value of [1, 2, 3]) {
      record(store, clock.time(), { temperature: value, range: "low", control: value > 1 });
      await pass(1);
    }
    record(store, clock.time(), { temperature: 3 }, {
      quality: "stale",
      reason: "link lost",
      time: START + 2,
    });
    await pass(2);
    record(store, clock.time(), { temperature: 4 });
    await flushed(store);
    assertEquals(store.stored, 8, "range did not change and control once");
    const range = { from: START, to: START + 5.5, points: 10 };
    assertEquals(await store.history("cooler", "temperature", range), {
      time: [START, START + 1, START + 2, START + 3, START + 5],
      value: [1, 2, 3, null, 4],
    });
    assertEquals((await store.history("cooler", "control", range)).value, [0, 1, 1]);
    assertEquals(await store.history("cooler", "nothing", range), { time: [], value: [] });
  });

  await t.step("it holds a value that does not change, as a step and not as a slope", async () => {
    const from = clock.time();
    record(store, from, { temperature: 10 });
    await pass(60);
    record(store, clock.time(), { temperature: 20 });
    await pass(30);
    await flushed(store);
    const { time, value } = await store.history("cooler", "temperature", {
      from: from + 20,
      to: from + 90,
      points: 10,
    });
    assertEquals(value, [10, 10, 20, 20]);
    assertEquals(time.map((one) => Math.round(one - from)), [20, 60, 60, 90]);
  });

  const about = ({ time, value, since }: Series, from: number) => ({
    time: time.map((one) => Math.round((one - from) * 10) / 10),
    value,
    ...since !== undefined && { since: since - from },
  });

  await t.step(
    "a stretch begins with the value that held, and ends with it, however short it is",
    async () => {
      const from = clock.time();
      record(store, from, { temperature: 30 });
      await pass(100);
      await flushed(store);
      const read = async (begin: number, end: number, points = 10) =>
        about(
          await store.history("cooler", "temperature", { from: from + begin, to: from + end, points }),
          from,
        );
      assertEquals(await read(50, 51), { time: [50, 51], value: [30, 30], since: 0 });
      assertEquals(await read(0, 5), { time: [0, 5], value: [30, 30] });
      assertEquals(
        await read(90, 400),
        { time: [90, 100, 100], value: [30, 30, null], since: 0 },
        "until now",
      );
      assertEquals(await read(101, 400), { time: [], value: [] }, "nobody knows the future");
      for (let i = 0; i < 5; i++) {
        record(store, clock.time(), { temperature: 40 + i });
        await pass(1);
      }
      await flushed(store);
      const bins = { time: [57.5, 72.5, 87.5, 102.5], value: [30, 30, 30, 42], since: 0 };
      assertEquals(await read(50, 110, 4), bins);
      assertEquals(await read(99, 105, 4), {
        time: [99.8, 101.3, 102.8, 104.3],
        value: [40, 41, 42.5, 44],
      });
    },
  );

  await t.step("a stretch does not begin with what was bad, or with what came no more", async () => {
    const from = clock.time();
    const read = async (begin: number, end: number) =>
      about(
        await store.history("cooler", "temperature", { from: from + begin, to: from + end, points: 10 }),
        from,
      );
    record(store, from, { temperature: 50 }, { quality: "bad", reason: "out of range" });
    await pass(20);
    record(store, clock.time(), { temperature: 50 }, { quality: "stale", reason: "link lost" });
    await pass(20);
    await flushed(store);
    assertEquals(await read(10, 15), { time: [10], value: [null] });
    assertEquals(await read(30, 35), { time: [], value: [] });
    record(store, clock.time(), { temperature: 50 });
    await pass(1);
  });

  await t.step("it gives mean, min and max in bins when there are more values than points", async () => {
    const from = clock.time();
    for (let i = 0; i < 100; i++) {
      if (i < 40 || i >= 60) record(store, clock.time(), { temperature: i });
      await pass(1);
    }
    record(store, clock.time(), { temperature: 0 }, { quality: "bad", reason: "not connected" });
    await pass(20);
    await flushed(store);
    const series = await store.history("cooler", "temperature", { from, to: from + 140, points: 14 });
    assertEquals(series.value, [
      4.5,
      14.5,
      24.5,
      34.5,
      39,
      39,
      64.5,
      74.5,
      84.5,
      94.5,
      null,
      null,
      null,
      null,
    ]);
    assertEquals(series.min, [0, 10, 20, 30, 39, 39, 60, 70, 80, 90, null, null, null, null]);
    assertEquals(series.max, [9, 19, 29, 39, 39, 39, 69, 79, 89, 99, null, null, null, null]);
    assertAlmostEquals(series.time[0]! - from, 5);
    assertAlmostEquals(series.time[13]! - from, 135);
  });

  await t.step("it keeps the log in order, newest first", async () => {
    for (let i = 0; i < 5; i++) store.log(say(clock.time(), `line ${i}`));
    assertEquals((await store.recentLog(3)).map(({ message }) => message), ["line 4", "line 3", "line 2"]);
    const { lines } = await store.records.log({ count: 3 });
    assertEquals(lines.map(({ message }) => message), ["line 4", "line 3", "line 2"]);
    assertEquals(lines[0], say(clock.time(), "line 4"));
  });

  await t.step("it keeps any text as it is", async () => {
    const texts = [
      'a "b" c',
      "back\\slash",
      "{1,2}",
      "NULL",
      "",
      "it's",
      "line\nbreak\ttab",
      "Grüße, 温度 🧊",
    ];
    for (const text of texts) store.log(say(clock.time(), text));
    const { lines } = await store.records.log({ count: texts.length });
    assertEquals(lines.map(({ message }) => message).reverse(), texts);
    await pass(1);
  });

  await t.step("it goes on after one record that the database refuses", async () => {
    const stored = store.stored;
    const from = clock.time();
    record(store, from, { temperature: 500 });
    record(store, from, { range: "high" }, { severity: "unheard of" as "ok" });
    await pass(1);
    record(store, clock.time(), { temperature: 501 });
    store.log(say(clock.time(), "after it"));
    await flushed(store);
    assertEquals([store.stored - stored, store.dropped], [3, 1]);
    const range = { from, to: from + 5, points: 10 };
    assertEquals((await store.history("cooler", "temperature", range)).value, [500, 501]);
    assertEquals((await store.records.log({ count: 1 })).lines[0]!.message, "after it");
  });

  await t.step("it knows nothing of the time in which it was closed", async () => {
    await pass(1);
    const from = clock.time();
    record(store, from, { temperature: 7 });
    await pass(20);
    await store.close();
    await clock.advance("100 s");
    store = await open();
    record(store, from, { temperature: 7 });
    await pass(20);
    await flushed(store);
    const { time, value } = await store.history("cooler", "temperature", {
      from,
      to: from + 140,
      points: 50,
    });
    assertEquals(value, [7, 7, null, 7, 7]);
    assertEquals(time.map((one) => Math.round(one - from)), [0, 20, 20, 120, 140]);
    const range = { from: from + 10, to: from + 150, points: 1 };
    assertEquals((await store.history("cooler", "temperature", range)).value, [7, 7, null, 7, 7]);
  });

  await t.step("it refuses a second store on its folder, by name", async () => {
    await assertRejects(
      () => openStore(options),
      ConfigError,
      `${options.data} is in use by MONITOR (pid ${Deno.pid}`,
    );
  });

  await t.step("the original's SQL finds its tables and columns", async () => {
    await pass(120);
    await flushed(store);
    await store.close();
    const { sql, close } = await openDatabase(where, { clock: systemClock });
    const [line] = await sql`
      select id, extract(epoch from time)::float8 as time, source, type, message from log order by time desc limit 1`;
    assertEquals([line!.source, line!.type, line!.message], ["test", "info", "after it"]);
    const [row] = await sql`
      select status->'cooler'->>'temperatureA' as temperature, status->'cooler'->>'range' as range, time::text as time
      from monitor_status where time <= '2100-01-01' order by time desc limit 1`;
    assertEquals(
      [row!.temperature, row!.range],
      ["7", null],
      "the range was not told since the store was opened",
    );
    const text = new Date(Math.floor(clock.time() / 60) * 60_000).toISOString().slice(0, 19).replace(
      "T",
      " ",
    );
    assertEquals(row!.time, text);
    const [first] =
      await sql`select status->'cooler'->>'range' as range from monitor_status order by time limit 1`;
    assertEquals(first!.range, "low");
    await close();
  });

  await t.step("it refuses tables of a later version", async () => {
    const { sql, close } = await openDatabase(where, { clock: systemClock });
    await sql`insert into dewar.migration values (999, now())`;
    await close();
    store = await open();
    await store.flush();
    assertStringIncludes(store.problem!, "tables of version 999");
    record(store, clock.time(), { temperature: 8 });
    await store.flush();
    assertEquals(store.stored, 1, "the spool takes it all the same");
    await store.close();
  });
}

Deno.test("Store keeps what it is given, in the embedded database", (t) =>
  inFolder(async (data) => {
    await giveDatabase(data);
    await storeTests(t, { data });
  }));

testWithDatabase(
  "Store keeps what it is given, in PostgreSQL",
  (db, t) => inFolder((data) => storeTests(t, { data, db })),
);

Deno.test("Store takes everything while there is no database and carries it over once there is", () =>
  inFolder(async (data) => {
    const reports: string[] = [];
    const port = await freePort();
    const absent = `postgres://lab:secret@127.0.0.1:${port}/dewar`;
    const start = systemClock.time();
    const first = await openStore({ data, db: absent, report: (_type, message) => reports.push(message) });
    for (let i = 0; i < 10; i++) record(first, systemClock.time(), { temperature: i });
    first.log(say(start, "nobody listens"));
    await first.flush();
    assertEquals([first.stored, first.dropped], [10, 0]);
    assertStringIncludes(
      first.problem!,
      `PostgreSQL at 127.0.0.1:${port}/dewar cannot be used: connect ECONNREFUSED`,
    );
    assert(!reports.join().includes("secret"));
    assertEquals(reports.length, 1);
    assertEquals((await first.recentLog(5)).map(({ message }) => message), ["nobody listens"]);
    const range = { from: start - 1, to: start + 60, points: 100 };
    await assertRejects(() => first.history("cooler", "temperature", range), ConnectionError, "ECONNREFUSED");
    await first.close();

    await giveDatabase(data);
    await using second = await openStore({ data });
    await flushed(second);
    assertEquals((await second.history("cooler", "temperature", range)).value.slice(0, 10), [
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
    ]);
    second.log(say(start + 100, "somebody does"));
    assertEquals((await second.recentLog(5)).map(({ message }) => message), [
      "somebody does",
      "nobody listens",
    ]);
  }));

Deno.test("Store can be closed while its database is being made, and made again", () =>
  inFolder(async (data) => {
    const first = await openStore({ data });
    const began = systemClock.time();
    record(first, began, { temperature: 1 });
    await systemClock.sleep("100 ms");
    await first.close();
    await using second = await openStore({ data });
    await flushed(second);
    assertEquals(second.stored, 0);
    const range = { from: began - 1, to: systemClock.time(), points: 10 };
    assertEquals((await second.history("cooler", "temperature", range)).value[0], 1);
  }));

testWithDatabase(
  "Store loses and doubles nothing when its connections are cut at any time",
  (db) =>
    inFolder(async (data) => {
      const other = await openDatabase({ url: db }, { clock: systemClock });
      const reports: string[] = [];
      const store = await openStore({ data, db, report: (_type, message) => reports.push(message) });
      let next = 0;
      for (let cut = 0; cut < 5; cut++) {
        for (let i = 0; i < 50; i++) {
          for (let k = 0; k < 40; k++) record(store, systemClock.time(), { temperature: next++ });
          await systemClock.sleep("2 ms");
          if (i % 5 === 0) {
            await other.sql`
            select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'MONITOR' and datname = current_database() and pid <> pg_backend_pid()`;
          }
        }
        await eventually(async () => {
          await store.flush();
          return !store.problem;
        }, { timeout: "20 s" });
      }
      await flushed(store);
      await store.close();
      const [row] = await other.sql`
      select count(*)::int as rows, count(distinct number)::int as numbers, max(number) as last from dewar.value`;
      assertEquals({ ...row }, { rows: next, numbers: next, last: next - 1 });
      assert(reports.length > 0, "no connection was cut while it was used");
      assertEquals(reports.length % 2, 0, "each loss is reported once, and each return");
      await other.close();
    }),
);
