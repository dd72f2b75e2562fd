import { assertEquals, assertMatch, assertThrows } from "@std/assert";
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
import { Device, GREETING } from "./device.ts";

const TIME = "1234567890";

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
