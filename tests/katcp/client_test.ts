import { assert, assertEquals, assertRejects } from "@std/assert";
import { CommandError, LocalProtocolError, TimeoutError } from "../../lib/errors.ts";
import { KatcpClient } from "../../lib/katcp/client.ts";
import type { KatcpClientOptions } from "../../lib/katcp/client_options.ts";
import { InvalidReply } from "../../lib/katcp/failures.ts";
import { type Message, message } from "../../lib/katcp/message.ts";
import { formatProtocol, parseProtocol } from "../../lib/katcp/protocol.ts";
import { float, integer } from "../../lib/katcp/types.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Device } from "./device.ts";

const ADDRESS = "device:5000";

/** A client of a device server. */
async function ofDevice(device: Device, options: KatcpClientOptions = {}): Promise<KatcpClient> {
  const { transport, clock } = device;
  const client = new KatcpClient(ADDRESS, { transport, clock, random: () => 1, ...options });
  await client.connected();
  await clock.advance(0);
  return client;
}

/** A device that says what the test makes it say. */
class Script implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly transport = new MemoryTransport();
  readonly lines: string[] = [];
  readonly states: string[] = [];
  readonly unhandled: string[] = [];
  readonly problems: string[] = [];
  greeting = "#version-connect katcp-protocol 5.0-MI\n";
  connection: Connection | undefined;
  client!: KatcpClient;

  /** Begins to listen and connects a client to it. */
  static async start(options: KatcpClientOptions & { greeting?: string } = {}): Promise<Script> {
    const script = new Script();
    script.greeting = options.greeting ?? script.greeting;
    await script.transport.listen(ADDRESS, (connection) => {
      script.connection = connection;
      connection.write(script.greeting);
      connection.receive({
        data: (chunk) => void script.lines.push(...new TextDecoder().decode(chunk).trimEnd().split("\n")),
      });
    });
    const { transport, clock } = script;
    script.client = new KatcpClient(ADDRESS, {
      transport,
      clock,
      random: () => 1,
      onState: (state) => script.states.push(state.status),
      onUnhandled: (message) => script.unhandled.push(String(message)),
      onProblem: (problem) => script.problems.push(problem),
      ...options,
    });
    await clock.advance(0);
    return script;
  }

  /** Says lines. */
  async say(...lines: string[]): Promise<void> {
    this.connection!.write(lines.map((line) => `${line}\n`).join(""));
    await this.clock.advance(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.runUntil(this.client.close());
    this.connection?.destroy();
  }
}

Deno.test("parseProtocol() reads versions and flags, and refuses what it does not know", () => {
  const flags = (written: string) => formatProtocol(parseProtocol(written));
  assertEquals(["5.1-MIB", "5.0-MIB", "5.1", "4.0-M", "5.2-IXZ"].map(flags), [
    "5.1-BIM",
    "5.0-IM", // bulk sampling came later
    "5.1",
    "4.0-M",
    "5.2-IXZ",
  ]);
  for (const wrong of ["", "5", "5.1-", "6.0-MI", "3.0", "5.1-M1", "x"]) {
    let refused = false;
    try {
      parseProtocol(wrong);
    } catch {
      refused = true;
    }
    assert(refused, wrong);
  }
});

Deno.test("request() gives reply and informs", async () => {
  await using device = await Device.start();
  device.sensor("a", integer, { timestamp: 1 });
  device.sensor("b", float, { timestamp: 2 });
  await using client = await ofDevice(device);
  const { reply, informs } = await client.request("sensor-value");
  assertEquals([reply.ok, reply.text(1), informs.map((inform) => inform.text(2))], [true, "2", ["a", "b"]]);
  assertEquals((await client.request("sensor-value", "b")).informs.map(String), [
    "#sensor-value[3] 2 1 b nominal 0.0",
  ]);
});

Deno.test("request() throws what the device refuses, ask() gives it", async () => {
  await using device = await Device.start();
  await using client = await ofDevice(device);
  const failed = await assertRejects(() => client.request("sensor-value", "nope"), CommandError);
  assertEquals([failed.code, failed.message], [
    "device",
    "?sensor-value failed at device:5000: Unknown sensor nope",
  ]);
  assertEquals((await assertRejects(() => client.request("nope"), CommandError)).code, "invalid");
  assertEquals(String((await client.ask("nope")).reply), '!nope[4] invalid "Unknown request nope"');
});

