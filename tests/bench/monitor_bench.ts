/** MONITOR with many clients: how fast it answers, what watching costs, and how soon a change is seen through it. */
import type { Update } from "../../lib/device/reading.ts";
import { openLink } from "../../lib/link/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { processorTime, type Program, program, start } from "../processes.ts";
import { rate, type Row } from "./row.ts";
import { compare } from "./status_bench.ts";

const CLIENTS = 52;
/** So many that MONITOR's status has about 12 KB. */
const VARIABLES = 7;
const CHANGES = 1000;

async function monitorOf(fleet: Program, folder: string): Promise<Program> {
  const [ports = ""] = fleet.output.split("\n");
  const clients = ports.split(",").map((port, n) => `daemon${n}=127.0.0.1:${port}`);
  const own = ["--port", "0", "--http-port", "0", "--data", folder];
  return await start(program("daemons/monitor/monitor.ts", ...own, ...clients));
}

/** Milliseconds from setting a value in a daemon until a client of MONITOR has it, sorted. */
async function delays(daemon: Program, monitor: Program): Promise<number[]> {
  await using device = await openLink(daemon.address, {});
  await using lab = await openLink(monitor.address, {});
  await Promise.all([device.describe(), lab.describe()]);
  const waiting = new Map<number, (update: Update) => void>();
  const end = new AbortController();
  const following = (async () => {
    for await (const update of lab.updates({ keys: ["daemon0.own"], signal: end.signal })) {
      const value = update.readings.get("daemon0.own")?.value as number;
      waiting.get(value)?.(update);
    }
  })();
  const found: number[] = [];
  for (let n = 1; n <= CHANGES; n++) {
    const { promise, resolve } = Promise.withResolvers<Update>();
    waiting.set(n, resolve);
    const began = systemClock.now();
    void device.command({ kind: "set", values: { own: n } });
    await promise;
    found.push(systemClock.now() - began);
    waiting.delete(n);
    await systemClock.sleep(2);
  }
  end.abort();
  await following;
  return found.sort((a, b) => a - b);
}

/** The benches of MONITOR. */
export async function* monitor(): AsyncIterable<Row> {
  const folder = await Deno.makeTempDir();
  await using fleet = await start(program("tests/bench/servers/fleet.ts", `${CLIENTS}`, `${VARIABLES}`));
  await using watching = await monitorOf(fleet, folder);
  await systemClock.sleep("8 s");

  const span = 20;
  const before = await processorTime(watching.pid);
  await systemClock.sleep(`${span} s`);
  const share = 100 * (await processorTime(watching.pid) - before) / span;
  yield {
    what: `MONITOR watching ${CLIENTS} clients`,
    ours: `${share.toFixed(1)} % of a core`,
    goal: "under 5 %",
  };

  for (const [window, old] of [[1, "4.8 k/s"], [100, "4 k/s"]] as const) {
    const figures = await compare(watching, window);
    yield {
      what: `MONITOR's get_status, ${CLIENTS} clients (${
        Math.round(figures.bytes)
      } B), ${window} outstanding`,
      ours: rate(figures.ours),
      limit: rate(figures.raw),
      ratio: figures.ratio,
      goal: "at least 0.6",
      old,
    };
  }

  const sorted = await delays(fleet, watching);
  const [median, p99] = [sorted[Math.floor(CHANGES / 2)]!, sorted[Math.floor(CHANGES * 0.99)]!];
  yield {
    what: "a change in a daemon seen by a client of MONITOR",
    ours: `median ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
    goal: "p99 under 10 ms",
    old: "median 850 ms",
  };
}
