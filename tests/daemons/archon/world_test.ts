/** The simulated controller among other simulators: light, temperature, trigger, shutter and frame. */
import { assert, assertEquals } from "@std/assert";
import { VirtualClock } from "@dewar/sdk/testing";
import { LocalWorld } from "../../../lib/sim/world/mod.ts";
import { type Bench, smallBench } from "./bench.ts";

interface Seen {
  readonly line: string;
  readonly level: boolean;
  readonly stamp: number;
}

/** A bench in a world, and the edges that came from it. */
async function worldBench(changes: Record<string, string | number> = {}, speed = 1) {
  const clock = new VirtualClock();
  const world = new LocalWorld({ clock });
  const seen: Seen[] = [];
  for (const line of ["archon.shutter", "archon.frame"]) {
    world.follow(line, ({ level, stamp, missed }) => {
      if (!missed) seen.push({ line, level, stamp });
    });
  }
  const bench = await smallBench({ world, clock, speed }, changes);
  return { bench, world, seen };
}

async function mean(bench: Bench, parameters: Record<string, number>): Promise<number> {
  const { pixels } = await bench.expose(parameters);
  let sum = 0;
  for (let row = 2; row < 14; row++) {
    for (let column = 2; column < 14; column++) sum += 2 * (pixels[row * 48 + column]! - 1000);
  }
  return sum / 144;
}

Deno.test("the lamp's light comes from the world, and darkness as well", async () => {
  const { bench, world } = await worldBench();
  await using _ = bench;
  world.publish("lamp.flux", 1e5);
  assert(Math.abs(await mean(bench, { IntMS: 100 }) - 10_000) < 100);
  world.publish("lamp.flux", 0);
  assert(Math.abs(await mean(bench, {})) < 20);
});

Deno.test("colder means darker: the detector's temperature comes from the world", async () => {
  const clock = new VirtualClock();
  const world = new LocalWorld({ clock });
  await using bench = await smallBench({ world, clock, ccd: { darkCurrent: 0.01, darkPattern: 0 } });
  const dark: number[] = [];
  for (const temperature of [0, -13.5, -27]) {
    world.publish("detector.temperature", temperature);
    await bench.clock.advance("1 s");
    assertEquals(Number(Number((await bench.values("STATUS"))["MOD2/TEMPA"]).toFixed(3)), temperature);
    // The first frame takes away what came before.
    await mean(bench, { NoIntMS: 0 });
    const bias = await mean(bench, { NoIntMS: 0 });
    dark.push(await mean(bench, { NoIntMS: 500 }) - bias);
  }
  const expected = 0.5 * 0.01 * 2 ** (100 / 6.75);
  assert(Math.abs(dark[0]! / expected - 1) < 0.1, `${dark} for ${expected}`);
  assert(Math.abs(dark[1]! / (expected / 4) - 1) < 0.2, `${dark}`);
  assert(Math.abs(dark[2]! / (expected / 16) - 1) < 0.4, `${dark}`);
});

Deno.test("shutter and frame are lines of the world", async () => {
  const { bench, seen } = await worldBench();
  await using _ = bench;
  await bench.expose({ IntMS: 30 });
  assertEquals(seen.map(({ line, level }) => `${line} ${level}`), [
    "archon.shutter true",
    "archon.shutter false",
    "archon.frame true",
    "archon.frame false",
  ]);
  const [open, closed, begin] = seen.map(({ stamp }) => stamp) as [number, number, number];
  // IntUnit's first state opens it, and the line that closes it comes after the three other times, which are 0.
  assertEquals(closed - open, 30_000_000 + 30);
  assert(begin - closed > 18_000 && begin - closed < 30_000);
});

Deno.test("an external trigger starts each frame, 30 to 50 ns after its edge, stamped by it", async () => {
  for (const speed of [1, 20]) {
    const { bench, world, seen } = await worldBench({ TRIGINENABLE: 1 }, speed);
    await using _ = bench;
    assertEquals(await bench.ask("FASTPREPPARAM Trigger 1"), "");
    await bench.load({ IntMS: 2, ExternalTrigger: 1, Exposures: 3 });
    await bench.clock.advance("100 ms");
    assertEquals(seen, [], "it waits");
    for (let n = 1; n <= 3; n++) {
      const stamp = 1_000_000_000 * n + 7;
      world.edge("panda.ttl1", true, stamp);
      world.edge("panda.ttl1", false, stamp + 1000);
      await bench.clock.advance("100 ms");
      const [open, closed, begin, end] = seen.splice(0).map((edge) => edge.stamp) as [
        number,
        number,
        number,
        number,
      ];
      assert(open - stamp >= 30 && open - stamp <= 50, `opened ${open - stamp} ns after the edge`);
      assertEquals(closed - open, 2_000_030);
      assert(begin > closed && end > begin);
      assertEquals((end - stamp) % 10, 0);
    }
    world.edge("panda.ttl1", true, 9_000_000_000);
    await bench.clock.advance("100 ms");
    assertEquals(seen, [], "three were asked for");
    const frame = await bench.values("FRAME");
    assert(parseInt(frame["BUF3RETIMESTAMP"]!, 16) > 0);
  }
});

Deno.test("a trigger that is not enabled does nothing, and waiting for one can be aborted", async () => {
  const { bench, world, seen } = await worldBench();
  await using _ = bench;
  await bench.ask("FASTPREPPARAM Trigger 1");
  await bench.load({ IntMS: 2, ExternalTrigger: 1, Exposures: 1 });
  await bench.clock.advance("10 ms");
  world.edge("panda.ttl1", true, 5);
  await bench.clock.advance("100 ms");
  assertEquals(seen, []);
  await bench.load({ AbortExposure: 1 });
  await bench.clock.advance("100 ms");
  await bench.load({ ExternalTrigger: 0 });
  assertEquals((await bench.values("FRAME"))["WBUF"], "0");
  await bench.expose();
});
