import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DewarError } from "../../lib/errors.ts";
import {
  formatTraceEvent,
  joinBytes,
  openSockets,
  parseTraceEvent,
  readTrace,
  replayTrace,
  tcp,
  type TraceEvent,
  TraceRecorder,
} from "../../lib/net/mod.ts";
import { eventually, lineClient, MemoryTransport, VirtualClock, withServer } from "../../lib/testing/mod.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

async function withFile(test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("TraceRecorder writes both directions with their times and the end", async () => {
  await withFile(async (path) => {
    const clock = new VirtualClock(1000);
    const network = new MemoryTransport();
    await using _server = await network.listen("cryocon:7024", (peer) => {
      peer.receive({ data: (chunk) => void clock.after("1.5 s", () => peer.write(chunk)) });
    });
    await using recorder = new TraceRecorder(path, { clock });
    const client = lineClient(await recorder.transport(network).connect("cryocon:7024"));
    await clock.advance("0.5 s");
    client.send("get_status");
    await clock.advance("2 s");
    client.close();
    await clock.runUntil(client.closed);
    await recorder.close();
    assertEquals(
      await Deno.readTextFile(path),
      [
        '{"c":1,"t":0,"open":"cryocon:7024","time":1000}',
        '{"c":1,"t":0.5,"out":"get_status\\n"}',
        '{"c":1,"t":2,"in":"get_status\\n"}',
        '{"c":1,"t":2.5,"end":"out"}',
        '{"c":1,"t":2.5,"end":"in"}',
        '{"c":1,"t":2.5,"closed":null}',
        "",
      ].join("\n"),
    );
  });
});

Deno.test("formatTraceEvent() and parseTraceEvent() keep every byte", () => {
  const direction = fc.constantFrom("in" as const, "out" as const);
  const body = fc.oneof(
    fc.record({
      kind: fc.constant("data" as const),
      direction,
      bytes: fc.oneof(fc.uint8Array(), fc.string().map(bytes), fc.string().map((s) => bytes("\ufeff" + s))),
    }),
    fc.record({ kind: fc.constant("end" as const), direction }),
    fc.record({ kind: fc.constant("open" as const), peer: fc.string(), time: fc.nat() }),
    fc.record({ kind: fc.constant("closed" as const), error: fc.option(fc.string(), { nil: undefined }) }),
  );
  fc.assert(
    fc.property(body, fc.nat(), fc.nat(), (body, connection, t) => {
      const event: TraceEvent = { ...body, connection, t };
      const line = formatTraceEvent(event);
      assertEquals(line.indexOf("\n"), line.length - 1);
      assertEquals(parseTraceEvent(line), event);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseTraceEvent() says what it cannot read", () => {
  const bad = [
    "",
    "{",
    "7",
    "null",
    '{"c":1}',
    '{"c":1,"t":0}',
    '{"c":1,"t":0,"in":3}',
    '{"c":1,"t":0,"end":"up"}',
  ];
  for (const line of bad) assertThrows(() => parseTraceEvent(line), DewarError, `of a trace: ${line}`);
});

Deno.test("TraceRecorder loses nothing of a busy connection when it is closed", async () => {
  await withFile(async (path) => {
    const before = openSockets();
    const sent: Uint8Array[] = [];
    await withServer(
      (peer) => peer.receive({ data: (chunk) => peer.write(chunk) }),
      async (_connect, listener) => {
        const recorder = new TraceRecorder(path);
        const connection = await recorder.transport(tcp).connect(listener.address);
        let back = 0;
        const { promise: allBack, resolve } = Promise.withResolvers<void>();
        connection.receive({
          data(chunk) {
            back += chunk.length;
            if (back === 4_000_000) resolve();
          },
        });
        for (let n = 0; n < 400; n++) {
          const chunk = crypto.getRandomValues(new Uint8Array(10_000));
          sent.push(chunk);
          connection.write(chunk);
        }
        await allBack;
        await recorder.close();
        connection.destroy();
        await connection.closed;
      },
    );
    const seen = { in: [] as Uint8Array[], out: [] as Uint8Array[] };
    for await (const event of readTrace(path)) {
      if (event.kind === "data") seen[event.direction].push(event.bytes);
    }
    assertEquals(joinBytes(seen.out), joinBytes(sent));
    assertEquals(joinBytes(seen.in), joinBytes(sent));
    assertEquals(openSockets(), before);
  });
});

Deno.test("TraceRecorder numbers the connections of a listener and records those nobody receives from", async () => {
  await withFile(async (path) => {
    const network = new MemoryTransport();
    await using recorder = new TraceRecorder(path);
    await using _server = await recorder.transport(network).listen(
      "cryocon:7024",
      (peer) => peer.write("hi"),
    );
    for (let n = 0; n < 2; n++) {
      const connection = await network.connect("cryocon:7024");
      connection.destroy(new Error("enough"));
      await eventually(() => network.connections === 0);
    }
    await recorder.close();
    const events = await Array.fromAsync(readTrace(path));
    assertEquals(events.map((event) => `${event.connection} ${event.kind}`), [
      "1 open",
      "1 data",
      "1 closed",
      "2 open",
      "2 data",
      "2 closed",
    ]);
  });
});

Deno.test("TraceRecorder.close() rejects when the file could not be written", async () => {
  const recorder = new TraceRecorder("/nonexistent/trace");
  await assertRejects(() => recorder.close(), Error, "ENOENT");
});

const EVENTS: TraceEvent[] = [
  { connection: 1, t: 0, kind: "open", peer: "cryocon:7024", time: 0 },
  { connection: 1, t: 1, kind: "data", direction: "out", bytes: bytes("get_status\n") },
  { connection: 2, t: 1, kind: "data", direction: "in", bytes: bytes("another\n") },
  { connection: 1, t: 2, kind: "data", direction: "in", bytes: bytes("status\n") },
  { connection: 1, t: 60, kind: "end", direction: "in" },
  { connection: 1, t: 61, kind: "closed", error: "lost" },
];

Deno.test("replayTrace() feeds one side of one connection, at once or in its own time", async () => {
  for (const clock of [undefined, new VirtualClock()]) {
    const told: [number, string][] = [];
    const tell = (what: string) => told.push([clock?.now() ?? 0, what]);
    const playing = replayTrace(EVENTS, {
      data: (chunk) => tell(text(chunk)),
      end: () => tell("end"),
      closed: (error) => tell(`closed: ${error?.message}`),
    }, clock ? { clock } : {});
    await (clock ? clock.runUntil(playing) : playing);
    const times = clock ? [2000, 60_000, 61_000] : [0, 0, 0];
    assertEquals(told, [[times[0], "status\n"], [times[1], "end"], [times[2], "closed: lost"]]);
  }
});

Deno.test("replayTrace() plays the other side and another connection when asked", async () => {
  const heard: string[] = [];
  const receiver = { data: (chunk: Uint8Array) => heard.push(text(chunk)) };
  await replayTrace(EVENTS, receiver, { direction: "out" });
  await replayTrace(EVENTS, receiver, { connection: 2 });
  assertEquals(heard, ["get_status\n", "another\n"]);
});

Deno.test("replayTrace() ends when its signal aborts", async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const playing = replayTrace(EVENTS, { data() {} }, { clock, signal: controller.signal });
  await clock.advance("3 s");
  controller.abort(new Error("enough"));
  await assertRejects(() => playing, Error, "enough");
  assertEquals(clock.pending, 0);
});

Deno.test("readTrace() leaves out a last line cut short, and names a bad one", async () => {
  await withFile(async (path) => {
    const good = EVENTS.map(formatTraceEvent).join("");
    await Deno.writeTextFile(path, good + '{"c":1,"t":62,"in":"sta');
    assertEquals((await Array.fromAsync(readTrace(path))).length, EVENTS.length);
    await Deno.writeTextFile(path, good + "what\n" + good);
    const error = await assertRejects(() => Array.fromAsync(readTrace(path)), DewarError);
    assertMatch(error.message, /:7: Cannot read as an event of a trace: what/);
  });
});
