/** MONITOR started before what it needs, twice, or with a broken configuration. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { openDatabase } from "../../daemons/monitor/store/database.ts";
import { eventually, FaultProxy } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { testWithDatabase } from "../monitor/store/postgres.ts";
import { freePort, program, run, start } from "../processes.ts";
import { startDaemon, untilRight } from "./cryocon_daemon.ts";
import { recordedCryocon } from "./recorded_cryocon.ts";
import { monitorArgs, startMonitor } from "./running_monitor.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("MONITOR waits for daemons that are started after it, and watches the others meanwhile", async () => {
  await withFolder(async (data) => {
    await using hardware = await recordedCryocon();
    await using early = await startDaemon(hardware.address, { name: "early" });
    const port = await freePort();
    await using monitor = await startMonitor(data, `late=127.0.0.1:${port}`, `early=${early.address}`);
    await eventually(async () => (await monitor.status())["early.temperature"] === "11");
    assertEquals((await monitor.status())["late"], "0");
    assertEquals(monitor.told("late disconnected"), 0, "what never was there was not lost");

    await using _late = await startDaemon(hardware.address, { name: "late", port });
    await eventually(async () => (await monitor.status())["late.temperature"] === "11", { timeout: "15 s" });
    assertEquals([monitor.told("late connected"), monitor.told("early connected")], [1, 1]);
    assertEquals(hardware.told, []);
  });
});

Deno.test("a second MONITOR on a data folder says who has it and ends, the first goes on", async () => {
  await withFolder(async (data) => {
    await using counter = await start(program("tests/fault/counting_daemon.ts", "--port", "0"));
    await using first = await startMonitor(data, `counter=${counter.address}`);
    const page = await first.process.said(/^page at (\S+)$/m);
    const stored = async (): Promise<number> => (await (await fetch(`${page}lab`)).json()).stored;
    await eventually(async () => await stored() > 0);

    const second = await run(monitorArgs(data, `counter=${counter.address}`));
    assertEquals(second.code, 2, second.log);
    assertEquals(second.output, "");
    assert(second.log.includes(`Data folder ${data} is in use`), second.log);
    assert(second.log.includes(`pid ${first.process.pid}`), second.log);

    const before = await stored();
    await eventually(async () => await stored() > before);
    const { problem } = await (await fetch(`${page}lab`)).json();
    assertEquals(problem, null);
    assertEquals(first.told("counter disconnected"), 0);
    first.process.kill("SIGTERM");
    assertEquals((await first.process.status).code, 0);
  });
});

Deno.test("MONITOR says which port is in use and ends, whoever has it goes on", async () => {
  await withFolder(async (data) => {
    await using hardware = await recordedCryocon();
    await using daemon = await startDaemon(hardware.address);
    const taken = String(daemon.port);
    for (const ports of [["--port", taken, "--http-port", "0"], ["--port", "0", "--http-port", taken]]) {
      const ended = await run(program("daemons/monitor/monitor.ts", "--data", data, ...ports));
      assertNotEquals(ended.code, 0);
      assertMatch(ended.log, new RegExp(`${taken}.* in use`));
      assertEquals(ended.log.trimEnd().split("\n").length, 1, ended.log);
    }
    await untilRight(daemon.address);
  });
});

/** Each kind of mistake: file, text, what is said. */
const BROKEN: readonly [name: string, file: string, text: string, message: RegExp][] = [
  [
    "YAML that is none",
    "monitor.yaml",
    "name: lab\nclients:\n  cryocon: localhost:7024\n  - bad\n",
    /monitor\.yaml line 4: /,
  ],
  [
    "an unknown key",
    "monitor.yaml",
    "name: lab\nintervall: 5\n",
    /monitor\.yaml line 2: intervall is no known key; did you mean "interval"\?/,
  ],
  [
    "an unknown key of a client",
    "monitor.yaml",
    "clients:\n  cryocon:\n    address: localhost:7024\n    plot: 7\n",
    /monitor\.yaml line 4: clients\.cryocon\.plot is no known key; did you mean "plots"\?/,
  ],
  [
    "a wrong type",
    "monitor.yaml",
    "name: lab\nport: many\n",
    /monitor\.yaml line 2: port: expected a whole number from 0 to 65535, got "many"/,
  ],
  [
    "a line of an ini file that is no setting",
    "monitor.ini",
    "[cryocon]\nhost = localhost\n what is this\n",
    /monitor\.ini line 3: expected key = value, got what is this/,
  ],
  [
    "a wrong type in an ini file",
    "monitor.ini",
    "[cryocon]\nport = seven\n",
    /monitor\.ini line 2: cryocon\.port: expected a whole number from 0 to 65535, got "seven"/,
  ],
];

for (const [name, file, text, message] of BROKEN) {
  Deno.test(`MONITOR does not start with ${name} in ${file}: it says where, and what was expected`, async () => {
    await withFolder(async (folder) => {
      const [config, data] = [`${folder}/${file}`, `${folder}/data`];
      await Deno.writeTextFile(config, text);
      const ended = await run(monitorArgs(data, "--config", config));
      assertEquals(ended.code, 2, ended.log);
      assertEquals(ended.output, "");
      assertMatch(ended.log, message);
      assertEquals(ended.log.trimEnd().split("\n").length, 1, "one line, no stack");
      await assertMissing(data);
    });
  });
}

async function assertMissing(path: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(path.replace(/\/[^/]*$/, "")));
  assert(!entries.some(({ name }) => path.endsWith(`/${name}`)), `${path} was made`);
}

testWithDatabase(
  "MONITOR stores from its first second what a database gets that is there later",
  async (db) => {
    const url = new URL(db);
    await using proxy = await FaultProxy.listen(`${url.hostname}:${url.port || 5432}`);
    await proxy.down();
    const through = new URL(url);
    [through.hostname, through.port] = ["127.0.0.1", proxy.address.split(":").at(-1)!];
    await withFolder(async (data) => {
      await using counter = await start(program("tests/fault/counting_daemon.ts", "--port", "0"));
      await using monitor = await startMonitor(data, "--db", through.href, `counter=${counter.address}`);
      const page = await monitor.process.said(/^page at (\S+)$/m);
      const lab = async (): Promise<{ stored: number; problem: string | null }> =>
        (await fetch(`${page}lab`)).json();
      await eventually(async () => (await lab()).problem !== null);
      assertMatch((await lab()).problem!, /PostgreSQL at 127\.0\.0\.1:\d+/);
      assert(!monitor.process.log.includes(url.password || "\0"), "no password in the log");
      await eventually(async () => (await lab()).stored > 1000);
      const { stored } = await lab();
      const until = systemClock.time();

      await proxy.up();
      await eventually(async () => (await lab()).problem === null, { timeout: "30 s" });
      const { sql, close } = await openDatabase({ url: url.href }, { clock: systemClock });
      try {
        const rows = async () => {
          const [row] = await sql<{ rows: number; different: number }[]>`
          select count(*)::int as rows, count(distinct (channel_id, number))::int as different
          from dewar.value where time <= to_timestamp(${until})`;
          return row!;
        };
        await eventually(async () => (await rows()).rows >= stored, { timeout: "10 s" });
        const { rows: all, different } = await rows();
        assertEquals(all, different, "each once");
      } finally {
        await close();
      }
      assertEquals(monitor.told("counter disconnected"), 0);
    });
  },
);
