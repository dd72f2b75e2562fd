import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError } from "../../lib/errors.ts";
import { FailReply, InvalidReply } from "../../lib/katcp/failures.ts";
import { DeviceServer } from "../../lib/katcp/server.ts";
import {
  address,
  boolean,
  bytes,
  discrete,
  float,
  integer,
  text,
  timestampOrNow,
  within,
} from "../../lib/katcp/types.ts";
import { type Client, Device, GREETING } from "./device.ts";

const TIME = "1234567890";

Deno.test("a client is greeted before it asks", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(client.lines.lines, GREETING);
});

Deno.test("a device without a build state or with parts says so", async () => {
  await using device = await Device.start({
    version: "x-1.0",
    buildState: undefined,
    extraVersions: { "pump": ["pump-2.1"], "laser": ["laser-1.0", "SN 7"] },
  });
  const client = await device.connect();
  assertEquals(client.lines.lines.at(-1), "#version-connect katcp-device x-1.0");
  assertEquals((await client.ask("?version-list")).slice(2), [
    "#version-list katcp-device x-1.0",
    "#version-list pump pump-2.1",
    "#version-list laser laser-1.0 SN\\_7",
    "!version-list ok 5",
  ]);
});

Deno.test("request() needs a name and a help text", () => {
  const server = new DeviceServer({ version: "x-1.0" });
  assertThrows(() => server.request("x", { help: "  " }, () => {}), LocalProtocolError, "needs a help text");
  assertThrows(
    () => server.request("x_y", { help: "X." }, () => {}),
    LocalProtocolError,
    "Cannot name a request",
  );
});

Deno.test("a handler gets its arguments typed and gives those of the reply", async () => {
  await using device = await Device.start();
  device.server.request(
    "all",
    {
      help: "Take one of each.",
      args: [integer, float, boolean, discrete(["a", "b"]), address, text],
      optional: [timestampOrNow, within(integer, { min: 1, max: 9 })],
    },
    (_, count, size, isOn, word, place, name, when, level) => {
      const given = [
        Number(count) + 1,
        size + 0.5,
        !isOn,
        word,
        place.port,
        name.toUpperCase(),
        when,
        level,
      ];
      return given.map(String);
    },
  );
  const client = await device.connect();
  const cases: [string, string][] = [
    ["?all 1 2 0 a 1.2.3.4:5 x", "!all ok 2 2.5 true a 5 X undefined undefined"],
    ["?all 1 2 1 b [::1] x now", "!all ok 2 2.5 false b undefined X now undefined"],
    ["?all 1 2 1 b [::1] x 5.5 9", "!all ok 2 2.5 false b undefined X 5.5 9"],
    ["?all 1 2", "!all fail Too\\_few\\_arguments\\_for\\_all:\\_expected\\_6,\\_got\\_2"],
    ["?all 1 2 1 b [::1] x 5 9 0", "!all fail Too\\_many\\_arguments\\_for\\_all:\\_expected\\_8,\\_got\\_9"],
    ["?all 1.5 2 1 b [::1] x", "!all fail Argument\\_1\\_of\\_all:\\_Expected\\_an\\_integer,\\_got\\_1.5"],
    ["?all 1 2 1 c [::1] x", "!all fail Argument\\_4\\_of\\_all:\\_Expected\\_one\\_of\\_a,\\_b,\\_got\\_c"],
    [
      "?all 1 2 1 b [::1] x 5 10",
      "!all fail Argument\\_8\\_of\\_all:\\_Expected\\_integer\\_from\\_1\\_to\\_9,\\_got\\_10",
    ],
  ];
  for (const [request, reply] of cases) assertEquals(await client.ask(request), [reply]);
});

Deno.test("a handler may take any number of arguments, as the bytes they are", async () => {
  await using device = await Device.start();
  device.server.request("echo", { help: "Echo.", rest: bytes }, (_, ...args) => args);
  const connection = await device.transport.connect("device:5000");
  const came: number[] = [];
  connection.receive({ data: (chunk) => void came.push(...chunk) });
  await device.clock.advance(0);
  came.length = 0;
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) =>
    !"\0\n\r\t\x1b \\".includes(String.fromCharCode(byte))
  );
  const line = [...new TextEncoder().encode("?echo[5] \\@ \\0\\n\\r\\e\\t\\_\\\\ "), ...every, 10];
  connection.write(Uint8Array.from(line));
  await device.clock.advance(0);
  const head = new TextEncoder().encode("!echo[5] ok");
  assertEquals(came, [...head, ...line.slice("?echo[5]".length)]);
  connection.destroy();
});

