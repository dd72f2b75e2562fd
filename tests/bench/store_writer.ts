/** Gives a store the values of two hours as fast as it takes them; says when all are in the database, rollups included. */
import { openDatabase } from "../../daemons/monitor/store/database.ts";
import { openStore } from "../../daemons/monitor/store/mod.ts";
import type { Channel, Reading } from "../../lib/device/mod.ts";
import { clockFrom, systemClock } from "../../lib/time/mod.ts";

const [data, seconds, db] = Deno.args;
const START = 1_800_000_000;
const KEYS = Array.from({ length: 10 }, (_, place) => `c${place}`);
const CHANNELS = new Map(KEYS.map((key): [string, Channel] => [key, {
  key,
  wire: key,
  name: key,
  half: "value",
  param: { type: "number", unit: "K" },
}]));
/** Values that may wait to be synced. */
const AHEAD = 40_000;

// The time of day runs as fast as the values come; everything else takes the time it takes.
let time = START;
const clock = clockFrom({
  now: () => systemClock.now(),
  time: () => time,
  after: (ms, action) => systemClock.after(ms, action),
});
const store = await openStore({ data: data!, db, clock, report: (_type, message) => console.error(message) });
await store.flush();
let given = 0;
let n = 0;
function record(client: string): void {
  const readings = new Map<string, Reading>();
  for (const key of KEYS) {
    readings.set(key, { value: Math.sin(n++) * 100, time, quality: "good", severity: "ok" });
  }
  store.record(client, { time, complete: true, readings }, CHANNELS);
  given += KEYS.length;
}
const began = systemClock.now();
for (let tenth = 0; tenth < Number(seconds) * 10; tenth++) {
  time = START + tenth / 10;
  record("fast");
  if (tenth % 10 !== 0) continue;
  for (let client = 0; client < 6; client++) record(`slow${client}`);
  if (tenth % 100 !== 0) continue;
  await systemClock.sleep(0);
  while (given - store.stored > AHEAD) await systemClock.sleep(1);
}
const end = START + Number(seconds);
time = end + 100;
store.log({ time, source: "bench", type: "info", message: "all is given" });
while (store.summedUntil < end) {
  await store.flush();
  await systemClock.sleep(1);
}
const ms = systemClock.now() - began;
await store.close();
const { sql, close } = await openDatabase(db === undefined ? { folder: `${data}/database` } : { url: db }, {
  clock,
});
const [row] = await sql`
  select (select count(*)::float8 from dewar.value) as rows, (select count(*)::float8 from dewar.second) as seconds,
    (select count(*)::float8 from dewar.minute) as minutes, (select count(*)::float8 from dewar.hour) as hours,
    (select count(*)::float8 from dewar.late) as late`;
await close();
console.log(JSON.stringify({ given, stored: store.stored, dropped: store.dropped, ms, ...row }));
