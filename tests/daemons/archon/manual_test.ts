/** The manual's example: two by two pixels of a driver wired to a video input. */
import { assert, assertEquals } from "@std/assert";
import { looped } from "../../../daemons/archon/simulator/wiring.ts";
import { Bench, DETECTOR, MANUAL } from "./bench.ts";

Deno.test("the manual's 2 x 2 example comes out as printed, with the coupling that was measured", async () => {
  await using bench = await Bench.open({ wiring: looped("3/1", 1, 0.914) });
  await bench.configure(MANUAL);
  const frame = await bench.values("FRAME");
  assertEquals([frame["BUF1COMPLETE"], frame["BUF1WIDTH"], frame["BUF1HEIGHT"]], ["1", "2", "2"]);
  const { pixels } = await bench.image(1);
  [100, 3571, 10_537, 21_003].forEach((printed, index) => {
    assert(Math.abs(pixels[index]! - printed) <= 2 + 0.0035 * printed, `${pixels}`);
  });
});

Deno.test("the manual's 2 x 2 example keeps the ratios of its voltages", async () => {
  await using bench = await Bench.open({ wiring: looped("3/1", 1, 1) });
  await bench.configure(MANUAL);
  const { pixels } = await bench.image(1);
  const [dark, quarter, three, six] = Array.from(pixels, (value) => value - 100) as [
    number,
    number,
    number,
    number,
  ];
  assert(Math.abs(dark) <= 2);
  assert(Math.abs(quarter - 0.25 / 65.8e-6) <= 2);
  assert(Math.abs(three / quarter - 3) < 0.002);
  assert(Math.abs(six / quarter - 6) < 0.004);
});

Deno.test("a driver that slews slowly is seen on its way", async () => {
  for (const slew of [0.5, 0.1, 0.05]) {
    await using bench = await Bench.open({ wiring: looped("3/1", 1, 1) });
    await bench.configure(MANUAL, { "MOD3/FASTSLEWRATE1": slew });
    const { pixels } = await bench.image(1);
    // -0.25 V from tick 511 on; the video window is 600 to 900.
    const ticks = 25 / slew;
    let sum = 0;
    for (let tick = 600; tick <= 900; tick++) sum += Math.min(1, (tick - 511) / ticks);
    const expected = 100 + 0.25 / 65.8e-6 * sum / 301;
    assert(
      Math.abs(pixels[1]! - expected) < 0.02 * expected,
      `${slew} V/us: ${pixels[1]} instead of ${expected}`,
    );
  }
});

Deno.test("a loop of 100 000 ticks takes 1.000 ms of the counter", async () => {
  await using bench = await Bench.open();
  await bench.configure(DETECTOR, { LINECOUNT: 1, PIXELCOUNT: 1 });
  const stamps: number[] = [];
  await bench.load({ Lines: 1, Pixels: 1, OverscanLines: 0, OverscanPixels: 0, ContinuousExposures: 1 });
  for (const ms of [0, 1, 2, 1000]) {
    await bench.load({ NoIntMS: ms });
    await bench.clock.advance("5 s");
    const frame = await bench.values("FRAME");
    const all = [1, 2, 3].map((n) => parseInt(frame[`BUF${n}TIMESTAMP`]!, 16)).sort((a, b) => a - b);
    stamps.push(all[1]! - all[0]!);
  }
  const [none, one, two, thousand] = stamps as [number, number, number, number];
  // A call that is left out costs its one tick as well.
  assertEquals([one - none, two - none, thousand - none], [100_000, 200_000, 100_000_000]);
});
