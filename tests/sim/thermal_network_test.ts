import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { ALUMINIUM, COPPER, HeatStore, specificHeat } from "../../lib/sim/heat_store.ts";
import { ThermalNetwork } from "../../lib/sim/thermal_network.ts";

const TABLE: readonly (readonly [typeof COPPER, number, number])[] = [
  [COPPER, 80, 205],
  [COPPER, 100, 252],
  [COPPER, 200, 356],
  [COPPER, 300, 386],
  [ALUMINIUM, 80, 357],
  [ALUMINIUM, 100, 481],
  [ALUMINIUM, 200, 797],
  [ALUMINIUM, 300, 902],
];

Deno.test("specificHeat() is within 6 % of the measured one of copper and aluminium", () => {
  for (const [material, kelvin, measured] of TABLE) {
    assertAlmostEquals(specificHeat(material, kelvin) / measured, 1, 0.06, `at ${kelvin} K`);
  }
});

Deno.test("specificHeat() falls with the cube of the temperature when it is very cold", () => {
  assertAlmostEquals(specificHeat(COPPER, 8) / specificHeat(COPPER, 4), 8, 0.05);
});

Deno.test("HeatStore converts temperature to heat and back without loss", () => {
  const store = new HeatStore([[COPPER, 2], [ALUMINIUM, 0.5]]);
  fc.assert(fc.property(fc.double({ min: 4, max: 499, noNaN: true }), (kelvin) => {
    assertAlmostEquals(store.temperatureAt(store.heatAt(kelvin)), kelvin, 1e-9);
  }));
});

Deno.test("ThermalNetwork brings two bodies to the temperature that their heat gives", () => {
  const store = new HeatStore([[COPPER, 1]]);
  const network = new ThermalNetwork([{ store, start: 300 }, {
    store: new HeatStore([[COPPER, 1]]),
    start: 100,
  }], [
    { from: 0, into: 1, watts: (t) => 2 * (t[0]! - t[1]!) },
  ]);
  const heat = network.heat;
  for (let i = 0; i < 20_000; i++) network.step(0.5);
  const end = store.temperatureAt(heat / 2);
  assertAlmostEquals(network.temperatures[0]!, end, 1e-6);
  assertAlmostEquals(network.temperatures[1]!, end, 1e-6);
  assertAlmostEquals(network.heat, heat, 1e-6 * heat);
  assert(end > 200, "the warm half holds more heat per kelvin");
});

Deno.test("ThermalNetwork follows the exact exponential of a body with a constant capacity", () => {
  // between two whole kelvins the tabulated capacity is constant
  const store = new HeatStore([[COPPER, 1]]);
  const network = new ThermalNetwork([{ store, start: 290.9 }], [{
    into: 0,
    watts: (t) => 0.5 * (290.1 - t[0]!),
  }]);
  for (let i = 0; i < 60; i++) network.step(10);
  const exact = 290.1 + 0.8 * Math.exp(-600 * 0.5 / store.capacityAt(290.5));
  assertAlmostEquals(network.temperatures[0]!, exact, 1e-9);
});
