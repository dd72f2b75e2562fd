/** MONITOR as a process, on free ports and a data folder of its own. */
import { parseLine } from "../../lib/line/mod.ts";
import { tcp } from "../../lib/net/mod.ts";
import { type LineClient, lineClient } from "../../lib/testing/mod.ts";
import { giveDatabase } from "../monitor/store/made_database.ts";
import { type Program, program, start } from "../processes.ts";

/** MONITOR, and a script that is connected to it. */
export interface RunningMonitor extends AsyncDisposable {
  /** Its process. */
  readonly process: Program;
  /** Its status now, by variable. */
  status(): Promise<Readonly<Record<string, string>>>;
  /** How often its log says something. */
  told(message: string): number;
}

/** Command line of a MONITOR on free ports. */
export function monitorArgs(data: string, ...more: readonly string[]): string[] {
  return program("daemons/monitor/monitor.ts", "--port", "0", "--http-port", "0", "--data", data, ...more);
}

/**
 * Starts it.
 *
 * @param data Its data folder.
 * @param more Further arguments: clients and options.
 */
export async function startMonitor(data: string, ...more: readonly string[]): Promise<RunningMonitor> {
  if (!more.includes("--db")) await giveDatabase(data);
  const process = await start(monitorArgs(data, ...more));
  const client = lineClient(await tcp.connect(process.address));
  return {
    process,
    status: () => statusOf(client),
    told: (message) => process.log.split(`"message":${JSON.stringify(message)}`).length - 1,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await client.closed;
    },
  };
}

async function statusOf(client: LineClient): Promise<Readonly<Record<string, string>>> {
  client.send("get_status");
  return parseLine(await client.expect(/^status /)).options;
}
