import { assert, assertEquals, assertThrows } from "@std/assert";
import { lineClient, MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { ConfigError } from "../../../lib/errors.ts";
import {
  type Edge,
  joinWorld,
  LocalWorld,
  serveWorld,
  type World,
  type WorldServer,
} from "../../../lib/sim/world/mod.ts";

interface Lab extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly transport: MemoryTransport;
  readonly log: string[];
  readonly server: WorldServer;
  /** Starts another world where one was. */
  restart(): Promise<void>;
  join(name: string): World;
  settle(): Promise<void>;
}

async function lab(options: { speed?: number; backlog?: number } = {}): Promise<Lab> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const log: string[] = [];
  const joined: World[] = [];
  const serve = () => serveWorld({ address: "world:1", transport, clock, ...options });
  let server = await serve();
  return {
    clock,
    transport,
    log,
    get server() {
      return server;
    },
    async restart() {
      server = await serve();
    },
    join(name) {
      const world = joinWorld({
        address: "world:1",
        name,
        transport,
        clock,
        log: (message) => log.push(`${name}: ${message}`),
      });
      joined.push(world);
      return world;
    },
    settle: () => clock.advance("10 ms"),
    async [Symbol.asyncDispose]() {
      for (const world of joined) await clock.runUntil(world[Symbol.asyncDispose]());
      await server.close();
    },
  };
}

const short = ({ level, stamp, missed }: Edge) => `${level ? 1 : 0}@${stamp}${missed ? " missed" : ""}`;

Deno.test("World tells a value to whoever watches it, at once and when it changes", async () => {
  await using it = await lab();
  const [lamp, early] = [it.join("lamp"), it.join("archon")];
  const seen: number[] = [];
  early.watch("lamp.flux", (value) => seen.push(value));
  await it.settle();
  assertEquals([lamp.isConnected, early.get("lamp.flux")], [true, undefined]);
  for (const flux of [0, 1200.25, 1200.25, 7e-9]) lamp.publish("lamp.flux", flux);
  await it.settle();
  assertEquals(seen, [0, 1200.25, 7e-9]);
  const late = it.join("keithley");
  late.watch("lamp.flux", (value) => seen.push(-value));
  await it.settle();
  assertEquals([seen.at(-1), late.get("lamp.flux")], [-7e-9, 7e-9]);
});

Deno.test("World brings edges in order, with their exact stamps, to those who follow the line", async () => {
  await using it = await lab({ speed: 10 });
  const [panda, archon, other] = [it.join("panda"), it.join("archon"), it.join("other")];
  const seen: string[] = [];
  archon.follow("panda.ttl1", (edge) => seen.push(short(edge)));
  other.follow("panda.ttl2", () => seen.push("wrong line"));
  await it.settle();
  const edges = Array.from(
    { length: 500 },
    (_, index) => [index % 2 === 0, 1e12 + index * 8 + index] as const,
  );
  for (const [level, stamp] of edges) panda.edge("panda.ttl1", level, stamp);
  await it.settle();
  assertEquals(seen, edges.map(([level, stamp]) => `${level ? 1 : 0}@${stamp}`));
  assertEquals([archon.level("panda.ttl1"), panda.level("panda.ttl1")], [false, false]);
});

Deno.test("World.edge() refuses a stamp that is not later or no whole number", async () => {
  await using world = new LocalWorld({ clock: new VirtualClock() });
  world.edge("panda.ttl1", true, 5);
  for (const stamp of [5, 4, 5.5, NaN, 2 ** 60]) {
    assertThrows(() => world.edge("panda.ttl1", false, stamp), ConfigError);
  }
  assertThrows(() => world.publish("lamp.flux", NaN), ConfigError, "not finite");
  assertThrows(() => world.publish("lamp flux", 1), ConfigError, "no name");
  assertEquals(world.level("panda.ttl1"), true);
});

