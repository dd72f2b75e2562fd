import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { lineClient } from "@dewar/sdk/testing";
import { keithley487Binding } from "../../../daemons/keithley487/binding.ts";
import { Keithley487 } from "../../../daemons/keithley487/model.ts";
import { type MeterLab, meterLab } from "../meters.ts";

type Options = Parameters<typeof meterLab>[2];

function lab(options: Options = {}): Promise<MeterLab> {
  return meterLab(Keithley487, keithley487Binding, options);
}

function current(it: MeterLab): number {
  return it.daemon.readings.get("current")!.value as number;
}

/** What the instrument was told, without what it is asked again and again. */
function told({ sim }: MeterLab): string[] {
  return sim.adapter.heard.filter((line) => !/^(\+\+.*|B0X|U[08]X)$/.test(line));
}

Deno.test("keithley487: shows the instrument under the old names", async () => {
  await using it = await lab({ dark: 1.5e-6 });
  await it.clock.advance("2 s");
  const status = await it.status();
  const names = ["hw_connected", "Voltage", "zero_check", "zero_check_performed", "V_source", "I_auto_range"];
  assertEquals(names.map((name) => status[name]), ["1", "0", "disabled", "no", "0", "1"]);
  assertEquals([status.I_range, status.V_range, status.I_limit], ["2uA", "50V", "25uA"]);
  assertAlmostEquals(Number(status.Current), 1.5e-6, 2e-9);
});

Deno.test("keithley487: tells the instrument nothing at connect, at reconnect, and when somebody looks", async () => {
  await using it = await lab();
  await it.status();
  it.transport.drop(it.gpib.daemon.address);
  await it.clock.advance("30 s");
  assertEquals((await it.status()).hw_connected, "1");
  assertEquals(told(it), []);
});

Deno.test("keithley487: sees the lamp, and its dark current without", async () => {
  await using it = await lab();
  await it.clock.advance("2 s");
  assertAlmostEquals(current(it), it.sim.diode.dark, 1e-12);
  it.world.publish("lamp.wavelength", 600);
  it.world.publish("lamp.flux", 3000);
  await it.clock.advance("3 s");
  assertAlmostEquals(current(it), 3000 * 444_444 * 0.83 * 1.602177e-19, 4e-12);
});

Deno.test("keithley487: a current beyond the range is bad, says why, and is never a number", async () => {
  await using it = await lab({ dark: 5e-7 });
  assertMatch(await it.answer("set range=2nA"), /^done/);
  await it.clock.advance("2 s");
  const reading = it.daemon.readings.get("current")!;
  assertEquals([reading.quality, reading.value], ["bad", undefined]);
  assertMatch(reading.reason!, /overflow/);
  assertEquals((await it.status()).Current, "nan");
});

Deno.test("keithley487: the voltage is executed, led along its ramp, and outside only when the source operates", async () => {
  await using it = await lab();
  assertMatch(await it.answer("set voltageRange=500V"), /^done/);
  assertMatch(await it.answer("set voltage=200"), /^done/);
  assertMatch(await it.answer("set source=on"), /^done/);
  await it.clock.advance("1 s");
  assert(it.sim.source.volts > 20 && it.sim.source.volts < 120, `${it.sim.source.volts}`);
  await it.clock.advance("5 s");
  assertEquals([it.sim.source.volts, it.sim.source.operates], [200, true]);
  const status = await it.status();
  assertEquals([status.Voltage, status["voltage.target"], status.V_source, status.V_range], [
    "200",
    "200",
    "1",
    "500V",
  ]);
});

Deno.test("keithley487: an original client's lines do what they said, and what they did not", async () => {
  await using it = await lab();
  const client = lineClient(await it.transport.connect(it.daemon.address));
  client.send("set_voltage,-12.5,0,1\nset_v_on");
  await it.clock.advance("3 s");
  assertEquals([it.sim.source.volts, it.sim.source.operates], [-12.5, true]);
  assertEquals((await it.status()).I_limit, "2.5mA");
  client.send("get_voltage\nget_current\nU8X?\nidn");
  await it.clock.advance("2 s");
  assertEquals(client.lines[0], "VS=-1.2500E+01V");
  assertMatch(client.lines[1]!, /^NDCI[+-]\d\.\d{5}E-1\d$/);
  assertEquals(client.lines.slice(2), ["VS=-1.2500E+01V"], "a command's result goes to who knows answers");
  client.send("set_v_off");
  await it.clock.advance("1 s");
  assertEquals(it.sim.source.operates, false);
  client.close();
});

