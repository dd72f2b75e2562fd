/** A store that is killed while it writes rollups: in the end they are those of its values, and these are there once. */
import { assert, assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { databaseName } from "../../../daemons/monitor/store/database.ts";
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import { rollUp } from "../../../daemons/monitor/store/rollup.ts";
import { Random } from "../../../lib/sim/random.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import { onBothEngines } from "./engines.ts";
import { killAtRandom, killCount, killSeed } from "./kill_at_random.ts";

/** Numbers that one child can never reach. */
const APART = 10_000_000;
/** Time that one child can never reach, seconds. */
const LIFE = 100 * 3600;
const START = 1_800_000_000;

type Rollup = Record<"level" | "at" | "mean" | "min" | "max" | "last" | "count" | "good" | "bad", number>;

async function rollups(sql: Sql): Promise<Rollup[]> {
  const columns = "extract(epoch from time)::float8 as at, mean, min, max, last, count, good, bad";
  const rows = await sql.unsafe(`
    select 3600 as level, ${columns} from dewar.hour union all select 60, ${columns} from dewar.minute
    union all select 1, ${columns} from dewar.second order by 1, 2`);
  return rows.map((row) => ({ ...row }) as unknown as Rollup);
}

/** A mean depends a little on the order in which it is made. */
function isSame(one: Rollup, other: Rollup | undefined): boolean {
  return other !== undefined && Object.entries(one).every(([name, number]) => {
    const expected = other[name as keyof Rollup];
    return number === expected || Math.abs(number - expected) <= 1e-9 * Math.abs(expected);
  });
}

onBothEngines(
  "Store that is killed while it writes rollups has the right ones in the end",
  async (engine) => {
    const { data, db, where } = engine;
    const seed = killSeed();
    const child = new URL("./summing_child.ts", import.meta.url).pathname;
    const kills = Math.ceil(killCount() / 4);
    const outputs = await killAtRandom({
      args: (round) => {
        const to = [
          data,
          String(round * APART),
          String(START + round * LIFE),
          ...(db === undefined ? [] : [db]),
        ];
        return ["run", "-A", "--no-check", child, ...to];
      },
      kills,
      // At one of the five or so statements of an hour.
      after: (round) => [new RegExp(`(?:summing[^]*){${1 + round % 6}}()`), 25],
      random: new Random(seed),
    });
    const acknowledged = outputs.map((output) =>
      Number([...output.matchAll(/^stored (\d+)\n/gm)].at(-1)?.[1] ?? 0)
    );
    const stored = acknowledged.reduce((sum, count) => sum + count, 0);
    const summing = outputs.filter((output) => output.includes("summing")).length;

    const end = START + kills * LIFE;
    const clock = new VirtualClock(end + 100);
    {
      await using store = await openStore({ data, db, clock });
      for (let next = 0; store.summedUntil < end || store.summedUntil === Infinity; next++) {
        store.log({ time: clock.time(), source: "test", type: "info", message: `${next}` });
        await store.flush();
        await clock.advance("10 s");
      }
      assertEquals(store.problem, undefined);
    }

    await using database = await engine.open();
    const { sql } = database;
    const [values] = await sql`
    select count(*)::integer as rows, count(distinct number)::integer as numbers from dewar.value`;
    const found = await rollups(sql);
    await sql`truncate dewar.hour, dewar.minute, dewar.second`;
    for (let round = 0; round < kills; round++) {
      await rollUp(sql, START + round * LIFE, START + (round + 1) * LIFE);
    }
    const expected = await rollups(sql);
    const wrong = expected.filter((one, place) => !isSame(one, found[place]));
    const lost = Math.max(0, stored - values!.numbers);
    const summary =
      `${databaseName(where)}, seed ${seed}: ${kills} kills, ${summing} of them while rollups ` +
      `were written, ${stored} values acknowledged, ${lost} lost, ${
        values!.rows - values!.numbers
      } doubled, ` +
      `${expected.length} rollups, ${wrong.length} of them wrong`;
    console.log(summary);
    assert(summing >= kills / 2, summary);
    assertEquals([lost, values!.rows], [0, values!.numbers], summary);
    assertEquals([found.length, wrong], [expected.length, []], summary);
  },
);