Deno.test("what a handler throws is the reply, without a stack", async () => {
  const errors: string[] = [];
  await using device = await Device.start({ onError: (what) => errors.push(what) });
  const { server } = device;
  server.request("fail-me", { help: "Fail." }, () => {
    throw new FailReply("not today");
  });
  server.request("invalid-me", { help: "Fail later." }, async () => {
    await device.clock.sleep("1 ms");
    throw new InvalidReply("no sense");
  });
  server.request("crash-me", { help: "Crash." }, () => {
    throw new TypeError("oops");
  });
  server.request("crash-later", { help: "Crash later." }, () => Promise.reject("thrown text"));
  server.request("too-big", { help: "Reply with too much." }, () => ["x".repeat(3_000_000)]);
  server.request("no-name", { help: "Inform of nothing." }, (exchange) => exchange.client.inform("a b"));
  const client = await device.connect();
  assertEquals(await client.ask("?fail-me"), ["!fail-me fail not\\_today"]);
  await client.ask("?invalid-me[7]");
  await device.clock.advance("1 ms");
  assertEquals(await client.take(), ["!invalid-me[7] invalid no\\_sense"]);
  assertEquals(errors, []);
  assertEquals(await client.ask("?crash-me"), [
    `#log error ${TIME}.001 device Request\\_crash-me\\_of\\_127.0.0.1:49152\\_failed:\\_oops`,
    "!crash-me fail Request\\_crash-me\\_failed:\\_oops",
  ]);
  assertMatch((await client.ask("?crash-later")).at(-1)!, /^!crash-later fail .*thrown\\_text$/);
  assertMatch((await client.ask("?too-big")).at(-1)!, /^!too-big fail .*the\\_limit\\_is\\_2097152$/);
  assertMatch((await client.ask("?no-name")).at(-1)!, /^!no-name fail .*Cannot\\_send\\_a\\_message\\_named/);
  assertEquals(errors.length, 4);
  assertEquals(await client.ask("?watchdog"), ["!watchdog ok"]);
});

Deno.test("an unknown request is invalid, with its own name and id", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(await client.ask("?nope[3] 1", "?constructor"), [
    "!nope[3] invalid Unknown\\_request\\_nope",
    "!constructor invalid Unknown\\_request\\_constructor",
  ]);
  assertEquals(await client.ask("?help nope"), ["!help fail Unknown\\_request\\_nope"]);
});

Deno.test("a line that is no message, or a reply, is answered by #log to its sender; informs are ignored", async () => {
  const informs: string[] = [];
  await using device = await Device.start({
    onInform: (_, inform) => informs.push(String(inform)),
    lineLimit: 40,
  });
  const client = await device.connect();
  const other = await device.connect();
  await client.take();
  const log = (problem: string) => `#log error ${TIME} katcp.connection ${problem.replaceAll(" ", "\\_")}`;
  assertEquals(
    await client.ask("?x[007]", "!watchdog ok", "#hello 1", "", " \t", `?${"x".repeat(50)}`, "?watchdog"),
    [
      log('Bad message: byte 3 of the line is "0": a message id is 1 to 2147483647'),
      log("Unexpected reply !watchdog"),
      log("Bad message: the line is longer than 40 bytes"),
      "!watchdog ok",
    ],
  );
  assertEquals([await other.take(), informs], [[], ["#hello 1"]]);
});

