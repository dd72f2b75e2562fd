/**
 * What a trace of connections consists of, and how it is written: one JSON object per line.
 *
 * ```text
 * {"c":1,"t":0,"open":"127.0.0.1:7024","time":1767225600.25}    connection 1 begins, at this unix time
 * {"c":1,"t":0.000213,"out":"get_status\n"}                     we sent this, 213 us later
 * {"c":1,"t":0.000301,"in64":"//79AA=="}                        this came; not UTF-8, hence base64
 * {"c":1,"t":2.5,"end":"in"}                                    the peer sends no more
 * {"c":1,"t":2.51,"closed":"reset by the peer"}                 it is over; null if in order
 * ```
 * @module
 */
import { Buffer } from "node:buffer";
import { DewarError } from "../errors.ts";

/** Which way bytes went, seen from the recording side. */
export type TraceDirection = "in" | "out";

/** What can happen to a connection. */
export type TraceBody =
  /** It began, at `time` in unix seconds. */
  | { readonly kind: "open"; readonly peer: string; readonly time: number }
  /** Bytes went. */
  | { readonly kind: "data"; readonly direction: TraceDirection; readonly bytes: Uint8Array }
  /** No more will go this way. */
  | { readonly kind: "end"; readonly direction: TraceDirection }
  /** It is over; with the message of the error if it did not end in order. */
  | { readonly kind: "closed"; readonly error: string | undefined };

/** Something that happened to one of the connections of a trace. */
export type TraceEvent = TraceBody & {
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** Seconds since the connection began. */
  readonly t: number;
};

/** Keeps a byte order mark, so that what is written as text reads back to the same bytes. */
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Writes an event.
 *
 * @param event What happened.
 * @returns A line with its end.
 */
export function formatTraceEvent(event: TraceEvent): string {
  const head = { c: event.connection, t: Number(event.t.toFixed(6)) };
  return JSON.stringify({ ...head, ...body(event) }) + "\n";
}

function body(event: TraceBody): Record<string, unknown> {
  switch (event.kind) {
    case "open":
      return { open: event.peer, time: event.time };
    case "end":
      return { end: event.direction };
    case "closed":
      return { closed: event.error ?? null };
    case "data":
      try {
        return { [event.direction]: strictDecoder.decode(event.bytes) };
      } catch {
        const { buffer, byteOffset, length } = event.bytes;
        return { [`${event.direction}64`]: Buffer.from(buffer, byteOffset, length).toString("base64") };
      }
  }
}

/**
 * Reads an event.
 *
 * @param line A line of a trace.
 * @returns What happened.
 * @throws {DewarError} If the line is none of a trace.
 */
export function parseTraceEvent(line: string): TraceEvent {
  const fields = fieldsOf(line);
  const head = { connection: fields["c"] as number, t: fields["t"] as number };
  if (typeof head.connection === "number" && typeof head.t === "number") {
    if (typeof fields["open"] === "string") {
      return { ...head, kind: "open", peer: fields["open"], time: fields["time"] as number };
    }
    if (fields["end"] === "in" || fields["end"] === "out") {
      return { ...head, kind: "end", direction: fields["end"] };
    }
    if ("closed" in fields) {
      return { ...head, kind: "closed", error: (fields["closed"] ?? undefined) as string | undefined };
    }
    for (const direction of ["in", "out"] as const) {
      const text = fields[direction];
      if (typeof text === "string") return { ...head, kind: "data", direction, bytes: encoder.encode(text) };
      const base64 = fields[`${direction}64`];
      if (typeof base64 === "string") {
        return { ...head, kind: "data", direction, bytes: new Uint8Array(Buffer.from(base64, "base64")) };
      }
    }
  }
  throw new DewarError(`Cannot read as an event of a trace: ${line.slice(0, 100)}`);
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line));
  } catch (cause) {
    throw new DewarError(`Cannot read as an event of a trace: ${line.slice(0, 100)}`, { cause });
  }
}
