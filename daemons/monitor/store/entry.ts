/** What a record of the spool says, and its bytes: JSON, so that a spool can be read without this program. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import type { Quality, Reading, Severity } from "../../../lib/device/reading.ts";
import type { LabLine } from "../lab.ts";
import type { ImageRow } from "./image.ts";
import type { NoteRow } from "./note.ts";
import type { RunRow } from "./run.ts";

/** A channel as the database knows it: key, name in a status line, kind of value, unit. */
export type ChannelRow = readonly [key: string, wire: string, type: string, unit: string | null];

/** A number as JSON can say it. */
type JsonNumber = number | "Infinity" | "-Infinity" | null;

/** One value: its channel's key, time (unix seconds), the number or text it is, and how far it may be believed. */
export type ValueRow = readonly [
  key: string,
  time: number,
  number: JsonNumber,
  text: string | null,
  quality: number,
  severity: number,
  reason: string | null,
];

/** A record. */
export type Entry =
  /** Channels, before their first values. */
  | { readonly kind: "channels"; readonly client: string; readonly rows: readonly ChannelRow[] }
  /** Values of one client. */
  | { readonly kind: "values"; readonly client: string; readonly rows: readonly ValueRow[] }
  /** A log line. */
  | { readonly kind: "log"; readonly line: LabLine }
  /** An image. */
  | { readonly kind: "image"; readonly row: ImageRow }
  /** A note of the logbook. */
  | { readonly kind: "note"; readonly row: NoteRow }
  /** A run, as it stands. */
  | { readonly kind: "run"; readonly row: RunRow }
  /** MONITOR, started at `since`, was recording at `seen` (unix seconds). */
  | { readonly kind: "recording"; readonly since: number; readonly seen: number };

/** Numbers of the qualities in the database. */
export const QUALITY: Readonly<Record<Quality, number>> = { good: 0, stale: 1, bad: 2 };

/** Numbers of the severities in the database. */
export const SEVERITY: Readonly<Record<Severity, number>> = { ok: 0, warn: 1, alarm: 2 };

const decoder = new TextDecoder();

/** Makes the payload of a record. */
export function encodeEntry(entry: Entry): string {
  return JSON.stringify(entry);
}

/** Reads the payload of a record that was found sound. */
export function decodeEntry(payload: Uint8Array): Entry {
  return JSON.parse(decoder.decode(payload));
}

/** A log line as it is recorded. */
export function logEntry(line: LabLine, now: number): Entry {
  const { source, type, message, command } = line;
  return {
    kind: "log",
    line: {
      time: sane(line.time, now),
      source: clean(source),
      type,
      message: clean(message),
      ...command === undefined ? {} : { command: cleaned(command) },
    },
  };
}

/** An image as it is recorded. */
export function imageEntry(image: ImageRow, now: number): Entry {
  return { kind: "image", row: { ...cleaned(image), time: sane(image.time, now) } };
}

/** A run as it is recorded. */
export function runEntry(run: RunRow, now: number): Entry {
  const ended = run.ended === null ? null : sane(run.ended, now);
  return {
    kind: "run",
    row: { ...cleaned(run), began: sane(run.began, now), seen: sane(run.seen, now), ended },
  };
}

/** A note as it is recorded. */
export function noteEntry(note: NoteRow, now: number): Entry {
  const row: NoteRow = {
    time: sane(note.time, now),
    written: now,
    author: clean(note.author),
    text: clean(note.text),
    client: note.client && clean(note.client),
    run: note.run && clean(note.run),
  };
  return { kind: "note", row };
}

/** A channel as it is recorded. */
export function channelRow({ key, wire, param }: Channel): ChannelRow {
  return [clean(key), clean(wire), param.type, "unit" in param ? clean(param.unit ?? "") || null : null];
}

/**
 * A reading as it is recorded. Numbers, flags (0 or 1) and times are numbers; everything else is text.
 *
 * @param key The channel's key.
 * @param reading The reading.
 * @param time Unix seconds from which on it held.
 */
export function valueRow(key: string, reading: Reading, time: number): ValueRow {
  const { value, quality, severity, reason, raw } = reading;
  const why = raw === undefined ? reason : `${reason ?? "unreadable"}: ${raw}`;
  const number = typeof value === "boolean" ? Number(value) : typeof value === "number" ? value : null;
  const text = typeof value === "string" ? value : Array.isArray(value) ? JSON.stringify(value) : null;
  return [
    clean(key),
    time,
    quality === "bad" ? null : json(number),
    quality === "bad" || text === null ? null : clean(text),
    QUALITY[Number.isNaN(number) ? "bad" : quality],
    SEVERITY[severity],
    why === undefined ? null : clean(why),
  ];
}

/** A row that says: from `time` on nothing is known of this channel. */
export function gapRow(key: string, time: number, reason: string): ValueRow {
  return [clean(key), time, null, null, QUALITY.stale, SEVERITY.ok, reason];
}

/** A peer's clock may say anything; what no database can hold is taken to be now. */
export function sane(time: number, now: number): number {
  return time > 0 && time < 1e11 ? time : now;
}

function json(number: number | null): JsonNumber {
  if (number === null || Number.isFinite(number)) return number;
  return Number.isNaN(number) ? null : number > 0 ? "Infinity" : "-Infinity";
}

/** The same without what PostgreSQL's text cannot hold. */
function cleaned<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part) => typeof part === "string" ? clean(part) : part);
}

/** PostgreSQL's text cannot hold the character NUL. */
function clean(text: string): string {
  return text.replaceAll("\0", "\ufffd");
}
