import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { CommandError, PeerProtocolError } from "../../lib/errors.ts";
import { KatcpClient } from "../../lib/katcp/client.ts";
import { parseMessage } from "../../lib/katcp/codec.ts";
import { KeptStrategies } from "../../lib/katcp/kept_strategies.ts";
import { textOf } from "../../lib/katcp/message.ts";
import { readSamples } from "../../lib/katcp/sample.ts";
import type { DeviceServerOptions } from "../../lib/katcp/server.ts";
import { float, integer } from "../../lib/katcp/types.ts";
import { Device } from "./device.ts";

async function rig(options: Partial<DeviceServerOptions> = {}) {
  const device = await Device.start(options);
  const { transport, clock } = device;
  const client = new KatcpClient("device:5000", { transport, clock, random: () => 1 });
  await client.connected();
  const told: string[] = [];
  const problems: string[] = [];
  const strategies = new KeptStrategies(client, {
    sample: ({ name, timestamp, status, value }) =>
      told.push(`${timestamp} ${name} ${status} ${textOf(value)}`),
    problem: (what) => problems.push(what),
  });
  const take = async () => {
    await clock.advance(0);
    await clock.advance(0);
    return told.splice(0);
  };
  const lose = async () => {
    transport.drop("device:5000");
    await clock.advance("1 s");
    await client.connected();
    return take();
  };
  return {
    device,
    client,
    strategies,
    problems,
    take,
    lose,
    async [Symbol.asyncDispose]() {
      strategies[Symbol.dispose]();
      await clock.runUntil(client.close());
      await device[Symbol.asyncDispose]();
    },
  };
}

Deno.test("readSamples() reads one sensor or several, in seconds or milliseconds", () => {
  const read = (line: string, version: 4 | 5) =>
    readSamples(parseMessage(line), version).map(({ value, ...rest }) => ({ ...rest, value: textOf(value) }));
  assertEquals(read("#sensor-status 1.5 2 a nominal 1 b unknown \\@", 5), [
    { name: "a", timestamp: 1.5, status: "nominal", value: "1" },
    { name: "b", timestamp: 1.5, status: "unknown", value: "" },
  ]);
  assertEquals(read("#sensor-value 1500 1 a warn 1", 4)[0]!.timestamp, 1.5);
  for (
    const wrong of [
      "",
      " 1",
      " 1 1",
      " 1 2 a nominal 1",
      " x 1 a nominal 1",
      " 1 1 a good 1",
      " 1 x a nominal 1",
    ]
  ) {
    assertThrows(() => readSamples(parseMessage(`#sensor-status${wrong}`), 5), PeerProtocolError);
  }
});

for (const options of [{}, { protocol: 4 as const }]) {
  const version = `version ${options.protocol ?? 5}`;
  Deno.test(`strategies are set, told, and set again after a new connection, with ${version}`, async () => {
    await using test = await rig(options);
    const a = test.device.sensor("a", integer, { timestamp: 1 });
    test.device.sensor("b", float, { timestamp: 2 });
    test.device.sensor("c", float, { timestamp: 3 });
    await test.take(); // the sensors are announced
    await test.strategies.set(["a", "b"], { kind: "event" });
    await test.strategies.set(["c"], { kind: "period", period: 60 });
    await test.strategies.set(["b"], { kind: "none" });
    a.set(5, { timestamp: 4 });
    assertEquals(await test.take(), ["1 a nominal 0", "2 b nominal 0.0", "3 c nominal 0.0", "4 a nominal 5"]);
    assertEquals((await test.lose()).sort(), ["3 c nominal 0.0", "4 a nominal 5"]);
    assertEquals(test.strategies.strategyOf("c"), { kind: "period", period: 60 });
    assertEquals(test.problems, []);
  });
}

Deno.test("a strategy may be set before the sensor or the connection is there", async () => {
  await using test = await rig();
  await assertRejects(
    () => test.strategies.set(["later"], { kind: "auto" }),
    CommandError,
    "Unknown sensor later",
  );
  const first = test.device.sensor("later", integer, { timestamp: 1 });
  assertEquals(await test.take(), ["1 later nominal 0"]);
  test.device.server.sensors.delete("later");
  first.set(5);
  assertEquals(await test.take(), []);
  test.device.sensor("later", integer, { timestamp: 2 });
  assertEquals(await test.take(), ["2 later nominal 0"]);
  test.device.transport.drop("device:5000");
  await test.device.clock.advance(0);
  test.device.sensor("offline", integer, { timestamp: 3 });
  await test.strategies.set(["offline"], { kind: "event" });
  await test.device.clock.advance("1 s");
  assertEquals((await test.take()).sort(), ["2 later nominal 0", "3 offline nominal 0"]);
});

Deno.test("one bad name among many keeps none of the others from being set", async () => {
  await using test = await rig();
  const names = Array.from({ length: 1200 }, (_, index) => `s${index}`);
  for (const name of names) test.device.sensor(name, integer, { timestamp: 1 });
  await test.take(); // they are announced
  const setting = test.strategies.set([...names, "nope"], { kind: "event" });
  await assertRejects(() => setting, CommandError, "Unknown sensor nope");
  assertEquals(new Set(await test.take()).size, 1200);
  assertEquals((await test.lose()).length, 1200);
  assertEquals(test.problems.length, 1);
  assertMatch(test.problems[0]!, /Unknown sensor nope/);
});

Deno.test("a reading that cannot be read is told as a problem", async () => {
  await using test = await rig();
  test.device.server.massInform("sensor-status", "now", "1", "a", "nominal", "1");
  assertEquals(await test.take(), []);
  assertEquals(test.problems, [
    "Cannot read #sensor-status now 1 a nominal 1: Expected a timestamp, got now",
  ]);
});