Deno.test("replies without an id keep the order of their requests, those with one overtake", async () => {
  await using device = await Device.start();
  device.server.request(
    "sleep",
    { help: "Sleep some seconds.", args: [float] },
    async (exchange, seconds) => {
      exchange.inform("begin");
      await device.clock.sleep(1000 * seconds);
      return [String(seconds)];
    },
  );
  const client = await device.connect();
  assertEquals(
    await client.ask("?sleep 3", "?sleep 1", "?nope", "?sleep[9] 2", "?watchdog", "?watchdog[8]"),
    [
      "#sleep begin",
      "#sleep[9] begin",
      "!watchdog[8] ok",
    ],
  );
  await device.clock.advance("2 s");
  assertEquals(await client.take(), ["!sleep[9] ok 2"]);
  await device.clock.advance("1 s");
  assertEquals(await client.take(), [
    "!sleep ok 3",
    "#sleep begin",
    "!sleep ok 1",
    "!nope invalid Unknown\\_request\\_nope",
    "!watchdog ok",
  ]);
});

Deno.test("replies come in order whatever takes how long", async () => {
  const requests = fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 5 }), hasId: fc.boolean() }), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 5 }), async (requests, maxPending) => {
      await using device = await Device.start({ maxPending });
      device.server.request("n", { help: "Wait.", args: [integer, float] }, async (_, index, seconds) => {
        await device.clock.sleep(1000 * seconds);
        return [String(index)];
      });
      const client = await device.connect();
      await client.ask(
        ...requests.map(({ seconds, hasId }, at) => `?n${hasId ? `[${at + 1}]` : ""} ${at} ${seconds}`),
      );
      await device.clock.advance("5 min");
      const replies = await client.take();
      const all = [...client.lines.lines.slice(GREETING.length)];
      assertEquals(replies.every((line) => all.includes(line)), true);
      const indexes = (pattern: RegExp) => all.flatMap((line) => pattern.exec(line)?.[1] ?? []).map(Number);
      const plain = requests.flatMap(({ hasId }, at) => hasId ? [] : [at]);
      assertEquals(indexes(/^!n ok (\d+)$/), plain);
      assertEquals(indexes(/^!n\[\d+\] ok (\d+)$/).length, requests.length - plain.length);
      assertEquals(all.length, requests.length);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a request replied to early goes on, and cannot be replied to twice", async () => {
  const errors: string[] = [];
  await using device = await Device.start({ onError: (what) => errors.push(what), logLevel: "off" });
  device.server.request("early", { help: "Reply, then inform." }, (exchange) => {
    exchange.reply("1");
    exchange.inform("late");
  });
  device.server.request("twice", { help: "Reply twice." }, (exchange) => {
    exchange.reply();
    return ["again"];
  });
  const client = await device.connect();
  assertEquals(await client.ask("?early", "?twice", "?watchdog"), [
    "!early ok 1",
    "!twice ok",
    "!watchdog ok",
  ]);
  assertMatch(errors[0]!, /Cannot send #early after its reply$/);
  assertMatch(errors[1]!, /Cannot reply to twice twice$/);
});

Deno.test("halt cancels what is worked on, says goodbye and ends", async () => {
  await using device = await Device.start();
  let aborted = false;
  device.server.request("wait", { help: "Wait for the end." }, ({ signal }) => {
    signal.addEventListener("abort", () => aborted = true);
    return device.clock.sleep("1 h", { signal });
  });
  const client = await device.connect();
  const other = await device.connect();
  await client.take();
  assertEquals(await client.ask("?wait[1]", "?wait", "?watchdog", "?halt[2]"), [
    "!halt[2] ok",
    "!wait[1] fail Request\\_cancelled",
    "!wait fail Request\\_cancelled",
    "!watchdog ok",
    "#disconnect Device\\_server\\_shutting\\_down",
  ]);
  assertEquals(await other.take(), ["#disconnect Device\\_server\\_shutting\\_down"]);
  assertEquals([await device.server.closed, aborted, await other.lines.closed], ["halt", true, undefined]);
  assertEquals([device.clock.pending, device.transport.connections], [0, 0]);
});

Deno.test("restart fails where nobody can start the device again", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(await client.ask("?restart"), ["!restart fail This\\_device\\_cannot\\_be\\_restarted"]);
});

