/** MONITOR with a thousand daemons and with two hundred browsers: what is lost, how late it is, what it costs. */
import { openDatabase, type Whereabouts } from "../../daemons/monitor/store/database.ts";
import { openStore } from "../../daemons/monitor/store/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { memory, type Program, program, start, threadTimes } from "../processes.ts";
import type { Row } from "./row.ts";

const DAEMONS = 1000;
const PER_SECOND = 10;
const SECONDS = 20;
const BROWSERS = 200;
/** Daemons of the lab that they watch. */
const WATCHED = 20;
/** A PostgreSQL that the bench may create tables in, beside the embedded one. */
const POSTGRESQL = Deno.env.get("DEWAR_PG_URL");

const crowd = (daemons: number): Promise<Program> =>
  start(program("tests/bench/servers/crowd.ts", `${daemons}`, `${PER_SECOND}`));

/** MONITOR with everything in its configuration file. */
async function monitorOf(daemons: Program, folder: string, db: string | undefined): Promise<Program> {
  const [ports = ""] = daemons.output.split("\n");
  const clients = ports.split(",").map((port, n) => `  daemon${n}: 127.0.0.1:${port}`);
  const settings = ["port: 0", "http_port: 0", `data: ${folder}`, ...db === undefined ? [] : [`db: ${db}`]];
  const file = `${folder}/monitor.yaml`;
  await Deno.writeTextFile(file, [...settings, "clients:", ...clients, ""].join("\n"));
  return await start(program("daemons/monitor/monitor.ts", "--config", file));
}

/** What MONITOR's page says of the lab. */
async function labAt(page: string): Promise<{ connected: number; stored: number; problem: string | null }> {
  return await (await fetch(`${page}lab`)).json();
}

async function allConnected(page: string, daemons: number): Promise<void> {
  while ((await labAt(page)).connected < daemons) await systemClock.sleep(200);
}