Deno.test("arguments are sent as the bytes they are", async () => {
  await using script = await Script.start();
  const answer = script.client.request("x", "", "a b", new Uint8Array([0x5c]), { timeout: "1 s" });
  await script.clock.advance(0);
  assertEquals(script.lines, ["?x[1] \\@ a\\_b \\\\"]);
  await script.say("!x[1] ok");
  await answer;
});

Deno.test("replies may overtake each other where there are ids", async () => {
  await using script = await Script.start();
  const answers = ["a", "a", "b"].map((name) => script.client.request(name));
  await script.say("#a[2] second", "!b[3] ok 3", "!a[2] ok 2", "#a[1] first", "!a[1] ok 1");
  const got = await Promise.all(answers);
  assertEquals(got.map(({ reply, informs }) => [reply.text(1), ...informs.map((inform) => inform.text(0))]), [
    ["1", "first"],
    ["2", "second"],
    ["3"],
  ]);
});

Deno.test("replies are matched by name and order where there are none", async () => {
  await using script = await Script.start({ greeting: "#version-connect katcp-protocol 5.0-M\n" });
  const answers = ["a", "a", "b"].map((name) => script.client.request(name));
  await script.clock.advance(0);
  assertEquals(script.lines, ["?a", "?a", "?b"]);
  await script.say("!b ok 3", "#a first", "!a ok 1", "!a ok 2");
  assertEquals((await Promise.all(answers)).map(({ reply }) => reply.text(1)), ["1", "2", "3"]);
});

Deno.test("a reply that is late, doubled or foreign is not taken for another", async () => {
  await using script = await Script.start();
  const late = assertRejects(() => script.client.request("a", { timeout: "1 s" }), CommandError);
  await script.clock.advance("1 s");
  assertEquals([(await late).code, (await late).message], [
    "timeout",
    "No reply of device:5000 to ?a within 1.0 s",
  ]);
  const second = script.client.request("a");
  await script.say(
    "!a[1] ok late",
    "!b[2] ok wrong-name",
    "!a[99] ok foreign",
    "!a ok no-id",
    "!a[2] ok right",
    "!a[2] ok again",
  );
  assertEquals((await second).reply.text(1), "right");
  assertEquals(script.unhandled, [
    "!a[1] ok late",
    "!b[2] ok wrong-name",
    "!a[99] ok foreign",
    "!a ok no-id",
    "!a[2] ok again",
  ]);
});

Deno.test("a late reply without an id is not taken for that of the next request", async () => {
  await using script = await Script.start({ greeting: "#version-connect katcp-protocol 5.0-M\n" });
  const late = assertRejects(() => script.client.request("a", { timeout: "1 s" }), CommandError);
  await script.clock.advance("1 s");
  await late;
  const second = script.client.request("a");
  await script.say("#a late", "!a ok late", "!a ok right");
  assertEquals((await second).reply.text(1), "right");
  assertEquals((await second).informs, []);
});

Deno.test("a signal ends the waiting, before and after", async () => {
  await using script = await Script.start();
  const controller = new AbortController();
  const waiting = assertRejects(
    () => script.client.request("a", { signal: controller.signal }),
    Error,
    "enough",
  );
  await script.clock.advance(0);
  controller.abort(new Error("enough"));
  await waiting;
  await assertRejects(() => script.client.request("b", { signal: controller.signal }), Error, "enough");
  assertEquals([script.lines, script.clock.pending], [["?a[1]"], 0]);
});

Deno.test("a lost connection fails what waits with an unknown outcome, and nothing is sent again", async () => {
  await using script = await Script.start();
  const waiting = assertRejects(() => script.client.request("a"), CommandError);
  await script.clock.advance(0);
  script.connection!.destroy();
  await script.clock.advance(0);
  assertEquals((await waiting).code, "unknown_outcome");
  const refused = await assertRejects(() => script.client.request("b"), CommandError);
  assertEquals(refused.code, "device");
  assert(refused.message.startsWith("device:5000 is not connected: "), refused.message);
  await script.clock.advance("1 s");
  await script.client.connected();
  assertEquals(script.states, ["connected", "lost", "connecting", "connected"]);
  assertEquals(script.lines, ["?a[1]"]);
});