Deno.test("other clients are told of a new one, and it is listed", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const second = await device.connect();
  assertEquals(await client.take(), []);
  await device.clock.advance("50 ms");
  assertEquals(await client.take(), ["#client-connected 127.0.0.1:49153"]);
  assertEquals(await second.ask("?client-list"), [
    "#client-list 127.0.0.1:49152",
    "#client-list 127.0.0.1:49153",
    "!client-list ok 2",
  ]);
  second.lines.close();
  await second.take();
  assertEquals((await client.ask("?client-list")).at(-1), "!client-list ok 1");
});

Deno.test("a device for one client lets a new one take its place", async () => {
  await using device = await Device.start({ multiClient: false });
  const client = await device.connect();
  assertEquals(client.lines.lines[0], "#version-connect katcp-protocol 5.1-BIT");
  const second = await device.connect();
  assertEquals(await client.take(), ["#disconnect New\\_client\\_connected\\_from\\_127.0.0.1:49153"]);
  assertEquals(await client.lines.closed, undefined);
  assertEquals(await second.ask("?client-list", "?watchdog"), [
    "!client-list invalid Unknown\\_request\\_client-list",
    "!watchdog ok",
  ]);
});

Deno.test("#log goes to all clients from the level on, which outlives them", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const { log } = device.server;
  log.info("quiet");
  log.warn("careful", { name: "pump.1", timestamp: 1.5 });
  assertEquals(await client.take(), ["#log warn 1.5 pump.1 careful"]);
  assertEquals(await client.ask("?log-level off"), ["!log-level ok off"]);
  log.fatal("unheard");
  assertEquals(await client.ask("?log-level trace", "?log-level WARN", "?log-level loud"), [
    "!log-level ok trace",
    ...["WARN", "loud"].map((word) =>
      `!log-level fail Argument\\_1\\_of\\_log-level:\\_Expected\\_one\\_of\\_all,\\_trace,\\_debug,\\_info,\\_warn,\\_error,\\_fatal,\\_off,\\_got\\_${word}`
    ),
  ]);
  client.lines.close();
  const other = await device.connect();
  log.trace("seen");
  log.debug("seen");
  log.error("seen");
  assertEquals((await other.take()).map((line) => line.split(" ")[1]), ["trace", "debug", "error"]);
});

Deno.test("timeout hints are listed for the requests that have one, and 0 is said of the others", async () => {
  await using device = await Device.start();
  device.server.request("slow", { help: "Take long.", timeoutHint: 30.5 }, () => {});
  const client = await device.connect();
  assertEquals(
    await client.ask("?request-timeout-hint", "?request-timeout-hint help", "?request-timeout-hint nope"),
    [
      "#request-timeout-hint slow 30.5",
      "!request-timeout-hint ok 1",
      "#request-timeout-hint help 0",
      "!request-timeout-hint ok 1",
      "!request-timeout-hint fail Unknown\\_request\\_nope",
    ],
  );
});

Deno.test("sensors and requests that come and go are told, together, once a turn", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const { server } = device;
  device.sensor("a", integer);
  device.sensor("b", integer);
  device.sensor("a", float);
  device.sensor("c", integer);
  server.sensors.delete("c");
  server.request("new", { help: "New." }, () => {});
  assertEquals(await client.take(), [
    "#interface-changed sensor a added",
    "#interface-changed sensor b added",
    "#interface-changed request new added",
  ]);
  server.sensors.delete("a");
  device.sensor("a", integer);
  server.sensors.delete("b");
  server.request("new", { help: "Newer." }, () => {});
  assertEquals([server.removeRequest("watchdog"), server.removeRequest("nope")], [true, false]);
  assertEquals(await client.take(), [
    "#interface-changed sensor a modified",
    "#interface-changed sensor b removed",
    "#interface-changed request new modified",
    "#interface-changed request watchdog removed",
  ]);
  for (let index = 0; index < 100; index++) device.sensor(`many.${index}`, integer);
  assertEquals(await client.take(), ["#interface-changed sensor-list"]);
});

Deno.test("an unknown sensor and a pattern that is none fail; a pattern that finds nothing does not", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(
    await client.ask("?sensor-value nope", "?sensor-list nope", "?sensor-value /(/", "?sensor-value /nope/"),
    [
      "!sensor-value fail Unknown\\_sensor\\_nope",
      "!sensor-list fail Unknown\\_sensor\\_nope",
      "!sensor-value fail Cannot\\_use\\_the\\_pattern:\\_a\\_(\\_without\\_its\\_),\\_at\\_character\\_1",
      "!sensor-value ok 0",
    ],
  );
});

