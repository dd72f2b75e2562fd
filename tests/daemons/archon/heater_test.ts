/** The heaters of the simulated Archon: a detector that is warmed by them, and what the controller's terms do. */
import { assert, assertEquals } from "@std/assert";
import { Bench, DETECTOR } from "./bench.ts";

const RUNNING = {
  "MOD2/HEATERAENABLE": 1,
  "MOD2/HEATERATARGET": -90,
  "MOD2/HEATERAP": 100,
  "MOD2/HEATERAI": 2,
  "MOD2/HEATERAIL": 1000,
};

/** Configures it, and holds the script: nothing is to be flushed for hours. */
async function configure(bench: Bench, changes: Record<string, number>): Promise<void> {
  await bench.configure(DETECTOR, changes);
  await bench.ask("HOLDTIMING");
}

async function look(bench: Bench): Promise<{ temperature: number; volts: number; terms: number[] }> {
  const status = await bench.values("STATUS");
  return {
    temperature: Number(status["MOD2/TEMPA"]),
    volts: Number(status["MOD2/HEATERAOUTPUT"]),
    terms: ["P", "I", "D"].map((term) => Number(status[`MOD2/HEATERA${term}`])),
  };
}

Deno.test("a heater brings the detector to its target and holds it there", async () => {
  await using bench = await Bench.open({ speed: 100 });
  await configure(bench, RUNNING);
  await bench.clock.advance("1 min");
  const { temperature, volts, terms } = await look(bench);
  assert(Math.abs(temperature + 90) < 0.05, `${temperature}`);
  // 0.08 W/K over 10 K through 25 ohm.
  assert(Math.abs(volts - Math.sqrt(0.8 * 25)) < 0.1, `${volts} V`);
  assert(Math.abs(terms[1]! - 800) < 30, `${terms}`);
  assertEquals(bench.simulator.truth().temperature.toFixed(1), "-90.0");
});

Deno.test("without an integral it stays below by what the proportional term needs", async () => {
  await using bench = await Bench.open({ speed: 100 });
  await configure(bench, { ...RUNNING, "MOD2/HEATERAI": 0 });
  await bench.clock.advance("1 min");
  const { temperature } = await look(bench);
  // 100 mW/K against 80 mW/K
  assert(Math.abs(temperature - (-100 + 10 * 100 / 180)) < 0.1, `${temperature}`);
});

Deno.test("a ramp moves the set-point by so many mK every update", async () => {
  await using bench = await Bench.open({ speed: 10 });
  await configure(bench, {
    ...RUNNING,
    "MOD2/HEATERAP": 2000,
    "MOD2/HEATERARAMP": 1,
    "MOD2/HEATERARAMPRATE": 20,
  });
  await bench.clock.advance("10 s");
  const before = await look(bench);
  await bench.clock.advance("10 s");
  const after = await look(bench);
  assert(
    Math.abs(after.temperature - before.temperature - 2) < 0.1,
    `${after.temperature - before.temperature} K in 100 s`,
  );
});

Deno.test("the voltage ends at its limit, forcing sets it, and settings count when the module is applied", async () => {
  await using bench = await Bench.open({ speed: 10 });
  await configure(bench, { ...RUNNING, "MOD2/HEATERATARGET": 20, "MOD2/HEATERALIMIT": 7 });
  await bench.clock.advance("1 s");
  assertEquals((await look(bench)).volts, 7);
  await bench.ask("WCONFIG3000MOD2/HEATERAFORCE=1");
  await bench.ask("WCONFIG3001MOD2/HEATERAFORCELEVEL=3.5");
  await bench.clock.advance("1 s");
  assertEquals((await look(bench)).volts, 7);
  assertEquals(await bench.ask("APPLYMOD01"), "");
  await bench.clock.advance("1 s");
  assertEquals((await look(bench)).volts, 3.5);
});

Deno.test("a sensor outside of its limits, or not there, switches the output off", async () => {
  await using bench = await Bench.open({ speed: 10 });
  await configure(bench, { ...RUNNING, "MOD2/SENSORALOWERLIMIT": -99 });
  await bench.clock.advance("1 s");
  assertEquals((await look(bench)).volts, 0);
  await configure(bench, RUNNING);
  await bench.clock.advance("1 s");
  assert((await look(bench)).volts > 0);
  bench.simulator.faults.conditions.add("sensor");
  await bench.clock.advance("1 s");
  const { temperature, volts } = await look(bench);
  assertEquals([temperature, volts], [-273.150016, 0]);
});
