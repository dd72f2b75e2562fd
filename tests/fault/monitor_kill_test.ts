/** MONITOR dies at any moment. */
import { assert, assertEquals } from "@std/assert";
import { openDatabase } from "../../daemons/monitor/store/database.ts";
import { openStore } from "../../daemons/monitor/store/mod.ts";
import { Random } from "../../lib/sim/random.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { program, spawn, start } from "../processes.ts";
import { killSeed } from "../monitor/store/kill_at_random.ts";
import { giveDatabase } from "../monitor/store/made_database.ts";
import { monitorArgs } from "./running_monitor.ts";

/** A MONITOR that lived once. */
interface Life {
  /** Values it had counted as stored when it was last asked. */
  readonly stored: number;
  /** When it was dead, unix seconds. */
  readonly until: number;
}

/** What is found of a life in the database. */
interface Found {
  readonly rows: number;
  readonly doubled: number;
}

/** A hundred take under two minutes. */
const KILLS = Deno.env.get("DEWAR_LONG") === "1" || Deno.env.get("CI") === "true" ? 100 : 15;

/** The first of them die while their database is being made, which takes longer than they have; then they get one. */
const WITHOUT_DATABASE = 5;

/** Of so many, one is killed before it listens and one at any time after that; the others have stored something. */
const KINDS = 5;

/** Starts MONITOR, asks all the time how many values are stored, and kills it: once there are some, or at any time. */
async function live(args: string[], random: Random, once: "storing" | "listening"): Promise<Life> {
  await using monitor = await start(args);
  const page = await monitor.said(/^page at (\S+)$/m);
  let stored = 0;
  const asking = (async () => {
    try {
      for (;;) {
        stored = (await (await fetch(`${page}lab`)).json()).stored;
        await systemClock.sleep("5 ms");
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it is dead
    }
  })();
  if (once === "storing") await eventually(() => stored > 0);
  await systemClock.sleep(random.uniform() * 1000);
  monitor.kill("SIGKILL");
  await Promise.all([monitor.status, asking]);
  return { stored, until: systemClock.time() };
}

/** Starts MONITOR and kills it while it starts. */
async function dieEarly(args: string[], random: Random): Promise<Life> {
  const child = spawn(args);
  await systemClock.sleep(random.uniform() * 500);
  child.kill("SIGKILL");
  await child.output();
  return { stored: 0, until: systemClock.time() };
}

/** Opens the database and counts what each life has left there. A row's time lies within the life that stored it. */
async function count(data: string, lives: readonly Life[]): Promise<Found[]> {
  await using store = await openStore({ data });
  await store.flush();
  assertEquals(store.problem, undefined);
  await store.close();
  const { sql, close } = await openDatabase({ folder: `${data}/database` }, { clock: systemClock });
  try {
    const found: Found[] = [];
    let from = 0;
    for (const { until } of lives) {
      const [row] = await sql<Found[]>`
        select count(*)::int as rows, (count(*) - count(distinct (channel_id, number)))::int as doubled
        from dewar.value where time > to_timestamp(${from}) and time <= to_timestamp(${until})`;
      found.push(row!);
      from = until;
    }
    const [all] = await sql<{ doubled: number }[]>`
      select (count(*) - count(distinct (channel_id, number)))::int as doubled
      from dewar.value join dewar.channel on channel.id = channel_id where key != 'hw_connected'`;
    assertEquals(all!.doubled, found.reduce((sum, { doubled }) => sum + doubled, 0), "doubled across lives");
    return found;
  } finally {
    await close();
  }
}

Deno.test("MONITOR has every value it counted as stored exactly once after it was killed at random", async () => {
  const data = await Deno.makeTempDir();
  const seed = killSeed();
  const random = new Random(seed);
  const began = systemClock.now();
  try {
    const daemon = program("tests/fault/counting_daemon.ts", "--port", "0");
    await using first = await start(daemon);
    await using second = await start(daemon);
    const args = monitorArgs(data, `first=${first.address}`, `second=${second.address}`);

    const lives: Life[] = [];
    for (let life = 1; life <= KILLS; life++) {
      if (life > WITHOUT_DATABASE) await giveDatabase(data);
      const kind = life % KINDS;
      lives.push(
        await (kind === 0
          ? dieEarly(args, random)
          : live(args, random, kind === 1 ? "listening" : "storing")),
      );
    }
    const seconds = (systemClock.now() - began) / 1000;
    const found = await count(data, lives);

    const stored = lives.reduce((sum, life) => sum + life.stored, 0);
    const working = lives.filter((life) => life.stored > 0).length;
    const lost = lives.reduce((sum, life, index) => sum + Math.max(0, life.stored - found[index]!.rows), 0);
    const doubled = found.reduce((sum, life) => sum + life.doubled, 0);
    const summary =
      `MONITOR, seed ${seed}: ${KILLS} kills in ${seconds.toFixed(0)} s, ${working} of them while ` +
      `it was storing, ${stored} values counted as stored, ${lost} lost, ${doubled} doubled`;
    console.log(summary);
    assert(working >= KILLS / 2, `it hardly ever got to storing: ${summary}`);
    assertEquals([lost, doubled], [0, 0], summary);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
