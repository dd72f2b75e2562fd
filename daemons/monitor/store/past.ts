/** Values of the past as they were stored: one after the other, or all of them as they were at one moment. @module */
import type { Sql } from "postgres";
import type { Param } from "../../../lib/device/model.ts";
import type { Quality, Reading, Severity } from "../../../lib/device/reading.ts";
import type { Value } from "../../../lib/device/types.ts";
import { heldUntil, recordedSince } from "./history.ts";
import { readRecordings, type Stretch } from "./recorded.ts";

/** A channel of a client. */
export interface ChannelName {
  /** The client's name. */
  readonly client: string;
  /** The channel's key. */
  readonly key: string;
}

/** A channel that values were stored of, as it was described last. */
export interface StoredChannel extends ChannelName {
  /** The type of its parameter. */
  readonly type: Param["type"];
  /** Its unit; empty for pure numbers. */
  readonly unit: string;
}

/** A value of the past. */
export interface PastValue extends ChannelName {
  /** What was read. */
  readonly reading: Reading;
}

/** A channel as it was at a moment. */
export interface StateValue extends PastValue {
  /** Its unit; empty for pure numbers. */
  readonly unit: string;
  /** Whether it was recorded then: otherwise `reading` is the last that was known before. */
  readonly recorded: boolean;
}

/** Rows asked of the database at a time. */
const ROWS = 5000;
/** MONITOR restarts within this time, seconds; a longer pause is a gap. */
const PAUSE = 10;

const QUALITIES: readonly Quality[] = ["good", "stale", "bad"];
const SEVERITIES: readonly Severity[] = ["ok", "warn", "alarm"];

interface Row extends ChannelName {
  readonly id: number;
  readonly type: string;
  readonly time: number;
  readonly number: number | null;
  readonly text: string | null;
  readonly quality: number;
  readonly severity: number;
  readonly reason: string | null;
}

function valueOf({ type, number, text }: Row): Value | undefined {
  if (type === "flag") return number === null ? undefined : number !== 0;
  if (type === "array") return text === null ? undefined : JSON.parse(text) as number[];
  return number ?? text ?? undefined;
}

function readingOf(row: Row): Reading {
  return {
    value: valueOf(row),
    time: row.time,
    quality: QUALITIES[row.quality] ?? "bad",
    severity: SEVERITIES[row.severity] ?? "ok",
    ...row.reason === null ? {} : { reason: row.reason },
  };
}

function columns(sql: Sql) {
  return sql`channel.id, client, key, type, extract(epoch from value.time)::float8 as time, number, text,
    quality, severity, reason`;
}

/**
 * The stored values of some channels, in the order of their times. First comes what held at the begin, with the time at
 * which it was stored: that lies before the begin. Where no MONITOR was recording each of them goes stale.
 *
 * @param ask Asks the database.
 * @param names The channels.
 * @param stretch From when to when, unix seconds.
 * @param recording The stretch for which this process has been recording.
 */
export async function* readRaw(
  ask: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>,
  names: readonly ChannelName[],
  stretch: Stretch,
  recording: Stretch,
): AsyncGenerator<PastValue> {
  const { from, to } = stretch;
  const ids = await ask(async (sql) => {
    const rows = await sql`
      select channel.id from dewar.channel
      join unnest(${names.map(({ client }) => client)}::text[], ${names.map(({ key }) => key)}::text[])
        as given (client, key) using (client, key)`;
    return rows.map(({ id }) => id as number);
  });
  const recordings = await ask((sql) => readRecordings(sql, stretch, recording));
  const pauses = recordings.flatMap((one, place) => {
    const next = recordings[place + 1]?.from ?? to;
    return next - one.to > PAUSE && one.to > from && one.to < to ? [one.to] : [];
  });
  const pauseBefore = function* (time: number): Generator<PastValue> {
    for (; pauses[0] !== undefined && pauses[0] < time; pauses.shift()) {
      const reading: Reading = {
        value: undefined,
        time: pauses[0],
        quality: "stale",
        severity: "ok",
        reason: "not recorded",
      };
      for (const name of names) yield { ...name, reading };
    }
  };
  const since = recordedSince(from, recordings);
  if (since !== undefined) {
    for (const row of await ask((sql) => lastBefore(sql, ids, { from: since, to: from }))) yield pastOf(row);
  }
  let after: { readonly time: string; readonly id: number } | undefined;
  for (;;) {
    const rows = await ask((sql) =>
      sql<(Row & { exact: string })[]>`
        select ${columns(sql)}, value.time::text as exact
        from dewar.value join dewar.channel on channel.id = channel_id
        where channel_id = any(${ids}::integer[])
          and value.time >= to_timestamp(${from}) and value.time < to_timestamp(${to})
          ${
        after
          ? sql`and (value.time, channel_id) > (${after.time}::text::timestamptz, ${after.id}::integer)`
          : sql``
      }
        order by value.time, channel_id limit ${ROWS}`
    );
    for (const row of rows) {
      yield* pauseBefore(row.time);
      yield pastOf(row);
    }
    const last = rows.at(-1);
    if (!last || rows.length < ROWS) break;
    after = { time: last.exact, id: last.id };
  }
  yield* pauseBefore(to);
}

function pastOf(row: Row): PastValue {
  return { client: row.client, key: row.key, reading: readingOf(row) };
}

async function lastBefore(sql: Sql, ids: readonly number[], { from, to }: Stretch): Promise<Row[]> {
  return await sql<Row[]>`
    select ${columns(sql)}
    from dewar.channel cross join lateral (
      select * from dewar.value where channel_id = channel.id
        and value.time >= to_timestamp(${from}) and value.time < to_timestamp(${to})
      order by value.time desc limit 1
    ) value
    where channel.id = any(${[...ids]}::integer[])
    order by value.time, channel.id`;
}

/** Those of some channels that are known, and what they are; each is looked up by its name. */
export async function findStored(sql: Sql, names: readonly ChannelName[]): Promise<StoredChannel[]> {
  const rows = await sql<StoredChannel[]>`
    select client, key, type, coalesce(unit, '') as unit from dewar.channel
    join unnest(${names.map(({ client }) => client)}::text[], ${names.map(({ key }) => key)}::text[])
      as given (client, key) using (client, key)
    order by id`;
  return [...rows];
}

/** The names of all channels that were ever stored. */
export async function storedNames(sql: Sql): Promise<ChannelName[]> {
  return [...await sql<ChannelName[]>`select client, key from dewar.channel order by client, id`];
}

/** Every channel as it was at a moment, by client. */
export async function readState(sql: Sql, time: number, recording: Stretch): Promise<StateValue[]> {
  const recordings = await readRecordings(sql, { from: time - 366 * 86_400, to: time }, recording);
  const rows = await sql<(Row & { unit: string | null })[]>`
    select ${columns(sql)}, unit
    from dewar.channel cross join lateral (
      select * from dewar.value where channel_id = channel.id and value.time <= to_timestamp(${time})
      order by value.time desc limit 1
    ) value
    order by client, channel.id`;
  return rows.map((row) => ({
    ...pastOf(row),
    unit: row.unit ?? "",
    recorded: heldUntil(row, recordings) >= time - PAUSE,
  }));
}
