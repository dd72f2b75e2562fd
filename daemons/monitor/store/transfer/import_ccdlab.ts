/**
 * Takes over what an original MONITOR has stored: `log` and `monitor_status`. Its times are UTC without a zone, its
 * values text under the names of the status line; each row has all of them.
 * @module
 */
import type { Sql } from "postgres";
import { ConfigError, DewarError } from "../../../../lib/errors.ts";
import { parseNumber } from "../../../../lib/device/text.ts";
import { isBad } from "../../../../lib/device/reading.ts";
import { systemClock } from "../../../../lib/time/mod.ts";
import { Months } from "../partitions.ts";
import type { OnProgress } from "./copy.ts";
import { progressOf } from "./tables.ts";

/** Rows taken together. */
const LOG_PIECE = 5000;
const STATUS_PIECE = 200;
/** Between rows further apart than this MONITOR was not recording, seconds; its longest interval was an hour. */
const LONGEST_INTERVAL = 3900;

/** What was taken over. */
export interface Imported {
  /** Lines of the log. */
  readonly log: number;
  /** Rows of statuses. */
  readonly statuses: number;
  /** Values made of them; those that did not change are not stored again. */
  readonly values: number;
}

/** What is known of a channel from the rows before. */
interface Memory {
  readonly id: number;
  last: string | undefined;
  storedAt: number;
}

/**
 * Imports an original's database. Interrupted, it goes on where it was.
 *
 * @param from The original's database.
 * @param to Ours, with today's tables; it may be in use.
 * @param source What the original is called, to recognise an interrupted import.
 * @param onProgress Is told of every piece.
 * @returns What was taken over in all.
 * @throws {ConfigError} If it is no original's database.
 * @throws {DewarError} If in the end the counts differ.
 */
export async function importCcdlab(
  from: Sql,
  to: Sql,
  source: string,
  onProgress: OnProgress,
): Promise<Imported> {
  const tables = await from`
    select relname from pg_class where oid in (to_regclass('public.log'), to_regclass('public.monitor_status')) and relkind = 'r'`;
  if (tables.length < 2) {
    throw new ConfigError(
      "There is no original's database: it has the tables public.log and public.monitor_status",
    );
  }
  const places = await progressOf(to, source);
  const log = await importLog(from, to, source, places.get("log"), onProgress);
  const { statuses, values } = await importStatuses(from, to, source, places, onProgress);
  const [had] = await from`select
    (select count(*)::float8 from public.log) as log, (select count(*)::float8 from public.monitor_status) as statuses`;
  if (log !== had!.log || statuses !== had!.statuses) {
    throw new DewarError(
      `The original has ${had!.log} lines and ${
        had!.statuses
      } statuses, taken over were ${log} and ${statuses}`,
    );
  }
  return { log, statuses, values };
}

async function importLog(
  from: Sql,
  to: Sql,
  source: string,
  place: string | undefined,
  onProgress: OnProgress,
): Promise<number> {
  const [all] = await from`select count(*)::float8 as count from public.log`;
  let [last = 0, done = 0] = (place ?? "0 0").split(" ").map(Number);
  for (;;) {
    const rows = await from<
      { id: number; time: number; source: string | null; type: string | null; message: string | null }[]
    >`
      select id, extract(epoch from time)::float8 as time, source, type, message
      from public.log where id > ${last} order by id limit ${LOG_PIECE}`;
    if (rows.length === 0) return done;
    last = rows.at(-1)!.id;
    done += rows.length;
    await to`
      with written as (
        insert into dewar.log (time, source, type, message)
        select to_timestamp(seconds), source, type, message
        from unnest(
          ${rows.map(({ time }) => time)}::float8[],
          ${rows.map(({ source }) => source ?? "")}::text[],
          ${rows.map(({ type }) => type ?? "info")}::text[],
          ${rows.map(({ message }) => message ?? "")}::text[]
        ) as given (seconds, source, type, message)
      )
      insert into dewar.transfer (source, name, place) values (${source}, 'log', ${`${last} ${done}`})
      on conflict (source, name) do update set place = excluded.place`;
    onProgress("log", done, all!.count);
  }
}

