import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { PeerProtocolError } from "../../lib/errors.ts";
import { KatcpClient } from "../../lib/katcp/client.ts";
import { parseMessage } from "../../lib/katcp/codec.ts";
import { readRemoteSensor } from "../../lib/katcp/remote_sensor.ts";
import { Sensor } from "../../lib/katcp/sensor.ts";
import { SensorMirror, type SensorMirrorOptions } from "../../lib/katcp/sensor_mirror.ts";
import type { DeviceServerOptions } from "../../lib/katcp/server.ts";
import {
  address,
  boolean,
  bytes,
  discrete,
  float,
  integer,
  lru,
  text,
  timestamp,
} from "../../lib/katcp/types.ts";
import { Device } from "./device.ts";

async function rig(options: SensorMirrorOptions = {}, server: Partial<DeviceServerOptions> = {}) {
  const device = await Device.start(server);
  const { transport, clock } = device;
  const client = new KatcpClient("device:5000", { transport, clock, random: () => 1 });
  const states: string[] = [];
  const problems: string[] = [];
  const mirror = new SensorMirror(client, {
    clock,
    onState: (state) => states.push(state),
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
  };
  return {
    device,
    client,
    mirror,
    states,
    problems,
    settle,
    shown: async () => {
      await settle();
      return [...mirror.sensors].map(({ name, value, status }) =>
        `${name} ${JSON.stringify(value)} ${status}`
      );
    },
    lose: async () => {
      transport.drop("device:5000");
      await settle();
    },
    async [Symbol.asyncDispose]() {
      mirror[Symbol.dispose]();
      await clock.runUntil(client.close());
      await device[Symbol.asyncDispose]();
    },
  };
}

Deno.test("readRemoteSensor() reads every type with its parameters", () => {
  const read = (line: string) => {
    const { type, ...rest } = readRemoteSensor(parseMessage(`#sensor-list ${line}`), 5);
    return { ...rest, type: type.name, options: type.options };
  };
  const base = { description: "A b", unit: "", nominal: undefined, warn: undefined, options: undefined };
  assertEquals(read("x A\\_b V float 0.0 5.0 -1.0 6.0"), {
    ...base,
    name: "x",
    unit: "V",
    type: "float",
    nominal: [0, 5],
    warn: [-1, 6],
  });
  for (const none of ["5 -5", "nan 1", "1", ""]) {
    assertEquals(read(`x A\\_b \\@ float ${none}`), { ...base, name: "x", type: "float" });
  }
  assertEquals(read("x A\\_b \\@ discrete on off"), {
    ...base,
    name: "x",
    type: "discrete",
    options: ["on", "off"],
  });
  for (const type of ["integer", "boolean", "string", "timestamp", "address", "lru"]) {
    assertEquals(read(`x A\\_b \\@ ${type}`), { ...base, name: "x", type });
  }
  for (const wrong of ["x A\\_b \\@ complex", "x A\\_b \\@ discrete", "x A\\_b", "x A \\@ float a b"]) {
    assertThrows(() => read(wrong), PeerProtocolError);
  }
});

for (const version of [4, 5] as const) {
  Deno.test(`a mirror has every sensor of the device and its readings, with version ${version}`, async () => {
    await using test = await rig({}, { protocol: version });
    const { device } = test;
    const count = device.sensor("count", integer, { initial: 2n ** 60n });
    device.sensor("size", float, {
      initial: NaN,
      status: "failure",
      description: "Size",
      unit: "m",
      nominal: [0, 5],
    });
    device.sensor("on", boolean, { initial: true });
    device.sensor("mode", discrete(["a", "b"]), { initial: "b", status: "warn" });
    device.sensor("text", text, { initial: "a b" });
    device.sensor("when", timestamp, { initial: 5.25 });
    device.sensor("where", address, { initial: { host: "::1", port: 1 } });
    device.sensor("old", lru);
    await test.settle();
    for (const sensor of device.server.sensors) {
      const { name, description, unit, nominal, reading } = test.mirror.sensors.get(sensor.name)!;
      const { name: n, description: d, unit: u, nominal: r, reading: original } = sensor;
      assertEquals([name, description, unit, nominal, reading], [n, d, u, r, original]);
    }
    assertEquals([test.mirror.sensors.size, test.mirror.state, test.problems], [8, "synced", []]);
    count.set(7, { timestamp: 1.5 });
    await test.settle();
    assertEquals(test.mirror.sensors.get("count")!.reading, { value: 7, status: "nominal", timestamp: 1.5 });
  });
}

Deno.test("a mirror follows sensors that come, go and change", async () => {
  await using test = await rig();
  const first = test.device.sensor("a", integer);
  const kept = test.device.sensor("k", integer);
  assertEquals(await test.shown(), ["a 0 nominal", "k 0 nominal"]);
  const mine = test.mirror.sensors.get("k");
  test.device.sensor("b", integer, { initial: 1 });
  test.device.sensor("a", text, { initial: "other" });
  first.set(9);
  kept.set(3);
  assertEquals(await test.shown(), ['a "other" nominal', "b 1 nominal", "k 3 nominal"]);
  test.device.server.sensors.delete("b");
  assertEquals(await test.shown(), ['a "other" nominal', "k 3 nominal"]);
  assertEquals(test.mirror.sensors.get("k") === mine, true, "what did not change is the same sensor still");
  assertEquals(test.problems, []);
});

Deno.test("a mirror is unreachable while the device is, and comes back with it", async () => {
  await using test = await rig();
  const sensor = test.device.sensor("a", integer, { initial: 5 });
  assertEquals(await test.shown(), ["a 5 nominal"]);
  await test.lose();
  assertEquals(await test.shown(), ["a 5 unreachable"]);
  sensor.set(6);
  test.device.sensor("b", integer);
  await test.device.clock.advance("1 s");
  assertEquals(await test.shown(), ["a 6 nominal", "b 0 nominal"]);
  assertEquals(test.states.slice(-4), ["synced", "disconnected", "syncing", "synced"]);
});

Deno.test("a mirror takes what its filter lets through, under other names, as its strategy says", async () => {
  await using test = await rig({
    filter: ({ name }) => name !== "hidden",
    rename: (name) => `proxy.${name.toLowerCase()}`,
    strategy: ({ type }) =>
      type.name === "float" ? { kind: "differential", difference: 1 } : { kind: "event" },
  });
  const temperature = test.device.sensor("T", float);
  test.device.sensor("hidden", integer);
  test.device.sensor("n", integer);
  temperature.set(0.5);
  assertEquals(await test.shown(), ["proxy.n 0 nominal", "proxy.t 0.5 nominal"]);
  temperature.set(1);
  assertEquals((await test.shown())[1], "proxy.t 0.5 nominal");
  temperature.set(2);
  assertEquals((await test.shown())[1], "proxy.t 2 nominal");
  test.device.sensor("t", integer);
  await test.settle();
  assertEquals(test.problems[0], "Sensor t cannot be called proxy.t: another is");
});

Deno.test("a value that cannot be read is a failure, and told", async () => {
  await using test = await rig();
  const odd = test.device.sensor("odd", bytes, { initial: new Uint8Array([65]) });
  assertEquals(await test.shown(), ['odd "A" nominal']);
  odd.set(new Uint8Array([0xff]));
  assertEquals(await test.shown(), ['odd "A" failure']);
  assertMatch(test.problems[0]!, /^Cannot read the value of odd: Expected UTF-8/);
});

Deno.test("a sensor that cannot be had here is left out, and told", async () => {
  await using test = await rig({ rename: (name) => name === "odd" ? "o d d" : name });
  test.device.sensor("odd", integer);
  test.device.sensor("x", integer);
  assertEquals(await test.shown(), ["x 0 nominal"]);
  assertEquals(test.mirror.state, "synced");
  assertMatch(test.problems[0]!, /^Cannot name a sensor "o d d"/);
});

Deno.test("a disposed mirror follows no more", async () => {
  await using test = await rig();
  const sensor = test.device.sensor("a", integer);
  await test.settle();
  test.mirror[Symbol.dispose]();
  sensor.set(5);
  test.device.sensor("b", integer);
  assertEquals([await test.shown(), test.mirror.state], [["a 0 nominal"], "closed"]);
});

Deno.test("a mirror of two thousand sensors needs few requests", async () => {
  let requests = 0;
  await using test = await rig();
  for (let index = 0; index < 2000; index++) test.device.server.sensors.add(new Sensor(`s${index}`, integer));
  const counting = test.device.server.requests.get("sensor-sampling")!;
  const answer = counting.answer.bind(counting);
  counting.answer = (exchange) => {
    requests++;
    return answer(exchange);
  };
  await test.settle();
  assertEquals([test.mirror.sensors.size, test.mirror.state], [2000, "synced"]);
  assertEquals(requests <= 8, true, `${requests} requests`);
});