Deno.test("a sampled sensor tells the client that asked, and no other", async () => {
  await using device = await Device.start();
  const sensor = device.sensor("x", float, { timestamp: 1 });
  const client = await device.connect();
  const other = await device.connect();
  await client.take();
  assertEquals(await client.ask("?sensor-sampling x differential 1"), [
    "#sensor-status 1 1 x nominal 0.0",
    "!sensor-sampling ok x differential 1.0",
  ]);
  sensor.set(0.5);
  sensor.set(2, { timestamp: 5.25 });
  sensor.set(NaN, { status: "failure", timestamp: 6 });
  assertEquals(await client.take(), [
    "#sensor-status 5.25 1 x nominal 2.0",
    "#sensor-status 6 1 x failure nan",
  ]);
  assertEquals(await client.ask("?sensor-sampling x"), ["!sensor-sampling ok x differential 1.0"]);
  assertEquals(await other.ask("?sensor-sampling x"), ["!sensor-sampling ok x none"]);
});

Deno.test("strategies end with the sensor, the client, or ?sensor-sampling-clear", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const first = device.sensor("x", integer);
  await client.ask("?sensor-sampling x auto");
  const second = device.sensor("x", integer);
  first.set(5);
  second.set(6);
  assertEquals(await client.take(), ["#interface-changed sensor x modified"]);
  await client.ask("?sensor-sampling x period 1");
  assertEquals(device.clock.pending, 1);
  assertEquals(await client.ask("?sensor-sampling-clear"), ["!sensor-sampling-clear ok"]);
  assertEquals(device.clock.pending, 0);
  await client.ask("?sensor-sampling x period 1");
  client.lines.close();
  await client.take();
  assertEquals(device.clock.pending, 0);
});

Deno.test("the strategies of several sensors are set at once, or none of them", async () => {
  await using device = await Device.start();
  device.sensor("a", integer, { timestamp: 1 });
  device.sensor("b", float, { timestamp: 2 });
  device.sensor("c", text, { timestamp: 3 });
  const client = await device.connect();
  assertEquals(await client.ask("?sensor-sampling[5] a,b event"), [
    "#sensor-status 1 1 a nominal 0",
    "#sensor-status 2 1 b nominal 0.0",
    "!sensor-sampling[5] ok a,b event",
  ]);
  assertEquals(
    await client.ask(
      "?sensor-sampling b,c differential 1",
      "?sensor-sampling a,nope auto",
      "?sensor-sampling a,b",
    ),
    [
      "!sensor-sampling fail Sensor\\_c:\\_A\\_difference\\_cannot\\_be\\_taken\\_of\\_a\\_sensor\\_of\\_type\\_string",
      "!sensor-sampling fail Unknown\\_sensor\\_nope",
      "!sensor-sampling fail The\\_strategies\\_of\\_several\\_sensors\\_cannot\\_be\\_asked\\_for\\_at\\_once",
    ],
  );
  assertEquals(await client.ask("?sensor-sampling b", "?sensor-sampling a"), [
    "!sensor-sampling ok b event",
    "!sensor-sampling ok a event",
  ]);
});

Deno.test("a strategy that makes no sense fails and leaves the one before", async () => {
  await using device = await Device.start();
  device.sensor("x", float);
  const client = await device.connect();
  await client.ask("?sensor-sampling x event");
  for (
    const wrong of [
      "period nan",
      "period 0",
      "event-rate 2 1",
      "event-rate nan nan",
      "differential -1",
      "auto 1",
      "often",
    ]
  ) {
    const [reply, ...more] = await client.ask(`?sensor-sampling x ${wrong}`);
    assertMatch(reply!, /^!sensor-sampling fail Sensor\\_x:/);
    assertEquals(more, []);
  }
  assertEquals(await client.ask("?sensor-sampling x"), ["!sensor-sampling ok x event"]);
});

