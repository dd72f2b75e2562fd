import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError } from "../../lib/errors.ts";
import { lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const ADDRESS = "cryocon:7024";

async function echoOn(network: MemoryTransport): Promise<void> {
  await network.listen(ADDRESS, (peer) => peer.receive({ data: (chunk) => void peer.write(chunk) }));
}

const turn = () => new VirtualClock().advance(0);

Deno.test("MemoryTransport takes localhost, [::1], 0.0.0.0 and 127.0.0.1 for the same machine", async () => {
  const network = new MemoryTransport();
  const listener = await network.listen("localhost:0", (peer) => peer.write("here\n"));
  assertEquals(listener.address, `localhost:${listener.port}`);
  for (const host of ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]) {
    await lineClient(await network.connect(`${host}:${listener.port}`)).expect("here");
  }
  await assertRejects(
    () => network.connect(`elsewhere:${listener.port}`),
    ConnectionError,
    `Cannot connect to elsewhere:${listener.port}: connection refused: nothing listens there`,
  );
});

Deno.test("MemoryTransport hands out bytes in chunks of the asked size", async () => {
  const network = new MemoryTransport({ chunk: 1 });
  await echoOn(network);
  const connection = await network.connect(ADDRESS);
  const chunks: string[] = [];
  connection.receive({ data: (chunk) => chunks.push(new TextDecoder().decode(chunk)) });
  connection.write("abc");
  await turn();
  assertEquals(chunks, ["a", "b", "c"]);
});

Deno.test("MemoryTransport holds `capacity` bytes and lets the writer keep the rest", async () => {
  const network = new MemoryTransport({ capacity: 1000 });
  await network.listen(ADDRESS, () => {});
  const connection = await network.connect(ADDRESS);
  assertEquals(connection.write(new Uint8Array(900)), true);
  assertEquals(connection.write(new Uint8Array(900)), false);
  await turn();
  assertEquals(connection.pending, 800);
});

Deno.test("MemoryTransport gives a receiver bytes the writer cannot change any more", async () => {
  const network = new MemoryTransport();
  await echoOn(network);
  const connection = await network.connect(ADDRESS);
  const client = lineClient(connection);
  const bytes = new TextEncoder().encode("before\n");
  connection.write(bytes);
  bytes.fill(120);
  await client.expect("before");
});

Deno.test("MemoryTransport.refuse() refuses although somebody listens, until allow()", async () => {
  const network = new MemoryTransport();
  await echoOn(network);
  network.refuse(ADDRESS);
  await assertRejects(() => network.connect(ADDRESS), ConnectionError, "refused");
  network.allow(ADDRESS);
  (await network.connect(ADDRESS)).destroy();
});

Deno.test("MemoryTransport.drop() breaks the connections to one address only", async () => {
  const network = new MemoryTransport();
  await echoOn(network);
  await network.listen("meter:7025", (peer) => peer.receive({ data: (chunk) => void peer.write(chunk) }));
  const lost = lineClient(await network.connect(ADDRESS));
  const kept = lineClient(await network.connect("meter:7025"));
  network.drop(ADDRESS);
  assertEquals((await lost.closed)?.message, `Connection with ${ADDRESS} lost: reset by the peer`);
  kept.send("still here");
  await kept.expect("still here");
  assertEquals(network.connections, 1);
});

Deno.test("MemoryTransport.freeze() holds everything back, connections too, until thaw()", async () => {
  const network = new MemoryTransport();
  await echoOn(network);
  const client = lineClient(await network.connect(ADDRESS));
  network.freeze(ADDRESS);
  client.send("x");
  let connected = false;
  const another = network.connect(ADDRESS).then(() => connected = true);
  const controller = new AbortController();
  const aborted = network.connect(ADDRESS, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  await turn();
  assertEquals([client.lines.length, connected], [0, false]);
  network.thaw(ADDRESS);
  await client.expect("x");
  await another;
});

Deno.test("MemoryTransport resets a peer whose bytes nobody will read", async () => {
  const network = new MemoryTransport();
  await network.listen(ADDRESS, (peer) => peer.destroy());
  const connection = await network.connect(ADDRESS);
  let error: Error | undefined;
  connection.receive({ data() {}, end() {}, closed: (reason) => error = reason });
  await turn();
  connection.write("x");
  await connection.closed;
  assertEquals(error?.message, `Connection with ${ADDRESS} lost: reset by the peer`);
});
