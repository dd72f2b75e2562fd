/** A store by what people call it: the URL of a PostgreSQL, or MONITOR's data folder. @module */
import { ConfigError } from "../../../../lib/errors.ts";
import { systemClock } from "../../../../lib/time/mod.ts";
import { type Database, databaseName, openDatabase } from "../database.ts";
import { lockFolder } from "../folder_lock.ts";
import { migrate } from "../schema.ts";
import { openStore } from "../store.ts";

/** An open store. */
export interface OpenedStore extends AsyncDisposable {
  /** Asks it. */
  readonly sql: Database["sql"];
  /** What it is called, without passwords. */
  readonly name: string;
}

/** Whether it is a PostgreSQL, and no folder. */
export function isUrl(where: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(where);
}

/**
 * Opens a store with today's tables. What waits in the spool of a folder is put into its database before.
 *
 * @param where Its URL, or its folder.
 * @param options `isThere`: it must be there already.
 * @throws {ConfigError} If a MONITOR uses the folder, or there is nothing.
 */
export async function openTransfer(where: string, options: { isThere?: boolean } = {}): Promise<OpenedStore> {
  await using parts = new AsyncDisposableStack();
  const place = isUrl(where) ? { url: where } : { folder: `${where}/database` };
  if ("folder" in place) {
    if (options.isThere) {
      await Deno.stat(place.folder).catch((cause) => {
        throw new ConfigError(`There is no store in ${where}: expected a folder ${place.folder}`, { cause });
      });
      await emptySpool(where);
    }
    parts.use(await lockFolder(where, systemClock));
  }
  const database = await openDatabase(place, { clock: systemClock });
  parts.defer(() => database.close());
  await migrate(database.sql);
  const all = parts.move();
  return { sql: database.sql, name: databaseName(place), [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** What a MONITOR has left in its spool goes into the database. */
async function emptySpool(data: string): Promise<void> {
  await using store = await openStore({ data });
  await store.flush();
  if (store.problem) throw new ConfigError(`The store in ${data} cannot be used: ${store.problem}`);
}
