import { assert, assertEquals, assertMatch } from "@std/assert";
import { LocalWorld } from "../../../lib/sim/world/mod.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import { withBox, withPanda } from "./bench.ts";

/** Ticks of the box to seconds of its columns and back. */
const ticks = (seconds: number) => Math.round(seconds / 8e-9);

const SHUTTER = [
  ...["PCAP.ENABLE=BITS.A", "PCAP.GATE=TTLIN1.VAL", "PCAP.CAPTURE=TTLIN1.VAL", "PCAP.CAPTURE_EDGE=Falling"],
  ...[
    "PCAP.TS_START.CAPTURE=Value",
    "PCAP.TS_END.CAPTURE=Value",
    "TTLOUT1.VAL=PULSE1.OUT",
    "PULSE1.WIDTH=0.01",
  ],
  ...["PULSE1.ENABLE=ONE", "PULSE1.INP=BITS.OUTB"],
].map((line) => line.replace("=BITS.A", "=BITS.OUTA"));

for (const reaction of ["3 ms", "45 ms"] as const) {
  Deno.test(`what others do ${reaction} after an edge counts in the very tick it is stamped with`, async () => {
    const clock = new VirtualClock();
    const world = new LocalWorld({ clock });
    const seen: number[] = [];
    world.follow("panda.ttl1", ({ level, stamp, missed }) => {
      if (missed || !level) return;
      seen.push(stamp);
      clock.after(reaction, () => {
        world.edge("archon.shutter", true, stamp + 60);
        clock.after("200 ms", () => world.edge("archon.shutter", false, stamp + 200_000_060));
      });
    });
    await withBox((bench) =>
      withPanda(bench, async (panda) => {
        const { set, simulator } = bench;
        await set(...SHUTTER, "*PCAP.ARM=", "BITS.A=1");
        const data = await clock.runUntil(panda.data());
        for (let shot = 0; shot < 3; shot++) {
          await set("BITS.B=1");
          await clock.advance(500);
          await set("BITS.B=0");
          await clock.advance(500);
        }
        await set("*PCAP.DISARM=");
        await clock.advance(20);
        const acquisition = (await clock.runUntil(data.acquisitions().next())).value!;
        const columns = await clock.runUntil(acquisition.columns());
        const begun = Number(/\.(\d{9})Z/.exec(acquisition.start.startTime!)![1]) / 8;
        const opened = [...columns["PCAP.TS_START.Value"]!].map((seconds) => begun + ticks(seconds));
        const closed = [...columns["PCAP.TS_END.Value"]!].map((seconds) => begun + ticks(seconds));
        const { running } = simulator;
        // A stamp that is no whole tick is seen with the next; PCAP hears its input a tick later.
        const heard = (stamp: number) => Math.ceil((stamp - running.stampOf(0)) / 8) + 1;
        assertEquals(opened, seen.map((stamp) => heard(stamp + 60)));
        assertEquals(closed, seen.map((stamp) => heard(stamp + 200_000_060)));
        assertEquals(running.late, 0);
        await clock.runUntil(data.close());
      }), { clock, world });
  });
}

Deno.test("an edge that comes too late counts from then on, keeps its distance to the next, and is told once", async () => {
  const clock = new VirtualClock();
  const world = new LocalWorld({ clock });
  const said: string[] = [];
  await withBox(async ({ ask, simulator }) => {
    const level = async () => (await ask("TTLIN1.VAL?\n")).trim();
    await clock.advance(1000);
    world.edge("archon.shutter", true, 500_000_000);
    await clock.advance(200);
    assertEquals(await level(), "OK =1");
    world.edge("archon.shutter", false, 900_000_000);
    await clock.advance(150);
    assertEquals(await level(), "OK =1");
    await clock.advance(150); // 400 ms after it rose
    assertEquals(await level(), "OK =0");
    assertEquals([simulator.running.late, said.length], [1, 1]);
    assertMatch(said[0]!, /archon\.shutter came 50\d\.\d+ ms late/);
    await clock.advance(1000); // it is in step again
    world.edge("archon.shutter", true, world.now() + 10_000_000);
    await clock.advance(100);
    assertEquals([await level(), simulator.running.late], ["OK =1", 1]);
  }, { clock, world, report: (problem) => said.push(problem) });
});

Deno.test("outputs of the box are lines of the world, stamped to the tick at any speed", async () => {
  const clock = new VirtualClock();
  const world = new LocalWorld({ clock, speed: 3 });
  const edges: (readonly [boolean, number])[] = [];
  world.follow("panda.ttl3", ({ level, stamp }) => edges.push([level, stamp]));
  await withBox(async ({ set }) => {
    await set("CLOCKS.A_PERIOD=0.02", "TTLOUT3.VAL=CLOCKS.OUTA");
    await clock.advance(3000);
    const rising = edges.filter(([level]) => level).map(([, stamp]) => stamp).slice(1);
    assert(rising.length > 10, `${rising.length}`);
    for (const [at, stamp] of rising.slice(1).entries()) assertEquals(stamp - rising[at]!, 20_000_000);
  }, { clock, world, speed: 3 });
});
