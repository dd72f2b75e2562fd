/** MONITOR's store: how fast it takes values, draws a year of them, and how soon MONITOR answers on a large one. */
import { openDatabase } from "../../daemons/monitor/store/database.ts";
import { Months } from "../../daemons/monitor/store/partitions.ts";
import { Rollups } from "../../daemons/monitor/store/rollups.ts";
import { migrate } from "../../daemons/monitor/store/schema.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { monitorArgs } from "../fault/running_monitor.ts";
import { startCluster } from "../monitor/store/cluster.ts";
import { ROOT } from "../processes.ts";
import { median, start } from "./processes.ts";
import { rate, type Row } from "./row.ts";

/** One hour of 160 values a second. */
const SECONDS = 3600;
const ROUNDS = 3;
const DAY = 86_400;

/** What was written, and how long it took. */
interface Written {
  readonly rows: number;
  readonly ms: number;
}

async function run(script: string, ...args: string[]): Promise<Written> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${ROOT}tests/bench/${script}`, ...args],
  }).output();
  if (!success) throw new Error(`${script}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** An empty database with our tables, anew. */
async function prepare(where: { url: string } | { folder: string }): Promise<void> {
  const { sql, close } = await openDatabase(where, { clock: systemClock });
  await sql`drop schema if exists dewar cascade`;
  await migrate(sql);
  await new Months().make(sql, [1_800_000_000], 1_800_000_000);
  await close();
}

async function* ingest(name: string, url: string | undefined): AsyncIterable<Row> {
  const [raws, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const isRaw of [true, false]) {
      const data = await Deno.makeTempDir();
      const folder = `${data}/database`;
      await prepare(url === undefined ? { folder } : { url });
      const { rows, ms } = isRaw
        ? await run("raw/unnest.ts", url ?? folder, `${SECONDS}`, "5000")
        : await run("store_writer.ts", data, `${SECONDS}`, ...url === undefined ? [] : [url]);
      (isRaw ? raws : ours).push(1000 * rows / ms);
      await Deno.remove(data, { recursive: true });
    }
  }
  yield {
    what: `the store takes values, rollups included: ${name}`,
    ours: rate(median(ours)),
    limit: `${rate(median(raws))} (unnest)`,
    ratio: median(ours) / median(raws),
    goal: url === undefined ? "at least 0.5" : "at least 0.5, and 100 k/s",
  };
}

/** A year of one channel at 1 Hz up to the last full hour, rolled up by what rolls up everything. */
async function fillYear(url: string): Promise<number> {
  const { sql, close } = await openDatabase({ url }, { clock: systemClock });
  await migrate(sql);
  const end = Math.floor(systemClock.time() / 3600) * 3600;
  const begin = end - 365 * DAY;
  await sql`insert into dewar.channel (client, key, wire, type) values ('cryocon', 'temperature', 't', 'number')`;
  await sql`insert into dewar.recording values (gen_random_uuid(), to_timestamp(${begin}), to_timestamp(${end}))`;
  const months = new Months();
  for (let from = begin; from < end; from += 10 * DAY) {
    const to = Math.min(end, from + 10 * DAY);
    await months.make(sql, [from, to - 1], end);
    await sql`
      insert into dewar.value (channel_id, time, number, quality, severity)
      select 1, to_timestamp(second), sin(second / 1e5) + random() / 10, 0, 0
      from generate_series(${from}::bigint, ${to - 1}::bigint) as second`;
  }
  const rollups = new Rollups({ months, spool: crypto.randomUUID() });
  await rollups.opened(sql, end);
  while (await rollups.step(sql, systemClock.time()));
  await sql.unsafe("vacuum analyze");
  await close();
  return end;
}

/** Milliseconds from the request to the last byte of 1500 points, the middle of some. */
async function draw(page: string, from: number, to: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const began = systemClock.now();
    const query = `channels=cryocon.temperature&from=${from + round}&to=${to + round}&points=1500`;
    const answer = await fetch(`${page}api/v1/history?${query}`);
    const { series: [{ time }] } = await answer.json();
    if (time.length < 1200) throw new Error(`A curve of ${time.length} points: ${answer.status}`);
    times.push(systemClock.now() - began);
  }
  return median(times);
}

/** A year and a zoom of it through MONITOR's page, and how soon there is a page. */
export async function* drawing(url: string, end: number, size: string): AsyncIterable<Row> {
  const data = await Deno.makeTempDir();
  const began = systemClock.now();
  await using monitor = await start(monitorArgs(data, "--db", url));
  const page = await monitor.said(/^page at (\S+)$/m);
  await (await fetch(page)).text();
  const first = systemClock.now() - began;
  yield { what: `first page with a store of ${size}`, ours: `${first.toFixed(0)} ms`, goal: "under 3 s" };
  for (
    const [what, from, to] of [
      ["a year at 1 Hz at 1500 px", end - 365 * DAY, end],
      ["a month of it", end - 200 * DAY, end - 170 * DAY],
      ["a day of it", end - 100 * DAY, end - 99 * DAY],
      ["20 min of it, raw", end - 100 * DAY, end - 100 * DAY + 1400],
    ] as const
  ) {
    yield { what, ours: `${(await draw(page, from, to)).toFixed(0)} ms`, goal: "under 200 ms" };
  }
  await Deno.remove(data, { recursive: true });
}

/** The benches of the store. */
export async function* store(): AsyncIterable<Row> {
  {
    await using cluster = await startCluster();
    yield* ingest("PostgreSQL", cluster.url);
  }
  yield* ingest("embedded", undefined);
  await using cluster = await startCluster({ settings: ["fsync=off", "max_wal_size=4GB"] });
  const end = await fillYear(cluster.url);
  const { sql, close } = await openDatabase({ url: cluster.url }, { clock: systemClock });
  const [row] = await sql`select pg_size_pretty(pg_database_size(current_database())) as size`;
  await close();
  yield* drawing(cluster.url, end, row!.size);
}
