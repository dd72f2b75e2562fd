import { assertEquals, assertStrictEquals } from "@std/assert";
import { Broadcast, type Listener } from "../../../daemons/monitor/web/broadcast.ts";
import type { Bulletin } from "../../../daemons/monitor/web/live.ts";
import { VirtualClock } from "../../../lib/testing/virtual_clock.ts";
import { FakeLab } from "./fake_lab.ts";

function setUp() {
  const clock = new VirtualClock();
  const lab = new FakeLab(["cryocon", "gauge"], clock);
  const broadcast = new Broadcast(lab, clock);
  /** The next bulletin of a listener, when the longest wait for one is over. */
  const next = async (listener: Listener): Promise<Bulletin | undefined> => {
    const told = listener.next();
    await clock.advance("1 s");
    return read(await told);
  };
  return { clock, lab, broadcast, next, [Symbol.dispose]: () => broadcast[Symbol.dispose]() };
}

function read(event: Uint8Array | undefined): Bulletin | undefined {
  if (!event) return undefined;
  const text = new TextDecoder().decode(event);
  assertEquals([text.slice(0, 6), text.slice(-2)], ["data: ", "\n\n"]);
  return JSON.parse(text.slice(6));
}

Deno.test("Broadcast begins with everything there is", async () => {
  using bench = setUp();
  const { lab, broadcast } = bench;
  lab.read("cryocon", { temperature: -42 });
  const first = read(await broadcast.listen().next());
  assertEquals(first?.values?.cryocon?.length, lab.clients.get("cryocon")!.channels.size);
  assertEquals(first?.links?.cryocon?.live, true);
  assertEquals(first?.late, undefined);
});

Deno.test("Broadcast merges what happens while nobody reads, newest value only", async () => {
  using bench = setUp();
  const { lab, broadcast, next } = bench;
  const listener = broadcast.listen();
  await listener.next();
  for (let n = 0; n <= 1000; n++) lab.read("cryocon", { temperature: n });
  const rows = (await next(listener))?.values?.cryocon;
  assertEquals(rows?.map(([key, text]) => [key, text]), [["temperature", "1000.00"]]);
});

Deno.test("Broadcast gives all who have read the same the same bytes", async () => {
  using bench = setUp();
  const { clock, lab, broadcast } = bench;
  const listeners = Array.from({ length: 200 }, () => broadcast.listen());
  const all = () => Promise.all(listeners.map((listener) => listener.next()));
  const [first, ...others] = await all();
  for (const other of others) assertStrictEquals(other, first);
  const told = all();
  lab.read("cryocon", { temperature: 1 });
  await clock.advance("50 ms");
  const [second, ...further] = await told;
  for (const other of further) assertStrictEquals(other, second);
  assertEquals(Object.keys(read(second)!.values!), ["cryocon"]);
});

Deno.test("Broadcast tells of the clients that are shown only", async () => {
  using bench = setUp();
  const { lab, broadcast, next } = bench;
  const listener = broadcast.listen(new Set(["gauge"]));
  assertEquals(Object.keys(read(await listener.next())!.links!), ["gauge"]);
  lab.read("cryocon", { temperature: 1 });
  lab.read("gauge", { temperature: 2 });
  const { values, lab: { clients } } = (await next(listener))!;
  assertEquals([Object.keys(values!), clients], [["gauge"], 2]);
});

Deno.test("Broadcast tells one that stood still the newest state and for how long, and holds up nobody", async () => {
  using bench = setUp();
  const { clock, lab, broadcast } = bench;
  const [still, quick] = [broadcast.listen(), broadcast.listen()];
  await Promise.all([still.next(), quick.next()]);
  let newest: number | null | undefined;
  const following = (async () => {
    for (let event = await quick.next(); event; event = await quick.next()) {
      newest = read(event)?.values?.cryocon?.[0]?.[5] ?? newest;
    }
  })();
  for (let n = 1; n <= 100; n++) {
    lab.read("cryocon", { temperature: n });
    if (n === 50) lab.log("info", "half of it");
    await clock.advance("50 ms");
    assertEquals(newest, n);
  }
  const { values, log, late } = read(await still.next())!;
  assertEquals(values?.cryocon?.map(([key, text]) => [key, text]), [["temperature", "100.00"]]);
  assertEquals([log?.map(({ message }) => message), late], [["half of it"], 5]);
  const told = still.next();
  await clock.advance("1 s");
  assertEquals(read(await told)?.late, undefined);
  quick[Symbol.dispose]();
  await following;
});

