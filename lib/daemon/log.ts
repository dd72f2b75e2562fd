/** What a daemon has to say, once per event: to stderr for people and machines, and to MONITOR. @module */
import type { LogLine } from "../link/link.ts";
import type { Clock } from "../time/mod.ts";

/** How bad a log line is. */
export type LogType = LogLine["type"];

/** Writes log lines to whoever listens. */
export class Log {
  readonly #source: string;
  readonly #clock: Clock;
  readonly #debug: boolean;
  readonly #sinks = new Set<(line: LogLine) => void>();

  /** Makes one; without `debug` lines of that type are dropped. */
  constructor(source: string, options: { clock: Clock; debug: boolean }) {
    this.#source = source;
    this.#clock = options.clock;
    this.#debug = options.debug;
  }

  /** Gives every line to `sink` from now on. */
  to(sink: (line: LogLine) => void): void {
    this.#sinks.add(sink);
  }

  /** Whether details are told: looked at before a costly message is made. */
  get isDetailed(): boolean {
    return this.#debug;
  }

  /** Says something. */
  write(type: LogType, message: string): void {
    if (type === "debug" && !this.#debug) return;
    const line = { time: this.#clock.time(), source: this.#source, type, message };
    for (const sink of this.#sinks) sink(line);
  }
}

/**
 * A log line as it stands on stderr: JSON for machines; on a terminal time, type and text.
 *
 * @param line The line.
 * @param isTerminal Whether a person reads it.
 * @returns One line of text, without a line break.
 */
export function formatLogLine(line: LogLine, isTerminal: boolean): string {
  const time = new Date(line.time * 1000).toISOString();
  if (!isTerminal) return JSON.stringify({ ...line, time });
  return `${time.slice(11, 23)} ${line.type.padEnd(7)} ${line.source}: ${line.message}`;
}

/** Writes log lines to the standard error stream of this process. */
export function logToStderr(line: LogLine): void {
  console.error(formatLogLine(line, Deno.stderr.isTerminal()));
}