Deno.test("World.now() runs at the world's speed in every simulator", async () => {
  await using it = await lab({ speed: 4 });
  const archon = it.join("archon");
  await it.clock.advance("2 s");
  assertEquals([archon.speed, it.server.world.speed], [4, 4]);
  assertEquals(archon.now(), it.server.world.now());
  const before = archon.now();
  await it.clock.advance("1 s");
  assertEquals(archon.now() - before, 4e9);
});

Deno.test("World.now() is right although the greeting was read late, and never goes back", async () => {
  await using it = await lab();
  const held: (() => void)[] = [];
  let isBusy = true;
  const busy = {
    listen: it.transport.listen.bind(it.transport),
    async connect(...args: Parameters<MemoryTransport["connect"]>) {
      const connection = await it.transport.connect(...args);
      const receive = connection.receive.bind(connection);
      connection.receive = (receiver) =>
        receive({
          ...receiver,
          data: (chunk) => isBusy ? void held.push(() => receiver.data(chunk)) : receiver.data(chunk),
        });
      return connection;
    },
  };
  await using late = joinWorld({ address: "world:1", name: "late", transport: busy, clock: it.clock });
  await it.clock.advance("3 s");
  isBusy = false;
  for (const deliver of held) deliver();
  const told: number[] = [late.now()];
  assert(it.server.world.now() - told[0]! > 2.9e9);
  for (let step = 0; step < 20; step++) {
    await it.clock.advance("30 ms");
    told.push(late.now());
  }
  assertEquals(told, told.toSorted((a, b) => a - b));
  assertEquals(late.now(), it.server.world.now());
});

Deno.test("World that is gone leaves its simulators with the last values, told once, and takes theirs when it is back", async () => {
  await using it = await lab();
  const [lamp, archon] = [it.join("lamp"), it.join("archon")];
  const [values, edges]: [number[], string[]] = [[], []];
  archon.watch("lamp.flux", (value) => values.push(value));
  archon.follow("lamp.shutter", (edge) => edges.push(short(edge)));
  await it.settle();
  lamp.publish("lamp.flux", 100);
  lamp.edge("lamp.shutter", true, 1000);
  await it.settle();
  await it.server.close();
  await it.clock.advance("1 min");
  assertEquals([lamp.isConnected, archon.isConnected, archon.get("lamp.flux")], [false, false, 100]);
  lamp.publish("lamp.flux", 200);
  lamp.edge("lamp.shutter", false, 2000);
  lamp.edge("lamp.shutter", true, 3000);
  await it.restart();
  await it.clock.advance("1 min");
  assertEquals([lamp.isConnected, archon.isConnected, archon.get("lamp.flux")], [true, true, 200]);
  assertEquals(values, [100, 200]);
  assertEquals(edges[0], "1@1000");
  assert(edges.slice(1).every((edge) => edge.endsWith("missed")), edges.join());
  assertEquals([archon.level("lamp.shutter"), it.server.world.level("lamp.shutter")], [true, true]);
  lamp.edge("lamp.shutter", false, lamp.now());
  await it.settle();
  assertEquals(archon.level("lamp.shutter"), false);
  const told = it.log.map((line) => line.replace(/^(\w+): .* is (not )?there.*$/, "$1 $2"));
  assertEquals(told.toSorted(), ["archon ", "archon not ", "lamp ", "lamp not "]);
});

Deno.test("World whose connection is lost for a moment loses neither its time nor the line's level", async () => {
  await using it = await lab();
  const [panda, archon] = [it.join("panda"), it.join("archon")];
  const edges: string[] = [];
  archon.follow("panda.ttl1", (edge) => edges.push(short(edge)));
  await it.settle();
  panda.edge("panda.ttl1", true, 10);
  await it.settle();
  it.transport.drop("world:1");
  panda.edge("panda.ttl1", false, 20);
  await it.clock.advance("10 s");
  panda.edge("panda.ttl1", true, 30);
  await it.settle();
  assertEquals(edges, ["1@10", "0@20 missed", "1@30"]);
});

