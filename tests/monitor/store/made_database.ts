/** An embedded database that is made once and copied for each test: making one keeps a processor busy for seconds. */
import { cp, mkdir, stat } from "node:fs/promises";
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { ROOT } from "../../processes.ts";

/** Kept from run to run, for each version of the engine. */
const MADE = `${ROOT}data/test/${await engine()}`;

/** What the engine is: `"pglite@0.5.16"`. */
async function engine(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  return imports["@electric-sql/pglite"].split("/").at(-1);
}

/**
 * Gives a data folder an embedded database in which nothing is yet.
 *
 * @param data The folder; it is made if need be. Where it has a database, that stays.
 */
export async function giveDatabase(data: string): Promise<void> {
  const folder = `${data}/database`;
  if (await exists(folder)) return;
  await make();
  await mkdir(data, { recursive: true });
  await cp(MADE, folder, { recursive: true });
}

/** Makes the one that is copied; of several tests that want it at once, one. */
async function make(): Promise<void> {
  await mkdir(`${ROOT}data/test`, { recursive: true });
  using lock = await Deno.open(`${MADE}.lock`, { create: true, write: true });
  await lock.lock(true);
  if (await exists(MADE)) return;
  const { sql, close } = await openDatabase({ folder: MADE }, { clock: systemClock });
  await sql`select 1`;
  await close();
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}
