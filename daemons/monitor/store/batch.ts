/** Records of the spool, written to the database all or nothing. @module */
import type { Sql } from "postgres";
import { DewarError } from "../../../lib/errors.ts";
import type { Entry } from "./entry.ts";
import type { ImageRow } from "./image.ts";
import type { RunRow } from "./run.ts";
import type { Columns } from "./values.ts";

/** Where a batch comes from. */
export interface Source {
  /** The spool's id. */
  readonly spool: string;
  /** The position before the batch. */
  readonly from: number;
  /** The position after it. */
  readonly to: number;
}

/**
 * Writes what records say and their position: however often it is tried, they are there once.
 *
 * It is one statement, and so one transaction. A transaction of several is not safe with this client: when its
 * connection is lost an error is thrown where nobody can catch it (issue 1208 of porsager/postgres).
 *
 * @param sql The database.
 * @param entries The records, in order.
 * @param columns The values in them.
 * @param source Where they come from.
 * @throws {DewarError} If the database is not at the position before the batch.
 */
export async function applyBatch(
  sql: Sql,
  entries: readonly Entry[],
  columns: Columns,
  source: Source,
): Promise<void> {
  const lines = entries.flatMap((entry) => entry.kind === "log" ? [entry.line] : []);
  const recorded = recordedIn(entries);
  const images = imagesIn(entries);
  const notes = entries.flatMap((entry) => entry.kind === "note" ? [entry.row] : []);
  const runs = runsIn(entries);
  const [result] = await sql`
    with moved as (
      update dewar.spool set position = ${source.to}
      where id = ${source.spool} and position = ${source.from}
      returning position
    ), new_values as (
      insert into dewar.value (channel_id, time, number, text, quality, severity, reason)
      select channel_id, to_timestamp(seconds), number, text, coalesce(quality, 0), coalesce(severity, 0), reason
      from unnest(
        ${columns.channels}::integer[],
        ${columns.times}::float8[],
        ${columns.numbers}::float8[],
        ${columns.texts}::text[],
        ${columns.qualities}::smallint[],
        ${columns.severities}::smallint[],
        ${columns.reasons}::text[]
      ) as given (channel_id, seconds, number, text, quality, severity, reason)
      where exists (select from moved)
    ), mark as materialized (
      select due from dewar.rolled for share
    ), late as (
      insert into dewar.late (channel_id, hour)
      select channel_id, to_timestamp(begin)
      from unnest(
        ${columns.hours.channels}::integer[],
        ${columns.hours.begins}::float8[],
        ${columns.hours.earliest}::float8[]
      ) as given (channel_id, begin, earliest)
      where to_timestamp(earliest) < (select due from mark) and exists (select from moved)
      on conflict do nothing
    ), new_lines as (
      insert into dewar.log (time, source, type, message, command)
      select to_timestamp(seconds), source, type, message, command::jsonb
      from unnest(
        ${lines.map(({ time }) => time)}::float8[],
        ${lines.map(({ source }) => source)}::text[],
        ${lines.map(({ type }) => type)}::text[],
        ${lines.map(({ message }) => message)}::text[],
        ${lines.map(({ command }) => command === undefined ? null : JSON.stringify(command))}::text[]
      ) as given (seconds, source, type, message, command)
      where exists (select from moved)
    ), new_recordings as (
      insert into dewar.recording (spool, since, seen)
      select ${source.spool}::uuid, to_timestamp(since), to_timestamp(seen)
      from unnest(${[...recorded.keys()]}::float8[], ${[
    ...recorded.values(),
  ]}::float8[]) as given (since, seen)
      where exists (select from moved)
      on conflict (spool, since) do update set seen = greatest(recording.seen, excluded.seen)
    ), new_notes as (
      insert into dewar.note (time, written, author, text, client, run)
      select to_timestamp(time), to_timestamp(written), author, text, client, run
      from unnest(
        ${notes.map(({ time }) => time)}::float8[],
        ${notes.map(({ written }) => written)}::float8[],
        ${notes.map(({ author }) => author)}::text[],
        ${notes.map(({ text }) => text)}::text[],
        ${notes.map(({ client }) => client)}::text[],
        ${notes.map(({ run }) => run)}::text[]
      ) as given (time, written, author, text, client, run)
      where exists (select from moved)
    ), new_runs as (
      insert into dewar.run (
        id, name, author, began, seen, ended, outcome, reason, note, params, devices, plots, progress, doing,
        settings, changes
      )
      select id, name, author, to_timestamp(began), to_timestamp(seen), to_timestamp(ended), outcome, reason, note,
        params::jsonb, devices::jsonb, plots::jsonb, progress, doing, settings::jsonb, changes::jsonb
      from unnest(
        ${runs.map(({ id }) => id)}::text[],
        ${runs.map(({ name }) => name)}::text[],
        ${runs.map(({ author }) => author)}::text[],
        ${runs.map(({ began }) => began)}::float8[],
        ${runs.map(({ seen }) => seen)}::float8[],
        ${runs.map(({ ended }) => ended)}::float8[],
        ${runs.map(({ outcome }) => outcome)}::text[],
        ${runs.map(({ reason }) => reason)}::text[],
        ${runs.map(({ note }) => note)}::text[],
        ${runs.map(({ params }) => JSON.stringify(params))}::text[],
        ${runs.map(({ devices }) => JSON.stringify(devices))}::text[],
        ${runs.map(({ plots }) => JSON.stringify(plots))}::text[],
        ${runs.map(({ progress }) => progress)}::float8[],
        ${runs.map(({ doing }) => doing)}::text[],
        ${runs.map(({ settings }) => settings && JSON.stringify(settings))}::text[],
        ${runs.map(({ changes }) => changes && JSON.stringify(changes))}::text[]
      ) as given (id, name, author, began, seen, ended, outcome, reason, note, params, devices, plots, progress,
        doing, settings, changes)
      where exists (select from moved)
      on conflict (id) do update set
        name = excluded.name, author = excluded.author, began = excluded.began, seen = excluded.seen,
        ended = excluded.ended, outcome = excluded.outcome, reason = excluded.reason, note = excluded.note,
        params = excluded.params, devices = excluded.devices, plots = excluded.plots,
        progress = excluded.progress, doing = excluded.doing,
        settings = coalesce(run.settings, excluded.settings), changes = excluded.changes
      where run.ended is null
    ), new_images as (
      insert into dewar.image (
        path, time, source, feed, run, number, exposure, type, width, height, bitpix, bytes,
        header, statistics, thumbnail, problem
      )
      select path, to_timestamp(seconds), source, feed, run, number, exposure, type, width, height, bitpix, bytes,
        header::jsonb, statistics::jsonb, decode(thumbnail, 'base64'), problem
      from unnest(
        ${images.map(({ path }) => path)}::text[],
        ${images.map(({ time }) => time)}::float8[],
        ${images.map(({ source }) => source)}::text[],
        ${images.map(({ feed }) => feed)}::text[],
        ${images.map(({ run }) => run)}::text[],
        ${images.map(({ number }) => number)}::float8[],
        ${images.map(({ exposure }) => exposure)}::float8[],
        ${images.map(({ type }) => type)}::text[],
        ${images.map(({ width }) => width)}::float8[],
        ${images.map(({ height }) => height)}::float8[],
        ${images.map(({ bitpix }) => bitpix)}::float8[],
        ${images.map(({ bytes }) => bytes)}::float8[],
        ${images.map(({ header }) => JSON.stringify(header))}::text[],
        ${images.map(({ statistics }) => JSON.stringify(statistics))}::text[],
        ${images.map(({ thumbnail }) => thumbnail)}::text[],
        ${images.map(({ problem }) => problem)}::text[]
      ) as given (path, seconds, source, feed, run, number, exposure, type, width, height, bitpix, bytes,
        header, statistics, thumbnail, problem)
      where exists (select from moved)
      on conflict (path) do update set
        time = excluded.time, source = coalesce(nullif(excluded.source, ''), image.source),
        feed = coalesce(excluded.feed, image.feed), run = coalesce(excluded.run, image.run),
        number = excluded.number, exposure = excluded.exposure, type = excluded.type, width = excluded.width,
        height = excluded.height, bitpix = excluded.bitpix, bytes = excluded.bytes, header = excluded.header,
        statistics = excluded.statistics, thumbnail = excluded.thumbnail, problem = excluded.problem
    )
    select exists (select from moved) as done`;
  if (!result!.done) {
    throw new DewarError(
      `The database is not at position ${source.from} of spool ${source.spool}: who else writes?`,
    );
  }
}

/** The images, the last word on each file. */
function imagesIn(entries: readonly Entry[]): ImageRow[] {
  const images = entries.flatMap((entry) => entry.kind === "image" ? [entry.row] : []);
  return [...new Map(images.map((image) => [image.path, image])).values()];
}

/** The runs, the last word on each until its end; the settings at the begin are in the first alone. */
function runsIn(entries: readonly Entry[]): RunRow[] {
  const runs = new Map<string, RunRow>();
  for (const entry of entries) {
    if (entry.kind !== "run") continue;
    const before = runs.get(entry.row.id);
    if (before?.ended == null) {
      runs.set(entry.row.id, { ...entry.row, settings: before?.settings ?? entry.row.settings });
    }
  }
  return [...runs.values()];
}

/** Until when each recording went, by its begin. */
function recordedIn(entries: readonly Entry[]): Map<number, number> {
  const recorded = new Map<number, number>();
  for (const entry of entries) {
    if (entry.kind !== "recording") continue;
    recorded.set(entry.since, Math.max(entry.seen, recorded.get(entry.since) ?? 0));
  }
  return recorded;
}
