/** Runs: what scripts have announced of themselves, how they ended, and what they changed. @module */
import type { Sql } from "postgres";
import { pattern } from "./log_query.ts";

/** How a run ended. */
export type RunOutcome = "done" | "failed" | "aborted";

/** Settings of devices: by device, by the key that `set` takes, in the device's words. */
export type LabSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A setting that is another at the end of a run than at its begin. */
export interface SettingChange {
  /** Whose. */
  readonly client: string;
  /** Which. */
  readonly key: string;
  /** What it was. */
  readonly before: string;
  /** What it is. */
  readonly after: string;
}

/** A run. */
export interface RunRow {
  /** Its name for programs, also in the headers of its images: `cooldown-20261127-180405-3f`. */
  readonly id: string;
  /** What was run: `cooldown`. */
  readonly name: string;
  /** Who ran it; empty where nobody said. */
  readonly author: string;
  /** When it began, unix seconds. */
  readonly began: number;
  /** When it was last heard of, unix seconds. */
  readonly seen: number;
  /** When it ended; null while it has not. */
  readonly ended: number | null;
  /** How it ended; null while it has not. */
  readonly outcome: RunOutcome | null;
  /** Why it failed or was aborted. */
  readonly reason: string | null;
  /** What was said about it. */
  readonly note: string | null;
  /** What it was told. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** The devices it works with. */
  readonly devices: readonly string[];
  /** Channels that are worth a curve: `cryocon.temperature`. */
  readonly plots: readonly string[];
  /** How far it has come, 0 to 1. */
  readonly progress: number | null;
  /** What it does, or did last. */
  readonly doing: string | null;
  /** The lab's settings at its begin; null in all records but the first. */
  readonly settings: LabSettings | null;
  /** What was different at its end. */
  readonly changes: readonly SettingChange[] | null;
}

/** A run in a list: without settings. */
export type RunFound = Omit<RunRow, "settings" | "changes">;

/** What is asked of the runs. */
export interface RunQuery {
  /** Words in its name, its notes, its parameters, its author's name, or why it failed. */
  readonly text?: string | undefined;
  /** Run by this person. */
  readonly author?: string | undefined;
  /** Of this name. */
  readonly name?: string | undefined;
  /** Still going on then or later, unix seconds. */
  readonly from?: number | undefined;
  /** Begun then or earlier, unix seconds. */
  readonly to?: number | undefined;
  /** Passes over so many of the newest. */
  readonly offset?: number | undefined;
  /** At most so many. */
  readonly count: number;
}

/** Runs, newest first. */
export interface RunPage {
  /** Those asked for. */
  readonly runs: readonly RunFound[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

/** Finds runs, newest first. */
export async function findRuns(sql: Sql, query: RunQuery): Promise<RunPage> {
  const { text, author, name, from, to, offset = 0, count } = query;
  const words = text?.trim().split(/\s+/).filter((word) => word !== "") ?? [];
  const rows = await sql`
    select ${columns(sql)} from dewar.run where true
    ${author === undefined ? sql`` : sql`and author = ${author}`}
    ${name === undefined ? sql`` : sql`and name = ${name}`}
    ${from === undefined ? sql`` : sql`and coalesce(ended, seen) >= to_timestamp(${from})`}
    ${to === undefined ? sql`` : sql`and began <= to_timestamp(${to})`}
    ${words.reduce((all, word) => sql`${all} and ${wordsOf(sql)} ilike ${pattern(word)}`, sql``)}
    order by run.began desc, run.id desc limit ${count + 1} offset ${offset}`;
  return { runs: rows.slice(0, count).map((row) => read<RunFound>(row)), more: rows.length > count };
}

/** One run by its id, with its settings; undefined if there is none. */
export async function findRun(sql: Sql, id: string): Promise<RunRow | undefined> {
  const [row] = await sql`
    select ${
    columns(sql)
  }, settings::text as settings, changes::text as changes from dewar.run where id = ${id}`;
  return row && read<RunRow>(row);
}

/** What has been run and by whom, the latest first, for choices. */
export async function runChoices(sql: Sql): Promise<{ names: string[]; authors: string[] }> {
  const names = await sql`select name from dewar.run group by name order by max(began) desc limit 100`;
  const authors = await sql`
    select author from dewar.run where author <> '' group by author order by max(began) desc limit 100`;
  return { names: names.map(({ name }) => name), authors: authors.map(({ author }) => author) };
}

const columns = (sql: Sql) =>
  sql`
  id, name, author, extract(epoch from began)::float8 as began, extract(epoch from seen)::float8 as seen,
  extract(epoch from ended)::float8 as ended, outcome, reason, note, params::text as params,
  devices::text as devices, plots::text as plots, progress, doing`;

const wordsOf = (sql: Sql) =>
  sql`concat_ws(' ', run.id, name, author, outcome, reason, note, doing, params::text, devices::text)`;

const JSON_COLUMNS = ["params", "devices", "plots", "settings", "changes"];

function read<R>(row: Readonly<Record<string, unknown>>): R {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      JSON_COLUMNS.includes(name) && typeof value === "string" ? JSON.parse(value) : value,
    ]),
  ) as R;
}