Deno.test("Broadcast gives up one that takes nothing for 20 s, and no other", async () => {
  using bench = setUp();
  const { clock, broadcast, next } = bench;
  let gaveUp = 0;
  const still = broadcast.listen(undefined, () => gaveUp++);
  await still.next();
  const quick = broadcast.listen(undefined, () => assertEquals("given up", "read"));
  await quick.next();
  for (let second = 0; second < 25; second++) await next(quick);
  assertEquals([gaveUp, await still.next()], [1, undefined]);
  assertEquals(typeof (await next(quick))?.lab.time, "number");
  assertEquals(clock.pending > 0, true);
});

Deno.test("Broadcast keeps the last log lines for a reader that is slow", async () => {
  using bench = setUp();
  const { lab, broadcast, next } = bench;
  const listener = broadcast.listen();
  await listener.next();
  for (let n = 0; n < 1000; n++) lab.log("info", `line ${n}`);
  const log = (await next(listener))?.log ?? [];
  assertEquals(log.length, 200);
  assertEquals(log.at(-1)?.message, "line 999");
});

Deno.test("Broadcast beats once a second when nothing happens", async () => {
  using bench = setUp();
  const { clock, broadcast, next } = bench;
  const listener = broadcast.listen();
  await listener.next();
  const start = clock.now();
  const { values, lab: { time } } = (await next(listener))!;
  assertEquals(values, {});
  assertEquals(time, clock.time());
  assertEquals(clock.now() - start, 1000);
});

Deno.test("Broadcast asks for a reload when a device is described anew", async () => {
  using bench = setUp();
  const { lab, broadcast, next } = bench;
  const listener = broadcast.listen();
  await listener.next();
  lab.tell({ kind: "described", client: lab.clients.get("cryocon")! });
  assertEquals((await next(listener))?.reload, true);
  assertEquals((await next(listener))?.reload, undefined);
  lab.tell({ kind: "clients" });
  assertEquals((await next(listener))?.reload, true);
});

Deno.test("Broadcast asks for no reload of a page that does not show the device described anew", async () => {
  using bench = setUp();
  const { lab, broadcast, next } = bench;
  const listener = broadcast.listen(new Set(["gauge"]));
  await listener.next();
  lab.tell({ kind: "described", client: lab.clients.get("cryocon")! });
  assertEquals((await next(listener))?.reload, undefined);
});

Deno.test("Broadcast says from where on curves are drawn, and asks for no reload when that changes", async () => {
  using bench = setUp();
  const { lab, broadcast, next } = bench;
  const listener = broadcast.listen();
  assertEquals(read(await listener.next())?.lab.plotsFrom, 0);
  lab.resetPlots();
  const { reload, lab: { plotsFrom } } = (await next(listener))!;
  assertEquals([reload, plotsFrom], [undefined, lab.plotsFrom]);
});

Deno.test("Broadcast does nothing when the last has left, and begins anew with the next", async () => {
  using bench = setUp();
  const { clock, lab, broadcast } = bench;
  const listener = broadcast.listen();
  await listener.next();
  const next = listener.next();
  listener[Symbol.dispose]();
  assertEquals(await next, undefined);
  assertEquals([lab.listeners, clock.pending], [0, 0]);
  lab.read("cryocon", { temperature: 7 });
  const { values } = read(await broadcast.listen().next())!;
  assertEquals(values?.cryocon?.[0]?.slice(0, 2), ["temperature", "7.00"]);
});
