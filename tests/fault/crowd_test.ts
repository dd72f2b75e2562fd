/** Too many peers, and peers that do not read. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Connection, tcp } from "../../lib/net/mod.ts";
import { eventually, type LineClient } from "../../lib/testing/mod.ts";
import { memory, openFiles, type Program, program, start } from "../processes.ts";
import { type Bystander, bystander } from "./bystander.ts";
import { gone, isRight, peer, RIGHT, startDaemon, untilRight } from "./cryocon_daemon.ts";
import { recordedCryocon } from "./recorded_cryocon.ts";

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Waits until each has had another answer, then lets them go. */
async function allServed(others: readonly Bystander[]): Promise<void> {
  const before = others.map(({ answers }) => answers);
  await eventually(() => others.every(({ answers }, index) => answers > before[index]! + 2));
  for (const other of others) await other.leave();
}

/** How many connect at the same moment: a listener's backlog has an end. */
const WAVE = 100;
const PEERS = 1000;

Deno.test("a daemon serves a thousand connections at once, and has forgotten them when they are gone", async () => {
  // In a process of its own: this one has its hands full, and hardware that answers late is lost.
  await using hardware = await start(program("tests/fault/standing_cryocon.ts"));
  await using daemon = await startDaemon(hardware.address);
  await untilRight(daemon.address);
  const other = await bystander(daemon.address, isRight);
  await eventually(() => other.answers > 0);
  const files = await openFiles(daemon.pid);

  const crowd: LineClient[] = [];
  while (crowd.length < PEERS) crowd.push(...await Promise.all(times(WAVE, () => peer(daemon.address))));
  for (const client of crowd) client.send("get_status");
  await Promise.all(crowd.map((client) => client.expect(RIGHT, { timeout: "60 s" })));
  assert(await openFiles(daemon.pid) >= files + PEERS);
  const weight = await memory(daemon.pid);
  assert(weight < 200, `it weighs ${weight} MB`);
  await Promise.all(crowd.map(gone));

  await eventually(async () => await openFiles(daemon.pid) <= files, { timeout: "60 s" });
  await allServed([other]);
  assertEquals(hardware.output.match(/^told .*$/m), null);
  assertEquals(daemon.log.match(/"type":"(warning|error)"/g), null, daemon.log);
});

/** Asks for a hundred megabytes of statuses and never reads one. */
async function deaf(daemon: Program, greeting: string): Promise<Connection> {
  const connection = await tcp.connect(daemon.address);
  connection.pause();
  connection.write(greeting + "get_status\n".repeat(50_000));
  return connection;
}

Deno.test("a daemon drops peers that never read, after it has served ten others in bounded memory", async () => {
  await using hardware = await recordedCryocon();
  await using daemon = await startDaemon(hardware.address);
  await untilRight(daemon.address);
  const others = await Promise.all(times(10, () => bystander(daemon.address, isRight)));
  await eventually(() => others.every(({ answers }) => answers > 10));
  const weight = await memory(daemon.pid);

  const old = await deaf(daemon, "id name=deaf type=\n");
  const modern = await deaf(daemon, "id name=frozen type= proto=dewar/1\nsubscribe\n");
  let heaviest = 0;
  await eventually(async () => {
    heaviest = Math.max(heaviest, await memory(daemon.pid));
    return /Lost frozen/.test(daemon.log) && /Dropped deaf/.test(daemon.log);
  }, { timeout: "45 s" });

  assertMatch(daemon.log, /Lost frozen \(\S+\): \S+ has been silent for .* and did not answer when asked/);
  assertMatch(daemon.log, /Dropped deaf \(\S+\): it does not read what it is sent/);
  assert(heaviest < weight + 64, `from ${weight} to ${heaviest} MB`);
  await allServed(others);
  assertEquals(hardware.told, []);
  for (const connection of [old, modern]) {
    connection.destroy();
    await connection.closed;
  }
});
