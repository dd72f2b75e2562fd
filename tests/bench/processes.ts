/** The C client that measures servers, and what to do with its figures. */
import { ROOT } from "../processes.ts";

export { memory, processorTime, type Program, start } from "../processes.ts";

/** Where the C client is once it is compiled. */
export const CLIENT: string = `${ROOT}data/bench/client`;

const decoder = new TextDecoder();

/** What the C client measured. */
export interface Figures {
  /** Requests per second. */
  readonly rate: number;
  /** Latency of one at a time, microseconds. */
  readonly p50: number;
  /** Latency of one at a time, microseconds. */
  readonly p99: number;
  /** Bytes of a reply. */
  readonly bytes: number;
  /** How many replies differed from the one before. */
  readonly distinct: number;
}

/** Asks a server with `window` requests outstanding. Every reply must begin with `prefix`. */
export async function ask(
  port: number,
  window: number,
  { seconds = 1.5, prefix = "status ", request = "get_status" } = {},
): Promise<Figures> {
  const args = [port, window, seconds, prefix, request].map(String);
  const { success, stdout, stderr } = await new Deno.Command(CLIENT, { args }).output();
  if (!success) throw new Error(`the client failed: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout));
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
