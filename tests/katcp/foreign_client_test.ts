/**
 * Clients of others at our device, over real sockets: aiokatcp with its Rust codec, the old katcp package, and a small one
 * of the tests written from the specification alone.
 *
 * What they cannot: aiokatcp checks nothing else than version 5 and has no timeouts. The old package sends no byte that is
 * no UTF-8, and gives up a device for good that greets otherwise than before. The small one asks for no strategies again.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { pythonWith, testWith } from "../needs.ts";
import { program, ROOT, start } from "../processes.ts";
import { ForeignClient, type SaidMessage } from "./foreign_client.ts";

const aiokatcp = pythonWith("aiokatcp");
const oldKatcp = pythonWith("katcp");

interface Kind {
  readonly name: string;
  readonly needs: Parameters<typeof testWith>[1];
  readonly command: string;
  readonly args: readonly string[];
  /** Whether it sends bytes that are no UTF-8. */
  readonly sendsBytes: boolean;
}

const peer = (file: string) => `${ROOT}tests/peers/${file}`;

const CLIENTS: readonly Kind[] = [
  {
    name: "aiokatcp",
    needs: [aiokatcp],
    command: aiokatcp.found ?? "",
    args: [peer("aiokatcp_shim.py")],
    sendsBytes: true,
  },
  {
    name: "the old katcp package",
    needs: [oldKatcp],
    command: oldKatcp.found ?? "",
    args: [peer("katcp_shim.py")],
    sendsBytes: false,
  },
  {
    name: "a client written from the specification",
    needs: [],
    command: Deno.execPath(),
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", peer("katcp_shim.ts")],
    sendsBytes: true,
  },
];

const device = (...args: string[]) => start(program("scripts/katcp_conformance.ts", "--port", "0", ...args));

async function connected(kind: Kind, address: string): Promise<ForeignClient> {
  const client = new ForeignClient(kind.command, kind.args);
  await client.say({ do: "connect", address });
  return client;
}

/** The third argument of a `#sensor-status` on: name, status and value. */
const readings = (informs: SaidMessage["args"][]) => informs.map(([, , ...reading]) => reading.join(" "));