Deno.test("what a device can do is learnt anew at each connection", async () => {
  await using script = await Script.start();
  assertEquals(formatProtocol(script.client.protocol!), "5.0-IM");
  script.greeting = "#version x-1.0\n#build-state x-1.0.0\n";
  script.connection!.destroy();
  await script.clock.advance(0);
  assertEquals(script.client.protocol, undefined);
  await script.clock.advance("1 s");
  assertEquals(formatProtocol(script.client.protocol!), "4.0-M");
  assertEquals([...script.client.versions], [["version", ["x-1.0"]], ["build-state", ["x-1.0.0"]]]);
  const answer = script.client.request("watchdog");
  await script.say("!watchdog ok");
  await answer;
  assertEquals(script.lines, ["?watchdog"]);
});

Deno.test("a device that says nothing of itself is spoken to as it is told", async () => {
  await using script = await Script.start({ greeting: "\n", protocol: "5.1-I" });
  await script.client.connected();
  const answer = script.client.request("watchdog");
  await script.say("#version-connect katcp-protocol 5.0-M", "!watchdog[1] ok");
  await answer;
  assertEquals(formatProtocol(script.client.protocol!), "5.1-I");
});

Deno.test("a device of a version that is not known, or that greets wrongly, is left", async () => {
  for (const greeting of ["katcp-protocol 6.0-MI", "katcp-protocol x", "katcp-protocol", ""]) {
    await using script = await Script.start({ greeting: `#version-connect ${greeting}\n` });
    assertEquals(script.states, ["lost"]);
    const wait = assertRejects(() => script.client.connected({ timeout: "10 ms" }), TimeoutError);
    await script.clock.advance("10 ms");
    await wait;
  }
});

Deno.test("connected() waits through failed attempts, and ends with the client", async () => {
  const transport = new MemoryTransport();
  const clock = new VirtualClock();
  const client = new KatcpClient(ADDRESS, { transport, clock, random: () => 1 });
  const first = client.connected();
  await clock.advance("1 s");
  await using _ = await transport.listen(ADDRESS, (connection) => {
    connection.write("#version-connect katcp-protocol 5.0-MI\n");
    connection.receive({ data() {} });
  });
  await clock.runUntil(first);
  await clock.runUntil(client.close());
  await assertRejects(() => client.connected(), CommandError, "was closed");
  assertEquals(clock.pending, 0);
});

Deno.test("onInform() outlives connections; the rest goes to onUnhandled", async () => {
  await using script = await Script.start();
  const seen: string[] = [];
  const handler = script.client.onInform("log", (inform) => seen.push(inform.text(3)));
  await script.say("#log warn 1 x one", "#other 1", "?question", "nonsense");
  script.connection!.destroy();
  await script.clock.advance("1 s");
  await script.say("#log warn 1 x two");
  handler[Symbol.dispose]();
  await script.say("#log warn 1 x three");
  assertEquals(seen, ["one", "two"]);
  assertEquals(script.unhandled, ["#other 1", "?question", "#log warn 1 x three"]);
  assertEquals(script.problems, ['byte 0 of the line is "n": a message begins with ?, ! or #']);
});

Deno.test("stream() hands out informs as they come, then says how it ended", async () => {
  await using script = await Script.start();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const inform of script.client.stream("list", "x")) seen.push(inform.text(0));
  })();
  await script.say("#list[1] a", "#list[1] b");
  assertEquals(seen, ["a", "b"]);
  await script.say("#list[1] c", "!list[1] ok 3");
  await reading;
  assertEquals(seen, ["a", "b", "c"]);
  const failing: Message[] = [];
  const failed = assertRejects(
    async () => {
      for await (const inform of script.client.stream("list")) failing.push(inform);
    },
    CommandError,
    "no more",
  );
  await script.say("#list[2] a", "!list[2] fail no\\_more");
  await failed;
  assertEquals(failing.length, 1);
});

Deno.test("stream() waits no more when its loop is left", async () => {
  await using script = await Script.start();
  const reading = (async () => {
    for await (const inform of script.client.stream("list")) return inform.text(0);
  })();
  await script.say("#list[1] a");
  assertEquals([await reading, script.clock.pending], ["a", 0]);
});

