import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { Cryostat, type CryostatTruth } from "../../lib/sim/cryostat.ts";

/** The heater and the load in, less what the cold head took out, is what is stored: within a part of what moved. */
function assertConserved(truth: CryostatTruth, part = 0.01): void {
  const { heaterEnergy, loadEnergy, coldHeadEnergy, storedHeat } = truth;
  const moved = Math.abs(heaterEnergy) + Math.abs(loadEnergy) + Math.abs(coldHeadEnergy);
  assertAlmostEquals(heaterEnergy + loadEnergy - coldHeadEnergy, storedHeat, part * moved);
  assert(moved > 0);
}

function run(cryostat: Cryostat, seconds: number, step = 1): void {
  for (let i = 0; i < seconds / step; i++) cryostat.step(step);
}

Deno.test("Cryostat conserves energy over a whole cool-down", () => {
  const cryostat = new Cryostat();
  for (let hour = 0; hour < 12; hour++) {
    run(cryostat, 3600);
    assertConserved(cryostat.truth(), 1e-9);
  }
  const { storedHeat, coldHeadEnergy } = cryostat.truth();
  assert(storedHeat < -150_000, "heat went out");
  assert(coldHeadEnergy > -storedHeat, "and that of the room with it");
});

Deno.test("Cryostat conserves energy under any programme of heaters and cooler", () => {
  const stage = fc.record({
    detector: fc.double({ min: 0, max: 50, noNaN: true }),
    coldPlate: fc.double({ min: 0, max: 25, noNaN: true }),
    cooling: fc.boolean(),
    seconds: fc.integer({ min: 10, max: 900 }),
    step: fc.constantFrom(0.1, 1, 5),
  });
  fc.assert(
    fc.property(fc.array(stage, { minLength: 1, maxLength: 8 }), (stages) => {
      const cryostat = new Cryostat({ start: -40 });
      for (const { detector, coldPlate, cooling, seconds, step } of stages) {
        cryostat.heaters[0] = detector;
        cryostat.heaters[1] = coldPlate;
        cryostat.cooling = cooling;
        run(cryostat, seconds, step);
      }
      assertConserved(cryostat.truth(), 1e-9);
    }),
    { numRuns: 100 },
  );
});

Deno.test("Cryostat counts as heater energy what the heaters were given", () => {
  const cryostat = new Cryostat();
  cryostat.heaters[0] = 30;
  cryostat.heaters[1] = 5;
  run(cryostat, 1000);
  assertAlmostEquals(cryostat.truth().heaterEnergy, 35_000, 1e-6);
});

Deno.test("Cryostat cools without a pause, to -100 degC in two to four hours", () => {
  const cryostat = new Cryostat();
  let last = cryostat.truth().detector;
  while (last > -100) {
    run(cryostat, 60);
    const { detector, time } = cryostat.truth();
    assert(detector < last, `warmer after ${time} s`);
    last = detector;
  }
  const hours = cryostat.truth().time / 3600;
  assert(hours > 2 && hours < 4, `${hours} h`);
});

Deno.test("Cryostat gives the same with a tenth of the step", () => {
  const coarse = new Cryostat();
  const fine = new Cryostat();
  run(coarse, 7200, 5);
  run(fine, 7200, 0.5);
  assertAlmostEquals(coarse.truth().detector, fine.truth().detector, 1e-3);
});

Deno.test("Cryostat warms up to the room when the cooler stops", () => {
  const cryostat = new Cryostat({ start: -100, ambient: 20, cooling: false });
  run(cryostat, 7 * 24 * 3600, 10);
  assertAlmostEquals(cryostat.truth().detector, 20, 0.5);
});
