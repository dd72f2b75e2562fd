/** Reads traces and plays them to a receiver. @module */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { ConnectionError, DewarError } from "../errors.ts";
import type { Clock } from "../time/mod.ts";
import type { Receiver } from "./connection.ts";
import { parseTraceEvent, type TraceDirection, type TraceEvent } from "./trace_event.ts";

/**
 * Reads a trace file. A last line that was cut short, as by the death of the recording process, is left out.
 *
 * @param path The file.
 * @returns What happened, in order.
 * @throws {DewarError} If a line other than the last is none of a trace; the message names file and line.
 */
export async function* readTrace(path: string): AsyncGenerator<TraceEvent> {
  const file = createReadStream(path);
  let number = 0;
  let failure: DewarError | undefined;
  try {
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      if (failure) throw failure;
      number++;
      try {
        yield parseTraceEvent(line);
      } catch (cause) {
        failure = new DewarError(`${path}:${number}: ${(cause as Error).message}`, { cause });
      }
    }
  } finally {
    file.destroy(); // who stops in the middle of a file leaves nothing open behind
    if (!file.closed) await once(file, "close");
  }
}

/** Options of {@linkcode replayTrace}. */
export interface ReplayOptions {
  /** Which side is played (default `"in"`: what the recording side received). */
  direction?: TraceDirection;
  /** Which connection, by its number (default 1). */
  connection?: number;
  /** Keeps the original timing on this clock; without it everything comes at once. */
  clock?: Clock;
  /** Ends it early. */
  signal?: AbortSignal;
}

/**
 * Plays one side of a recorded connection to a receiver, in the chunks that were recorded.
 *
 * @param events What {@linkcode readTrace} gives.
 * @param receiver Is told `data`, `end` and `closed`.
 * @param options Which side, and whether with its timing.
 */
export async function replayTrace(
  events: AsyncIterable<TraceEvent> | Iterable<TraceEvent>,
  receiver: Receiver,
  options: ReplayOptions = {},
): Promise<void> {
  const { direction = "in", connection = 1, clock, signal } = options;
  const start = clock?.now() ?? 0;
  for await (const event of events) {
    if (event.connection !== connection) continue;
    const wait = clock ? start + event.t * 1000 - clock.now() : 0;
    if (wait > 0) await clock!.sleep(wait, { signal });
    signal?.throwIfAborted();
    if (event.kind === "data" && event.direction === direction) receiver.data(event.bytes);
    if (event.kind === "end" && event.direction === direction) receiver.end?.();
    if (event.kind === "closed") {
      receiver.closed?.(event.error === undefined ? undefined : new ConnectionError(event.error));
    }
  }
}
