/**
 * Stores the numbers from a start on as fast as they are taken, and says how many were acknowledged and when a
 * transaction begins and ends: until it is killed. `FOLDER START store [URL]`; with `spool` instead they go into the spool
 * alone, as while there is no database.
 */
import { Recorder } from "../../../daemons/monitor/store/recorder.ts";
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import { Spool } from "../../../daemons/monitor/store/spool.ts";
import type { Reading, Update } from "../../../lib/device/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const [data, start, mode, db] = Deno.args;
const report = (_type: string, message: string) => console.error(message);

async function openSpool() {
  const spool = await Spool.open({ folder: `${data}/spool`, clock: systemClock, report });
  const recorder = new Recorder({ spool, clock: systemClock, since: systemClock.time() });
  return {
    isWriting: false,
    get stored() {
      return spool.stored;
    },
    record: recorder.record.bind(recorder),
  };
}

const store = mode === "spool" ? await openSpool() : await openStore({ data: data!, db, report });
let [told, wasWriting] = [0, false];
for (let next = Number(start);;) {
  for (let i = 0; i < 100; i++, next++) {
    const time = systemClock.time();
    const reading: Reading = { value: next, time, quality: "good", severity: "ok" };
    const update: Update = { time, complete: false, readings: new Map([["number", reading]]) };
    store.record("writer", update, new Map());
  }
  await systemClock.sleep("2 ms");
  if (store.stored !== told) console.log(`stored ${told = store.stored}`);
  if (store.isWriting === wasWriting) continue;
  wasWriting = !wasWriting;
  console.log(wasWriting ? "begin" : "end");
}
