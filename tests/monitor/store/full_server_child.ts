/**
 * A store whose PostgreSQL is on a disk that gets full and has room again, while its own has some: gives it numbers, and
 * says what came of them. `FOLDER DISK`.
 *
 * Every line it writes is JSON: what it has given, what the store says, and in the end what is in the database.
 */
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import type { Reading } from "../../../lib/device/mod.ts";
import { clockFrom, systemClock } from "../../../lib/time/mod.ts";
import { fillDisk } from "./ballast.ts";
import { startCluster } from "./cluster.ts";

const [data, disk] = Deno.args as [string, string];
const reports: string[] = [];
/** It tries again five times as often. */
const clock = clockFrom({
  now: () => 5 * systemClock.now(),
  time: () => systemClock.time(),
  after: (ms, action) => systemClock.after(ms / 5, action),
});
const settings = ["fsync=off", "shared_buffers=16MB", "min_wal_size=32MB", "max_wal_size=32MB"];
await using cluster = await startCluster({ folder: disk, settings });
const db = cluster.url;
const store = await openStore({
  clock,
  data,
  db,
  report: (type, message) => reports.push(`${type}: ${message}`),
});

let given = 0;
function give(count: number): void {
  const time = systemClock.time();
  for (const end = given + count; given < end; given++) {
    const reading: Reading = { value: given, time, quality: "good", severity: "ok" };
    store.record("writer", { time, complete: false, readings: new Map([["number", reading]]) }, new Map());
  }
}
const tell = (when: string) => {
  const { stored, dropped, problem } = store;
  console.log(JSON.stringify({ when, given, stored, dropped, problem }));
};

give(1000);
await store.flush();
tell("room");
await fillDisk(`${disk}/ballast`, 2 ** 20);
while (store.problem === undefined) {
  give(1000);
  await systemClock.sleep("20 ms");
}
tell("full");
for (let n = 0; n < 100; n++) {
  give(100);
  await systemClock.sleep("20 ms");
}
tell("still full");
await Deno.remove(`${disk}/ballast`);
while (store.problem !== undefined) {
  // A server that could not even write its log has ended, and somebody starts it.
  await cluster.start().catch(() => {});
  await systemClock.sleep("200 ms");
}
give(1000);
await store.flush();
tell("room again");
await store.close();
const { sql, close } = await openDatabase({ url: db }, { clock: systemClock });
const [row] = await sql`
  select count(*)::integer as rows, count(distinct number)::integer as numbers from dewar.value`;
await close();
console.log(JSON.stringify({ when: "end", ...row, reports }));