async function importStatuses(
  from: Sql,
  to: Sql,
  source: string,
  places: ReadonlyMap<string, string>,
  onProgress: OnProgress,
): Promise<{ statuses: number; values: number }> {
  const [all] = await from`select count(*)::float8 as count from public.monitor_status`;
  const memories = new Map<string, Memory>();
  const months = new Months();
  let [last = 0, statuses = 0, values = 0, before = -Infinity] = (places.get("status") ?? "0 0 0").split(" ")
    .map(Number);
  for (;;) {
    const rows = await from<{ id: number; time: number; status: Record<string, unknown> }[]>`
      select id, extract(epoch from time)::float8 as time, status
      from public.monitor_status where id > ${last} order by id limit ${STATUS_PIECE}`;
    if (rows.length === 0) return { statuses, values };
    await learn(to, memories, rows);
    const found = new Rows();
    const recordings: [since: number, seen: number][] = [];
    for (const { time, status } of rows) {
      const isNew = !(time - before <= LONGEST_INTERVAL);
      if (isNew) { for (const memory of memories.values()) memory.last = undefined; }
      const open = recordings.at(-1);
      if (open && !isNew) open[1] = time;
      else recordings.push([isNew ? time : before, time]);
      take(time, status, memories, found);
      before = time;
    }
    last = rows.at(-1)!.id;
    statuses += rows.length;
    values += found.time.length;
    await months.make(to, found.time, systemClock.time());
    await to`
      with written as (
        insert into dewar.value (channel_id, time, number, text, quality, severity)
        select channel_id, to_timestamp(seconds), number, text, quality, 0
        from unnest(
          ${found.channel}::integer[], ${found.time}::float8[], ${found.number}::float8[], ${found.text}::text[],
          ${found.quality}::smallint[]
        ) as given (channel_id, seconds, number, text, quality)
      ), recorded as (
        insert into dewar.recording (spool, since, seen)
        select md5(${source})::uuid, to_timestamp(since), to_timestamp(seen)
        from unnest(${recordings.map(([since]) => since)}::float8[], ${
      recordings.map(([, seen]) => seen)
    }::float8[])
          as given (since, seen)
        on conflict (spool, since) do update set seen = greatest(recording.seen, excluded.seen)
      ), late as (
        insert into dewar.late (channel_id, hour)
        select distinct channel_id, date_trunc('hour', to_timestamp(seconds), 'UTC')
        from unnest(${found.channel}::integer[], ${found.time}::float8[]) as given (channel_id, seconds)
        where exists (select from dewar.rolled) -- otherwise nothing is rolled up yet
        on conflict do nothing
      )
      insert into dewar.transfer (source, name, place)
      values (${source}, 'status', ${`${last} ${statuses} ${values} ${before}`})
      on conflict (source, name) do update set place = excluded.place`;
    onProgress("monitor_status", statuses, all!.count);
  }
}

/** Columns of values to be written. */
class Rows {
  readonly channel: number[] = [];
  readonly time: number[] = [];
  readonly number: (number | null)[] = [];
  readonly text: (string | null)[] = [];
  readonly quality: number[] = [];
}

/** Makes the channels of some rows known. */
async function learn(
  to: Sql,
  memories: Map<string, Memory>,
  rows: readonly { status: Record<string, unknown> }[],
): Promise<void> {
  const unknown = new Map<string, { client: string; key: string; isNumber: boolean }>();
  for (const { status } of rows) {
    for (const [client, key, words] of valuesIn(status)) {
      const name = `${client}\n${key}`;
      if (!memories.has(name)) unknown.set(name, { client, key, isNumber: !isBad(parseNumber(words)) });
    }
  }
  if (unknown.size === 0) return;
  const all = [...unknown.values()];
  const written = await to<{ id: number; client: string; wire: string }[]>`
    insert into dewar.channel (client, key, wire, type)
    select client, key, key, type from unnest(
      ${all.map(({ client }) => client)}::text[], ${all.map(({ key }) => key)}::text[],
      ${all.map(({ isNumber }) => isNumber ? "number" : "text")}::text[]
    ) as given (client, key, type)
    where not exists (select from dewar.channel known where known.client = given.client and known.wire = given.key)
    on conflict do nothing
    returning id, client, wire`;
  const known = await to<{ id: number; client: string; wire: string }[]>`
    select channel.id, channel.client, channel.wire from dewar.channel join unnest(
      ${all.map(({ client }) => client)}::text[], ${all.map(({ key }) => key)}::text[]
    ) as given (client, wire) on channel.client = given.client and channel.wire = given.wire`;
  for (const { id, client, wire } of [...written, ...known]) {
    memories.set(`${client}\n${wire}`, { id, last: undefined, storedAt: -Infinity });
  }
}

/** Stores of one status what has changed; a variable that is gone is a gap. */
function take(
  time: number,
  status: Record<string, unknown>,
  memories: ReadonlyMap<string, Memory>,
  found: Rows,
): void {
  const seen = new Set<Memory>();
  for (const [client, key, words] of valuesIn(status)) {
    const memory = memories.get(`${client}\n${key}`)!;
    seen.add(memory);
    if (memory.last === words && time - memory.storedAt < LONGEST_INTERVAL) continue;
    const number = parseNumber(words);
    const isUnknown = isBad(number) && number.bad === "unknown";
    push(
      found,
      memory,
      time,
      isBad(number) ? null : number,
      isBad(number) && !isUnknown ? words : null,
      isUnknown ? 2 : 0,
    );
    memory.last = words;
  }
  for (const memory of memories.values()) {
    if (memory.last === undefined || seen.has(memory)) continue;
    push(found, memory, time, null, null, 1);
    memory.last = undefined;
  }
}

function push(
  found: Rows,
  memory: Memory,
  time: number,
  number: number | null,
  text: string | null,
  quality: number,
): void {
  found.channel.push(memory.id);
  found.time.push(time);
  found.number.push(number);
  found.text.push(text);
  found.quality.push(quality);
  memory.storedAt = time;
}

/** The variables of all clients in a status; what MONITOR says of itself is none of them. */
function* valuesIn(status: Record<string, unknown>): Generator<[client: string, key: string, words: string]> {
  for (const [client, variables] of Object.entries(status)) {
    if (typeof variables !== "object" || variables === null) continue;
    for (const [key, words] of Object.entries(variables)) yield [client, key, String(words)];
  }
}