Deno.test("World gives a simulator that reads too slowly the last values only, and says that it missed edges", async () => {
  await using it = await lab({ backlog: 256 * 1024 });
  const panda = it.join("panda");
  await it.settle();
  const slow = lineClient(await it.transport.connect("world:1"));
  slow.send("follow panda.ttl1\nwatch lamp.flux");
  await it.settle();
  slow.connection.pause();
  const edges = 40_000;
  for (let stamp = 1; stamp <= edges; stamp++) {
    panda.edge("panda.ttl1", stamp % 2 === 1, stamp);
    if (stamp % 1000 === 0) {
      panda.publish("lamp.flux", stamp);
      await it.settle();
    }
  }
  slow.connection.resume();
  await it.clock.advance("1 s");
  const got = slow.lines.filter((line) => line.startsWith("edge"));
  assert(got.length < edges, `${got.length} edges`);
  assertEquals(got.at(-1), `edge panda.ttl1 0 ${edges} missed`);
  assertEquals(slow.lines.findLast((line) => line.startsWith("set")), `set lamp.flux ${edges}`);
  slow.close();
});

Deno.test("World that does not read fills nobody's memory, and has the last of everything when it reads on", async () => {
  await using it = await lab();
  const panda = joinWorld({
    address: "world:1",
    name: "panda",
    transport: it.transport,
    clock: it.clock,
    backlog: 300_000,
  });
  const archon = it.join("archon");
  const edges: string[] = [];
  archon.follow("panda.ttl1", (edge) => edges.push(short(edge)));
  await it.settle();
  it.transport.freeze("world:1");
  const sent = 60_000;
  for (let stamp = 1; stamp <= sent; stamp++) {
    panda.edge("panda.ttl1", stamp % 2 === 1, stamp);
    panda.publish("panda.count", stamp);
  }
  it.transport.thaw("world:1");
  await it.clock.advance("1 s");
  assert(edges.length > 1000 && edges.length < sent / 2, `${edges.length} edges`);
  assertEquals(edges.at(-1), `0@${sent} missed`);
  assertEquals(it.server.world.get("panda.count"), sent);
  panda.edge("panda.ttl1", true, sent + 1);
  await it.settle();
  assertEquals(edges.at(-1), `1@${sent + 1}`);
  await it.clock.runUntil(panda[Symbol.asyncDispose]());
});

Deno.test("World refuses what it cannot read and serves what comes behind it", async () => {
  await using it = await lab();
  const archon = it.join("archon");
  archon.watch("a", () => {});
  const rude = lineClient(await it.transport.connect("world:1"));
  rude.send("gibberish\nset a NaN\nedge b 1 5\nedge b 0 5\nset a 3");
  await it.settle();
  assertEquals(archon.get("a"), 3);
  assertEquals(rude.lines.slice(1), [
    'wrong Cannot read "gibberish"',
    'wrong Cannot read "set a NaN"',
    "wrong An edge of b at 5 ns comes after one at 5 ns: stamps of a line ascend",
  ]);
  rude.close();
});

Deno.test("World holds no more names than there is room for", async () => {
  await using it = await lab();
  const wild = lineClient(await it.transport.connect("world:1"));
  for (let index = 0; index < 10_500; index++) wild.send(`set k${index} 1`);
  await it.clock.advance("1 s");
  assertEquals(it.server.world.size, 10_000);
  assertEquals(wild.lines.filter((line) => line.startsWith("wrong")).length, 500);
  wild.close();
});

Deno.test("joinWorld() without an address is a world of its own", async () => {
  await using world = joinWorld({ name: "lamp", clock: new VirtualClock() });
  const seen: number[] = [];
  const watching = world.watch("lamp.flux", (value) => seen.push(value));
  world.publish("lamp.flux", 5);
  watching[Symbol.dispose]();
  world.publish("lamp.flux", 6);
  assertEquals([seen, world.get("lamp.flux"), world.isConnected], [[5], 6, true]);
});
