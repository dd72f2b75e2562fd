/** How fast a daemon answers `get_status`, beside a raw loop with replies of the same length. */
import { ask, median, type Program, start } from "./processes.ts";
import { rate, type Row } from "./row.ts";

const ROUNDS = 5;

/** What the raw loop does at least on a machine that is fit for measuring, requests a second. */
const RAW_FLOOR: Readonly<Record<number, number>> = { 1: 10_000, 100: 700_000, 1000: 3_000_000 };

interface Case {
  readonly variables: number;
  readonly window: number;
  readonly goal: number;
  readonly old: string;
}

const CASES: readonly Case[] = [
  { variables: 4, window: 1, goal: 0.85, old: "12.5 k/s" },
  { variables: 4, window: 100, goal: 0.5, old: "130 k/s" },
  { variables: 4, window: 1000, goal: 0.2, old: "140 k/s" },
  { variables: 320, window: 1, goal: 0.7, old: "9.5 k/s" },
  { variables: 320, window: 100, goal: 0.7, old: "22 k/s" },
];

/** A raw loop with replies of `length` bytes. */
export const raw = (length: number): Promise<Program> =>
  start([
    "run",
    "--allow-net=127.0.0.1",
    new URL("./raw/loop.ts", import.meta.url).pathname,
    String(Math.round(length)),
  ]);

const server = (variables: number): Promise<Program> =>
  start([
    "run",
    "--allow-net=127.0.0.1",
    new URL("./servers/status_daemon.ts", import.meta.url).pathname,
    String(variables),
  ]);

/** Ours beside raw, in turn; the ratio is the median of the rounds' ratios. */
export async function compare(
  ours: Program,
  window: number,
): Promise<{ ours: number; raw: number; ratio: number; bytes: number }> {
  const { bytes } = await ask(ours.port, 1, { seconds: 0.2 });
  await using limit = await raw(bytes);
  const pairs: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const figures = await ask(ours.port, window);
    if (figures.distinct < 5) throw new Error("the values did not change during the run");
    pairs.push([figures.rate, (await ask(limit.port, window)).rate]);
  }
  const rawRate = median(pairs.map(([, each]) => each));
  const floor = RAW_FLOOR[window];
  if (bytes < 200 && floor !== undefined && rawRate < floor) {
    console.log(`VOID: the raw loop itself does only ${rate(rawRate)}; this machine is too busy or too slow`);
  }
  return {
    ours: median(pairs.map(([each]) => each)),
    raw: rawRate,
    ratio: median(pairs.map(([a, b]) => a / b)),
    bytes,
  };
}

/** The benches of a daemon's status. */
export async function* status(): AsyncIterable<Row> {
  for (const { variables, window, goal, old } of CASES) {
    await using ours = await server(variables);
    const figures = await compare(ours, window);
    yield {
      what: `get_status, ${variables} variables (${Math.round(figures.bytes)} B), ${window} outstanding`,
      ours: rate(figures.ours),
      limit: rate(figures.raw),
      ratio: figures.ratio,
      goal: `at least ${goal}`,
      old,
    };
  }
}
