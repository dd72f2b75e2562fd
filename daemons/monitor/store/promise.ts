/** How far what is stored may be relied on, in words for the page. @module */
import { databaseName, type Whereabouts } from "./database.ts";

/**
 * What people may count on.
 *
 * @param where Where the database is.
 * @returns Sentences.
 */
export function promiseOf(where: Whereabouts): string {
  const name = databaseName(where);
  const kept = "what is counted as stored is on this machine's disk first and survives the death of MONITOR";
  if ("folder" in where) {
    return `Stored in ${name}: ${kept}. A loss of power while this database is being written may damage it; ` +
      "where that matters, store in a PostgreSQL (--db), and make backups (deno task store backup).";
  }
  return `Stored in ${name}: ${kept}, and an outage of the database.`;
}
