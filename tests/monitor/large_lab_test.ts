/** MONITOR and many daemons: all at once, one that runs wild, all lost at once, and hundreds that are not there. */
import { assert, assertEquals } from "@std/assert";
import { descriptionOf, DeviceState } from "../../lib/device/mod.ts";
import { openLineLink } from "../../lib/line/link.ts";
import { type LineServer, serveLine } from "../../lib/line/server.ts";
import type { Connection, Transport } from "../../lib/net/mod.ts";
import { MemoryTransport, type VirtualClock } from "../../lib/testing/mod.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const names = (count: number) => Array.from({ length: count }, (_, n) => `daemon${n}`);

/** A daemon that counts. */
class Counter {
  readonly state: DeviceState;
  readonly #name: string;
  #count = 0;

  constructor(name: string, clock: VirtualClock) {
    this.#name = name;
    this.state = new DeviceState(descriptionOf(modelOf({ count: { type: "integer" } }), { name }), { clock });
  }

  say(): void {
    this.state.apply({ count: ++this.#count });
  }

  serve(transport: Transport, clock: VirtualClock): Promise<LineServer> {
    const { state } = this;
    return serveLine({
      name: this.#name,
      role: "",
      values: state,
      status: () => state.statusText(),
      describe: () => state.description,
      command: () => undefined,
    }, { address: `${this.#name}:1`, transport, clock });
  }
}

/** A lab whose daemons are reached through `network`. */
async function lab(clients: readonly string[], network: Transport) {
  const monitor = await bench(clients, {}, {
    openLink: (address, options) => openLineLink(address, { ...options, transport: network }),
  });
  const { clock, recorder } = monitor;
  return {
    clock,
    counters: new Map(clients.map((name) => [name, new Counter(name, clock)])),
    connected: () =>
      [...monitor.monitor.lab.clients.values()].filter(({ state }) => state.status === "connected"),
    /** What was recorded of a client's count, in order. */
    counts: (name: string) =>
      recorder.taken.flatMap(({ client, update }) => {
        const reading = client === name ? update.readings.get("count") : undefined;
        return reading?.quality === "good" ? [reading.value as number] : [];
      }),
    newest: (name: string) => monitor.monitor.lab.clients.get(name)!.latest.get("count")?.reading.value,
    peer: () => monitor.peer(),
    log: async () => (await monitor.monitor.lab.recentLog(10_000)).map(({ message }) => message),
    [Symbol.asyncDispose]: () => monitor[Symbol.asyncDispose](),
  };
}

Deno.test("MONITOR keeps every value of three hundred daemons", async () => {
  const network = new MemoryTransport();
  const all = names(300);
  await using rig = await lab(all, network);
  const { clock, counters } = rig;
  await using daemons = new AsyncDisposableStack();
  for (const counter of counters.values()) daemons.use(await counter.serve(network, clock));
  await clock.advance("5 s");
  assertEquals(rig.connected().length, all.length);
  for (let round = 0; round < 20; round++) {
    for (const counter of counters.values()) counter.say();
    await clock.advance("100 ms");
  }
  const expected = Array.from({ length: 20 }, (_, n) => n + 1);
  for (const name of all) assertEquals(rig.counts(name), expected, name);
});

/** A daemon that sends updates as fast as they are taken. */
function runWild(connection: Connection): void {
  let seq = 0;
  const pour = () => {
    while (connection.write(`update @seq=${++seq} @time=${1e9 + seq / 1000} count=${seq}\n`));
  };
  connection.receive({
    data(chunk) {
      for (const line of new TextDecoder().decode(chunk).split("\n")) {
        if (line === "get_id") connection.write("id name=wild type= proto=dewar/1\n");
        const mid = /@mid=\d+/.exec(line)?.[0];
        if (line.startsWith("describe")) {
          const json = JSON.stringify(
            descriptionOf(modelOf({ count: { type: "integer" } }), { name: "wild" }),
          );
          connection.write(`description @length=${json.length} @format=json\n${json}done ${mid}\n`);
        }
        if (line.startsWith("subscribe")) {
          connection.write(`done ${mid}\n`);
          pour();
        }
      }
    },
    drained: pour,
  });
}

Deno.test("MONITOR takes of a daemon that runs wild what it can bear, names it, and is as quick with all others", async () => {
  const network = new MemoryTransport();
  const calm = names(10);
  await using rig = await lab(["wild", ...calm], network);
  const { clock, counters } = rig;
  await using daemons = new AsyncDisposableStack();
  for (const name of calm) daemons.use(await counters.get(name)!.serve(network, clock));
  daemons.use(await network.listen("wild:1", runWild));
  await clock.advance("5 s");
  assertEquals(rig.connected().length, 11);
  for (let round = 1; round <= 50; round++) {
    for (const name of calm) counters.get(name)!.say();
    await clock.advance("20 ms");
    for (const name of calm) assertEquals(rig.newest(name), round);
  }
  const taken = rig.counts("wild").length;
  assert(taken > 20_000 && taken < 20_000 + 2000 * 7, `${taken} of its values in six seconds`);
  const told = (await rig.log()).filter((line) => line.startsWith("sends more than"));
  assertEquals(told, [
    "sends more than the 2000 lines a second that are read of it in the long run: what it says comes late",
  ]);
});

Deno.test("MONITOR comes back to daemons that were all lost at once, and not to all in the same moment", async () => {
  const network = new MemoryTransport();
  const all = names(300);
  await using rig = await lab(all, network);
  const { clock, counters } = rig;
  const tries: number[] = [];
  const connect = network.connect.bind(network);
  network.connect = (address, options) => {
    tries.push(clock.now());
    return connect(address, options);
  };
  const serveAll = async () => {
    const daemons = new AsyncDisposableStack();
    for (const counter of counters.values()) daemons.use(await counter.serve(network, clock));
    return daemons;
  };
  const first = await serveAll();
  await clock.advance("5 s");
  assertEquals(rig.connected().length, all.length);
  tries.length = 0;
  await first.disposeAsync();
  await using _again = await serveAll();
  const lost = clock.now();
  await clock.advance("15 s");
  assertEquals(rig.connected().length, all.length);
  // The first of them within 0.2 s: of ten parts of that none has more than a third of them.
  const parts = Map.groupBy(tries.filter((at) => at < lost + 200), (at) => Math.floor((at - lost) / 20));
  for (const part of parts.values()) assert(part.length < 100, `${part.length} tries within 20 ms`);
  assert(parts.size >= 9, `${parts.size} parts of ten`);
  const messages = await rig.log();
  for (const what of ["connected", "disconnected"]) {
    const told = messages.filter((message) => message.endsWith(` ${what}`)).length;
    assert(told <= 2 * all.length, `${told} times ${what}`);
  }
});

Deno.test("MONITOR watches those that are there while five hundred are not, half of which never answer", async () => {
  const network = new MemoryTransport();
  const there = ["here", "there"];
  const dead = names(500);
  await using rig = await lab([...dead, ...there], network);
  const { clock, counters } = rig;
  await using daemons = new AsyncDisposableStack();
  for (const name of there) daemons.use(await counters.get(name)!.serve(network, clock));
  let tries = 0;
  const connect = network.connect.bind(network);
  network.connect = (address, options) => {
    tries++;
    const isSilent = Number(/\d+/.exec(address)?.[0]) % 2 === 1 && address.startsWith("daemon");
    return isSilent ? new Promise(() => {}) : connect(address, options);
  };
  await clock.advance("10 s");
  assertEquals(rig.connected().map(({ name }) => name), there);
  counters.get("here")!.say();
  await clock.advance("20 ms");
  assertEquals(rig.newest("here"), 1);
  tries = 0;
  await clock.advance("60 s");
  assert(tries < 500 * 30, `${tries} tries in a minute`);
  assertEquals((await rig.log()).filter((message) => /daemon/.test(message)), []);
});

Deno.test("MONITOR says that its lab is described anew now and then, not with each of a hundred daemons that come", async () => {
  const network = new MemoryTransport();
  const all = names(100);
  await using rig = await lab(all, network);
  const { clock, counters } = rig;
  const peer = await rig.peer();
  peer.send("id name=script type= proto=dewar/1");
  await using daemons = new AsyncDisposableStack();
  for (const counter of counters.values()) daemons.use(await counter.serve(network, clock));
  for (let second = 0; second < 5; second++) {
    peer.send("@pong");
    await clock.advance("1 s");
  }
  assertEquals(rig.connected().length, all.length);
  const told = peer.lines.filter((line) => line.startsWith("described "));
  assert(told.length > 0 && told.length <= 11, `${told.length} times in 5 s`);
  peer.send("describe");
  await clock.advance("20 ms");
  const described = await peer.expect(/^description /);
  assertEquals(/@revision=\S+/.exec(described)?.[0], /@revision=\S+/.exec(told.at(-1)!)?.[0]);
});
