/** How the tables came to be, step by step. @module */

/** The original's table of statuses: its rows, one a minute, worked out of the values. */
const STATUS_VIEW = `
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
`;

/**
 * Forward only: each is run once, in a transaction of its own. One that was released is never changed again.
 * Everything is in the schema `dewar`, so that the names of the original are free for its two tables.
 */
export const MIGRATIONS: readonly string[] = [
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
      ${STATUS_VIEW}
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
  // Raw values, seconds and minutes lie in partitions by the month. What was there before stays in one piece, the
  // partition before all others; times that no month was made for go to `..._other` until one is.
  `
  do $$ begin
    if exists (select from pg_views where schemaname = 'public' and viewname = 'monitor_status') then
      drop view public.monitor_status;
    end if;
  end $$;

  alter table dewar.value rename to value_before;
  alter index dewar.value_channel_time rename to value_before_channel_time;
  alter index dewar.value_time rename to value_before_time;
  create table dewar.value (like dewar.value_before including comments) partition by range (time);
  create index value_channel_time on dewar.value (channel_id, time);
  create index value_time on dewar.value using brin (time);
  create table dewar.value_other partition of dewar.value default;

  alter table dewar.hour add column bad real not null default 0;
  alter table dewar.minute add column bad real not null default 0;
  alter table dewar.minute rename to minute_before;
  alter index dewar.minute_pkey rename to minute_before_pkey;
  create table dewar.minute (like dewar.minute_before including comments, primary key (channel_id, time))
    partition by range (time);
  create table dewar.minute_other partition of dewar.minute default;
  create table dewar.second (like dewar.minute including comments, primary key (channel_id, time))
    partition by range (time);
  create table dewar.second_other partition of dewar.second default;
  comment on table dewar.second is 'values by the second; minutes with few values have none';
  comment on column dewar.second.bad is 'for how long there was a value that was not good, s';
  comment on column dewar.minute.bad is 'for how long there was a value that was not good, s';
  comment on column dewar.hour.bad is 'for how long there was a value that was not good, s';

  create view dewar.partition as
    select parent.relname::text as parent, child.relname::text as name,
      (regexp_match(bound, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz as since,
      (regexp_match(bound, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz as until
    from pg_inherits
      join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
      cross join lateral pg_get_expr(child.relpartbound, child.oid) as bound
    where parent.relnamespace = 'dewar'::regnamespace and parent.relkind = 'p';
  comment on view dewar.partition is 'since and until are null where a partition has no such bound';

  create function dewar.make_month(parent text, month timestamptz) returns void language plpgsql as $f$
    declare
      made text := parent || to_char(month at time zone 'UTC', '_YYYY_MM');
      over timestamptz := (month at time zone 'UTC' + interval '1 month') at time zone 'UTC';
    begin
      perform pg_advisory_xact_lock(7100);
      if exists (
        select from dewar.partition known where known.parent = make_month.parent
          and month >= coalesce(known.since, '-infinity') and month < known.until
      ) then return; end if;
      execute format('create table dewar.%I (like dewar.%I including all)', made, parent);
      execute format(
        'with moved as (delete from dewar.%I where time >= %L and time < %L returning *)
        insert into dewar.%I select * from moved', parent || '_other', month, over, made);
      execute format(
        'alter table dewar.%I attach partition dewar.%I for values from (%L) to (%L)', parent, made, month, over);
    end
  $f$;

  do $$
    declare
      parent text;
      has_rows boolean;
      over timestamptz := (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    begin
      foreach parent in array array['value', 'minute'] loop
        execute format('select exists (select from dewar.%I)', parent || '_before') into has_rows;
        if has_rows then
          execute format(
            'with far as (delete from dewar.%I where time >= %L returning *) insert into dewar.%I select * from far',
            parent || '_before', over, parent || '_other');
          execute format('alter table dewar.%I attach partition dewar.%I for values from (minvalue) to (%L)',
            parent, parent || '_before', over);
        else
          execute format('drop table dewar.%I', parent || '_before');
        end if;
      end loop;
    end
  $$;

  -- Rollups are worked out by the hour, all levels at once. Those of before lack seconds and the time of bad values:
  -- they are worked out anew, bit by bit.
  alter table dewar.rolled rename to rolled_before;
  alter index dewar.rolled_pkey rename to rolled_before_pkey;
  create table dewar.rolled (
    one boolean primary key default true check (one),
    until timestamptz not null,
    due timestamptz not null
  );
  comment on table dewar.rolled is 'up to where values have been rolled up, and up to where they are being';
  insert into dewar.rolled (until, due)
    select date_trunc('hour', min(until), 'UTC'), date_trunc('hour', max(until), 'UTC') from dewar.rolled_before
    having count(*) = 2;
  drop table dewar.rolled_before;
  alter table dewar.late rename to late_before;
  alter index dewar.late_pkey rename to late_before_pkey;
  create table dewar.late (
    channel_id integer not null,
    hour timestamptz not null,
    primary key (channel_id, hour)
  );
  comment on table dewar.late is 'hours of channels for which values have come late: they are worked out anew';
  insert into dewar.late select channel_id, time from dewar.hour
    union select channel_id, date_trunc('hour', time, 'UTC') from dewar.late_before;
  drop table dewar.late_before;

  do $$ begin
    if has_schema_privilege('public', 'create') and to_regclass('public.monitor_status') is null then
      ${STATUS_VIEW}
    end if;
  end $$;
  `,
];
