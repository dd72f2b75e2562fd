import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import fc from "fast-check";
import { ConnectionError } from "../../lib/errors.ts";
import { type Connection, joinBytes, openSockets, tcp, type Transport } from "../../lib/net/mod.ts";
import {
  eventually,
  FaultProxy,
  lineClient,
  MemoryTransport,
  type Toxic,
  VirtualClock,
} from "../../lib/testing/mod.ts";

const SERVER = "cryocon:7024";

interface Arrival {
  at: number;
  bytes: Uint8Array;
}

/** A server that remembers what came and when, a proxy before it, and a client of the proxy, in virtual time. */
async function bench(toxics: Toxic[] = [], accept: (peer: Connection) => void = () => {}) {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const arrivals: Arrival[] = [];
  const server = { ended: -1, lost: undefined as Error | undefined, closed: -1 };
  await network.listen(SERVER, (peer) => {
    peer.receive({
      data: (bytes) => arrivals.push({ at: clock.now(), bytes }),
      end() {
        server.ended = clock.now();
        peer.end();
      },
      closed(error) {
        server.closed = clock.now();
        server.lost = error;
      },
    });
    accept(peer);
  });
  const proxy = await FaultProxy.listen(SERVER, { transport: network, clock, random: () => 0.5 });
  const added = toxics.map((toxic) => proxy.add(toxic, { direction: "upstream" }));
  const client = lineClient(await network.connect(proxy.address));
  await clock.advance(0);
  const size = () => arrivals.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { clock, network, proxy, added, client, arrivals, server, size };
}

Deno.test("FaultProxy without toxics carries bytes and half-close both ways", async () => {
  const { clock, proxy, client, server, size } = await bench([], (peer) => peer.write("hello\n"));
  await client.expect("hello");
  client.send("get_status");
  client.close();
  await clock.advance(0);
  assertEquals([size(), server.ended, server.lost, client.ended], [11, 0, undefined, true]);
  assertEquals([proxy.connections, clock.pending], [0, 0]);
});

Deno.test("latency delays, without making the next bytes wait for it", async () => {
  const { clock, client, arrivals, server } = await bench([{ type: "latency", latency: "2 s" }]);
  for (let n = 0; n < 3; n++) {
    client.send("x");
    await clock.advance("0.1 s");
  }
  client.close();
  await clock.advance("5 s");
  assertEquals(arrivals.map(({ at }) => at), [2000, 2100, 2200]);
  assertGreater(server.ended, 2199);
});

Deno.test("latency with jitter stays within it and keeps the order", async () => {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  const arrivals: { n: number; delay: number }[] = [];
  await using _server = await network.listen(SERVER, (peer) => {
    const server = lineClient(peer);
    clock.every("1 ms", () => {
      for (const line of server.lines.slice(arrivals.length)) {
        arrivals.push({ n: arrivals.length, delay: clock.now() - Number(line) });
      }
    });
  });
  await using proxy = await FaultProxy.listen(SERVER, { transport: network, clock });
  proxy.add({ type: "latency", latency: "100 ms", jitter: "50 ms" }, { direction: "upstream" });
  const client = lineClient(await network.connect(proxy.address));
  for (let n = 0; n < 200; n++) {
    client.send(`${clock.now()}`);
    await clock.advance("200 ms");
  }
  const delays = arrivals.map(({ delay }) => delay);
  assertEquals(delays.length, 200);
  assert(Math.min(...delays) >= 50 && Math.max(...delays) <= 152);
  assertGreater(Math.max(...delays) - Math.min(...delays), 50);
});

Deno.test("bandwidth limits the rate, and a sender beyond it is held back", async () => {
  const { clock, client, size } = await bench([{ type: "bandwidth", rate: 100 }]);
  const { connection } = client;
  connection.write(new Uint8Array(2_000_000));
  await clock.advance("10 s");
  assertAlmostEquals(size(), 1_000_000, 10_000);
  assertGreater(connection.pending, 300_000);
  await clock.advance("11 s");
  assertEquals([size(), connection.pending], [2_000_000, 0]);
});