for (
  const [line, code] of [
    ["set voltage=501", "limit"],
    ["set_voltage,60,0,0", "limit"],
    ["set voltage=60", "limit"],
    ["set range=3nA", "invalid"],
    ["V100,1,1X", "invalid"],
    ["O1X", "invalid"],
    ["L0X", "invalid"],
    ["B0", "invalid"],
  ] as const
) {
  Deno.test(`keithley487: refuses "${line}" as ${code}, and the voltage stays`, async () => {
    await using it = await lab();
    assertMatch(await it.answer(line), new RegExp(`^failed .*${code}\\b`));
    await it.clock.advance("3 s");
    assertEquals([it.sim.source.volts, it.sim.source.operates], [0, false]);
  });
}

for (
  const [line, name, shown] of [
    ["set I_range=200nA", "I_range", "200nA"],
    ["set autoRange=off", "I_auto_range", "0"],
    ["set zero_check=enabled", "zero_check", "enabled"],
    ["set integration=fast", "integration", "fast"],
    ["set filter=digital", "filter", "digital"],
    ["set I_limit=2.5mA", "I_limit", "2.5mA"],
    ["R3X", "I_range", "200nA"],
  ] as const
) {
  Deno.test(`keithley487: carries out "${line}"`, async () => {
    await using it = await lab();
    assertMatch(await it.answer(line), /^done/);
    await it.clock.advance("2 s");
    assertEquals((await it.status())[name], shown);
  });
}

Deno.test("keithley487: a zero check goes through all ranges, only on demand and with the source standing by", async () => {
  await using it = await lab({ dark: 0 });
  assertMatch(await it.answer("zero_check"), /^done/);
  const commands = told(it);
  assertEquals(commands[0], "C1X");
  assertEquals(commands.filter((line) => /^R[1-7]X$/.test(line)).length, 7);
  assertEquals(commands.slice(-2), ["C0X", "R0X"]);
  await it.clock.advance("2 s");
  assertEquals((await it.status()).zero_check_performed, "manual");
  assertAlmostEquals(current(it), 0, 60e-15);

  assertMatch(await it.answer("set source=1"), /^done/);
  assertMatch(await it.answer("zero_check"), /^failed interlock/);
  assertMatch(await it.answer("reset"), /^failed interlock/);
});

for (const way of ["stop", "claim"] as const) {
  Deno.test(`keithley487: leads the voltage down and stands by when ${way === "stop" ? "it is stopped" : "a claim lapses"}`, async () => {
    await using it = await lab();
    const client = lineClient(await it.transport.connect(it.daemon.address));
    client.send("id name=anna type= proto=dewar/1\nclaim @mid=1 @for=8\nset @mid=2 voltage=40 source=1");
    await it.clock.advance("4 s");
    assertEquals([it.sim.source.volts, it.sim.source.operates], [40, true]);
    const before = told(it).length;
    if (way === "stop") await it.clock.runUntil(it.daemon.stop());
    else await it.clock.advance("10 s");
    assertEquals(told(it).slice(before), ["V15,0,0X", "V0,0,0X", "O0X"]);
    assertEquals([it.sim.source.volts, it.sim.source.operates], [0, false]);
    client.close();
  });
}

Deno.test("keithley487: a meter that hangs is lost alone; the other one on the bus goes on", async () => {
  await using it = await lab({ dark: 1e-9 });
  it.sim.instruments.get(15)!.hangs = true;
  await it.clock.advance("40 s");
  assertEquals([(await it.status()).hw_connected, (await it.gpib.status()).hw_connected], ["0", "1"]);
  const other = lineClient(await it.transport.connect(it.gpib.daemon.address));
  other.send("set_addr 14\n?$*IDN?");
  await it.clock.advance("1 s");
  assertMatch(other.lines[0]!, /MODEL 6485/);
  it.sim.instruments.get(15)!.hangs = false;
  await it.clock.advance("40 s");
  assertEquals((await it.status()).hw_connected, "1");
  assertAlmostEquals(current(it), 1e-9, 1e-11);
  other.close();
});

for (const kind of ["never", "late", "twice", "garbage", "drop"] as const) {
  Deno.test(`keithley487: shows nothing wrong with an adapter that answers "${kind}" now and then`, async () => {
    await using it = await lab({ dark: 1e-9 });
    it.sim.adapter.fault = { kind, every: 23 };
    for (let step = 0; step < 120; step++) {
      await it.clock.advance("0.5 s");
      for (const [key, truth] of [["voltage", 0], ["range", "nA2"], ["source", false]] as const) {
        const reading = it.daemon.readings.get(key);
        if (reading?.quality === "good") assertEquals(reading.value, truth, key);
      }
      const reading = it.daemon.readings.get("current");
      if (reading?.quality === "good") assertAlmostEquals(reading.value as number, 1e-9, 1e-11);
    }
    it.sim.adapter.fault = undefined;
    await it.clock.advance("60 s");
    assertEquals((await it.status()).hw_connected, "1");
  });
}
