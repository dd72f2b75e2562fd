/** Databases of a PostgreSQL server, each for one test, so that tests may run side by side. */
import { openDatabase } from "../../../daemons/monitor/store/database.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { postgresql, testWith } from "../../needs.ts";

/**
 * A test with an empty database of its own, which is gone afterwards.
 *
 * @param name Its name.
 * @param fn The test: it gets the URL of its database.
 */
export function testWithDatabase(
  name: string,
  fn: (url: string, t: Deno.TestContext) => Promise<void>,
): void {
  testWith(name, [postgresql], async (t) => {
    const own = new URL(postgresql.found!);
    const database = `dewar_test_${crypto.randomUUID().replaceAll("-", "")}`;
    own.pathname = `/${database}`;
    await onServer(`create database ${database}`);
    try {
      await fn(own.href, t);
    } finally {
      await onServer(`drop database ${database} with (force)`);
    }
  });
}

async function onServer(statement: string): Promise<void> {
  const { sql, close } = await openDatabase({ url: postgresql.found! }, { clock: systemClock });
  try {
    await sql.unsafe(statement);
  } finally {
    await close();
  }
}