/** What browsers were told, and how late, milliseconds. */
interface Told {
  readonly events: number;
  readonly bytes: number;
  readonly values: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

async function browse(url: string, browsers: number, stalled: number): Promise<Told> {
  const args = program("tests/bench/servers/browsers.ts", url, ...[browsers, stalled, SECONDS].map(String));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Processor time as shares of a core, of the thread that does the work and of all others together. */
async function cost<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ own: number; others: number; result: T }> {
  const [before, began] = [await threadTimes(pid), systemClock.now()];
  const result = await work();
  const [after, span] = [await threadTimes(pid), (systemClock.now() - began) / 1000];
  const used = (thread: number) => (after.get(thread)! - (before.get(thread) ?? 0)) / span;
  const others = [...after.keys()].filter((thread) => thread !== pid);
  return { own: used(pid), others: others.reduce((sum, thread) => sum + used(thread), 0), result };
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const late = ({ p50, p99, worst }: Told) =>
  `median ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;

/** Of the counts that each daemon said while MONITOR watched from a moment on, how many are not in the store. */
async function lost(
  folder: string,
  where: Whereabouts,
  since: number,
  said: number,
): Promise<{ kept: number; lost: number }> {
  const store = await openStore({ data: folder, ...("url" in where ? { db: where.url } : {}) });
  await store.flush();
  await store.close();
  const { sql, close } = await openDatabase(where, { clock: systemClock });
  const rows = await sql<{ client: string; kept: number; first: number }[]>`
    select client, count(distinct number)::integer as kept, min(number)::integer as first
    from dewar.value join dewar.channel on id = channel_id
    where quality = 0 and key = 'count' and time >= to_timestamp(${since}) group by client`;
  await close();
  const kept = rows.reduce((sum, row) => sum + row.kept, 0);
  const watched = rows.reduce((sum, row) => {
    const last = Math.floor((said - 1 - Number(row.client.slice("daemon".length))) / DAEMONS);
    return sum + last - row.first + 1;
  }, 0);
  return { kept, lost: watched - kept };
}

/** The same with a raw loop in MONITOR's place, which stores nothing. */
async function limitFor(daemons: Program, browsers: number) {
  await using limit = await start(program("tests/bench/raw/crowd.ts", daemons.output.split("\n")[0]!));
  return await cost(limit.pid, () => browse(`http://${limit.address}/`, browsers, 0));
}

async function* thousandDaemons(engine: string, db: string | undefined): AsyncIterable<Row> {
  await using folders = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  folders.defer(() => Deno.remove(folder, { recursive: true }));
  await using daemons = await crowd(DAEMONS);
  const raw = await limitFor(daemons, 1);
  const since = systemClock.time();
  await using monitor = await monitorOf(daemons, folder, db);
  const page = await monitor.said(/^page at (\S+)$/m);
  await allConnected(page, DAEMONS);
  await systemClock.sleep("15 s"); // until the runtime has compiled the embedded engine, at its first start
  const watching = await cost(monitor.pid, () => browse(`${page}live`, 1, 0));
  const weight = await memory(monitor.pid);
  daemons.kill("SIGUSR1");
  const said = Number(await daemons.said(/^said (\d+)$/m));
  await systemClock.sleep("3 s");
  monitor.kill("SIGINT");
  await monitor.status;
  const stored = await lost(
    folder,
    db === undefined ? { folder: `${folder}/database` } : { url: db },
    since,
    said,
  );
  const what = `${DAEMONS} daemons at ${PER_SECOND} updates/s, ${engine}`;
  yield {
    what: `${what}: processor time of MONITOR`,
    ours: `${percent(watching.own + watching.others)} of a core, its main thread ${percent(watching.own)}`,
    limit: percent(raw.own + raw.others),
    goal: "one core at most",
  };
  yield {
    what: `${what}: from a daemon to a browser`,
    ours: late(watching.result),
    limit: late(raw.result),
    goal: "p99 under 100 ms",
  };
  yield {
    what: `${what}: values lost`,
    ours: `${stored.lost} of ${stored.kept + stored.lost} (${weight.toFixed(0)} MB)`,
    goal: "none",
  };
}

async function* manyBrowsers(): AsyncIterable<Row> {
  await using folders = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  folders.defer(() => Deno.remove(folder, { recursive: true }));
  await using daemons = await crowd(WATCHED);
  const raw = await limitFor(daemons, BROWSERS);
  await using monitor = await monitorOf(daemons, folder, undefined);
  const page = await monitor.said(/^page at (\S+)$/m);
  await allConnected(page, WATCHED);
  await systemClock.sleep("5 s");
  const before = await memory(monitor.pid);
  const all = await cost(monitor.pid, () => browse(`${page}live`, BROWSERS, 0));
  const between = await memory(monitor.pid);
  const { result: others } = await cost(monitor.pid, () => browse(`${page}live`, BROWSERS, 1));
  const after = await memory(monitor.pid);
  const what = `${BROWSERS} browsers, ${WATCHED} daemons at ${PER_SECOND} updates/s`;
  yield {
    what: `${what}: from a daemon to a browser`,
    ours: `${late(all.result)}, ${percent(all.own + all.others)} of a core`,
    limit: `${late(raw.result)}, ${percent(raw.own + raw.others)} of a core`,
    goal: "as with one",
  };
  yield {
    what: `${what}: with one stalled, the others`,
    ours: late(others),
    limit: `${late(all.result)} with none`,
    ratio: all.result.p99 / others.p99,
    goal: "no delay",
  };
  yield {
    what: `${what}: memory of MONITOR`,
    ours: `${between.toFixed(0)} MB, ${after.toFixed(0)} MB with one stalled`,
    limit: `${before.toFixed(0)} MB without browsers`,
    goal: "bounded",
  };
}

/** The benches of a large lab. */
export async function* scale(): AsyncIterable<Row> {
  yield* thousandDaemons("embedded database", undefined);
  yield* manyBrowsers();
  if (POSTGRESQL !== undefined) yield* thousandDaemons("PostgreSQL", POSTGRESQL);
}
