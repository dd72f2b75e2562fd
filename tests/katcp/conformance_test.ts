/** The device that clients are put to, and the client that tests in any language drive. */
import { assertEquals, assertMatch } from "@std/assert";
import { conformanceDevice, type ConformanceDeviceOptions } from "../../lib/katcp/conformance/device.ts";
import { ClientShim } from "../../lib/katcp/conformance/shim.ts";
import { lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "device:5000";

/** A conformance device in memory and virtual time. */
async function rig(options: Partial<ConformanceDeviceOptions> = {}) {
  const clock = new VirtualClock(2_000_000_000);
  const transport = new MemoryTransport();
  const device = conformanceDevice({ clock, ...options });
  await device.listen(ADDRESS, { transport });
  const turn = async () => {
    await clock.advance(0);
    await clock.advance(0);
  };
  const connect = async () => {
    const client = lineClient(await transport.connect(ADDRESS));
    await turn();
    let seen = client.lines.length;
    const take = async () => {
      await turn();
      const news = client.lines.slice(seen);
      seen = client.lines.length;
      return news;
    };
    const ask = (...lines: string[]) => {
      client.send(lines.join("\n"));
      return take();
    };
    return { ask, take };
  };
  return { clock, transport, device, connect, [Symbol.asyncDispose]: () => clock.runUntil(device.close()) };
}

Deno.test("the conformance device has a sensor of each type with known readings", async () => {
  await using device = await rig({ sensors: 1 });
  const { ask } = await device.connect();
  assertEquals(await ask("?sensor-value"), [
    "#sensor-value 1234567890.25 1 conf.address nominal 192.168.1.1:4000",
    "#sensor-value 1234567890.25 1 conf.address6 nominal [::1]:80",
    "#sensor-value 1234567890.25 1 conf.bool nominal 1",
    "#sensor-value 1234567890.25 1 conf.discrete nominal idle",
    "#sensor-value 1234567890.25 1 conf.fast nominal 0",
    "#sensor-value 1234567890.25 1 conf.float nominal 1.5",
    "#sensor-value 1234567890.25 1 conf.int nominal 3",
    "#sensor-value 1234567890.25 1 conf.string nominal hello\\_world",
    "#sensor-value 1234567890.25 1 conf.timestamp nominal 1234567890.25",
    "#sensor-value 1234567890.25 1 conf.unset unknown 0",
    "#sensor-value 1234567890.25 1 many.0 nominal 0",
    "!sensor-value ok 11",
  ]);
  assertEquals(await ask("?sensor-list /int|discrete/"), [
    "#sensor-list conf.discrete One\\_of\\_three\\_words. \\@ discrete idle remote-point error",
    "#sensor-list conf.int An\\_integer. count integer",
    "!sensor-list ok 2",
  ]);
});

Deno.test("the conformance device answers in every way", async () => {
  const errors: string[] = [];
  await using device = await rig({ onError: (what) => errors.push(what), logLevel: "off" });
  const { ask, take } = await device.connect();
  assertEquals(
    await ask(
      "?echo[1] a \\@ \\_\\0\\n\\r\\e\\t\\\\",
      "?fail-me",
      "?fail-me no",
      "?invalid-me no",
      "?crash-me",
      "?informs[2] 2",
      "?big 3",
      "?sleep[3] 2",
      "?watchdog",
    ),
    [
      "!echo[1] ok a \\@ \\_\\0\\n\\r\\e\\t\\\\",
      "!fail-me fail As\\_you\\_wish",
      "!fail-me fail no",
      "!invalid-me invalid no",
      "!crash-me fail Request\\_crash-me\\_failed:\\_A\\_defect,\\_as\\_you\\_wish",
      "#informs[2] 1",
      "#informs[2] 2",
      "!informs[2] ok 2",
      "!big ok xxx",
      "!watchdog ok",
    ],
  );
  await device.clock.advance("2 s");
  assertEquals(await take(), ["!sleep[3] ok"]);
  assertEquals(errors, ["Request crash-me of 127.0.0.1:49152 failed: A defect, as you wish"]);
  assertEquals(await ask("?close-me"), ["!close-me ok", "#disconnect As\\_you\\_wish"]);
});

Deno.test("the conformance device tells all clients", async () => {
  await using device = await rig();
  const { ask } = await device.connect();
  const other = await device.connect();
  await ask("?log-level info");
  assertEquals(
    await ask("?log-me warn careful", "?log-me debug unheard", "?mass news a b", "?mass no_name"),
    [
      "#log warn 2000000000 device careful",
      "!log-me ok",
      "!log-me ok",
      "#news a b",
      "!mass ok",
      "!mass fail Cannot\\_send\\_a\\_message\\_named\\_no_name:\\_a\\_name\\_is\\_letters,\\_digits\\_and\\_hyphens,\\_a\\_letter\\_first",
    ],
  );
  assertEquals(await other.take(), ["#log warn 2000000000 device careful", "#news a b"]);
});

Deno.test("the conformance device sets, adds and removes sensors", async () => {
  await using device = await rig();
  const { ask } = await device.connect();
  assertEquals(
    await ask(
      "?sensor-sampling conf.int event",
      "?set-sensor conf.int -7 warn 5.5",
      "?set-sensor conf.int seven",
      "?set-sensor nope 7",
      "?add-sensor new discrete a b",
      "?add-sensor bad complex",
    ),
    [
      "#sensor-status 1234567890.25 1 conf.int nominal 3",
      "!sensor-sampling ok conf.int event",
      "#sensor-status 5.5 1 conf.int warn -7",
      "!set-sensor ok",
      "!set-sensor fail Expected\\_an\\_integer,\\_got\\_seven",
      "!set-sensor fail Unknown\\_sensor\\_nope",
      "!add-sensor ok",
      "!add-sensor fail Expected\\_a\\_type\\_of\\_sensors,\\_got\\_complex\\_with\\_0\\_parameters",
      "#interface-changed sensor new added",
    ],
  );
  assertEquals(await ask("?sensor-list new", "?remove-sensor new", "?remove-sensor new"), [
    "#sensor-list new \\@ \\@ discrete a b",
    "!sensor-list ok 1",
    "!remove-sensor ok",
    "!remove-sensor fail Unknown\\_sensor\\_new",
    "#interface-changed sensor new removed",
  ]);
  const burst = await ask("?sensor-sampling conf.fast auto", "?burst conf.fast 100");
  await device.clock.advance(0);
  const values = burst.filter((line) => line.startsWith("#sensor-status")).map((line) =>
    line.split(" ").at(-1)
  );
  assertEquals(values, Array.from({ length: 101 }, (_, value) => String(value)));
  assertEquals(burst.at(-1), "!burst ok 100");
});

Deno.test("a handler that gives up because its client is gone has not failed", async () => {
  const errors: string[] = [];
  await using device = await rig({ onError: (what) => errors.push(what) });
  const { ask } = await device.connect();
  await ask("?sleep 10");
  device.transport.drop(ADDRESS);
  await device.clock.advance("20 s");
  assertEquals(errors, []);
});

/** A shim against a conformance device. */
async function driven() {
  const rigged = await rig();
  const { clock, transport } = rigged;
  const written: Record<string, unknown>[] = [];
  const shim = new ClientShim({ clock, transport, write: (line) => written.push(JSON.parse(line)) });
  let seen = 0;
  const say = async (...commands: unknown[]) => {
    for (const command of commands) {
      void shim.take(typeof command === "string" ? command : JSON.stringify(command));
    }
    for (let turn = 0; turn < 5; turn++) await clock.advance(0);
    const news = written.slice(seen);
    seen = written.length;
    return news;
  };
  return {
    ...rigged,
    say,
    async [Symbol.asyncDispose]() {
      await clock.runUntil(shim[Symbol.asyncDispose]());
      await rigged[Symbol.asyncDispose]();
    },
  };
}

Deno.test("the shim connects, asks, and hands on informs", async () => {
  await using shim = await driven();
  const [event, connected] = await shim.say({ id: 1, do: "connect", address: ADDRESS });
  assertEquals(event, { event: "connected", protocol: "5.1-BIMT" });
  assertEquals([connected!.id, connected!.ok, connected!.protocol], [1, true, "5.1-BIMT"]);
  assertEquals((connected!.versions as Record<string, unknown>)["katcp-device"], [
    "conformance-1.0",
    "conformance-1.0.0",
  ]);
  const reply = (name: string, mid: number, ...args: unknown[]) => ({ type: "reply", name, mid, args });
  // Each is answered when it is known.
  const answers = (
    await shim.say(
      { id: "a", do: "request", name: "echo", args: ["ä b", { hex: "ff00" }] },
      { id: "b", do: "request", name: "informs", args: ["1"] },
      { id: "c", do: "request", name: "nope" },
      { id: "d", do: "strategy", sensors: ["conf.int"], strategy: "event" },
      { id: "e", do: "inform", name: "sensor-status" },
      { id: "f", do: "send", line: "!odd 1" },
      { id: "g", do: "inform", name: "log" },
    )
  ).toSorted((a, b) => String(a.id) < String(b.id) ? -1 : 1);
  assertEquals(
    answers,
    [
      { id: "a", ok: true, reply: reply("echo", 2, "ok", "ä b", { hex: "ff00" }), informs: [] },
      {
        id: "b",
        ok: true,
        reply: reply("informs", 3, "ok", "1"),
        informs: [{ type: "inform", name: "informs", mid: 3, args: ["1"] }],
      },
      { id: "c", ok: true, reply: reply("nope", 4, "invalid", "Unknown request nope"), informs: [] },
      { id: "d", ok: true },
      {
        id: "e",
        ok: true,
        informs: [{
          type: "inform",
          name: "sensor-status",
          args: ["1234567890.25", "1", "conf.int", "nominal", "3"],
        }],
      },
      { id: "f", ok: true },
      {
        id: "g",
        ok: true,
        informs: [{
          type: "inform",
          name: "log",
          args: ["error", "2000000000", "katcp.connection", "Unexpected reply !odd"],
        }],
      },
    ],
  );
});

Deno.test("the shim says what went wrong with a command, and when the connection goes and comes", async () => {
  await using shim = await driven();
  assertEquals(await shim.say("{", [], { id: 1 }, { id: 2, do: "request", name: "echo" }), [
    {
      id: null,
      ok: false,
      code: "ConfigError",
      error: "command: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
    },
    { id: null, ok: false, code: "ConfigError", error: "command: expected keys and values, got []" },
    {
      id: 1,
      ok: false,
      code: "ConfigError",
      error: "command.do: expected connect, request, send, inform, strategy, close, got nothing",
    },
    { id: 2, ok: false, code: "ConfigError", error: "command: connect first" },
  ]);
  await shim.say({ id: 3, do: "connect", address: ADDRESS });
  await shim.say({ id: 4, do: "strategy", sensors: ["conf.int"], strategy: "period 10" });
  await shim.say({ id: 5, do: "inform", name: "sensor-status" });
  assertEquals((await shim.say({ id: 6, do: "request", name: "echo", args: [7] }))[0]!.ok, false);
  await shim.say({ id: 7, do: "request", name: "sleep", args: ["10"], timeout: 1 });
  await shim.clock.advance("1 s");
  assertMatch(String((await shim.say())[0]!.error), /No reply of device:5000 to \?sleep within 1\.0 s/);
  shim.transport.drop(ADDRESS);
  assertEquals(await shim.say(), [{ event: "lost" }]);
  await shim.clock.advance("5 s");
  const [connected, sampled] = await shim.say({ id: 8, do: "inform", name: "sensor-status" });
  assertEquals([connected!.event, sampled!.ok], ["connected", true]);
  assertEquals(await shim.say({ id: 9, do: "close" }), [{ event: "lost" }, { id: 9, ok: true }]);
});
