/**
 * Stores numbers as fast as they are taken, an hour of them in a second or so, and says how many were acknowledged and when
 * rollups are being written: until it is killed. `FOLDER FIRST TIME [URL]`.
 */
import type { Sql } from "postgres";
import { Archive } from "../../../daemons/monitor/store/archive.ts";
import { databaseName, openDatabase } from "../../../daemons/monitor/store/database.ts";
import { Recorder } from "../../../daemons/monitor/store/recorder.ts";
import { Spool } from "../../../daemons/monitor/store/spool.ts";
import { spoolId } from "../../../daemons/monitor/store/spool_id.ts";
import type { Reading, Update } from "../../../lib/device/mod.ts";
import { clockFrom, systemClock } from "../../../lib/time/mod.ts";

const [data, first, start, db] = Deno.args;
const where = db === undefined ? { folder: `${data}/database` } : { url: db };
const report = (_type: string, message: string) => console.error(message);

// The time of day runs as fast as the values come; everything else takes the time it takes.
let time = Number(start);
const clock = clockFrom({
  now: () => systemClock.now(),
  time: () => time,
  after: (ms, action) => systemClock.after(ms, action),
});

/** A client that says when it writes rollups. */
function telling(sql: Sql): Sql {
  return new Proxy(sql, {
    apply(target, self, args) {
      const query = Reflect.apply(target, self, args);
      const text = Array.isArray(args[0]) ? args[0].join("$") : "";
      if (!/insert into \$ \(\$\)|update dewar.rolled/.test(text)) return query;
      console.log("summing");
      return query;
    },
  });
}

const spool = await Spool.open({
  folder: `${data}/spool`,
  clock,
  report,
  onDurable: () => archive.wake(),
});
const archive: Archive = new Archive({
  async open(signal) {
    const database = await openDatabase(where, { clock, signal });
    return { ...database, writer: telling(database.writer) };
  },
  name: databaseName(where),
  spool,
  id: await spoolId(`${data}/spool`),
  clock,
  report,
});
/** What may wait for the database, bytes: some hours. */
const AHEAD = 2 ** 21;
const recorder = new Recorder({ spool, clock, since: time });
let told = 0;
for (let next = Number(first);; next++) {
  time += 0.2;
  const reading: Reading = { value: next, time, quality: "good", severity: "ok" };
  const update: Update = { time, complete: false, readings: new Map([["number", reading]]) };
  recorder.record("writer", update, new Map());
  if (next % 200 !== 0) continue;
  do await systemClock.sleep("2 ms"); while (spool.durable - archive.applied > AHEAD);
  if (spool.stored !== told) console.log(`stored ${told = spool.stored}`);
}
