import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { connectFitspipe, frameOf, serveFitspipe } from "@dewar/sdk/fitspipe";
import { MemoryTransport } from "@dewar/sdk/testing";
import { CommandError } from "../../lib/errors.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { fits, image, onStage } from "./stage.ts";

/** The same connections, seen from another machine. */
class Elsewhere extends MemoryTransport {
  override listen(address: string, accept: (connection: Connection) => void) {
    return super.listen(address, (connection) => {
      accept(
        new Proxy(connection, {
          get(target, name) {
            if (name === "isLocal") return false;
            const value = Reflect.get(target, name, target);
            return typeof value === "function" ? value.bind(target) : value;
          },
        }),
      );
    });
  }
}

Deno.test("a producer never waits for a reader that has stopped, and memory stays bounded", () =>
  onStage(async ({ connect, settle, server, transport }) => {
    const size = [500, 500];
    server.put("camera", frameOf(image(0, size)));
    const stopped = await connect();
    stopped.connection.pause();
    stopped.write("get feed=camera\n");
    await settle();
    await using producer = await connectFitspipe("images:9999", { transport });
    for (let value = 1; value <= 50; value += 1) await producer.put("camera", image(value, size));
    assertEquals(server.feeds(), [{ feed: "camera", newest: 51, depth: 3 }]);
    // The frame that was being sent goes out whole, as it was; the next one it asks for shows the gap.
    stopped.connection.resume();
    await settle();
    assertEquals(stopped.bytes.length, 40 + 500_000);
    assert(stopped.bytes.slice(40).every((byte, at) => byte === (at % 2 === 0 ? 0x80 : 0)));
    stopped.take();
    stopped.write("get feed=camera frame=2\n");
    await settle();
    assertEquals(stopped.text.slice(2, 12).trim(), "49");
  }, { depth: 3 }));

Deno.test("a reader that has stopped gets the frame as it was when it began, also when that memory was wanted again", () =>
  onStage(async ({ transport, connect, settle }) => {
    const size = [400, 400];
    await using producer = await connectFitspipe("images:9999", { transport });
    await producer.put("camera", image(1, size));
    const slow = await connect();
    slow.connection.pause();
    slow.write("get feed=camera\nget feed=camera\n");
    await settle();
    for (let value = 2; value <= 9; value += 1) await producer.put("camera", image(value, size));
    slow.connection.resume();
    await settle();
    const [first, second] = [slow.bytes.slice(40, 320_040), slow.bytes.slice(320_080)];
    assertEquals([first.length, second.length], [320_000, 320_000]);
    assert(first.every((byte, at) => byte === (at % 2 === 0 ? 0x80 : 1)));
    assert(second.every((byte, at) => byte === second[at % 2]));
  }, { depth: 1 }));

Deno.test("a reader that asks a hundred times and does not read holds one frame, not a hundred", () =>
  onStage(async ({ connect, settle, server }) => {
    const size = [400, 400];
    server.put("default", frameOf(image(1, size)));
    const eager = await connect();
    eager.connection.pause();
    eager.write("get\n".repeat(100));
    await settle();
    for (let value = 2; value <= 20; value += 1) {
      server.put("default", frameOf(image(value, size)));
      await settle();
    }
    eager.connection.resume();
    await settle();
    assertEquals(eager.bytes.length, 100 * 320_040);
    const numbers = Array.from({ length: 100 }, (_, at) => {
      const head = eager.bytes.slice(at * 320_040, at * 320_040 + 12);
      return Number(String.fromCharCode(...head.slice(2)));
    });
    assertEquals([numbers[0], numbers[1], numbers.at(-1)], [1, 20, 20]);
  }));

