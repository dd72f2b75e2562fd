/** MONITOR's store: how fast it takes values, draws a year of them, and how soon MONITOR answers on a large one. */
import { openDatabase } from "../../daemons/monitor/store/database.ts";
import { Months } from "../../daemons/monitor/store/partitions.ts";
import { migrate } from "../../daemons/monitor/store/schema.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { monitorArgs } from "../fault/running_monitor.ts";
import { type Cluster, startCluster } from "../monitor/store/cluster.ts";
import { ROOT } from "../processes.ts";
import { median, start } from "./processes.ts";
import { rate, type Row } from "./row.ts";
import { fillStore } from "./store_fill.ts";

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

/** Whole hours of 160 values a second, in seconds, first by the raw loop and then by ours: twenty seconds or more for either. */
async function* ingest(name: string, seconds: number, url: string | undefined): AsyncIterable<Row> {
  const rates: number[] = [];
  for (const isRaw of [true, false]) {
    const data = await Deno.makeTempDir();
    const folder = `${data}/database`;
    await prepare(url === undefined ? { folder } : { url });
    const { rows, ms } = isRaw
      ? await run("raw/unnest.ts", url ?? folder, `${seconds}`, "5000")
      : await run("store_writer.ts", data, `${seconds}`, ...url === undefined ? [] : [url]);
    rates.push(1000 * rows / ms);
    await Deno.remove(data, { recursive: true });
  }
  const [raw, ours] = rates as [number, number];
  yield {
    what: `the store takes ${seconds * 160 / 1e6} M values, rollups included: ${name}`,
    ours: rate(ours),
    limit: `${rate(raw)} (unnest)`,
    ratio: ours / raw,
    goal: url === undefined ? "at least 0.5" : "at least 0.5, and 100 k/s",
  };
}

/** What was filled in. */
interface Filled {
  /** Its end, unix seconds. */
  readonly end: number;
  /** How large the database is, for people. */
  readonly size: string;
}

/** Channels at 1 Hz up to the last full hour. */
async function fill(
  where: { url: string } | { folder: string },
  { days, channels }: { days: number; channels: number },
): Promise<Filled> {
  const { sql, close } = await openDatabase(where, { clock: systemClock });
  await migrate(sql);
  const end = Math.floor(systemClock.time() / 3600) * 3600;
  await fillStore(sql, { begin: end - days * DAY, end, channels });
  const [row] = await sql`select pg_size_pretty(pg_database_size(current_database())) as size`;
  await close();
  return { end, size: row!.size };
}

/** A server that is filled as fast as it can: what is lost with the machine is filled in anew. */
function startFilled(): Promise<Cluster> {
  return startCluster({
    settings: [
      "fsync=off",
      "max_wal_size=4GB",
      "wal_level=minimal",
      "max_wal_senders=0",
      "maintenance_work_mem=256MB",
    ],
  });
}

/** Milliseconds from the request to the last byte of 1500 points, the middle of some. */
async function draw(page: string, from: number, to: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const began = systemClock.now();
    const query = `channels=c1.value&from=${from + round}&to=${to + round}&points=1500`;
    const answer = await fetch(`${page}api/v1/history?${query}`);
    const { series: [{ time }] } = await answer.json();
    if (time.length < 1200) throw new Error(`A curve of ${time.length} points: ${answer.status}`);
    times.push(systemClock.now() - began);
  }
  return median(times);
}

/** A year and a zoom of it through MONITOR's page, and how soon there is a page. */
async function* drawing(where: { url: string } | { data: string }, filled: Filled): AsyncIterable<Row> {
  const { end, size } = filled;
  const data = "data" in where ? where.data : await Deno.makeTempDir();
  const began = systemClock.now();
  await using monitor = await start(monitorArgs(data, ..."url" in where ? ["--db", where.url] : []));
  const page = await monitor.said(/^page at (\S+)$/m);
  await (await fetch(page)).text();
  const first = systemClock.now() - began;
  yield { what: `first page with a store of ${size}`, ours: `${first.toFixed(0)} ms`, goal: "under 3 s" };
  const year = "url" in where ? 365 : 100;
  for (
    const [what, from, to] of [
      [`${year} days at 1 Hz at 1500 px`, end - year * DAY, end],
      ["a month of it", end - 60 * DAY, end - 30 * DAY],
      ["a day of it", end - 50 * DAY, end - 49 * DAY],
      ["20 min of it, raw", end - 50 * DAY, end - 50 * DAY + 1400],
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
    yield* ingest("PostgreSQL", 21_600, cluster.url);
  }
  yield* ingest("embedded", 10_800, undefined);
  await using cluster = await startFilled();
  yield* drawing(cluster, await fill(cluster, { days: 365, channels: 1 }));
}

/** The same with a store of 10 GB, and with an embedded one of nearly 1 GB. */
export async function* store10(): AsyncIterable<Row> {
  const data = await Deno.makeTempDir();
  yield* drawing({ data }, await fill({ folder: `${data}/database` }, { days: 100, channels: 1 }));
  await using cluster = await startFilled();
  yield* drawing(cluster, await fill(cluster, { days: 365, channels: 4 }));
}
