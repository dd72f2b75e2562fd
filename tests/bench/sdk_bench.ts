/** How fast a script sets things: through the SDK, answered, the daemon in a process of its own. */
import { connect } from "../../lib/sdk/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { ask, median, type Program, start } from "./processes.ts";
import { rate, type Row } from "./row.ts";
import { Settings } from "./settings_model.ts";
import { raw } from "./status_bench.ts";

const ROUNDS = 5;
const SECONDS = 1.5;
/** Bytes of an answer: `done @mid=12345 @seq=1767225600000 setpoint=12345`. */
const ANSWER = 56;

const daemon = (): Promise<Program> =>
  start(["run", "--allow-net=127.0.0.1", new URL("./servers/settings_daemon.ts", import.meta.url).pathname]);

/** Settings a second that were answered, each with another value than before. */
async function settingsPerSecond(set: (value: number) => Promise<void>, concurrent: number): Promise<number> {
  const began = systemClock.now();
  let count = 0;
  await Promise.all(Array.from({ length: concurrent }, async () => {
    while (systemClock.now() - began < SECONDS * 1000) await set(++count);
  }));
  return count * 1000 / (systemClock.now() - began);
}

/** The benches of `set()`. */
export async function* sdk(): AsyncIterable<Row> {
  await using server = await daemon();
  await using limit = await raw(ANSWER);
  await using device = await connect(Settings, server.address);
  const pairs: [ours: number, raw: number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await settingsPerSecond((value) => device.set({ setpoint: value }), 1);
    pairs.push([ours, (await ask(limit.port, 1)).rate]);
  }
  yield {
    what: "set() through the SDK, hardware answers at once, one at a time",
    ours: rate(median(pairs.map(([ours]) => ours))),
    limit: rate(median(pairs.map(([, limit]) => limit))),
    ratio: median(pairs.map(([ours, limit]) => ours / limit)),
    goal: "at least 0.4",
  };

  const parts = Array.from({ length: device.held.count }, (_, index) => device.held.at(index));
  const cases = [
    ["set() of one parameter without hardware, 100 concurrent", parts.slice(0, 1)],
    ["set() of 100 parameters without hardware, 100 concurrent", parts],
  ] as const;
  for (const [what, set] of cases) {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rates.push(await settingsPerSecond((value) => set[value % set.length]!.set({ value }), 100));
    }
    yield { what, ours: rate(median(rates)), goal: "at least 150 k/s" };
  }
}