for (const kind of CLIENTS) {
  testWith(`${kind.name} can ask our device for everything standard`, kind.needs, async () => {
    await using server = await device();
    await using client = await connected(kind, server.address);
    const { protocol } = await client.event("connected");
    assertEquals(protocol, "5.1-BIMT");

    const [help, helps] = await client.ask("help");
    assertEquals(help, ["ok", String(helps.length)]);
    for (const name of ["help", "halt", "restart", "watchdog", "version-list", "client-list", "log-level"]) {
      assert(helps.some(([each]) => each === name), name);
      assertEquals((await client.ask("help", name))[0], ["ok", "1"]);
    }
    assertMatch(String((await client.ask("help", "nope"))[0][1]), /Unknown request/);
    assertEquals(await client.ask("watchdog"), [["ok"], []]);
    const [, versions] = await client.ask("version-list");
    assertEquals(versions.map(([role]) => role), [
      "katcp-protocol",
      "katcp-library",
      "katcp-device",
      "conformance-sensors",
    ]);
    const [clients, addresses] = await client.ask("client-list");
    assertEquals(clients, ["ok", "1"]);
    assertMatch(String(addresses[0]![0]), /^127\.0\.0\.1:\d+$/);
    assertEquals((await client.ask("log-level"))[0], ["ok", "warn"]);
    assertEquals((await client.ask("log-level", "info"))[0], ["ok", "info"]);
    assertEquals((await client.ask("log-level", "loud"))[0][0], "fail");

    const [list, sensors] = await client.ask("sensor-list");
    assertEquals(list, ["ok", "10"]);
    assertEquals(sensors.find(([name]) => name === "conf.discrete")!.slice(2), [
      "",
      "discrete",
      "idle",
      "remote-point",
      "error",
    ]);
    assertEquals((await client.ask("sensor-list", "/^conf\\.address/"))[0], ["ok", "2"]);
    assertEquals((await client.ask("sensor-list", "conf.int"))[1], [[
      "conf.int",
      "An integer.",
      "count",
      "integer",
    ]]);
    const [values, all] = await client.ask("sensor-value");
    assertEquals(values, ["ok", "10"]);
    assertEquals(readings(all), [
      "conf.address nominal 192.168.1.1:4000",
      "conf.address6 nominal [::1]:80",
      "conf.bool nominal 1",
      "conf.discrete nominal idle",
      "conf.fast nominal 0",
      "conf.float nominal 1.5",
      "conf.int nominal 3",
      "conf.string nominal hello world",
      "conf.timestamp nominal 1234567890.25",
      "conf.unset unknown 0",
    ]);
    assertMatch(String((await client.ask("sensor-value", "nope"))[0][1]), /Unknown sensor/);
    const [hint, hints] = await client.ask("request-timeout-hint");
    assertEquals([hint, hints], [["ok", "2"], [["burst", "60"], ["sleep", "3600"]]]);
    assertEquals((await client.ask("nope"))[0][0], "invalid");
    assertEquals((await client.ask("fail-me", "because"))[0], ["fail", "because"]);
    assertEquals((await client.ask("crash-me"))[0], [
      "fail",
      "Request crash-me failed: A defect, as you wish",
    ]);
    await client.say({ do: "close" });
  });

  testWith(`${kind.name} can sample the sensors of our device with each strategy`, kind.needs, async () => {
    await using server = await device();
    await using client = await connected(kind, server.address);
    const set = (name: string, ...args: string[]) => client.ask("set-sensor", name, ...args);
    const next = async (count = 1) => readings(await client.informs("sensor-status", count));

    /** What comes of a sensor up to a reading; what comes of others is passed over. */
    const until = async (name: string, last: string) => {
      const came: string[] = [];
      while (came.at(-1) !== last) {
        const [reading] = await next();
        if (reading!.startsWith(name)) came.push(reading!.slice(name.length + 1));
      }
      return came;
    };

    await client.say({ do: "strategy", sensors: ["conf.int"], strategy: "event" });
    await set("conf.int", "4");
    await set("conf.int", "4");
    await set("conf.int", "4", "warn");
    assertEquals(await next(3), ["conf.int nominal 3", "conf.int nominal 4", "conf.int warn 4"]);
    await client.say({ do: "strategy", sensors: ["conf.int"], strategy: "none" });

    await client.say({ do: "strategy", sensors: ["conf.bool"], strategy: "auto" });
    await set("conf.bool", "1");
    assertEquals(await next(2), ["conf.bool nominal 1", "conf.bool nominal 1"]);
    await client.say({ do: "strategy", sensors: ["conf.bool"], strategy: "none" });

    await client.say({ do: "strategy", sensors: ["conf.float"], strategy: "differential 1.0" });
    for (const value of ["2.5", "2.75", "2.25", "-10"]) await set("conf.float", value);
    assertEquals(await next(3), [
      "conf.float nominal 1.5",
      "conf.float nominal 2.75",
      "conf.float nominal -10.0",
    ]);

    await client.say({ do: "strategy", sensors: ["conf.float"], strategy: "period 0.02" });
    assertEquals(await next(4), Array.from({ length: 4 }, () => "conf.float nominal -10.0"));
    await client.say({ do: "strategy", sensors: ["conf.float"], strategy: "none" });

    await client.say({ do: "strategy", sensors: ["conf.string"], strategy: "event-rate 0.05 1000" });
    for (const value of ["a", "b", "c"]) await set("conf.string", value);
    const texts = await until("conf.string", "nominal c");
    assertEquals(texts[0], "nominal hello world");
    assert(texts.length <= 4, `${texts}`);

    await client.say({ do: "strategy", sensors: ["conf.fast"], strategy: "differential-rate 5 0 1000" });
    for (const value of ["5", "6", "7"]) await set("conf.fast", value);
    assertEquals(await until("conf.fast", "nominal 6"), ["nominal 0", "nominal 6"]);
    const [reply] = await client.ask("sensor-sampling", "conf.fast");
    assertEquals(reply.slice(1, 3), ["conf.fast", "differential-rate"]);
    assertEquals(reply.slice(3).map(Number), [5, 0, 1000]);

    await client.say({
      do: "strategy",
      sensors: ["conf.address", "conf.address6", "conf.unset"],
      strategy: "event",
    });
    assertEquals((await client.ask("sensor-sampling", "conf.unset"))[0], ["ok", "conf.unset", "event"]);
    assertEquals((await client.ask("sensor-sampling-clear"))[0], ["ok"]);
    assertEquals((await client.ask("sensor-sampling", "conf.unset"))[0], ["ok", "conf.unset", "none"]);
    assertEquals((await client.ask("sensor-sampling", "conf.float", "period", "nan"))[0][0], "fail");
    await client.say({ do: "close" });
  });

  testWith(
    `${kind.name} gets each answer of our device by its id, and informs in between`,
    kind.needs,
    async () => {
      await using server = await device();
      await using client = await connected(kind, server.address);
      const slow = client.ask("sleep", "0.2");
      const answers = await Promise.all(
        Array.from(
          { length: 200 },
          (_, index) => index % 2 === 0 ? client.ask("echo", String(index)) : client.ask("informs", "3"),
        ),
      );
      for (const [index, [reply, informs]] of answers.entries()) {
        if (index % 2 === 0) assertEquals([reply, informs], [["ok", String(index)], []]);
        else assertEquals([reply, informs], [["ok", "3"], [["1"], ["2"], ["3"]]]);
      }
      assertEquals((await slow)[0], ["ok"]);
      await client.ask("mass", "news", "now");
      assertEquals(await client.informs("news"), [["now"]]);
      await client.ask("log-me", "error", "careful");
      assertEquals((await client.informs("log"))[0]!.filter((_, index) => index !== 1), [
        "error",
        "device",
        "careful",
      ]);
      await client.ask("add-sensor", "new", "integer");
      assertEquals(await client.informs("interface-changed"), [["sensor", "new", "added"]]);
      await client.say({ do: "close" });
    },
  );

  testWith(
    `${kind.name} and our device give each other any text${kind.sendsBytes ? " and bytes" : ""}`,
    kind.needs,
    async () => {
      await using server = await device();
      await using client = await connected(kind, server.address);
      const odd = ["", " ", "\t", "\0\x1b\r\n\\", "ä€😀", "x".repeat(100_000)];
      assertEquals((await client.ask("echo", ...odd))[0], ["ok", ...odd]);
      assertEquals((await client.ask("big", "1000000"))[0][1], "x".repeat(1_000_000));
      if (kind.sendsBytes) {
        const bytes = [{ hex: "ff" }, { hex: "80c0fe20ff" }];
        assertEquals((await client.ask("echo", ...bytes))[0], ["ok", ...bytes]);
        await client.ask("set-sensor", "conf.string", bytes[1]!);
        assertEquals((await client.ask("sensor-value", "conf.string"))[1][0]!.at(-1), bytes[1]);
      }
      await client.say({ do: "close" });
    },
  );

  testWith(
    `${kind.name} is told when our device ends the connection, and when it halts`,
    kind.needs,
    async () => {
      await using server = await device();
      await using client = await connected(kind, server.address);
      assertEquals((await client.ask("close-me"))[0], ["ok"]);
      await client.event("lost");
      const [, port] = server.address.split(":");
      await using other = await connected(kind, `127.0.0.1:${port}`);
      assertEquals((await other.ask("halt"))[0], ["ok"]);
      await other.event("lost");
      assertEquals((await server.status).code, 0);
    },
  );
}

for (const kind of CLIENTS.slice(0, 2)) {
  testWith(`${kind.name} connects again when our device has been restarted`, kind.needs, async () => {
    await using server = await device();
    await using client = await connected(kind, server.address);
    await client.ask("set-sensor", "conf.int", "9");
    assertEquals((await client.ask("restart"))[0], ["ok"]);
    await client.event("connected", 2);
    assertEquals(readings((await client.ask("sensor-value", "conf.int"))[1]), ["conf.int nominal 3"]);
    await client.say({ do: "close" });
  });
}