Deno.test("bandwidth removed lets the rest through at once", async () => {
  const { clock, client, added, size } = await bench([{ type: "bandwidth", rate: 1 }]);
  client.connection.write(new Uint8Array(1_000_000));
  await clock.advance("1 s");
  assertLess(size(), 1100);
  added[0]!.remove();
  await clock.advance("0.1 s");
  assertEquals(size(), 1_000_000);
});

Deno.test("slow_close holds back the end and nothing else", async () => {
  const { clock, client, arrivals, server } = await bench([{ type: "slow_close", delay: "3 s" }]);
  client.send("x");
  client.close();
  await clock.advance("10 s");
  assertEquals([arrivals[0]!.at, server.ended], [0, 3000]);
});

Deno.test("timeout swallows everything, then closes", async () => {
  const { clock, proxy, client, server, size } = await bench([{ type: "timeout", timeout: "4 s" }]);
  client.send("x");
  await clock.advance("3.9 s");
  assertEquals([size(), server.closed], [0, -1]);
  await clock.advance("0.2 s");
  assertEquals([server.ended, server.lost, proxy.connections], [4000, undefined, 0]);
  await client.closed;
});

Deno.test("timeout of 0 swallows for as long as it is there", async () => {
  const { clock, added, client, server, size } = await bench([{ type: "timeout", timeout: 0 }]);
  client.send("lost");
  await clock.advance("1 h");
  assertEquals([size(), server.closed], [0, -1]);
  added[0]!.remove();
  client.send("found");
  await clock.advance(0);
  assertEquals(size(), "found\n".length);
});

Deno.test("reset_peer resets both ends after its timeout", async () => {
  const { clock, client, server, size } = await bench([{ type: "reset_peer", timeout: "1 s" }]);
  client.send("x");
  await clock.advance("2 s");
  assertEquals([server.closed, size()], [1000, 0]);
  assert(server.lost instanceof ConnectionError);
  assert(await client.closed instanceof ConnectionError);
});

Deno.test("slicer cuts into pieces with a pause after each", async () => {
  const { clock, client, arrivals } = await bench([
    { type: "slicer", averageSize: 4, sizeVariation: 2, delay: "10 ms" },
  ]);
  client.connection.write("0123456789");
  await clock.advance("1 s");
  assertEquals(
    arrivals.map(({ at, bytes }) => [at, new TextDecoder().decode(bytes)]),
    [[0, "0123"], [10, "4567"], [20, "89"]],
  );
});

Deno.test("limit_data lets exactly so many bytes through and closes", async () => {
  const { clock, client, server, size } = await bench([{ type: "limit_data", bytes: 7 }]);
  client.connection.write("01234");
  client.connection.write("56789");
  await clock.advance(0);
  assertEquals([size(), server.ended, server.lost], [7, 0, undefined]);
  await client.closed;
});

Deno.test("FaultProxy.down() closes all and refuses; up() is there again at the same address", async () => {
  const { clock, network, proxy, client, server } = await bench();
  await proxy.down();
  await client.closed;
  await clock.advance(0);
  assertEquals([server.closed, proxy.connections], [0, 0]);
  await assertRejects(() => network.connect(proxy.address), ConnectionError, "refused");
  await proxy.up();
  const again = lineClient(await network.connect(proxy.address));
  again.close();
  await again.closed;
});

Deno.test("FaultProxy resets the client when the server cannot be reached, and on its reset", async () => {
  const { clock, network, proxy, client } = await bench();
  network.drop(SERVER);
  await clock.advance(0);
  assert(await client.closed instanceof ConnectionError);
  network.refuse(SERVER);
  const refused = lineClient(await network.connect(proxy.address));
  assert(await refused.closed instanceof ConnectionError);
  await clock.advance(0);
  assertEquals(network.connections, 0);
});

