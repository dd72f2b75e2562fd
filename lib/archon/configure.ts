/** Getting a configuration into a controller, and out of it again. @module */
import { CommandError, ConnectionError, TimeoutError } from "../errors.ts";
import { Acf, type AcfEntry } from "./acf.ts";
import { type AcfChange, applyCommands, compareAcf } from "./acf_change.ts";
import type { ArchonClient } from "./client.ts";
import { ArchonRefusal } from "./exchange.ts";

/** Options of {@linkcode ArchonClient.configure}. */
export interface ConfigureOptions {
  /** Told how far it has come, 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Gives it up: the controller is without a usable configuration then. */
  readonly signal?: AbortSignal | undefined;
}

/** A controller holds that many lines. */
const MOST_LINES = 16384;
/** How many lines are asked for, or sent, before the first of them is waited for. */
const AHEAD = 64;

/** See {@linkcode ArchonClient.configure}. */
export async function writeConfiguration(
  archon: ArchonClient,
  acf: Acf,
  options: ConfigureOptions,
): Promise<void> {
  const { onProgress, signal } = options;
  const { entries } = acf;
  let written = 0;
  await withoutPolling(archon, async () => {
    try {
      await archon.send("CLEARCONFIG", { signal });
      for (let from = 0; from < entries.length; from += AHEAD) {
        const part = entries.slice(from, from + AHEAD);
        await all(part.map((entry, at) => archon.writeLine(from + at, acf.text(entry), { signal })));
        written = from + part.length;
        onProgress?.(written / entries.length);
      }
    } catch (error) {
      if (error instanceof ConnectionError) throw error;
      const left =
        `${written} of the ${entries.length} lines of ${acf.name} are written: it is without a configuration now`;
      throw new CommandError("device", `The Archon was not configured: ${messageOf(error)}; ${left}`, {
        cause: error,
      });
    }
  });
}

/** See {@linkcode ArchonClient.readConfiguration}. */
export async function readConfiguration(archon: ArchonClient, options: ConfigureOptions): Promise<Acf> {
  const { signal } = options;
  const entries: AcfEntry[] = [];
  for (let from = 0; from < MOST_LINES; from += AHEAD) {
    const lines = await all(Array.from({ length: AHEAD }, (_, at) => lineOrNone(archon, from + at, signal)));
    const end = lines.indexOf("");
    for (const text of end < 0 ? lines : lines.slice(0, end)) {
      const at = text.indexOf("=");
      if (at <= 0) {
        throw new CommandError("device", `The Archon's memory holds ${JSON.stringify(text)}, no KEY=value`);
      }
      entries.push({ key: text.slice(0, at), value: unquoted(text.slice(at + 1)), line: undefined });
    }
    if (end >= 0) break;
  }
  return new Acf("the controller's memory", entries);
}

/** See {@linkcode ArchonClient.change}. */
export async function changeConfiguration(
  archon: ArchonClient,
  before: Acf,
  now: Acf,
  options: ConfigureOptions,
): Promise<string[]> {
  const changes = compareAcf(before, now);
  const gone = changes.find((change) => change.now === undefined);
  if (gone) {
    throw new CommandError(
      "invalid",
      `${gone.key} cannot be taken away from a configuration: load it as a whole`,
    );
  }
  for (const change of changes) await writeChange(archon, now, change, options.signal);
  const commands = applyCommands(changes);
  for (const command of commands) await archon.send(command, { signal: options.signal });
  return commands;
}

async function writeChange(
  archon: ArchonClient,
  acf: Acf,
  { key, now }: AcfChange,
  signal: AbortSignal | undefined,
): Promise<void> {
  await archon.writeLine(acf.lineOf(key)!, acf.text({ key, value: now! }), { signal });
}

/** The controller writes a configuration several times faster while it does not poll its modules. */
async function withoutPolling(archon: ArchonClient, work: () => Promise<void>): Promise<void> {
  const isOff = await isTaken(archon, "POLLOFF");
  try {
    await work();
  } finally {
    if (isOff) await isTaken(archon, "POLLON");
  }
}

/** Undocumented commands may be unknown, and what a controller does not know it does not answer. */
async function isTaken(archon: ArchonClient, command: string): Promise<boolean> {
  try {
    await archon.ask(command, { timeout: "2 s" });
    return true;
  } catch (error) {
    if (error instanceof TimeoutError || error instanceof ArchonRefusal) return false;
    throw error;
  }
}

async function lineOrNone(archon: ArchonClient, line: number, signal?: AbortSignal): Promise<string> {
  try {
    return await archon.readLine(line, { signal });
  } catch (error) {
    if (error instanceof ArchonRefusal) return "";
    throw error;
  }
}

/** As `Promise.all`, but nothing is left behind: every command has its end before the first failure is told. */
async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function unquoted(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1) : value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
