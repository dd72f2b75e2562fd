import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Update } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { serveLine } from "../../lib/line/server.ts";
import { Lamp } from "./lamp.ts";
import { ADDRESS, collect, OldDaemon, shown, withLamp, withLink } from "./linked.ts";

Deno.test("link of an old daemon polls it, sends nothing it does not know, and believes nothing when hardware is lost", () => {
  const daemon = new OldDaemon();
  return withLink((network) => daemon.listen(network), async ({ link, clock }) => {
    const updates = collect(link.updates());
    const description = await clock.runUntil(link.describe());
    assertEquals([description.name, description.inferred], ["old", true]);
    await clock.advance("2500 ms");
    const shownFirst = [1, 2, 3].map((seq) => `${seq} complete hw_connected=true FLUX=3 mode=auto`);
    assertEquals(updates.map(shown), shownFirst);
    daemon.status = "hw_connected=0 FLUX=nan mode=auto more=1";
    await clock.advance("1 s");
    const { readings } = updates.at(-1)!;
    assertEquals([...readings].map(([key, { quality, reason }]) => `${key} ${quality} ${reason ?? ""}`), [
      "hw_connected good ",
      "FLUX bad unknown",
      "mode stale hardware not connected",
      "more stale hardware not connected",
    ]);
    for (const peer of daemon.peers) peer.connection.destroy(new Error("pulled"));
    await clock.advance("60 s");
    assert(updates.some(({ gap }) => gap));
    assertEquals(daemon.passed, []);
    assertEquals(daemon.peers.length, 2);
    assertEquals(daemon.peers[0]!.lines[0], "id name=script type= proto=dewar/1");
  });
});

Deno.test("link of an old daemon uses the given model and its old names", () => {
  const daemon = new OldDaemon();
  const { model } = new Lamp().describe();
  return withLink((network) => daemon.listen(network), async ({ link, clock }) => {
    const updates = collect(link.updates());
    await clock.runUntil(link.describe());
    await clock.advance("100 ms");
    assertEquals(shown(updates[0]!), "1 complete hw_connected=true flux=3 mode=auto");
    const answer = await clock.runUntil(link.command({ kind: "set", values: { flux: 5 } }));
    assertEquals([answer.confirmed, answer.seq], [false, 1]);
    await clock.runUntil(link.command({ kind: "line", line: "*IDN?" }));
    await assertRejects(
      () => clock.runUntil(link.command({ kind: "claim", seconds: 5 })),
      CommandError,
      "too old",
    );
    await clock.advance("100 ms");
    assertEquals(daemon.passed, ["set FLUX=5", "*IDN?"]);
  }, { model });
});

Deno.test("link numbers the statuses of an old daemon by the questions they answer, so that late ones are known", () => {
  const daemon = new OldDaemon();
  return withLink((network) => daemon.listen(network), async ({ link, clock }) => {
    const updates = collect(link.updates());
    await clock.runUntil(link.describe());
    daemon.isFrozen = true;
    await clock.advance("3 s");
    const { seq } = await clock.runUntil(link.command({ kind: "line", line: "voltage 5" }));
    assertEquals(seq, 4, "three questions are still open");
    for (let late = 0; late < 3; late++) daemon.peers[0]!.send("status FLUX=3");
    daemon.isFrozen = false;
    await clock.advance("1 s");
    assertEquals(updates.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
  });
});

Deno.test("link tells whoever looks late how old its values are", () =>
  withLamp(async ({ link, clock }) => {
    await clock.runUntil(link.describe());
    await clock.advance("5 s");
    const late = collect(link.updates());
    await clock.advance(0);
    const [{ time, readings }] = late as [Update];
    assertEquals(Math.round(time - readings.get("flux")!.time), 5);
  }));

Deno.test("link gives up an old daemon that does not answer any more", () => {
  const daemon = new OldDaemon();
  return withLink((network) => daemon.listen(network), async ({ link, clock }) => {
    await clock.runUntil(link.describe());
    daemon.isFrozen = true;
    await clock.advance("15 s");
    assertEquals(link.state.status, "connecting");
    daemon.isFrozen = false;
    await clock.advance("20 s");
    assertEquals(link.state.status, "connected");
  });
});

Deno.test("link gets along with an old MONITOR, which greets, asks and does not answer get_id", () => {
  const monitor = new OldDaemon();
  monitor.intro = undefined;
  monitor.status = "nconnected=2 lamp=1 lamp.flux=3";
  return withLink(async (network) => {
    const listener = await monitor.listen(network);
    return listener;
  }, async ({ link, clock }) => {
    const updates = collect(link.updates());
    await clock.advance("10 ms");
    const [peer] = monitor.peers;
    peer!.connection.write("id name=monitor\nget_id\nget_status\n");
    await clock.advance("2 s");
    assertEquals([link.state.status, link.state.peerName], ["connected", "monitor"]);
    assertEquals(shown(updates[0]!), "1 complete nconnected=2 lamp=1 lamp.flux=3");
    assertEquals(peer!.lines.filter((line) => line.startsWith("id ")).length, 2);
    assertEquals(monitor.passed, []);
  });
});

Deno.test("link takes the second introduction of a MONITOR of ours", () => {
  const lamp = new Lamp();
  return withLink((transport, clock) => {
    lamp.joined = (peer) => {
      if (!peer.name.startsWith("anonymous")) return;
      peer.send("id name=lamp");
      peer.send("get_id");
    };
    return serveLine(lamp, { address: ADDRESS, transport, clock });
  }, async ({ link, clock }) => {
    const description = await clock.runUntil(link.describe());
    assertEquals(description.inferred, undefined);
  });
});

Deno.test("link polls a peer of ours that cannot describe itself", () => {
  const service = { name: "bare", role: "", status: () => "flux=3", command: () => ({ seq: 1 }) };
  return withLink((transport, clock) => serveLine(service, { address: ADDRESS, transport, clock }), async (
    { link, clock },
  ) => {
    const lines = collect(link.log!());
    const updates = collect(link.updates());
    await clock.advance("100 ms");
    assertEquals(shown(updates[0]!), "1 complete flux=3");
    assertMatch(lines[0]!.message, /its status is polled instead: .*bare has no description/);
    const { confirmed, seq } = await clock.runUntil(link.command({ kind: "line", line: "go" }));
    assertEquals([confirmed, seq], [true, 1], "numbered as what is polled, not as its daemon does");
  });
});
