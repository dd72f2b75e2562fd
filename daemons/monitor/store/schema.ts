/** The tables, and how an older database becomes one of today. @module */
import type { Sql } from "postgres";
import { ConfigError } from "../../../lib/errors.ts";

/**
 * Forward only: each is run once, in a transaction of its own. One that was released is never changed again.
 * Everything is in the schema `dewar`, so that the names of the original are free for its two tables.
 */
const MIGRATIONS: readonly string[] = [
  `
  create schema if not exists dewar;
  create table dewar.migration (version integer primary key, applied timestamptz not null);

  create table dewar.channel (
    id integer generated always as identity primary key,
    client text not null,
    key text not null,
    wire text not null,
    type text not null,
    unit text,
    unique (client, key)
  );

  create table dewar.value (
    channel_id integer not null,
    time timestamptz not null,
    number double precision,
    text text,
    quality smallint not null,
    severity smallint not null,
    reason text
  );
  comment on column dewar.value.quality is '0 good, 1 stale, 2 bad: a gap in a plot unless 0';
  comment on column dewar.value.severity is '0 ok, 1 warn, 2 alarm';
  create index value_channel_time on dewar.value (channel_id, time);
  create index value_time on dewar.value using brin (time);

  create table dewar.log (
    id bigint generated always as identity primary key,
    time timestamptz not null,
    source text not null,
    type text not null,
    message text not null
  );
  create index log_time on dewar.log (time);

  create table dewar.recording (
    spool uuid not null,
    since timestamptz not null,
    seen timestamptz not null,
    primary key (spool, since)
  );
  comment on table dewar.recording is 'when a MONITOR was recording: outside of it nothing is known';

  create table dewar.spool (
    id uuid primary key,
    position bigint not null
  );
  comment on table dewar.spool is 'up to where each spool is in these tables';
  `,
  // The original's tables, for those who have SQL for them. Its times are UTC without a zone, its values text under
  // the names of the status line, one row a minute. An original database has the tables themselves: they stay.
  `
  do $$ begin
    if has_schema_privilege('public', 'create') and to_regclass('public.log') is null then
      create view public.log as
        select id, time at time zone 'UTC' as time, source, type, message from dewar.log;
    end if;
    if has_schema_privilege('public', 'create') and to_regclass('public.monitor_status') is null then
      create view public.monitor_status as
        select
          (extract(epoch from minute) / 60)::bigint as id,
          minute at time zone 'UTC' as time,
          (
            select jsonb_object_agg(client, status)
            from (
              select channel.client, jsonb_object_agg(channel.wire, coalesce(last.text, last.number::text)) as status
              from dewar.channel cross join lateral (
                select number, text, quality from dewar.value
                where channel_id = channel.id and value.time between recording.since and minute
                order by value.time desc limit 1
              ) last
              where last.quality = 0
              group by channel.client
            ) clients
          ) as status
        from dewar.recording cross join lateral
          generate_series(date_trunc('minute', since) + interval '1 minute', seen, '1 minute') as minute;
    end if;
  end $$;
  `,
  `
  create table dewar.minute (
    channel_id integer not null,
    time timestamptz not null,
    mean double precision,
    min double precision,
    max double precision,
    last double precision,
    count integer not null,
    good real not null,
    primary key (channel_id, time)
  );
  create table dewar.hour (like dewar.minute including all);
  comment on table dewar.minute is 'values by the minute; hours with few values have none';
  comment on table dewar.hour is 'values by the hour';
  comment on column dewar.minute.mean is 'weighed by how long each value held';
  comment on column dewar.minute.good is 'for how long there was a good value, s';

  create table dewar.rolled (rollup text primary key, until timestamptz not null);
  comment on table dewar.rolled is 'up to where values have been rolled up';

  create table dewar.late (
    rollup text not null,
    channel_id integer not null,
    time timestamptz not null,
    primary key (rollup, channel_id, time)
  );
  comment on table dewar.late is 'rollups for which values have come late: they are worked out anew';
  `,
  `
  create table dewar.image (
    id bigint generated always as identity primary key,
    path text not null unique,
    time timestamptz not null,
    source text not null,
    feed text,
    run text,
    number bigint,
    exposure double precision,
    type text,
    width integer,
    height integer,
    bitpix smallint,
    bytes bigint not null,
    header jsonb not null,
    statistics jsonb not null,
    thumbnail bytea,
    problem text
  );
  comment on column dewar.image.time is 'begin of the exposure; where the header does not tell, of the file';
  comment on column dewar.image.statistics is 'one object for each amplifier';
  comment on column dewar.image.problem is 'why the file could not be read';
  create index image_time on dewar.image (time desc, id desc);
  create index image_run on dewar.image (run, time desc);
  create index image_source on dewar.image (source, time desc);
  `,
  `
  create table dewar.note (
    id bigint generated always as identity primary key,
    time timestamptz not null,
    written timestamptz not null,
    author text not null,
    text text not null,
    client text,
    run text
  );
  comment on column dewar.note.time is 'what it is about';
  create index note_time on dewar.note (time desc, id desc);
  `,
  `
  alter table dewar.log add column command jsonb;
  comment on column dewar.log.command is 'the command that the line tells of: by whom, from where, what came of it';
  create index log_command on dewar.log (time desc, id desc) where command is not null;
  `,
  `
  create table dewar.run (
    id text primary key,
    name text not null,
    author text not null,
    began timestamptz not null,
    seen timestamptz not null,
    ended timestamptz,
    outcome text,
    reason text,
    note text,
    params jsonb not null,
    devices jsonb not null,
    plots jsonb not null,
    progress double precision,
    doing text,
    settings jsonb,
    changes jsonb
  );
  comment on column dewar.run.seen is 'when it was last heard of';
  comment on column dewar.run.ended is 'null while it goes on, and where it was never heard of again';
  comment on column dewar.run.settings is 'of the whole lab at its begin';
  comment on column dewar.run.changes is 'settings that were others at its end';
  create index run_began on dewar.run (began desc, id desc);
  `,
];

/** Any number: it only has to be the same in every MONITOR. */
const LOCK = 7100;

/**
 * Brings a database to today's tables. Interrupted, it goes on where it was; two at once wait for each other.
 *
 * @param sql The database.
 * @throws {ConfigError} If the database was made by a later version than this.
 */
export async function migrate(sql: Sql): Promise<void> {
  let version = await readVersion(sql);
  while (version < MIGRATIONS.length) {
    const step = version + 1;
    try {
      // Statements sent as one are one transaction.
      await sql.unsafe(`
        select pg_advisory_xact_lock(${LOCK});
        ${MIGRATIONS[version]}
        insert into dewar.migration values (${step}, now());
      `);
      version = step;
    } catch (error) {
      // Another MONITOR may have done it while this one waited for the lock.
      version = await readVersion(sql);
      if (version < step) throw error;
    }
  }
  if (version > MIGRATIONS.length) {
    const known = MIGRATIONS.length;
    throw new ConfigError(
      `The database has tables of version ${version}, this MONITOR knows up to ${known}: use a newer one`,
    );
  }
}

async function readVersion(sql: Sql): Promise<number> {
  const [found] = await sql`select to_regclass('dewar.migration') is not null as found`;
  if (!found!.found) return 0;
  const [latest] = await sql`select coalesce(max(version), 0) as version from dewar.migration`;
  return latest!.version;
}
