/** The manual's example: two by two pixels of a driver wired to a video input. */
import { assert, assertEquals } from "@std/assert";
import { looped } from "../../../daemons/archon/simulator/wiring.ts";
import { Bench, MANUAL } from "./bench.ts";

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
