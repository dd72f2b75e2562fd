/** The logbook: notes of people about a time, a run, a device. @module */
import type { Sql } from "postgres";
import { pattern } from "./log_query.ts";

/** A note. */
export interface NoteRow {
  /** What it is about: unix seconds. */
  readonly time: number;
  /** When it was written, unix seconds. */
  readonly written: number;
  /** Who wrote it. */
  readonly author: string;
  /** What it says; several lines. */
  readonly text: string;
  /** The device it is about. */
  readonly client: string | null;
  /** The run it is about. */
  readonly run: string | null;
}

/** A note in the logbook. */
export interface NoteFound extends NoteRow {
  /** Its number. */
  readonly id: number;
}

/** What is asked of the logbook. */
export interface NoteQuery {
  /** Words in its text or its author's name. */
  readonly text?: string | undefined;
  /** About this device. */
  readonly client?: string | undefined;
  /** About this run. */
  readonly run?: string | undefined;
  /** About no earlier time, unix seconds. */
  readonly from?: number | undefined;
  /** About no later time, unix seconds. */
  readonly to?: number | undefined;
  /** Passes over so many of the newest. */
  readonly offset?: number | undefined;
  /** At most so many. */
  readonly count: number;
}

/** Finds notes, newest first, and whether there are more. */
export async function findNotes(
  sql: Sql,
  query: NoteQuery,
): Promise<{ notes: readonly NoteFound[]; more: boolean }> {
  const { text, client, run, from, to, offset = 0, count } = query;
  const words = text?.trim().split(/\s+/).filter((word) => word !== "") ?? [];
  const rows = await sql<NoteFound[]>`
    select id::float8 as id, extract(epoch from time)::float8 as time,
      extract(epoch from written)::float8 as written, author, text, client, run
    from dewar.note where true
    ${client === undefined ? sql`` : sql`and client = ${client}`}
    ${run === undefined ? sql`` : sql`and run = ${run}`}
    ${from === undefined ? sql`` : sql`and time >= to_timestamp(${from})`}
    ${to === undefined ? sql`` : sql`and time <= to_timestamp(${to})`}
    ${words.reduce((all, word) => sql`${all} and (note.text || ' ' || author) ilike ${pattern(word)}`, sql``)}
    order by note.time desc, note.id desc limit ${count + 1} offset ${offset}`;
  return { notes: rows.slice(0, count), more: rows.length > count };
}
