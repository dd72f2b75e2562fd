import { assert, assertEquals } from "@std/assert";
import { databaseName, openDatabase, type Whereabouts } from "../../../daemons/monitor/store/database.ts";
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import { Random } from "../../../lib/sim/random.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { killAtRandom, killCount, killSeed } from "./kill_at_random.ts";
import { testWithDatabase } from "./postgres.ts";

/** Numbers that one child can never reach. */
const APART = 10_000_000;

/** Opens the store, lets it carry everything into its database, and closes it. */
async function finish(data: string, db: string | undefined): Promise<void> {
  await using store = await openStore({ data, db });
  await store.flush();
  assertEquals(store.problem, undefined);
}

async function killAndCount(data: string, db: string | undefined): Promise<void> {
  const seed = killSeed();
  const child = new URL("./writer_child.ts", import.meta.url).pathname;
  const net = db === undefined ? [] : [`--allow-net=${new URL(db).hostname}`];
  const permissions = ["--allow-read", `--allow-write=${data}`, "--allow-env=PG*", ...net];
  const where: Whereabouts = db === undefined ? { folder: `${data}/database` } : { url: db };

  const random = new Random(seed);
  const kill = (first: number, kills: number) =>
    killAtRandom({
      args: (round) => {
        // One in three fills the spool alone, so that the next one has much to replay.
        const mode = (first + round) % 3 === 1 ? "spool" : "store";
        const to = [data, String((first + round) * APART), mode, ...(db === undefined ? [] : [db])];
        return ["run", "--no-prompt", "--no-check", ...permissions, child, ...to];
      },
      kills,
      // Half of those that write to the database die in a transaction or just after it.
      after: (round) =>
        (first + round) % 6 === 3 || (first + round) % 6 === 5 ? [/(begin)/, 60] : [/(.)/, 1000],
      random,
    });
  // A few die while the database is being made, the others while it is opened, fed, and written to.
  const outputs = await kill(0, 3);
  await finish(data, db);
  outputs.push(...await kill(3, killCount() - 3));
  const acknowledged = outputs.map((output) =>
    Number([...output.matchAll(/^stored (\d+)\n/gm)].at(-1)?.[1] ?? 0)
  );
  const inside = outputs.filter((output) => output.lastIndexOf("begin") > output.lastIndexOf("end")).length;

  await finish(data, db);
  const database = await openDatabase(where, { clock: systemClock });
  const rows = await database.sql<
    { round: number; first: number; last: number; rows: number; numbers: number }[]
  >`
    select
      div(number::numeric, ${APART})::int as round, min(number) as first, max(number) as last,
      count(*)::int as rows, count(distinct number)::int as numbers
    from dewar.value where quality = 0 group by 1`;
  await database.close();

  const found = new Map(rows.map((row) => [row.round, row]));
  let lost = 0;
  let doubled = 0;
  for (const [round, count] of acknowledged.entries()) {
    const row = found.get(round);
    lost += Math.max(0, count - (row?.numbers ?? 0));
    if (!row) continue;
    doubled += row.rows - row.numbers;
    assertEquals(
      [row.first, row.last],
      [round * APART, round * APART + row.numbers - 1],
      "numbers without a hole",
    );
  }
  const stored = acknowledged.reduce((sum, count) => sum + count, 0);
  const working = acknowledged.filter((count) => count > 0).length;
  const summary =
    `${
      databaseName(where)
    }, seed ${seed}: ${outputs.length} kills, ${working} of them while it was storing, ` +
    `${inside} inside a transaction, ` +
    `${stored} values acknowledged, ${lost} lost, ${doubled} doubled`;
  console.log(summary);
  assert(working >= outputs.length / 2, `it hardly ever got to storing: ${summary}`);
  assertEquals([lost, doubled], [0, 0], summary);
}

Deno.test("Store has every acknowledged value once when it is killed at random, embedded database", async () => {
  const data = await Deno.makeTempDir();
  try {
    await killAndCount(data, undefined);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

testWithDatabase(
  "Store has every acknowledged value once when it is killed at random, PostgreSQL",
  async (db) => {
    const data = await Deno.makeTempDir();
    try {
      await killAndCount(data, db);
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
);
