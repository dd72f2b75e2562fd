/**
 * A store on a disk that gets full and has room again: gives it numbers, and says what came of them. `FOLDER [URL]`.
 *
 * Every line it writes is JSON: what it has given, what the store says, and in the end what is in the database.
 */
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import type { Reading } from "../../../lib/device/mod.ts";
import { clockFrom, systemClock } from "../../../lib/time/mod.ts";
import { fillDisk } from "./ballast.ts";

const [folder, db] = Deno.args;
const data = `${folder}/data`;
const ballast = `${folder}/ballast`;
const reports: string[] = [];
/** It tries again five times as often. */
const clock = clockFrom({
  now: () => 5 * systemClock.now(),
  time: () => systemClock.time(),
  after: (ms, action) => systemClock.after(ms / 5, action),
});
const open = () =>
  openStore({
    clock,
    data,
    db,
    memoryBytes: 2 ** 20,
    report: (type, message) => reports.push(`${type}: ${message}`),
  });

let given = 0;
const store = await open();
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
await fillDisk(ballast, 4 * 2 ** 20);
while (store.dropped < 1000) {
  give(1000);
  await systemClock.sleep("20 ms");
}
tell("full");
await systemClock.sleep("2 s");
await Deno.remove(ballast);
while (store.problem !== undefined) await systemClock.sleep("50 ms");
give(1000);
await store.flush();
tell("room again");
await store.close();
{
  await using last = await open();
  await last.flush();
  console.log(JSON.stringify({ when: "opened again", problem: last.problem }));
}
const { sql, close } = await openDatabase(db === undefined ? { folder: `${data}/database` } : { url: db }, {
  clock: systemClock,
});
const [row] = await sql`
  select count(*)::integer as rows, count(distinct number)::integer as numbers,
    count(*) filter (where quality = 1)::integer as gaps, min(number) as first, max(number) as last from dewar.value`;
await close();
console.log(JSON.stringify({ when: "end", ...row, reports }));