Deno.test("toxicity picks the connections a toxic acts on", async () => {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  await using _server = await network.listen(
    SERVER,
    (peer) => peer.receive({ data: (chunk) => peer.write(chunk) }),
  );
  let n = 0;
  await using proxy = await FaultProxy.listen(SERVER, {
    transport: network,
    clock,
    random: () => n++ % 4 / 4,
  });
  proxy.add({ type: "timeout", timeout: 0 }, { toxicity: 0.25 });
  const clients = [];
  for (let i = 0; i < 8; i++) clients.push(lineClient(await network.connect(proxy.address)));
  for (const client of clients) client.send("x");
  await clock.advance(0);
  assertEquals(clients.map((client) => client.lines.length), [0, 1, 1, 1, 0, 1, 1, 1]);
});

const toxic: fc.Arbitrary<Toxic> = fc.oneof(
  fc.record({ type: fc.constant("latency"), latency: fc.nat(500), jitter: fc.nat(500) }),
  fc.record({ type: fc.constant("bandwidth"), rate: fc.integer({ min: 1, max: 1000 }) }),
  fc.record({ type: fc.constant("slow_close"), delay: fc.nat(500) }),
  fc.record({
    type: fc.constant("slicer"),
    averageSize: fc.integer({ min: 1, max: 5000 }),
    sizeVariation: fc.nat(5000),
    delay: fc.nat(5),
  }),
);

Deno.test("toxics that lose nothing lose nothing, alone or together, in either direction", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(toxic, { maxLength: 4 }),
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 }),
      fc.integer({ min: 100, max: 5000 }),
      async (toxics, pieces, capacity) => {
        const clock = new VirtualClock();
        const network = new MemoryTransport({ capacity });
        await using _server = await network.listen(SERVER, (peer) => {
          peer.receive({ data: (chunk) => void peer.write(chunk) });
        });
        await using proxy = await FaultProxy.listen(SERVER, { transport: network, clock });
        for (const direction of ["upstream", "downstream"] as const) {
          for (const each of toxics) proxy.add(each, { direction });
        }
        const connection = await network.connect(proxy.address);
        const got: Uint8Array[] = [];
        connection.receive({ data: (chunk) => got.push(chunk) });
        for (const piece of pieces) connection.write(piece);
        connection.end();
        await clock.runUntil(connection.closed);
        assertEquals(joinBytes(got), joinBytes(pieces));
        await clock.advance(0);
        assertEquals([network.connections, clock.pending], [0, 0]);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("FaultProxy works on sockets, and leaves none open", async () => {
  const before = openSockets();
  {
    await using server = await tcp.listen("127.0.0.1:0", (peer) => {
      peer.receive({ data: (chunk) => void peer.write(chunk) });
    });
    await using proxy = await FaultProxy.listen(server.address);
    const client = lineClient(await tcp.connect(proxy.address));
    const slicer = proxy.add({ type: "slicer", averageSize: 1000, sizeVariation: 900 });
    client.send("x".repeat(100_000));
    await client.expect("x".repeat(100_000));
    slicer.remove();
    proxy.add({ type: "reset_peer" });
    const error = await client.closed;
    assertEquals(error?.message, `Connection with ${proxy.address} lost: reset by the peer`);
    await eventually(() => proxy.connections === 0);
  }
  assertEquals(openSockets(), before);
});

Deno.test("FaultProxy holds little of what a reader does not read", async () => {
  const transport: Transport = tcp;
  await using server = await transport.listen("127.0.0.1:0", (peer) => {
    peer.receive({ data() {} });
    peer.pause();
  });
  await using proxy = await FaultProxy.listen(server.address, { transport });
  const writer = await transport.connect(proxy.address);
  let sent = 0;
  const push = () => {
    while (sent < 100_000_000) {
      sent += 100_000;
      if (!writer.write(new Uint8Array(100_000))) return;
    }
  };
  writer.receive({ data() {}, drained: push });
  push();
  let before = -1;
  await eventually(() => sent === before || void (before = sent), { timeout: "10 s" });
  assertLess(sent, 50_000_000);
  writer.destroy();
  await writer.closed;
});
