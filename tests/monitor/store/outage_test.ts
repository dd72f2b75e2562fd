/** A PostgreSQL that is killed and comes back, after seconds and after minutes: what was recorded meanwhile is there once. */
import { assert, assertEquals } from "@std/assert";
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { openStore, type Store } from "../../../daemons/monitor/store/mod.ts";
import type { Reading } from "../../../lib/device/mod.ts";
import { eventually, VirtualClock } from "../../../lib/testing/mod.ts";
import { type Clock, systemClock } from "../../../lib/time/mod.ts";
import { testWith } from "../../needs.ts";
import { type Cluster, postgresPrograms, startCluster } from "./cluster.ts";

const programs = { found: postgresPrograms(), enable: "apt-get install postgresql" };

/** Ten seconds, or one where it should be quick. */
const OUTAGE = Deno.env.get("DEWAR_LONG") ? 10 : 1;

interface Outage {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly reports: string[];
  /** Records the next number. */
  give(): void;
  /** How many were given. */
  readonly given: number;
}

/** A store on a server of its own; in the end everything given must be there once, and be rolled up. */
async function outage(clock: Clock, work: (outage: Outage) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  try {
    await using cluster = await startCluster();
    const reports: string[] = [];
    const store = await openStore({
      data,
      db: cluster.url,
      clock,
      report: (_type, message) => reports.push(message),
    });
    await store.flush();
    let given = 0;
    await work({
      cluster,
      store,
      reports,
      get given() {
        return given;
      },
      give() {
        const time = clock.time();
        const reading: Reading = { value: given++, time, quality: "good", severity: "ok" };
        store.record("lamp", { time, complete: false, readings: new Map([["flux", reading]]) }, new Map());
      },
    });
    await store.flush();
    assertEquals([store.problem, store.stored, store.dropped], [undefined, given, 0]);
    await store.close();
    const { sql, close } = await openDatabase({ url: cluster.url }, { clock: systemClock });
    const [row] = await sql`
      select count(*)::int as rows, count(distinct number)::int as numbers, max(number) as last from dewar.value`;
    await close();
    assertEquals({ ...row }, { rows: given, numbers: given, last: given - 1 });
    assertEquals(reports.length, 2, `one report of the loss and one of the return: ${reports.join("; ")}`);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

testWith(
  `Store lacks nothing after ${OUTAGE} s without its PostgreSQL`,
  [programs],
  () =>
    outage(systemClock, async ({ cluster, store, give }) => {
      const goOn = async (seconds: number) => {
        for (let left = seconds * 100; left > 0; left--) {
          for (let n = 0; n < 10; n++) give();
          await systemClock.sleep("10 ms");
        }
      };
      await goOn(0.5);
      await cluster.kill();
      await goOn(OUTAGE);
      assert(store.problem !== undefined);
      await cluster.start();
      await eventually(() => store.problem === undefined, { timeout: "30 s" });
      await goOn(0.2);
    }),
);

testWith(
  "Store lacks nothing after 10 min without its PostgreSQL, and history knows it all",
  [programs],
  () => {
    const clock = new VirtualClock(1_800_000_000);
    return outage(clock, async ({ cluster, store, give }) => {
      const goOn = async (seconds: number) => {
        for (let left = seconds; left > 0; left--) {
          give();
          await clock.advance("1 s");
          if (left % 10 === 0) await store.flush();
        }
      };
      await goOn(60);
      await cluster.kill();
      await goOn(600);
      assert(store.problem !== undefined);
      await cluster.start();
      await eventually(async () => {
        await clock.advance("1 s");
        await store.flush();
        return store.problem === undefined;
      }, { timeout: "30 s" });
      await goOn(60);
      await store.flush();
      const range = { from: 1_800_000_000, to: 1_800_000_600, points: 1000 };
      const { value } = await store.history("lamp", "flux", range);
      assertEquals(
        value.filter((one) => one !== null).slice(0, 600),
        Array.from({ length: 600 }, (_, n) => n),
      );
    });
  },
);
