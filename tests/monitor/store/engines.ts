/** Tests of the store that hold on either engine: each is run on the embedded database and on PostgreSQL. */
import { type Database, openDatabase, type Whereabouts } from "../../../daemons/monitor/store/database.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { giveDatabase } from "./made_database.ts";
import { testWithDatabase } from "./postgres.ts";

/** A database that a test may do anything to, and a data folder. */
export interface Engine {
  /** MONITOR's data folder. */
  readonly data: string;
  /** The URL of the PostgreSQL; undefined for the embedded database in the folder. */
  readonly db: string | undefined;
  /** Where the database is. */
  readonly where: Whereabouts;
  /** Opens it for questions; the embedded one must not be open elsewhere. */
  open(): Promise<Database & AsyncDisposable>;
}

/** Registers a test on both engines; each begins with an empty database. */
export function onBothEngines(
  name: string,
  test: (engine: Engine, t: Deno.TestContext) => Promise<void>,
): void {
  const run = async (db: string | undefined, t: Deno.TestContext) => {
    const data = await Deno.makeTempDir();
    try {
      if (db === undefined) await giveDatabase(data);
      const where = db === undefined ? { folder: `${data}/database` } : { url: db };
      const open = async () => {
        const database = await openDatabase(where, { clock: systemClock });
        return { ...database, [Symbol.asyncDispose]: () => database.close() };
      };
      await test({ data, db, where, open }, t);
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  };
  Deno.test(`${name}: embedded database`, (t) => run(undefined, t));
  testWithDatabase(`${name}: PostgreSQL`, (url, t) => run(url, t));
}