Deno.test("requests wait as long as the device asks for", async () => {
  await using device = await Device.start();
  device.server.request("slow", { help: "Take 20 s.", timeoutHint: 30 }, () => device.clock.sleep("20 s"));
  await using client = await ofDevice(device);
  assert((await device.clock.runUntil(client.request("slow"))).reply.ok);
  const quick = assertRejects(() => client.request("slow", { timeout: "1 s" }), CommandError);
  await device.clock.advance("1 s");
  assertEquals((await quick).code, "timeout");
  await device.clock.advance("20 s");
});

Deno.test("hints that make no sense are told and do no harm", async () => {
  await using script = await Script.start({ greeting: "#version-connect katcp-protocol 5.1-IT\n" });
  await script.say("#request-timeout-hint[1] slow x", "!request-timeout-hint[1] ok 1");
  assertEquals(script.problems, ["Expected a float, got x"]);
  const answer = script.client.request("slow");
  await script.say("!slow[2] ok");
  await answer;
});

Deno.test("send() sends any message", async () => {
  await using script = await Script.start();
  script.client.send(message("inform", "hello", ["1"]));
  await script.clock.advance(0);
  assertEquals(script.lines, ["#hello 1"]);
});

Deno.test("close() fails what waits, and leaves no timer", async () => {
  await using script = await Script.start();
  const waiting = assertRejects(() => script.client.request("a"), CommandError, "was closed");
  await script.clock.advance(0);
  await script.clock.runUntil(script.client.close());
  await waiting;
  script.connection!.destroy();
  assertEquals(script.clock.pending, 0);
});

Deno.test("onRequest() answers requests of the device, with their ids, and outlives connections", async () => {
  await using script = await Script.start();
  const { client } = script;
  using _add = client.onRequest("add", async (request) => {
    await script.clock.sleep("1 s");
    return [String(request.value(0, float) + request.value(1, float))];
  });
  using _nothing = client.onRequest("nothing", () => {});
  client.onRequest("refuse", () => {
    throw new InvalidReply("no");
  });
  const gone = client.onRequest("gone", () => {});
  gone[Symbol.dispose]();
  await script.say("?add[7] 1 2.5", "?nothing", "?add one two", "?refuse[9]", "?gone", "?unknown[3]");
  await script.clock.advance("1 s");
  assertEquals(script.lines.slice(0, 2).sort(), ["!nothing ok", "!refuse[9] invalid no"]);
  assertEquals(script.lines.slice(2).sort(), [
    "!add fail Expected\\_a\\_float,\\_got\\_one",
    "!add[7] ok 3.5",
  ]);
  assertEquals(script.unhandled, ["?gone", "?unknown[3]"]);
  script.lines.length = 0;
  await script.say("?add 1 1", "?nothing", "?nothing[5]");
  assertEquals(script.lines, ["!nothing[5] ok"]);
  await script.clock.advance("1 s");
  assertEquals(script.lines, ["!nothing[5] ok", "!add ok 2", "!nothing ok"]);
  await script.say("?add[8] 1 1");
  script.connection!.destroy();
  await script.clock.advance("500 ms");
  await script.clock.advance("500 ms");
  assertEquals(script.lines.length, 3);
  await script.say("?nothing[1]");
  assertEquals(script.lines.at(-1), "!nothing[1] ok");
});

Deno.test("a reply to the device that cannot be sent is told as a problem", async () => {
  await using script = await Script.start({ maxDelay: "1 h", firstDelay: "1 h" });
  script.client.onRequest("slow", () => script.clock.sleep("1 s"));
  await script.say("?slow[4]");
  script.connection!.destroy();
  await script.clock.advance("1 s");
  assertEquals(script.problems.length, 1);
  assert(
    script.problems[0]!.startsWith("No reply to ?slow[4]: the connection it came over is gone"),
    script.problems[0],
  );
});

Deno.test("useMid says whether a request has an id, where the device knows them", async () => {
  await using script = await Script.start();
  const plain = script.client.request("a", { useMid: false });
  const numbered = script.client.request("a", { useMid: true });
  await script.say("!a ok plain", "!a[1] ok numbered");
  assertEquals([(await plain).reply.text(1), (await numbered).reply.text(1)], ["plain", "numbered"]);
  await using old = await Script.start({ greeting: "#version-connect katcp-protocol 5.0-M\n" });
  await assertRejects(() => old.client.request("a", { useMid: true }), LocalProtocolError, "it knows none");
});
