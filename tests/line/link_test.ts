import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CommandError, LocalProtocolError } from "../../lib/errors.ts";
import { LineClient } from "../../lib/line/client.ts";
import { serveLine } from "../../lib/line/server.ts";
import type { ClaimHeld, Link, LogLine } from "../../lib/link/link.ts";
import { MemoryTransport, type VirtualClock } from "../../lib/testing/mod.ts";
import { Lamp } from "./lamp.ts";
import { ADDRESS, collect, OldDaemon, shown, withLamp, withLink } from "./linked.ts";

async function peerOf(lamp: Lamp, link: Link, clock: VirtualClock) {
  await clock.runUntil(link.command({ kind: "line", line: "nothing" }));
  return lamp.caller!.peer;
}

Deno.test("link of our daemon describes it and pushes what is read", () =>
  withLamp(async ({ link, clock, lamp }) => {
    const updates = collect(link.updates());
    const description = await clock.runUntil(link.describe());
    assertEquals([description.name, description.model.params.flux!.type], ["lamp", "number"]);
    await clock.advance("100 ms");
    lamp.values.publish({ flux: 4 });
    lamp.values.publish({ flux: undefined });
    await clock.advance("100 ms");
    assertEquals(updates.map(shown), ["1 complete flux=3", "2 flux=4", "3 flux=over, range"]);
    assertEquals(updates[2]!.readings.get("flux")!.raw, "9%|9");
    const late = collect(link.updates());
    await clock.advance("100 ms");
    assertEquals(late.map(shown), ["3 complete flux=over, range"]);
    const { status, peerName, offset } = link.state;
    assertEquals([status, peerName, offset], ["connected", "lamp", 0]);
  }));

Deno.test("link sends commands and reads their answers", () =>
  withLamp(async ({ link, clock, lamp }) => {
    await clock.runUntil(link.describe());
    const set = await clock.runUntil(link.command({ kind: "set", values: { flux: 5 } }));
    assertEquals([set.confirmed, set.seq, [...set.values]], [true, 2, [["flux", 5]]]);
    const echo = await clock.runUntil(link.command({ kind: "call", name: "echo", args: { text: "a b" } }));
    assertEquals(echo.result, "a b");
    const line = await clock.runUntil(link.command({ kind: "line", line: "  echo one two" }));
    assertEquals(line.text, "one two");
    assertEquals(lamp.commands, ["set flux=5", `echo text="a b"`, "echo one two"]);
    await clock.runUntil(link.command({ kind: "claim", seconds: 30, note: "my run" }));
    await clock.runUntil(link.command({ kind: "release" }));
    assertEquals(lamp.commands.slice(3), [`claim @for=30 @note="my run"`, "release"]);
  }));

Deno.test("link rejects refused commands with their code, and what cannot be sent without sending it", () =>
  withLamp(async ({ link, clock, lamp }) => {
    await clock.runUntil(link.describe());
    const refusal = async (command: Parameters<Link["command"]>[0]) => {
      const error = await assertRejects(() => clock.runUntil(link.command(command)), Error);
      return [error instanceof CommandError ? error.code : error.constructor.name, error.message];
    };
    assertEquals(await refusal({ kind: "line", line: "fail" }), [
      "limit",
      `lamp (lamp:7000): "fail": lamp: "too" much`,
    ]);
    assertEquals((await refusal({ kind: "set", values: { flus: 1 } }))[0], "invalid");
    assertEquals((await refusal({ kind: "call", name: "ecco" }))[0], "invalid");
    assertEquals((await refusal({ kind: "line", line: "it's" }))[0], LocalProtocolError.name);
    assertEquals((await refusal({ kind: "line", line: "a\nb" }))[0], LocalProtocolError.name);
    assertEquals(lamp.commands, ["fail"]);
  }));

