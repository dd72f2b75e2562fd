/** Too many peers, and peers that do not read. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Connection, tcp } from "../../lib/net/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { memory, openFiles, type Program } from "../processes.ts";
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

Deno.test("a daemon serves a thousand connections at once, and has forgotten them when they are gone", async () => {
  await using hardware = await recordedCryocon();
  await using daemon = await startDaemon(hardware.address);
  await untilRight(daemon.address);
  const other = await bystander(daemon.address, isRight);
  await eventually(() => other.answers > 0);
  const files = await openFiles(daemon.pid);

  const crowd = await Promise.all(times(1000, () => peer(daemon.address)));
  for (const client of crowd) client.send("get_status");
  await Promise.all(crowd.map((client) => client.expect(RIGHT, { timeout: "20 s" })));
  assert(await openFiles(daemon.pid) >= files + 1000);
  const weight = await memory(daemon.pid);
  assert(weight < 200, `it weighs ${weight} MB`);
  await Promise.all(crowd.map(gone));

  await eventually(async () => await openFiles(daemon.pid) <= files);
  await allServed([other]);
  assertEquals(hardware.told, []);
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