Deno.test("a server keeps a thousand feeds within its memory, each with its newest frame, and refuses more", () =>
  onStage(async ({ transport, server }) => {
    await using client = await connectFitspipe("images:9999", { transport });
    const [bytes] = [2880 + 200];
    for (let feed = 0; feed < 1000; feed += 1) {
      for (let value = 0; value < 2; value += 1) await client.put(`feed${feed}`, image(feed, [10, 10]));
    }
    const feeds = await client.list();
    assertEquals(feeds.length, 1000);
    assert(feeds.every(({ newest, depth }) => newest === 2 && depth >= 1));
    assert(feeds.reduce((sum, { depth }) => sum + depth, 0) * bytes <= 4_000_000);
    await assertRejects(() => client.put("another", image(1)), CommandError, "no more than 1000 feeds");
    assertEquals((await client.get("feed999")).pixels[0], 999);
    assertEquals(server.feeds().length, 1000);
  }, { bytes: 4_000_000 }));

Deno.test("a server refuses a feed for which it has no memory", () =>
  onStage(async ({ transport }) => {
    await using client = await connectFitspipe("images:9999", { transport });
    for (const feed of ["a", "b"]) await client.put(feed, image(1, [100, 100]));
    await assertRejects(
      () => client.put("c", image(1, [100, 100])),
      CommandError,
      "no memory for another feed",
    );
  }, { bytes: 60_000 }));

Deno.test("shutdown is for those to whom it is allowed", async () => {
  await onStage(async ({ connect, settle }) => {
    const raw = await connect();
    raw.write("shutdown\n");
    await settle();
    assertEquals(raw.take(), "! shutdown is not allowed here\n");
  });
  await onStage(async ({ connect, clock, server }) => {
    const raw = await connect();
    raw.write("shutdown\n");
    await clock.advance("1 s");
    assertEquals([raw.take(), raw.hasEnded], [". OK\n", true]);
    await server.closed;
  }, { allowShutdown: true });
});

Deno.test("clients on other machines may look, and put frames where the network is trusted", async () => {
  for (const trustNetwork of [false, true]) {
    const transport = new Elsewhere();
    await using server = await serveFitspipe({
      address: "images:9999",
      transport,
      trustNetwork,
      allowShutdown: true,
    });
    server.put("camera", frameOf(image(1)));
    await using client = await connectFitspipe("images:9999", { transport });
    assertEquals((await client.get("camera")).number, 1);
    await assertRejects(() => client.command("shutdown"), CommandError, "shutdown is not allowed here");
    const put = client.put("camera", image(2));
    if (trustNetwork) await put;
    else {
      await assertRejects(() => put, CommandError, "frames are taken from this machine only");
      await assertRejects(
        () => client.command("composite compenable=false"),
        CommandError,
        "this machine only",
      );
    }
    assertEquals((await client.list())[0]!.newest, trustNetwork ? 2 : 1);
  }
});

Deno.test("a server survives any bytes, cut anywhere, and goes on serving others", async () => {
  const words = [
    "ls\n",
    "get\n",
    "get feed=default frame=1 fullheader=1",
    "put feed=",
    "SIMPLE  =",
    "\n",
    "exit",
    "\r",
    '"',
  ];
  const part = fc.oneof(
    fc.constantFrom(...words).map((word) => new TextEncoder().encode(word)),
    fc.uint8Array({ maxLength: 100 }),
    fc.constant(fits(1)),
    fc.tuple(fc.nat({ max: 2879 }), fc.nat({ max: 255 })).map(([at, byte]) => fits(2).with(at, byte)),
  );
  await onStage(async ({ connect, clock, transport, server }) => {
    server.put("default", frameOf(image(1)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 8 }),
        fc.integer({ min: 1, max: 3000 }),
        async (parts, size) => {
          const raw = await connect();
          const all = Uint8Array.from(parts.flatMap((bytes) => [...bytes]));
          for (let at = 0; at < all.length; at += size) raw.write(all.slice(at, at + size));
          await clock.advance("100 ms");
          raw.connection.end();
          await clock.advance("1 ms");
          raw.connection.destroy();
        },
      ),
      { numRuns: 1000 },
    );
    await using client = await connectFitspipe("images:9999", { transport });
    assert((await client.list()).length >= 1);
  });
});
