/**
 * Our client at devices of others, over real sockets: aiokatcp with its Rust codec, the old katcp package in both its
 * versions of the protocol, and small ones of the tests written from the specification alone.
 *
 * What they cannot: aiokatcp has no restart, no timeout hints, no ranges and speaks version 5 only. A byte that is no UTF-8
 * ends the thread of the old package that serves all clients, so it is sent none. The small ones take no lists of sensors.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import { KatcpClient } from "../../lib/katcp/client.ts";
import { KeptStrategies } from "../../lib/katcp/kept_strategies.ts";
import type { Sample } from "../../lib/katcp/sample.ts";
import { SensorMirror } from "../../lib/katcp/sensor_mirror.ts";
import { formatProtocol } from "../../lib/katcp/protocol.ts";
import type { Strategy } from "../../lib/katcp/strategy.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { pythonWith, testWith } from "../needs.ts";
import { type Program, program, ROOT, start } from "../processes.ts";

const aiokatcp = pythonWith("aiokatcp");
const oldKatcp = pythonWith("katcp");

interface Kind {
  readonly name: string;
  readonly needs: Parameters<typeof testWith>[1];
  readonly start: (port?: number) => Promise<Program>;
  readonly protocol: string;
  /** What it does beyond watchdog, help, the sensors and their values. */
  readonly can: readonly string[];
}

const python = (found: string | undefined, file: string, ...more: string[]) => (port = 0) =>
  start([`${ROOT}tests/peers/${file}`, String(port), ...more], found!);
const peer = (protocol: string) => (port = 0) =>
  start(program("tests/peers/katcp_device.ts", String(port), protocol));

const DEVICES: readonly Kind[] = [
  {
    name: "aiokatcp",
    needs: [aiokatcp],
    start: python(aiokatcp.found, "aiokatcp_device.py"),
    protocol: "5.1-BIM",
    can: ["bytes", "side by side", "differential", "rate", "burst", "change", "version-list"],
  },
  {
    name: "the old katcp package",
    needs: [oldKatcp],
    start: python(oldKatcp.found, "katcp_device.py"),
    protocol: "5.1-BIMT",
    can: ["differential", "rate", "burst", "change", "version-list", "hints", "clear", "ranges"],
  },
  {
    name: "the old katcp package in version 4",
    needs: [oldKatcp],
    start: python(oldKatcp.found, "katcp_device.py", "4"),
    protocol: "4.0-M",
    can: ["differential", "burst", "clear", "ranges"],
  },
  {
    name: "a device written from the specification",
    needs: [],
    start: peer("5.1-MI"),
    protocol: "5.1-IM",
    can: ["bytes", "version-list"],
  },
  {
    name: "a device written from the specification without message ids",
    needs: [],
    start: peer("5.0-M"),
    protocol: "5.0-M",
    can: ["bytes", "version-list"],
  },
  {
    name: "a device written from the specification in version 4",
    needs: [],
    start: peer("4"),
    protocol: "4.0-M",
    can: ["bytes", "ranges"],
  },
];

async function connect(device: Program): Promise<KatcpClient> {
  const client = new KatcpClient(device.address, { firstDelay: 50, maxDelay: 200 });
  await client.connected();
  return client;
}

/** A sample for comparing. */
const plain = ({ name, status, value }: Sample) => `${name} ${status} ${new TextDecoder().decode(value)}`;

