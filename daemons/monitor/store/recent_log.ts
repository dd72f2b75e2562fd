/** The latest log lines, remembered: a page shows them while the database is being opened, or is busy. @module */
import type { Sql } from "postgres";
import { ConnectionError } from "../../../lib/errors.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { LabLine } from "../lab.ts";
import type { Report } from "./spool.ts";

/** Lines that are remembered. */
const REMEMBERED = 1000;
/** How long a page waits for the lines from before the start. */
const PATIENCE = "300 ms";

/** Options of {@linkcode RecentLog}. */
export interface RecentLogOptions {
  /** Measures how long the lines from before the start are waited for. */
  readonly clock: Clock;
  /** Waits until everything logged before is in the database, or the database is in trouble. */
  readonly flush: () => Promise<void>;
  /** Asks the database once it is open; throws a `ConnectionError` if it is in trouble. */
  readonly query: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;
  /** Told of what should not be. */
  readonly report: Report;
}

/** The latest log lines. */
export class RecentLog {
  readonly #options: RecentLogOptions;
  /** Newest first. */
  #lines: LabLine[] = [];
  #recalling: Promise<void> | undefined;

  /** Remembers nothing yet. */
  constructor(options: RecentLogOptions) {
    this.#options = options;
  }

  /** Remembers a line. */
  add(line: LabLine): void {
    this.#lines.unshift(line);
    this.#lines.length = Math.min(this.#lines.length, REMEMBERED);
  }

  /** The last `count` lines, newest first; those from before the start as soon as the database has told them. */
  async last(count: number): Promise<readonly LabLine[]> {
    this.#recalling ??= this.#recall().catch((error) => this.#failed(error));
    if (this.#lines.length < count) {
      const enough = new AbortController();
      const patience = this.#options.clock.sleep(PATIENCE, { signal: enough.signal }).catch(() => {});
      await Promise.race([this.#recalling, patience]);
      enough.abort();
    }
    return this.#lines.slice(0, count);
  }

  /** It is asked again next time; that the database is in trouble is said elsewhere. */
  #failed(error: Error): void {
    this.#recalling = undefined;
    if (error instanceof ConnectionError) return;
    this.#options.report("error", `What was logged before the start cannot be read: ${error.message}`);
  }

  /** Asks the database for what was said before the start. */
  async #recall(): Promise<void> {
    const { flush, query } = this.#options;
    await flush();
    const rows = await query((sql) =>
      sql<(Omit<LabLine, "command"> & { command: LabLine["command"] | null })[]>`
        select extract(epoch from time)::float8 as time, source, type, message, command
        from dewar.log order by id desc limit ${REMEMBERED}`
    );
    const known = new Set(this.#lines.map(identity));
    const before = rows
      .map(({ command, ...line }): LabLine => command ? { ...line, command } : line)
      .filter((line) => !known.has(identity(line)));
    this.#lines = [...this.#lines, ...before].slice(0, REMEMBERED);
  }
}

/** Two lines of one time, source and text are one. */
function identity({ time, source, type, message }: LabLine): string {
  return JSON.stringify([time.toFixed(3), source, type, message]);
}
