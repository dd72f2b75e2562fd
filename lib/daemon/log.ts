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

/** Who reads log lines: a program, or a person at a terminal that shows colours or does not. */
export type LogReader = "machine" | "terminal" | "colour terminal";

/** Colours of a terminal for what is not normal. */
const COLOURS: Partial<Record<LogType, number>> = { warning: 33, error: 31 };

/**
 * A log line as it stands on stderr: JSON for machines; on a terminal time (UTC), source, type and text.
 *
 * @param line The line.
 * @param reader Who reads it.
 * @returns Its text, without a line break at the end.
 */
export function formatLogLine(line: LogLine, reader: LogReader): string {
  const { source, type, message } = line;
  const time = new Date(line.time * 1000).toISOString();
  if (reader === "machine") return JSON.stringify({ ...line, time });
  const text = `${time.slice(11, 23)}  ${source.padEnd(10)}  ${type.padEnd(7)}  ${message}`;
  const colour = COLOURS[type];
  return reader === "terminal" || colour === undefined ? text : `\x1b[${colour}m${text}\x1b[0m`;
}

/** Writes log lines to the standard error stream of this process, for whoever reads it; `NO_COLOR` is honoured. */
export function logToStderr(line: LogLine): void {
  const person = Deno.noColor ? "terminal" : "colour terminal";
  console.error(formatLogLine(line, Deno.stderr.isTerminal() ? person : "machine"));
}