Deno.test("a client that does not read its replies is not answered more, then dropped; others are not touched", async () => {
  await using device = await Device.start({ patience: "10 s" }, { capacity: 1000 });
  const deaf = await device.transport.connect("device:5000"); // has no receiver: it never reads
  const client = await device.connect();
  let asked = 0;
  device.server.request("count", { help: "Count and reply with much." }, () => {
    asked++;
    return ["x".repeat(1000)];
  });
  await client.take();
  const line = new TextEncoder().encode("?count\n");
  for (let turn = 0; turn < 10_000; turn++) deaf.write(line);
  for (let turn = 0; turn < 50; turn++) await device.clock.advance(0);
  const answered = asked;
  assert(answered > 0 && answered < 3000, `${answered} were answered`);
  assertEquals(await client.ask("?watchdog"), ["!watchdog ok"]);
  assertEquals(asked, answered);
  await device.clock.advance("10 s");
  const [dropped] = await client.take();
  assertMatch(
    dropped!,
    /^#log warn .* Dropped\\_the\\_client\\_at\\_127.0.0.1:49152:\\_it\\_does\\_not\\_read/,
  );
  assertEquals(device.server.clients.size, 1);
  await deaf.closed;
});

Deno.test("a client that is told more than it reads is dropped with the reason", async () => {
  await using device = await Device.start({ maxBacklog: 500_000 }, { capacity: 1000 });
  const sensor = device.sensor("x", text);
  const deaf = await device.transport.connect("device:5000");
  const client = await device.connect();
  deaf.write("?sensor-sampling x auto\n");
  await client.ask("?sensor-sampling x auto");
  for (let index = 0; index < 1000; index++) {
    sensor.set(String(index).padStart(1000, "0"));
    await client.take();
  }
  const { lines } = client.lines;
  assertEquals(lines.filter((line) => line.startsWith("#sensor-status")).length, 1001);
  assertEquals(
    lines.filter((line) => /Dropped.*it\\_is\\_sent\\_more\\_than\\_it\\_reads/.test(line)).length,
    1,
  );
  await deaf.closed;
});

Deno.test("no more requests of a client are worked on at once than the limit; those of others are", async () => {
  await using device = await Device.start({ maxPending: 3 });
  let running = 0;
  let most = 0;
  device.server.request("slow", { help: "Take a second." }, async () => {
    most = Math.max(most, ++running);
    await device.clock.sleep("1 s");
    running--;
  });
  const busy = await device.connect();
  const client = await device.connect();
  await busy.ask(...Array.from({ length: 10 }, (_, index) => `?slow[${index + 1}]`));
  assertEquals([running, await client.ask("?watchdog")], [3, ["!watchdog ok"]]);
  await device.clock.advance("4 s");
  const replies = (await busy.take()).filter((line) => line.startsWith("!slow"));
  assertEquals([most, replies.length], [3, 10]);
});

Deno.test("a client that ends its side gets the replies it waits for", async () => {
  await using device = await Device.start();
  device.server.request("slow", { help: "Take a second." }, () => device.clock.sleep("1 s"));
  const connection = await device.transport.connect("device:5000");
  let came = "";
  connection.receive({
    data: (chunk) => void (came += new TextDecoder().decode(chunk)),
    end: () => connection.end(),
  });
  connection.write("?slow\n");
  connection.end();
  await device.clock.advance("2 s");
  assertEquals(came.split("\n").at(-2), "!slow ok");
  await connection.closed;
});

Deno.test("requests cut anywhere are answered the same", async () => {
  await using device = await Device.start({}, { chunk: 1 });
  device.sensor("x", integer, { timestamp: 1 });
  const client = await device.connect();
  assertEquals(await client.ask("?sensor-value x", "?watchdog[1]\r", "bad"), [
    "#sensor-value 1 1 x nominal 0",
    "!sensor-value ok 1",
    "!watchdog[1] ok",
    `#log error ${TIME} katcp.connection Bad\\_message:\\_byte\\_0\\_of\\_the\\_line\\_is\\_"b":\\_a\\_message\\_begins\\_with\\_?,\\_!\\_or\\_#`,
  ]);
});

