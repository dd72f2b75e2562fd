/** What a device says for the log. @module */
import type { LogLine } from "../link/link.ts";
import type { Message } from "./message.ts";
import { timestamp, type Version } from "./types.ts";

const TYPES: Readonly<Record<string, LogLine["type"]>> = {
  fatal: "error",
  error: "error",
  warn: "warning",
  info: "info",
  debug: "debug",
  trace: "debug",
};

/**
 * Reads a `#log`; what is odd about it is no reason to lose it.
 *
 * @param inform The message: level, time, logger and text.
 * @param source Who said it.
 * @param at The version the time is written in, and the present where it cannot be read.
 * @returns The line.
 */
export function logLineOf(
  inform: Message,
  source: string,
  { version, now }: { version: Version; now: number },
): LogLine {
  const [level = "", time, logger = "", ...rest] = inform.args.map((_, index) => inform.text(index));
  const text = rest.join(" ");
  if (time === undefined || text === "") return { time: now, source, type: "info", message: String(inform) };
  const message = logger === "" ? text : `${logger}: ${text}`;
  return { time: timeIn(inform.bytes(1), version) ?? now, source, type: TYPES[level] ?? "info", message };
}

function timeIn(bytes: Uint8Array, version: Version): number | undefined {
  try {
    return timestamp.parse(bytes, version);
  } catch {
    return undefined; // a line of the log with an odd time is still one
  }
}
