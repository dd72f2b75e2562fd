import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { lineClient } from "@dewar/sdk/testing";
import { cryoconBinding } from "../../../daemons/cryocon/binding.ts";
import { Cryocon } from "../../../daemons/cryocon/model.ts";
import {
  type CryoconSimulator,
  type CryoconSimulatorOptions,
  simulateCryocon,
} from "../../../daemons/cryocon/simulator.ts";
import { carryOut } from "../../../daemons/cryocon/simulator/commands.ts";
import type { ServeOptions } from "../../../lib/daemon/mod.ts";
import type { FaultKind } from "../../../lib/sim/fault.ts";
import { newPlace, type Place, type Served, serveIn } from "../served.ts";

interface Lab extends Place, Served {
  readonly simulator: CryoconSimulator;
}

/** Instrument, daemon and client, in virtual time; two seconds have passed. */
async function lab(
  simulated: CryoconSimulatorOptions = {},
  served: ServeOptions = {},
  prepare = "",
): Promise<Lab> {
  const place = newPlace();
  const simulator = await simulateCryocon({ ...place, address: "cryocon:5000", ...simulated });
  carryOut(simulator.instrument, prepare);
  const daemon = await serveIn(place, Cryocon, cryoconBinding, { hardware: "cryocon:5000", ...served });
  return {
    ...place,
    ...daemon,
    simulator,
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

Deno.test("cryocon: shows the instrument under the old names", async () => {
  await using it = await lab({}, {}, ":loop 1:type man;setp 25;rate 0.1;:stop");
  const status = await it.status();
  assertEquals(status.hw_connected, "1");
  assertEquals(status.status, "1101");
  assertEquals(status.control, "OFF");
  assertAlmostEquals(Number(status.temperatureA), 20, 0.1);
  assertEquals(status.temperatureC, "nan");
  const loop = [
    "range1",
    "ctrl_type1",
    "pwr_set1",
    "pwr_actual1",
    "load1",
    "source1",
    "set_point1",
    "ramp1",
    "rate1",
    "pwr_man1",
  ];
  assertEquals(loop.map((name) => status[name]), ["HI", "MAN", "0", "0", "50", "A", "25", "OFF", "0.1", "5"]);
  assertEquals(status.htr_status1, "--Htr OK--");
  assertEquals(status["temperature.target"], "25");
});

Deno.test("cryocon: leaves the instrument as it is at connect and at reconnect", async () => {
  await using it = await lab({}, {}, ":loop 1:load 25;rang mid;rate 3;:loop 2:load 0;:input b:units k");
  const settings = () =>
    carryOut(
      it.simulator.instrument,
      "input a,b,c,d:units?;:cont?;:loop 1:load?;rang?;rate?;setp?;type?;:loop 2:load?",
    );
  const before = settings();
  it.transport.drop("cryocon:5000");
  await it.clock.advance("1 min");
  assertEquals((await it.status()).hw_connected, "1");
  assertEquals(settings(), before);
});

Deno.test("cryocon: sets the target, reads it back and says done", async () => {
  await using it = await lab();
  const answer = await it.answer("set temperature=-100");
  assertMatch(answer, /^done .*temperature(\.target)?=-100\b/);
  assertEquals(it.simulator.instrument.loops[0]!.setpoint, -100);
  assertEquals((await it.status()).set_point1, "-100");
  assertMatch(await it.answer("set set_point2=-50"), /^done/);
  assertEquals(it.simulator.instrument.loops[1]!.setpoint, -50);
});

for (
  const [line, done, read] of [
    ["set loop1.rate=2.5", "rate", "2.500000"],
    ["set range1=LOW", "rang", "LOW"],
    ["set loop2.type=pid", "type", "PID  "],
    ["set ctrl_type2=RAMPP", "type", "RampP"],
    ["set source2=D", "sour", "D"],
    ["set pwr_man1=12.5", "pman", "12.5"],
    ["set loop1.maxPower=80", "maxp", "80.0"],
    ["set loop1.proportional=12", "pga", "12.000000"],
    ["set loop1.integral=120", "iga", "120.000000"],
    ["set loop2.derivative=3", "dga", "3.000000"],
  ] as const
) {
  Deno.test(`cryocon: carries out "${line}"`, async () => {
    await using it = await lab();
    assertMatch(await it.answer(line), /^done/);
    const loop = /loop2|[a-z]2=/.test(line) ? 2 : 1;
    assertEquals(carryOut(it.simulator.instrument, `loop ${loop}:${done}?`), read);
  });
}

for (
  const [line, code] of [
    ["set temperature=-300", "limit"],
    ["set temperature=cold", "invalid"],
    ["set loop2.range=mid", "device"],
    ["set temperatureA=3", "invalid"],
    ["set loop1.power=3", "invalid"],
    ["LOOP 1:SETP 90", "limit"],
    ["LOOP 1:LOAD 25", "invalid"],
  ] as const
) {
  Deno.test(`cryocon: refuses "${line}" as ${code}`, async () => {
    await using it = await lab();
    const before = carryOut(it.simulator.instrument, "loop 1:setp?;load?;:loop 2:rang?");
    assertMatch(await it.answer(line), new RegExp(`^failed .*${code}\\b`));
    assertEquals(carryOut(it.simulator.instrument, "loop 1:setp?;load?;:loop 2:rang?"), before);
  });
}

Deno.test("cryocon: engages and releases control by command and by setting", async () => {
  await using it = await lab();
  for (
    const [line, on] of [["stop", false], ["control", true], ["set control=0", false], [
      "set control=ON",
      true,
    ]] as const
  ) {
    assertMatch(await it.answer(line), /^done/);
    assertEquals(it.simulator.instrument.control, on, line);
    assertEquals((await it.status()).control, on ? "ON" : "OFF");
  }
  assertMatch(await it.answer("identify"), /Cryo-con,24C/);
});

Deno.test("cryocon: old lines reach the instrument and their replies come back", async () => {
  await using it = await lab();
  const old = lineClient(await it.transport.connect(it.daemon.address));
  old.send("*IDN?\nLOOP 1:RATE 4\nLOOP 1:RATE?\nstop\nLOOP 1:SETP?");
  await it.clock.advance("1 s");
  assertEquals(old.lines, ["Cryo-con,24C,000000,3.09", "4.000000", "20.000000C"]);
  assertEquals(it.simulator.instrument.control, false);
  old.close();
});

Deno.test("cryocon: believes nothing in other units and sets no setpoint in them", async () => {
  await using it = await lab({}, {}, "input a:units k");
  const status = await it.status();
  assertEquals([status.temperature, status.temperatureA, status.set_point1], ["nan", "nan", "nan"]);
  assertMatch(await it.answer("set temperature=-100"), /^failed device .*set to K/);
  assertAlmostEquals(it.simulator.instrument.loops[0]!.setpoint, 20, 0.01);
  carryOut(it.simulator.instrument, "input a:units c");
  await it.clock.advance("2 s");
  assertAlmostEquals(Number((await it.status()).temperature), 20, 0.2);
});

Deno.test("cryocon: shows a sensor that is taken off as bad, with the reason", async () => {
  await using it = await lab();
  it.simulator.instrument.missing.add(0);
  await it.clock.advance("2 s");
  const status = await it.status();
  assertEquals([status.temperature, status.status], ["nan", "0101"]);
  const reading = it.daemon.readings.get("temperature");
  assertEquals([reading?.quality, reading?.reason], ["bad", "not connected"]);
  assertEquals(status.htr_status1, "-SensorErr");
});

Deno.test("cryocon: warns of a heater without reserve", async () => {
  await using it = await lab({ speed: 100 }, {}, ":loop 1:maxp 100;type pid;setp 45");
  await it.clock.advance("3 s");
  const reading = it.daemon.readings.get("loop1.output");
  assertEquals([reading?.value, reading?.severity], [100, "warn"]);
  assertEquals((await it.status()).pwr_actual1, "50");
});

Deno.test("cryocon: the detector may be on another sensor and loop", async () => {
  await using it = await lab({}, { options: { sensor: "D", loop: 2 } }, ":loop 2:setp -42");
  const status = await it.status();
  assertEquals(status["temperature.target"], "-42");
  assertEquals(status.temperature, status.temperatureD);
});

Deno.test("cryocon: says what moves nothing", async () => {
  await using it = await lab({}, {}, "stop;:loop 1:type man");
  assertMatch(await it.answer("set temperature=-100"), /^done/);
  const warnings = it.log.filter((line) => line.startsWith("warning"));
  assertMatch(warnings.join("\n"), /Control is off/);
  assertMatch(warnings.join("\n"), /of type manual/);
});

for (const kind of ["never", "late", "twice", "garbage", "drop"] as const satisfies readonly FaultKind[]) {
  Deno.test(`cryocon: recovers from an instrument that answers "${kind}" now and then, and shows nothing wrong`, async () => {
    let seen = 0;
    for (const every of [2, 3, 7, 11]) {
      await using it = await lab();
      it.simulator.server.fault = { kind, every };
      for (let step = 0; step < 200; step++) {
        await it.clock.advance("0.25 s");
        for (const [index, own] of ["A", "B", "C", "D"].entries()) {
          const { value, quality } = it.daemon.readings.get(`loop${index + 1}.source`)!;
          if (quality !== "good") continue;
          assertEquals(value, own);
          seen++;
        }
      }
      it.simulator.server.fault = undefined;
      await it.clock.advance("30 s");
      assertEquals((await it.status()).hw_connected, "1");
      assertMatch(await it.answer("set temperature=-10"), /^done/);
    }
    assert(seen > 40, `only ${seen} good values while it failed`);
  });
}

Deno.test("cryocon: is honest about hardware that never answers, and finds it again", async () => {
  await using it = await lab();
  it.simulator.server.fault = { kind: "never", every: 1 };
  await it.clock.advance("30 s");
  assertEquals((await it.status()).hw_connected, "0");
  assertMatch(await it.answer("set temperature=-10"), /^failed .*(device|timeout|unknown_outcome)/);
  it.simulator.server.fault = undefined;
  await it.clock.advance("30 s");
  assertEquals((await it.status()).hw_connected, "1");
});

Deno.test("cryocon: cools the detector to -100 degC at 500 times the speed, in under 40 seconds", async () => {
  await using it = await lab({ speed: 500 });
  assertAlmostEquals(Number((await it.status()).temperature), 20, 0.5);
  const start = it.simulator.cryostat.truth().time;
  assertMatch(await it.answer("set temperature=-100"), /^done/);
  const begun = it.clock.now();
  while (!(Number((await it.status()).temperature) < -99.9)) await it.clock.advance("0.5 s");
  const hours = (it.simulator.cryostat.truth().time - start) / 3600;
  assert(hours > 2 && hours < 4, `${hours} h of the plant`);
  assert(it.clock.now() - begun < 40_000);
  await it.clock.advance("5 s");
  for (let second = 0; second < 10; second++) {
    await it.clock.advance("1 s");
    assertAlmostEquals(Number((await it.status()).temperature), -100, 0.1);
  }
});
