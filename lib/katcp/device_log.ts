/** What a device tells its clients of itself. @module */
import type { Clock } from "../time/mod.ts";
import type { Argument } from "./message.ts";
import { timestamp, type Version } from "./types.ts";

/** The levels, from everything to nothing. */
export const LOG_LEVELS = ["all", "trace", "debug", "info", "warn", "error", "fatal", "off"] as const;

/** From where on messages are told. */
export type LogLevel = typeof LOG_LEVELS[number];
/** What a message can be. */
export type LogSeverity = Exclude<LogLevel, "all" | "off">;

/** Options of one message. */
export interface LogOptions {
  /** The part of the device it is of, with dots (default `"device"`). */
  name?: string | undefined;
  /** Unix seconds (default: now). */
  timestamp?: number | undefined;
}

/** Tells every client what happens, from a level on that any of them may change. */
export class DeviceLog {
  /** From where on messages are told. */
  level: LogLevel;
  readonly #clock: Clock;
  readonly #version: Version;
  readonly #tell: (args: readonly Argument[]) => void;

  /** Makes one that hands on the arguments of every `#log`. */
  constructor(level: LogLevel, clock: Clock, version: Version, tell: (args: readonly Argument[]) => void) {
    this.level = level;
    this.#clock = clock;
    this.#version = version;
    this.#tell = tell;
  }

  /** Tells a message, if its severity is at least the level. */
  log(severity: LogSeverity, message: string, options: LogOptions = {}): void {
    if (LOG_LEVELS.indexOf(severity) >= LOG_LEVELS.indexOf(this.level)) {
      this.#tell(this.args(severity, message, options));
    }
  }

  /** The arguments of a `#log`. */
  args(severity: LogSeverity, message: string, options: LogOptions = {}): Argument[] {
    const { name = "device", timestamp: time = this.#clock.time() } = options;
    return [severity, timestamp.format(time, this.#version), name, message];
  }

  /** Tells a message of severity `trace`. */
  trace(message: string, options?: LogOptions): void {
    this.log("trace", message, options);
  }

  /** Tells a message of severity `debug`. */
  debug(message: string, options?: LogOptions): void {
    this.log("debug", message, options);
  }

  /** Tells a message of severity `info`. */
  info(message: string, options?: LogOptions): void {
    this.log("info", message, options);
  }

  /** Tells a message of severity `warn`. */
  warn(message: string, options?: LogOptions): void {
    this.log("warn", message, options);
  }

  /** Tells a message of severity `error`. */
  error(message: string, options?: LogOptions): void {
    this.log("error", message, options);
  }

  /** Tells a message of severity `fatal`. */
  fatal(message: string, options?: LogOptions): void {
    this.log("fatal", message, options);
  }
}
