/** A database for the store: PostgreSQL at an address, or the embedded one in a folder; the same client for both. @module */
import postgres from "postgres";
import { ConfigError } from "../../../lib/errors.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import { openBridge } from "./bridge.ts";

/** A database that can be asked. */
export interface Database {
  /** For questions. */
  readonly sql: postgres.Sql;
  /** For writing: one connection, on which everything is done in the order in which it is sent. */
  readonly writer: postgres.Sql;
  /** Ends it, in order if that is quick. */
  close(): Promise<void>;
}

/** Where a database is: the URL of a PostgreSQL, or a folder of this process for the embedded one. */
export type Whereabouts = { readonly url: string } | { readonly folder: string };

/** Arrays as parameters: integer[], smallint[], float8[], text[]. None is ever read. */
const ARRAYS = {
  to: 1022,
  from: [1005, 1007, 1009, 1022],
  serialize: (items: string | Items) => typeof items === "string" ? items : arrayText(items),
  parse: (text: string) => text,
};

/** What can be in an array. */
type Items = readonly (number | string | null)[];

/**
 * An array as the database reads it: as a parameter it is as good as the array itself.
 *
 * @param items What is in it.
 * @returns `{1,NULL,"open"}`
 */
export function arrayText(items: Items): string {
  return `{${items.map(arrayItem).join()}}`;
}

/** An item of an array as the database reads it. */
export function arrayItem(item: number | string | null): string {
  if (typeof item !== "string") return item === null ? "NULL" : String(item);
  return `"${item.replace(/["\\]/g, "\\$&")}"`;
}

const COMMON = {
  // Connections last until they are closed: the embedded database has but one.
  idle_timeout: 0,
  max_lifetime: 0,
  connect_timeout: 10,
  onnotice: () => {},
  // The client would ask for the types of arrays by itself, and a loss just then is an error that nobody can catch.
  fetch_types: false,
  types: { arrays: ARRAYS },
} as const;

/**
 * Opens a database. A PostgreSQL is connected to with its first query; what its URL leaves out comes from the
 * `PG*` variables of the environment.
 *
 * @param where Where it is.
 * @param options `clock` limits the closing of the embedded one, `signal` gives up its opening.
 * @returns The database.
 */
export async function openDatabase(
  where: Whereabouts,
  options: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<Database> {
  if ("url" in where) {
    // Compiling a question that is answered in milliseconds takes seconds.
    // A year of a channel is summed up in memory, not on disk.
    const connection = { application_name: "MONITOR", jit: "off", work_mem: "16MB" };
    const sql = postgres(where.url, { ...COMMON, max: 2, connection });
    const writer = postgres(where.url, { ...COMMON, max: 1, connection });
    const ends = () => [sql, writer].map((client) => client.end({ timeout: 0 }));
    return { sql, writer, close: async () => void await Promise.all(ends()) };
  }
  const bridge = await openBridge(where.folder, options);
  const embedded = { ...COMMON, max: 1, host: "embedded", username: "postgres", database: "postgres" };
  // The type of the options does not know `socket`.
  const sql = postgres({ ...embedded, socket: bridge.connect } as typeof embedded);
  return {
    sql,
    writer: sql,
    async close() {
      await sql.end({ timeout: 0 });
      await bridge.close();
    },
  };
}

/**
 * Names a database for people, without its password.
 *
 * @param where Where it is.
 * @returns `"PostgreSQL at db.lab:5432/dewar"`, or the folder.
 * @throws {ConfigError} If the URL cannot be read.
 */
export function databaseName(where: Whereabouts): string {
  if ("folder" in where) return `the embedded database in ${where.folder}`;
  let url: URL;
  try {
    url = new URL(where.url);
  } catch (cause) {
    const expected = "expected postgres://user:password@host:5432/name";
    throw new ConfigError(`Cannot read the database's address: ${expected}`, { cause });
  }
  return `PostgreSQL at ${url.host}${url.pathname}`;
}
