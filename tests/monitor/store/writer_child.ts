/** Stores the numbers from a start on as fast as they are taken, and says how many were acknowledged: until it is killed. */
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import type { Reading, Update } from "../../../lib/device/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const [data, start, db] = Deno.args;
const store = await openStore({ data: data!, db, report: (_type, message) => console.error(message) });

let told = 0;
for (let next = Number(start);;) {
  for (let i = 0; i < 100; i++, next++) {
    const time = systemClock.time();
    const reading: Reading = { value: next, time, quality: "good", severity: "ok" };
    const update: Update = { time, complete: false, readings: new Map([["number", reading]]) };
    store.record("writer", update, new Map());
  }
  await systemClock.sleep("4 ms");
  if (store.stored !== told) console.log(`stored ${told = store.stored}`);
}
