/** A server of frames as MONITOR and the SDK see it. */
import { assertEquals, assertRejects } from "@std/assert";
import { type FitspipeServer, frameOf, openFitspipeLink, serveFitspipe } from "@dewar/sdk/fitspipe";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { CommandError, ConfigError } from "../../lib/errors.ts";
import type { Frame, Link } from "../../lib/link/mod.ts";
import { openLink } from "../../lib/link/mod.ts";

const frame = (value: number) => frameOf({ pixels: new Uint16Array(4).fill(value), shape: [2, 2] });

interface Stage {
  clock: VirtualClock;
  transport: MemoryTransport;
  link: Link;
  serve(): Promise<FitspipeServer>;
}

async function withLink(address: string, action: (stage: Stage) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const link = openFitspipeLink(address, { transport, clock });
  const serve = () => serveFitspipe({ address: "images:9999", transport, clock });
  await action({ clock, transport, link, serve });
  const closing = link.close();
  await clock.advance("5 s");
  await closing;
}

Deno.test("a link tells the newest number of each feed, as feeds come to be", () =>
  withLink("images:9999", async ({ clock, link, serve }) => {
    await using server = await serve();
    const updates = link.updates()[Symbol.asyncIterator]();
    server.put("a", frame(1));
    await clock.advance("2 s");
    const first = (await updates.next()).value!;
    assertEquals([...first.readings].map(([key, { value }]) => [key, value]), [["a", 1]]);
    server.put("a", frame(1));
    server.put("b", frame(1));
    await clock.advance("1 s");
    const { model, dynamic } = await link.describe();
    assertEquals([model.model, Object.keys(dynamic!.feed!)], ["fitspipe", ["a", "b"]]);
    assertEquals(link.state.status, "connected");
    const answer = await link.command({ kind: "line", line: "ls" });
    assertEquals(answer.text, "feed=a newest=2 depth=2\nfeed=b newest=1 depth=1");
    await assertRejects(
      () => link.command({ kind: "line", line: "get feed=a" }),
      CommandError,
      "none with frames",
    );
    await assertRejects(
      () => link.command({ kind: "line", line: "shutdown" }),
      CommandError,
      "not allowed here",
    );
    await assertRejects(() => link.command({ kind: "set", values: { a: 1 } }), CommandError, "serves frames");
  }));

Deno.test("frames() of a link waits for the feed, and goes on over a server that begins anew", () =>
  withLink("images:9999/camera", async ({ clock, link, serve }) => {
    const seen: number[][] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { number, pixels } of link.frames!({ signal: abort.signal })) {
        seen.push([number, Number(pixels[0])]);
      }
    })();
    {
      await using server = await serve();
      await clock.advance("5 s");
      for (const value of [10, 11, 12]) {
        server.put("camera", frame(value));
        await clock.advance("3 s");
      }
      assertEquals(seen, [[1, 10], [2, 11], [3, 12]]);
    }
    await clock.advance("20 s");
    await using server = await serve();
    server.put("camera", frame(20));
    await clock.advance("40 s");
    server.put("camera", frame(21));
    await clock.advance("5 s");
    assertEquals(seen.slice(3), [[1, 20], [2, 21]]);
    abort.abort();
    await reading;
  }));

Deno.test("frames() of a link shows by their numbers that it was too slow", () =>
  withLink("images:9999/camera", async ({ clock, link, serve }) => {
    await using server = await serve();
    server.put("camera", frame(0));
    await clock.advance("2 s");
    const frames = link.frames!()[Symbol.asyncIterator]();
    const next = async (): Promise<Frame> => {
      const result = frames.next();
      await clock.advance("2 s");
      return (await result).value!;
    };
    assertEquals((await next()).number, 1);
    for (let value = 1; value <= 30; value += 1) server.put("camera", frame(value));
    assertEquals((await next()).number, 22);
    await frames.return!();
  }));

Deno.test("openLink() opens fitspipe:// and refuses what is no feed", async () => {
  await using link = await openLink("fitspipe://images:9999/camera", { transport: new MemoryTransport() });
  assertEquals(link.address, "images:9999/camera");
  await assertRejects(() => openLink("fitspipe://images:9999/a b"), ConfigError, '"a b" cannot be a feed');
  await using whole = await openLink("fitspipe://images:9999", { transport: new MemoryTransport() });
  await assertRejects(() => whole.frames!()[Symbol.asyncIterator]().next(), ConfigError, "names no feed");
});
