import { assertEquals } from "@std/assert";
import { Bulletins } from "../../../daemons/monitor/web/live.ts";
import { VirtualClock } from "../../../lib/testing/virtual_clock.ts";
import { FakeLab } from "./fake_lab.ts";

function setUp() {
  const clock = new VirtualClock();
  const lab = new FakeLab(["cryocon"], clock);
  return { clock, lab };
}

Deno.test("Bulletins begins with everything there is", async () => {
  const { clock, lab } = setUp();
  lab.read("cryocon", { temperature: -42 });
  using bulletins = new Bulletins(lab, clock);
  const first = await bulletins.next();
  assertEquals(first?.values?.cryocon?.length, lab.clients.get("cryocon")!.channels.size);
  assertEquals(first?.links?.cryocon?.live, true);
});

Deno.test("Bulletins merges what happens while nobody reads, newest value only", async () => {
  const { clock, lab } = setUp();
  using bulletins = new Bulletins(lab, clock);
  await bulletins.next();
  for (let n = 0; n <= 1000; n++) lab.read("cryocon", { temperature: n });
  const next = bulletins.next();
  await clock.advance("1 s");
  const rows = (await next)?.values?.cryocon;
  assertEquals(rows?.map(([key, text]) => [key, text]), [["temperature", "1000.00"]]);
});

Deno.test("Bulletins keeps the last log lines of a reader that is slow", async () => {
  const { clock, lab } = setUp();
  using bulletins = new Bulletins(lab, clock);
  await bulletins.next();
  for (let n = 0; n < 1000; n++) lab.log("info", `line ${n}`);
  const next = bulletins.next();
  await clock.advance("1 s");
  const log = (await next)?.log ?? [];
  assertEquals(log.length, 200);
  assertEquals(log.at(-1)?.message, "line 999");
});

Deno.test("Bulletins beats once a second when nothing happens", async () => {
  const { clock, lab } = setUp();
  using bulletins = new Bulletins(lab, clock);
  await bulletins.next();
  const start = clock.now();
  const next = bulletins.next();
  await clock.advance("1 s");
  const { values, lab: { time } } = (await next)!;
  assertEquals(values, {});
  assertEquals(time, clock.time());
  assertEquals(clock.now() - start, 1000);
});

Deno.test("Bulletins asks for a reload when a device is described anew", async () => {
  const { clock, lab } = setUp();
  using bulletins = new Bulletins(lab, clock);
  await bulletins.next();
  lab.tell({ kind: "described", client: lab.clients.get("cryocon")! });
  const next = bulletins.next();
  await clock.advance("1 s");
  assertEquals((await next)?.reload, true);
});

Deno.test("Bulletins says from where on curves are drawn, and asks for no reload when that changes", async () => {
  const { clock, lab } = setUp();
  using bulletins = new Bulletins(lab, clock);
  assertEquals((await bulletins.next())?.lab.plotsFrom, 0);
  lab.resetPlots();
  const next = bulletins.next();
  await clock.advance("1 s");
  const { reload, lab: { plotsFrom } } = (await next)!;
  assertEquals([reload, plotsFrom], [undefined, lab.plotsFrom]);
});

Deno.test("Bulletins ends, and leaves no listener and no timer", async () => {
  const { clock, lab } = setUp();
  const bulletins = new Bulletins(lab, clock);
  await bulletins.next();
  const next = bulletins.next();
  bulletins[Symbol.dispose]();
  await clock.advance("1 s");
  assertEquals(await next, undefined);
  assertEquals(lab.listeners, 0);
  assertEquals(clock.pending, 0);
});
