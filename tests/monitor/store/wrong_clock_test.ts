/** A machine that starts with a clock that is years ahead, and has it put right: what it has stored stays. */
import { assert, assertEquals } from "@std/assert";
import { partitionsOf } from "../../../daemons/monitor/store/partitions.ts";
import { openStore, type Store } from "../../../daemons/monitor/store/mod.ts";
import type { Reading } from "../../../lib/device/mod.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import { onBothEngines } from "./engines.ts";

const START = 1_800_000_000; // a full hour
const AHEAD = 73 * 365 * 86_400;
const MINUTES = 65;

onBothEngines(
  "a store keeps what it has while its clock is years ahead, and sums up as before when it is right",
  async (engine) => {
    const { data, db } = engine;
    const clock = new VirtualClock(START);
    const open = () => openStore({ data, db, clock, retention: [{ pattern: "*", keep: 86_400 }] });
    let given = 0;
    const record = async (store: Store) => {
      await store.flush();
      for (let minute = 0; minute < MINUTES; minute++) {
        const time = clock.time();
        const reading: Reading = { value: given++, time, quality: "good", severity: "ok" };
        store.record("lamp", { time, complete: false, readings: new Map([["flux", reading]]) }, new Map());
        await store.flush();
        await clock.advance("1 min");
      }
      assertEquals(store.problem, undefined);
    };
    for (const jump of [0, AHEAD]) {
      clock.jump(jump);
      await using store = await open();
      await record(store);
    }
    clock.jump(-AHEAD);
    {
      await using store = await open();
      for (let time = 0; time < 3; time++) await record(store);
      const { value } = await store.history("lamp", "flux", { from: START, to: clock.time(), points: 1000 });
      const known = new Set(value);
      for (let n = 0; n < given; n++) {
        const isAhead = n >= MINUTES && n < 2 * MINUTES;
        if (!isAhead) assert(known.has(n), `${n} of ${given}`);
      }
      assert(store.summedUntil <= clock.time(), "what was summed up ahead is summed up when it comes");
      assert(store.summedUntil > clock.time() - 2 * 3600);
    }
    await using database = await engine.open();
    const { sql } = database;
    const [row] = await sql`
    select (select count(*)::integer from dewar.value) as rows, (select count(*)::integer from dewar.late) as late,
      (select sum(count)::integer from dewar.hour where time < to_timestamp(${START + AHEAD / 2})) as summed`;
    assertEquals([row!.rows, row!.late], [given, 0]);
    assert(row!.summed >= 2 * MINUTES, `${row!.summed} values in hours`);
    assert((await partitionsOf(sql, "value")).length < 10, "no months are made for the years between");
  },
);
