/** How soon a daemon listens, and what it weighs, beside the runtime alone. */
import { median, memory, start } from "./processes.ts";
import type { Row } from "./row.ts";

const ROUNDS = 7;

async function weigh(args: readonly string[]): Promise<{ startup: number; memory: number }> {
  const startups: number[] = [];
  const memories: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using program = await start(args);
    startups.push(program.startup);
    memories.push(await memory(program.pid));
  }
  return { startup: median(startups), memory: median(memories) };
}

/** The benches of starting. */
export async function* memoryAndStart(): AsyncIterable<Row> {
  const script = (name: string) => new URL(name, import.meta.url).pathname;
  const raw = await weigh(["run", "--allow-net=127.0.0.1", script("./raw/loop.ts"), "64"]);
  const net = ["run", "--allow-net=127.0.0.1,localhost"];
  const ours = await weigh([
    ...net,
    script("../../daemons/cryocon/daemon.ts"),
    "--port",
    "0",
    "--hardware",
    "127.0.0.1:9",
  ]);
  yield {
    what: "start of the cryocon daemon to listening",
    ours: `${ours.startup.toFixed(0)} ms`,
    limit: `${raw.startup.toFixed(0)} ms (raw loop)`,
    goal: "under 300 ms",
  };
  yield {
    what: "memory of the cryocon daemon",
    ours: `${ours.memory.toFixed(0)} MB`,
    limit: `${raw.memory.toFixed(0)} MB (raw loop)`,
    goal: "under 70 MB",
  };
}