Deno.test("whatever a client sends, the device goes on and others are answered", async () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom("?help", "?sensor-sampling x ", "?sensor-list /", "?log-level", "?request-timeout-hint")
      .chain((start) =>
        fc.array(fc.constantFrom(..." /x,*()[]\\@\xff1 auto event nan".split("")), { maxLength: 12 }).map((
          rest,
        ) => Uint8Array.from(`${start}${rest.join("")}\n`, (character) => character.charCodeAt(0)))
      ),
  );
  const errors: unknown[] = [];
  await using device = await Device.start({ onError: (_, error) => errors.push(error) });
  device.sensor("x", integer);
  const client = await device.connect();
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { maxLength: 10 }), async (pieces) => {
      const hostile = await device.transport.connect("device:5000");
      hostile.receive({ data() {} });
      for (const piece of pieces) hostile.write(piece);
      await device.clock.advance(0);
      hostile.destroy();
      assertEquals((await client.ask("?watchdog")).at(-1), "!watchdog ok");
    }),
    { numRuns: 1000 },
  );
  assertEquals(errors, []);
});

Deno.test("a pattern that is too much work fails", async () => {
  await using device = await Device.start();
  for (let index = 0; index < 5000; index++) device.sensor(`${"a".repeat(30)}${index}`, integer);
  const client = await device.connect();
  assertEquals(await client.ask("?sensor-list /(a?){190}!/"), [
    "!sensor-list fail Cannot\\_use\\_the\\_pattern:\\_it\\_takes\\_too\\_long",
  ]);
});

Deno.test("what is as long as a line may be is answered briefly", async () => {
  await using device = await Device.start({ logLevel: "off" });
  device.server.request("crash", { help: "Crash with what is given.", args: [text] }, (_, why) => {
    throw new Error(why);
  });
  const client = await device.connect();
  const long = "x".repeat(2_000_000);
  for (
    const line of [
      `?${long}`,
      `!${long}`,
      `#${long}`,
      `?sensor-value ${long}`,
      `?log-level ${long}`,
      `?crash ${long}`,
    ]
  ) {
    for (const answer of await client.ask(line)) {
      assert(answer.length < 1500, `${answer.length} bytes came back`);
    }
  }
  assertEquals(await client.ask("?watchdog"), ["!watchdog ok"]);
});

Deno.test("a reading too long for a line keeps nobody from being told of the others", async () => {
  const errors: string[] = [];
  await using device = await Device.start({ logLevel: "off", onError: (what) => errors.push(what) });
  const sensor = device.sensor("x", text, { timestamp: 1 });
  const client = await device.connect();
  await client.ask("?sensor-sampling x auto");
  const seen: number[] = [];
  sensor.subscribe(({ value }) => seen.push(value.length));
  sensor.set("x".repeat(3_000_000), { timestamp: 2 });
  sensor.set("short", { timestamp: 3 });
  assertEquals(await client.take(), ["#sensor-status 3 1 x nominal short"]);
  assertEquals([seen, errors.length], [[3_000_000, 5], 1]);
});

Deno.test("massInform() is told to all clients", async () => {
  await using device = await Device.start();
  const clients: Client[] = [await device.connect(), await device.connect()];
  await clients[0]!.take();
  device.server.massInform("alarm", "too hot", new Uint8Array([0x41]));
  for (const client of clients) assertEquals(await client.take(), ["#alarm too\\_hot A"]);
});

Deno.test("a hundred clients of a thousand sensors are told in order", async () => {
  await using device = await Device.start();
  const sensors = Array.from(
    { length: 1000 },
    (_, index) => device.sensor(`s${index}`, integer, { timestamp: 1 }),
  );
  const clients: Client[] = [];
  for (let index = 0; index < 100; index++) clients.push(await device.connect());
  const names = sensors.map(({ name }) => name).join(",");
  for (const client of clients) client.lines.send(`?sensor-sampling ${names} event`);
  await device.clock.advance(0);
  for (const client of clients) await client.take();
  for (let value = 1; value <= 3; value++) {
    for (const sensor of sensors) sensor.set(value, { timestamp: value });
  }
  const expected = [1, 2, 3].flatMap((value) =>
    sensors.map(({ name }) => `#sensor-status ${value} 1 ${name} nominal ${value}`)
  );
  for (const client of clients) assertEquals(await client.take(), expected);
});
