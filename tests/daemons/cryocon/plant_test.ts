import { assert, assertAlmostEquals } from "@std/assert";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import {
  type CryoconSimulator,
  type CryoconSimulatorOptions,
  simulateCryocon,
} from "../../../daemons/cryocon/simulator.ts";
import { carryOut } from "../../../daemons/cryocon/simulator/commands.ts";

/** A simulator whose plant moves when the test says so. */
function still(options: CryoconSimulatorOptions = {}): Promise<CryoconSimulator> {
  return simulateCryocon({ transport: new MemoryTransport(), clock: new VirtualClock(), ...options });
}

Deno.test("simulator: holds +20 degC until it is told otherwise, without its heater at its end", async () => {
  await using it = await still();
  it.instrument.advance(6 * 3600);
  assertAlmostEquals(it.cryostat.truth().detector, 20, 0.1);
  const { output } = it.instrument.loops[0]!;
  assert(output > 20 && output < 95, `${output} %`);
});

Deno.test("simulator: cools to -100 degC in two to four hours and stays within 0.1 K", async () => {
  await using it = await still();
  it.instrument.advance(3600);
  carryOut(it.instrument, "loop 1:setp -100");
  const start = it.cryostat.truth().time;
  while (it.cryostat.truth().detector > -99.9) it.instrument.advance(10);
  const hours = (it.cryostat.truth().time - start) / 3600;
  assert(hours > 2 && hours < 4, `${hours} h`);
  it.instrument.advance(1800);
  for (let i = 0; i < 360; i++) {
    it.instrument.advance(10);
    assertAlmostEquals(it.cryostat.truth().detector, -100, 0.1);
  }
  const { heaterEnergy, loadEnergy, coldHeadEnergy, storedHeat } = it.cryostat.truth();
  assertAlmostEquals((heaterEnergy + loadEnergy - coldHeadEnergy) / storedHeat, 1, 0.01);
});

Deno.test("simulator: keeps to its ramp on the way down and up", async () => {
  for (const [setpoint, rate] of [[0, 0.5], [40, 0.25]] as const) {
    await using it = await still();
    it.instrument.advance(3600);
    carryOut(it.instrument, `loop 1:rate ${rate};setp ${setpoint}`);
    const direction = Math.sign(setpoint - 20);
    for (let minute = 1; minute < Math.abs(setpoint - 20) / rate; minute++) {
      it.instrument.advance(60);
      assertAlmostEquals(it.cryostat.truth().detector, 20 + direction * rate * minute, 0.25);
      assert(it.instrument.loops[0]!.isRamping);
    }
    it.instrument.advance(1200);
    assertAlmostEquals(it.cryostat.truth().detector, setpoint, 0.1);
    assert(!it.instrument.loops[0]!.isRamping);
  }
});

Deno.test("simulator: ramps from where it is when control is engaged", async () => {
  await using it = await still();
  carryOut(it.instrument, "stop;:loop 1:rate 0.5;setp -20");
  it.instrument.advance(600);
  const start = it.cryostat.truth().detector;
  carryOut(it.instrument, "control");
  assert(it.instrument.loops[0]!.isRamping);
  it.instrument.advance(1800);
  assertAlmostEquals(it.cryostat.truth().detector, start - 15, 0.3);
});

Deno.test("simulator: falls to the coldest there is when control is off", async () => {
  await using it = await still();
  carryOut(it.instrument, "stop");
  it.instrument.advance(12 * 3600);
  const { detector, coldHead } = it.cryostat.truth();
  assert(detector < -150 && coldHead < -190 && coldHead > -205, `${detector} ${coldHead}`);
});

Deno.test("simulator: is the same for the same seed however it is asked", async () => {
  const readings = async (seed: number, stride: number) => {
    await using it = await still({ seed });
    carryOut(it.instrument, "loop 1:setp -100");
    for (let time = 0; time < 1000; time += stride) {
      it.instrument.advance(stride);
      carryOut(it.instrument, "input? a,b,c,d");
    }
    return carryOut(it.instrument, "input? a,b,c,d");
  };
  const first = await readings(3, 1000);
  assert(first === await readings(3, 125), "questions change nothing");
  assert(first !== await readings(4, 1000), "seeds differ");
});