for (const kind of DEVICES) {
  const can = (what: string) => kind.can.includes(what);

  testWith(`our client asks ${kind.name} for everything standard it has`, kind.needs, async () => {
    await using device = await kind.start();
    await using client = await connect(device);
    assertEquals(formatProtocol(client.protocol!), kind.protocol);
    const ask = async (name: string, ...args: string[]) => {
      const { reply, informs } = await client.request(name, ...args);
      return [
        reply.text(1),
        informs.map((inform) => inform.args.map((_, index) => inform.text(index))),
      ] as const;
    };
    assert((await client.request("watchdog")).reply.ok);
    const [count, helps] = await ask("help");
    assertEquals(count, String(helps.length));
    assert(helps.some(([name]) => name === "sensor-value"));
    assertEquals((await ask("help", "watchdog"))[0], "1");
    assertEquals((await ask("client-list"))[0], "1");
    assertEquals((await ask("log-level", "error"))[0], "error");
    if (can("version-list")) assertEquals((await ask("version-list"))[1][0]![0], "katcp-protocol");
    if (can("hints")) assertEquals((await ask("request-timeout-hint"))[0], "0");

    const [, list] = await ask("sensor-list", "/^conf\\.(int|discrete)$/");
    const described = Object.fromEntries(list.map(([name, _, ...rest]) => [name, rest]));
    assertEquals(described, {
      "conf.discrete": ["", "discrete", "idle", "remote-point", "error"],
      "conf.int": ["count", "integer", ...(can("ranges") ? ["-10", "10"] : [])],
    });
    const [, [value]] = await ask("sensor-value", "conf.string");
    assertEquals(Number(value![0]), client.protocol!.major === 4 ? 1234567890250 : 1234567890.25);
    assertEquals(value!.slice(1), ["1", "conf.string", "nominal", "hello world"]);

    const refused = await assertRejects(
      () => client.request("sensor-value", "nope"),
      CommandError,
      "Unknown sensor",
    );
    assertEquals(refused.code, "device");
    const unknown = await assertRejects(() => client.request("no-such-request"), CommandError);
    assertEquals(unknown.code, "invalid");
    const odd = ["", " ", "\t", "\0\x1b\r\n\\", "ä€", "x".repeat(100_000)];
    assertEquals((await ask("echo", ...odd.slice(0, 4)))[0], "");
    const { reply } = await client.request("echo", ...odd);
    assertEquals(odd.map((_, index) => reply.text(index + 1)), odd);
    if (can("bytes")) {
      const bytes = new Uint8Array(256).map((_, byte) => byte);
      assertEquals((await client.request("echo", bytes)).reply.bytes(1), bytes);
    }
  });

  testWith(`our client gets each answer of ${kind.name}`, kind.needs, async () => {
    await using device = await kind.start();
    await using client = await connect(device);
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, index) => {
      if (index % 2 === 0) return (await client.request("echo", String(index))).reply.text(1);
      const { informs } = await client.request("informs", "3");
      return informs.map((inform) => inform.text(0)).join("");
    }));
    assertEquals(answers, answers.map((_, index) => index % 2 === 0 ? String(index) : "123"));
    if (can("side by side")) {
      const order: string[] = [];
      const slow = client.request("sleep", "0.2").then(() => order.push("sleep"));
      await client.request("watchdog").then(() => order.push("watchdog"));
      await slow;
      assertEquals(order, ["watchdog", "sleep"]);
    }
  });

  testWith(`our client samples sensors of ${kind.name} with each strategy it has`, kind.needs, async () => {
    await using device = await kind.start();
    await using client = await connect(device);
    const came: string[] = [];
    const problems: string[] = [];
    using strategies = new KeptStrategies(client, {
      sample: (sample) => void came.push(plain(sample)),
      problem: (problem) => problems.push(problem),
    });
    const set = (name: string, value: string, ...more: string[]) =>
      client.request("set-sensor", name, value, ...more);
    const take = () => came.splice(0).map((line) => line.replace(/^conf\.\w+ /, ""));
    const none: Strategy = { kind: "none" };

    await strategies.set(["conf.int"], { kind: "event" });
    await set("conf.int", "4");
    await set("conf.int", "4");
    await set("conf.int", "5", "warn");
    await strategies.set(["conf.int"], none);
    await set("conf.int", "6");
    assertEquals(take(), ["nominal 3", "nominal 4", "warn 5"]);

    await strategies.set(["conf.bool"], { kind: "auto" });
    await set("conf.bool", "1");
    await strategies.set(["conf.bool"], none);
    assertEquals(take(), ["nominal 1", "nominal 1"]);

    await strategies.set(["conf.string"], { kind: "period", period: 0.02 });
    await eventually(() => came.length > 3);
    await strategies.set(["conf.string"], none);
    assertEquals(new Set(take()), new Set(["nominal hello world"]));

    if (can("differential")) {
      await strategies.set(["conf.float"], { kind: "differential", difference: 1 });
      for (const value of ["2.5", "2.75", "2.25", "-5"]) await set("conf.float", value);
      await strategies.set(["conf.float"], none);
      assertEquals(take().map((line) => Number(line.split(" ")[1])), [1.5, 2.75, -5]);
    }
    if (can("rate")) {
      await strategies.set(["conf.string"], { kind: "event-rate", shortest: 0.05, longest: 1000 });
      for (const value of ["a", "b", "c"]) await set("conf.string", value);
      await eventually(() => came.at(-1)?.endsWith("c"));
      assert(came.length <= 4, `${came}`);
      take();
      await strategies.set(["conf.float"], {
        kind: "differential-rate",
        difference: 2,
        shortest: 0,
        longest: 1000,
      });
      for (const value of ["-4", "-2"]) await set("conf.float", value);
      assertEquals(take().map((line) => Number(line.split(" ")[1])), [-5, -2]);
      await strategies.set(["conf.int", "conf.bool", "conf.timestamp"], { kind: "event" });
      assertEquals(take().length, 3);
    }
    if (can("burst")) {
      await strategies.set(["conf.fast"], { kind: "event" });
      await client.request("burst", "conf.fast", "2000", { timeout: "20 s" });
      assertEquals(take(), Array.from({ length: 2001 }, (_, value) => `nominal ${value}`));
    }
    if (can("clear")) {
      await client.request("sensor-sampling-clear");
      assertEquals((await client.request("sensor-sampling", "conf.fast")).reply.text(2), "none");
    }
    await assertRejects(() => strategies.set(["nope"], { kind: "event" }), CommandError, "Unknown sensor");
    assertEquals(problems, []);
  });

  testWith(`a mirror follows ${kind.name} through its end and its return`, kind.needs, async () => {
    let device = await kind.start();
    try {
      await using client = await connect(device);
      const problems: string[] = [];
      using mirror = new SensorMirror(client, { onProblem: (problem) => problems.push(problem) });
      await eventually(() => mirror.state === "synced");
      assertEquals(mirror.sensors.get("conf.string")!.value, "hello world");
      assertEquals(mirror.sensors.get("conf.timestamp")!.value, 1234567890.25);
      assertEquals(mirror.sensors.get("conf.address")!.value, { host: "192.168.1.1", port: 4000 });
      assertEquals(mirror.sensors.get("conf.float")!.reading.timestamp, 1234567890.25);
      await client.request("set-sensor", "conf.int", "7", "error");
      await eventually(() => mirror.sensors.get("conf.int")!.value === 7);
      assertEquals(mirror.sensors.get("conf.int")!.status, "error");
      if (can("change")) {
        await client.request("add-sensor", "conf.new", ...(kind.name === "aiokatcp" ? ["integer"] : []));
        await eventually(() => mirror.sensors.has("conf.new"));
        await client.request("remove-sensor", "conf.new");
        await eventually(() => !mirror.sensors.has("conf.new"));
      }
      assertEquals(problems, []);
      const { port } = device;
      await device[Symbol.asyncDispose]();
      await eventually(() => mirror.sensors.get("conf.int")!.status === "unreachable");
      device = await kind.start(port);
      await eventually(() => mirror.state === "synced" && mirror.sensors.get("conf.int")!.value === 3);
      assertEquals(mirror.sensors.get("conf.int")!.status, "nominal");
    } finally {
      await device[Symbol.asyncDispose]();
    }
  });

  testWith(`our client is told when ${kind.name} halts`, kind.needs, async () => {
    await using device = await kind.start();
    await using client = await connect(device);
    const why: string[] = [];
    using _watching = client.onInform("disconnect", (inform) => why.push(inform.text(0)));
    await client.request("halt");
    await eventually(() => client.state.status === "lost");
    assertEquals(why.length, 1);
    assertMatch(client.state.why!, /\w/);
    await assertRejects(() => client.request("watchdog"), CommandError, "is not connected");
  });
}
