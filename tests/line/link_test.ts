import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Update } from "../../lib/device/mod.ts";
import { CommandError, LocalProtocolError } from "../../lib/errors.ts";
import { openLineLink } from "../../lib/line/link.ts";
import { LineClient } from "../../lib/line/client.ts";
import { type LineServer, type LineServerOptions, serveLine } from "../../lib/line/server.ts";
import type { ClaimHeld, Link, LinkOptions, LogLine } from "../../lib/link/link.ts";
import type { Listener } from "../../lib/net/mod.ts";
import { type LineClient as Peer, lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Lamp } from "./lamp.ts";

const ADDRESS = "lamp:7000";

interface Bench {
  clock: VirtualClock;
  network: MemoryTransport;
  link: Link;
}

async function withLink(
  serve: (network: MemoryTransport, clock: VirtualClock) => Promise<AsyncDisposable>,
  test: (bench: Bench) => Promise<void>,
  options: LinkOptions = {},
) {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  await using _server = await serve(network, clock);
  const link = openLineLink(ADDRESS, { clock, transport: network, name: "script", ...options });
  try {
    await test({ clock, network, link });
  } finally {
    await clock.runUntil(link.close());
  }
}

function withLamp(
  test: (bench: Bench & { lamp: Lamp; server: LineServer; log: string[] }) => Promise<void>,
  options: Partial<LineServerOptions> = {},
) {
  const lamp = new Lamp();
  const log: string[] = [];
  let server: LineServer;
  return withLink(
    async (transport, clock) => {
      lamp.values.publish({ flux: 3 });
      return server = await serveLine(lamp, {
        address: ADDRESS,
        transport,
        clock,
        log: (type, message) => log.push(`${type} ${message}`),
        ...options,
      });
    },
    (bench) => test({ ...bench, lamp, server, log }),
  );
}

/** A daemon of the base protocol that keeps what it would pass to its hardware. */
class OldDaemon {
  readonly passed: string[] = [];
  readonly peers: Peer[] = [];
  status = "hw_connected=1 FLUX=3 mode=auto";
  isFrozen = false;
  asked = 0;
  intro: string | undefined = "id name=old type=";
  listener: Listener | undefined;

  async listen(network: MemoryTransport): Promise<AsyncDisposable> {
    this.listener = await network.listen(ADDRESS, (connection) => {
      const peer: Peer = lineClient(connection);
      this.peers.push(peer);
      const lines = peer.lines as string[];
      lines.push = (...more) => {
        for (const line of more) this.obey(line, peer);
        return Array.prototype.push.apply(lines, more);
      };
    });
    return this.listener;
  }

  obey(line: string, peer: Peer): void {
    const [name] = line.split(" ");
    if (this.isFrozen || name === "id") return;
    if (name === "get_id") {
      if (this.intro) peer.send(this.intro);
    } else if (name === "get_status") {
      this.asked++;
      peer.send(`status ${this.status}`);
    } else this.passed.push(line);
  }
}

/** Takes from an iteration until time stands still. */
function collect<T>(items: AsyncIterable<T>): T[] {
  const seen: T[] = [];
  (async () => {
    for await (const item of items) seen.push(item);
  })();
  return seen;
}

const shown = ({ seq, complete, gap, readings }: Update) =>
  [
    seq,
    complete ? "complete" : "",
    gap ? "gap" : "",
    ...[...readings].map(([k, r]) => `${k}=${r.value ?? r.reason}`),
  ]
    .filter((part) => part !== "" && part !== undefined).join(" ");

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

async function peerOf(lamp: Lamp, link: Link, clock: VirtualClock) {
  await clock.runUntil(link.command({ kind: "line", line: "nothing" }));
  return lamp.caller!.peer;
}

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
