import { assertEquals, assertRejects } from "@std/assert";
import postgres from "postgres";
import { Archive } from "../../../daemons/monitor/store/archive.ts";
import { openBridge } from "../../../daemons/monitor/store/bridge.ts";
import { type Database, openDatabase } from "../../../daemons/monitor/store/database.ts";
import { encodeEntry, type ValueRow } from "../../../daemons/monitor/store/entry.ts";
import { migrate } from "../../../daemons/monitor/store/schema.ts";
import { Spool } from "../../../daemons/monitor/store/spool.ts";
import { ConnectionError } from "../../../lib/errors.ts";
import { eventually, VirtualClock } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";

const clock = systemClock;

/** One folder for all tests here: making a new database takes seconds. */
Deno.test("The embedded database", async (t) => {
  const data = await Deno.makeTempDir();
  const folder = `${data}/database`;

  await t.step("openBridge() says what is wrong with a folder that is no database", async () => {
    const other = `${data}/other`;
    await Deno.mkdir(other);
    await Deno.writeTextFile(`${other}/PG_VERSION`, "9\n");
    await assertRejects(
      () => openBridge(other, { clock }),
      ConnectionError,
      `Cannot open the database in ${other}`,
    );
  });

  await t.step(
    "openDatabase() syncs what it writes, keeps going after an error, and rolls back",
    async () => {
      const { sql, close } = await openDatabase({ folder }, { clock });
      assertEquals((await sql`show fsync`)[0]!.fsync, "on");
      await sql`create table number (n integer)`;
      await assertRejects(() => sql`select no_such_column`, Error, "no_such_column");
      await assertRejects(
        () =>
          sql.begin(async (transaction) => {
            await transaction`insert into number values (1)`;
            throw new Error("changed my mind");
          }),
        Error,
        "changed my mind",
      );
      const many = Array.from({ length: 200 }, (_, n) => sql`insert into number values (${n}) returning n`);
      assertEquals(
        (await Promise.all(many)).map(([row]) => row!.n),
        Array.from({ length: 200 }, (_, n) => n),
      );
      const long = "x".repeat(3_000_000);
      assertEquals((await sql`select ${long}::text as text`)[0]!.text, long);
      await close();
    },
  );

  await t.step(
    "openDatabase() is closed in order while a question is out, with nothing else to live for",
    async () => {
      // Time stands still: no deadline keeps the program alive.
      const { sql, close } = await openDatabase({ folder }, { clock: new VirtualClock() });
      await sql`select`;
      const asked = assertRejects(async () => await sql`select count(*) from generate_series(1, 2000000)`);
      await clock.sleep("1 ms"); // it has left
      await close();
      await asked;
    },
  );

  await t.step("a connection that is cut in a transaction leaves nothing of it to the next", async () => {
    const bridge = await openBridge(folder, { clock });
    const connect = () => {
      const stream = bridge.connect();
      const options = { socket: () => stream, host: "embedded", username: "postgres", max: 1 };
      return {
        stream,
        sql: postgres({ ...options, database: "postgres" } as postgres.Options<Record<string, never>>),
      };
    };
    const first = connect();
    await assertRejects(() =>
      first.sql.begin(async (transaction) => {
        await transaction`insert into number values (1000)`;
        first.stream.destroy();
        await transaction`insert into number values (1001)`;
      })
    );
    const second = connect();
    assertEquals((await second.sql`select max(n) from number`)[0]!.max, 199);
    await Promise.all([first.sql.end({ timeout: 0 }), second.sql.end({ timeout: 0 })]);
    await bridge.close();
  });

  await t.step("migrate() leaves nothing half made when it fails, and goes on later", async () => {
    const { sql, close } = await openDatabase({ folder }, { clock });
    await sql`create schema dewar`;
    await sql`create table dewar.spool (in_the_way integer)`;
    await assertRejects(() => migrate(sql), Error, "already exists");
    const tables = () =>
      sql`
      select relname as tablename from pg_class
      where relnamespace = to_regnamespace('dewar') and relkind in ('r', 'p') and not relispartition order by 1`;
    assertEquals((await tables()).map((row) => row.tablename), ["spool"]);
    await sql`drop table dewar.spool`;
    await Promise.all([migrate(sql), migrate(sql)]);
    assertEquals((await tables()).map((row) => row.tablename), [
      "channel",
      "hour",
      "image",
      "late",
      "log",
      "migration",
      "minute",
      "note",
      "recording",
      "rolled",
      "run",
      "second",
      "spool",
      "value",
    ]);
    await close();
  });

  await t.step(
    "Archive carries everything over once although the database goes away again and again",
    async () => {
      const reports: string[] = [];
      const report = (_type: string, message: string) => void reports.push(message);
      let openings = 0;
      let current: Database | undefined;
      const open = async (signal: AbortSignal) => {
        if (openings++ === 0) throw new Error("not yet");
        return current = await openDatabase({ folder }, { clock, signal });
      };
      const spool = await Spool.open({
        folder: `${data}/spool`,
        clock,
        report,
        onDurable: () => archive.wake(),
      });
      const archive: Archive = new Archive({
        open,
        name: "it",
        spool,
        id: crypto.randomUUID(),
        clock,
        report,
      });
      await eventually(() => archive.problem === "it cannot be used: not yet");
      let next = 0;
      for (let loss = 0; loss < 3; loss++) {
        await eventually(() => !archive.problem, { timeout: "20 s" });
        for (let batch = 0; batch < 20; batch++) {
          for (let i = 0; i < 50; i++) {
            const row: ValueRow = ["n", clock.time(), next++, null, 0, 0, null];
            spool.append(encodeEntry({ kind: "values", client: "c", rows: [row] }), { values: 1 });
          }
          await spool.flush();
          if (batch === 10) current!.close();
        }
        await archive.settled();
      }
      await eventually(() => archive.applied === spool.durable, { timeout: "20 s" });
      const [row] = await archive.query((sql) =>
        sql`select count(*)::int as rows, count(distinct number)::int as numbers from dewar.value`
      );
      assertEquals({ ...row }, { rows: next, numbers: next });
      assertEquals(
        reports.length,
        8,
        `one report of each loss and one of each return: ${reports.join("; ")}`,
      );
      await spool.close();
      await archive.close();
    },
  );

  await t.step(
    "a process that forgets to close it ends all the same, and needs no more than its permissions",
    async () => {
      const root = new URL("../../../", import.meta.url).pathname;
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        cwd: root,
        args: [
          "run",
          "--no-prompt",
          `--allow-read=node_modules,daemons/monitor/store/pglite_worker.ts,${folder}`,
          `--allow-write=${folder},${folder}.new`,
          "--allow-env=PG*",
          "tests/monitor/store/forgetful_child.ts",
          folder,
        ],
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals([code, text(stdout)], [0, "3000 rows\n"], text(stderr));
    },
  );

  await Deno.remove(data, { recursive: true });
});
