import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, TimeoutError } from "../../lib/errors.ts";
import { eventually, lineClient, MemoryTransport, VirtualClock, withServer } from "../../lib/testing/mod.ts";
import type { Connection } from "../../lib/net/mod.ts";

const ADDRESS = "cryocon:7024";

async function pair(options = {}) {
  const network = new MemoryTransport(options);
  let far!: Connection;
  await network.listen(ADDRESS, (connection) => {
    far = connection;
    far.receive({ data() {} });
  });
  return { client: lineClient(await network.connect(ADDRESS)), far };
}

Deno.test("lineClient() reads all line ends, and characters cut in two", async () => {
  const { client, far } = await pair({ chunk: 1 });
  far.write("one\ntwo\r\nthrée\0four\r\n");
  await client.expect("four");
  assertEquals(client.lines, ["one", "two", "thrée", "four"]);
});

Deno.test("lineClient().expect() goes past what it found, and takes lines that came before", async () => {
  const { client, far } = await pair();
  far.write("a 1\nb 2\na 3\n");
  assertEquals(await client.expect(/^a/), "a 1");
  assertEquals(await client.expect(/^a/), "a 3");
  const later = client.expect("a 1");
  far.write("a 1\n");
  assertEquals(await later, "a 1");
});

Deno.test("lineClient().expect() says what came instead when the time is over", async () => {
  const { client, far } = await pair();
  const clock = new VirtualClock();
  far.write("status a=1\nhal");
  const error = await assertRejects(
    () => clock.runUntil(client.expect("done", { timeout: "3 s", clock })),
    TimeoutError,
  );
  assertEquals(error.message, `No done from ${ADDRESS} within 3.0 s; what came: ["status a=1","hal"]`);
});

Deno.test("lineClient().expect() fails when the peer closes first", async () => {
  const { client, far } = await pair();
  const wait = client.expect("done");
  far.destroy(new Error("no"));
  await assertRejects(() => wait, ConnectionError, `${ADDRESS} closed before it sent done`);
  await assertRejects(() => client.expect("done"), ConnectionError);
});

Deno.test("eventually() returns what came true, waits for it, and gives up by name", async () => {
  const clock = new VirtualClock();
  let value = 0;
  clock.after("1 s", () => value = 7);
  assertEquals(await clock.runUntil(eventually(() => value, { clock })), 7);
  assertEquals(await eventually(() => Promise.resolve("x")), "x");
  await assertRejects(
    () => clock.runUntil(eventually(() => value > 7, { clock, timeout: "2 s" })),
    TimeoutError,
    "It did not come true within 2.0 s: ()",
  );
});

Deno.test("eventually() passes on what its predicate throws", async () => {
  await assertRejects(
    () =>
      eventually(() => {
        throw new RangeError("no");
      }),
    RangeError,
  );
});

Deno.test("withServer() leaves nothing open, whether the test passes or throws", async () => {
  const transport = new MemoryTransport();
  const options = { transport, address: ADDRESS };
  assertEquals(await withServer((peer) => peer.receive({ data() {} }), () => Promise.resolve(7), options), 7);
  await assertRejects(
    () =>
      withServer(() => {}, async (connect) => {
        await connect();
        throw new RangeError("no");
      }, options),
    RangeError,
  );
  await eventually(() => transport.connections === 0);
  await assertRejects(() => transport.connect(ADDRESS), ConnectionError);
});