Deno.test("link waits for slow answers, with progress, and gives up in time", () =>
  withLamp(async ({ link, clock, lamp }) => {
    await clock.runUntil(link.describe());
    const told: unknown[] = [];
    const answer = link.command({ kind: "line", line: "slow" }, {
      timeout: "5 s",
      onProgress: (progress) => told.push(progress),
    });
    await clock.advance("4 s");
    lamp.caller!.progress({ fraction: 0.5, note: "half way" });
    await clock.advance("4 s");
    lamp.slow.resolve({ seq: 9 });
    assertEquals((await clock.runUntil(answer)).seq, 9);
    assertEquals(told, [{ fraction: 0.5, note: "half way" }]);
    lamp.slow = Promise.withResolvers();
    const start = clock.now();
    const late = link.command({ kind: "line", line: "slow" }, { timeout: "5 s" });
    const error = await assertRejects(
      () => clock.runUntil(late),
      CommandError,
      `no answer to "slow" within 5.0 s`,
    );
    assertEquals([error.code, clock.now() - start], ["timeout", 5000]);
    lamp.slow.resolve({});
    await clock.advance("1 s");
    const stop = new AbortController();
    const given = link.command({ kind: "line", line: "nothing" }, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await assertRejects(() => given, Error, "enough");
  }));

Deno.test("link reports unknown_outcome when it is lost, resends nothing, and fills the gap", () =>
  withLamp(async ({ link, clock, lamp, server }) => {
    const updates = collect(link.updates());
    const states = collect(link.states());
    await clock.runUntil(link.describe());
    const answer = link.command({ kind: "line", line: "slow" });
    await clock.advance("100 ms");
    (server.peers.values().next().value as unknown as { drop(why: string): void }).drop("test");
    const error = await assertRejects(
      () => clock.runUntil(answer),
      CommandError,
      "may have been carried out or not",
    );
    assertEquals(error.code, "unknown_outcome");
    await assertRejects(
      () => link.command({ kind: "line", line: "nothing" }),
      CommandError,
      "is not connected",
    );
    lamp.values.publish({ flux: 7 });
    lamp.values.publish({ flux: 8 });
    await clock.advance("5 s");
    assertEquals(updates.map(shown), ["1 complete flux=3", "2 flux=7", "3 flux=8", "3 complete flux=8"]);
    assertEquals(lamp.commands, ["slow"]);
    assertEquals(states.map((state) => state.status).filter((status, i, all) => status !== all[i - 1]), [
      "connecting",
      "connected",
      "lost",
      "connecting",
      "connected",
    ]);
  }));

Deno.test("link flags the gap that a daemon cannot fill", () =>
  withLamp(async ({ link, clock, lamp, server }) => {
    const updates = collect(link.updates());
    await clock.runUntil(link.describe());
    await clock.advance("100 ms");
    (server.peers.values().next().value as unknown as { drop(why: string): void }).drop("test");
    for (let flux = 0; flux < 12; flux++) lamp.values.publish({ flux });
    await clock.advance("5 s");
    assertEquals(updates.map(shown), ["1 complete flux=3", "13 complete gap flux=11"]);
  }));

Deno.test("link describes the device anew when it has changed", () =>
  withLamp(async ({ link, clock, lamp }) => {
    const revisions = collect(link.descriptions());
    await clock.runUntil(link.describe());
    await clock.advance("100 ms");
    lamp.redescribe();
    await clock.advance("100 ms");
    assertEquals(revisions.map((description) => description.revision), ["1.1", "1.2"]);
    assertEquals(lamp.values.watchers.size, 1);
  }));

Deno.test("link picks channels and paces updates", () =>
  withLamp(async ({ link, clock, lamp }) => {
    const slow = collect(link.updates({ period: "2 s" }));
    const none = collect(link.updates({ keys: ["power"] }));
    await clock.runUntil(link.describe());
    for (let flux = 4; flux < 8; flux++) {
      lamp.values.publish({ flux });
      await clock.advance("500 ms");
    }
    await clock.advance("2 s");
    assertEquals(slow.map(shown), ["1 complete flux=3", "5 flux=7"]);
    assertEquals(none.map(shown), ["1 complete"]);
  }));

Deno.test("link hands on log lines", () =>
  withLamp(async ({ link, clock, server }) => {
    const lines: LogLine[] = collect(link.log!());
    await clock.runUntil(link.describe());
    for (const peer of server.peers) {
      peer.send("info plain  words");
      peer.send(`error "it's \\"bad\\" a=b"`);
    }
    await clock.advance("100 ms");
    assertEquals(lines.map(({ source, type, message }) => [source, type, message]), [
      ["lamp", "info", "plain  words"],
      ["lamp", "error", `it's "bad" a=b`],
    ]);
  }));

Deno.test("link notices a frozen daemon within 3 s and comes back by itself", () =>
  withLamp(async ({ link, clock, network }) => {
    const updates = collect(link.updates());
    await clock.runUntil(link.describe());
    await clock.advance("1 s");
    network.freeze(ADDRESS);
    await clock.advance("3 s");
    assertEquals(link.state.status === "connected", false);
    assertMatch(link.state.why!, /silent/);
    network.thaw(ADDRESS);
    await clock.advance("15 s");
    assertEquals(link.state.status, "connected");
    assert(updates.at(-1)!.complete);
  }, { silence: "1 h" }));

Deno.test("link survives bad lines and broken updates of its peer", () => {
  const lamp = new Lamp();
  return withLink((transport, clock) => serveLine(lamp, { address: ADDRESS, transport, clock }), async (
    { link, clock },
  ) => {
    const lines = collect(link.log!());
    const updates = collect(link.updates());
    await clock.runUntil(link.describe());
    lamp.values.publish({ flux: 1 });
    await clock.advance("10 ms");
    (await peerOf(lamp, link, clock)).send("update it's");
    (await peerOf(lamp, link, clock)).send("update flux=9");
    await clock.advance("2 s");
    assertMatch(lines[0]!.message, /cannot be read: the quote/);
    assertMatch(lines[1]!.message, /polled instead: Expected @time=/);
    assertEquals(updates.at(-1)!.readings.get("flux")!.value, 3);
  });
});

Deno.test("request() refuses a peer that does not answer", async () => {
  const network = new MemoryTransport();
  const daemon = new OldDaemon();
  await using _ = await daemon.listen(network);
  const ready = Promise.withResolvers<unknown>();
  const client = new LineClient(ADDRESS, { connected: ready.resolve }, { transport: network });
  await ready.promise;
  await assertRejects(() => client.request("set a=1"), LocalProtocolError, "does not answer commands");
  await client.close();
  assertEquals(daemon.passed, []);
});

Deno.test("a link says who has claimed the device, until it is released or the link is lost", () =>
  withLamp(async ({ link, server, network }) => {
    await link.describe();
    const peer = [...server.peers][0]!;
    const claims = async (isAsHoped: (claim: ClaimHeld | undefined) => boolean) => {
      for await (const { claim } of link.states()) if (isAsHoped(claim)) return claim;
    };
    peer.send('@claim by=anna note="flat fields"');
    assertEquals(await claims((claim) => claim !== undefined), { by: "anna", note: "flat fields" });
    assertEquals([link.state.claim?.by, link.state.status], ["anna", "connected"]);
    peer.send(`@claim by=ben note=${"x".repeat(500)}`);
    assertEquals((await claims((claim) => claim?.by === "ben"))?.note?.length, 200);
    peer.send("@claim");
    assertEquals(await claims((claim) => claim === undefined), undefined);
    peer.send("@claim by=anna");
    assertEquals(await claims((claim) => claim !== undefined), { by: "anna" });
    network.drop(ADDRESS);
    for await (const { status, claim } of link.states()) {
      if (status === "connected") continue;
      assertEquals(claim, undefined);
      break;
    }
    assertEquals(link.state.claim, undefined);
  }));
