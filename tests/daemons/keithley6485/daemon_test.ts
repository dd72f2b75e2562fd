import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { lineClient } from "@dewar/sdk/testing";
import { daemon } from "../../../daemons/keithley6485/daemon.ts";
import { UsageError } from "../../../lib/cli/mod.ts";
import { keithley6485Binding } from "../../../daemons/keithley6485/binding.ts";
import { Keithley6485 } from "../../../daemons/keithley6485/model.ts";
import { type MeterLab, meterLab } from "../meters.ts";

type Options = Parameters<typeof meterLab>[2];

/** A meter that measures: its input is not cut off. */
function lab(options: Options = {}): Promise<MeterLab> {
  return meterLab(Keithley6485, keithley6485Binding, {
    prepare: ({ picoammeter }) => picoammeter.listen(":SYST:ZCH OFF"),
    ...options,
  });
}

/** What the instrument says to a question, asked at its own terminals. */
function asked({ sim }: MeterLab, question: string): string {
  sim.picoammeter.listen(question);
  return sim.picoammeter.talk()!.trim();
}

Deno.test("keithley6485: shows the instrument under the old names", async () => {
  await using it = await lab({ dark: 1.04e-6 });
  await it.clock.advance("3 s");
  const status = await it.status();
  const names = [
    "hw_connected",
    "units",
    "I_range",
    "Zero_Check",
    "Auto",
    "Auto_Ulim",
    "Auto_Llim",
    "ErrorQ",
  ];
  assertEquals(names.map((name) => status[name]), ["1", "A", "0.000002", "0", "1", "0.02", "2e-9", "0"]);
  assertAlmostEquals(Number(status.value), 1.04e-6, 1e-9);
  assert(Number(status.timestamp) > 0.5);
  assertEquals(Object.keys(status)[0], "hw_connected");
});

Deno.test("keithley6485: resets, clears and switches nothing at connect, as the original did", async () => {
  await using it = await lab();
  await it.clock.advance("5 s");
  it.transport.drop(it.gpib.daemon.address);
  await it.clock.advance("30 s");
  assertEquals((await it.status()).hw_connected, "1");
  const sent = it.sim.adapter.heard.filter((line) => !line.startsWith("++"));
  assertEquals(
    [...new Set(sent)].filter((line) => !/^(:INIT;:SYST:ZCH\?|:FETC\?|:SYST:ZCH\?;.*)$/.test(line)),
    [],
  );
});

Deno.test("keithley6485: sees the lamp as the photodiode does, and its own dark current without", async () => {
  await using it = await lab();
  await it.clock.advance("2 s");
  const dark = it.daemon.readings.get("current")!.value as number;
  assertAlmostEquals(dark, it.sim.diode.dark, 0.6e-12);
  it.world.publish("lamp.wavelength", 600);
  it.world.publish("lamp.flux", 3000);
  await it.clock.advance("2 s");
  const lit = it.daemon.readings.get("current")!.value as number;
  assertAlmostEquals(lit - dark, 3000 * 444_444 * 0.83 * 1.602177e-19, 2e-12);
  it.world.publish("lamp.flux", 0);
  await it.clock.advance("2 s");
  assertAlmostEquals(it.daemon.readings.get("current")!.value as number, dark, 1e-12);
});

Deno.test("keithley6485: a current beyond the range is bad, says why, and is never a number", async () => {
  await using it = await lab({ dark: 5e-7 });
  assertMatch(await it.answer("set range=2e-9"), /^done/);
  await it.clock.advance("2 s");
  const reading = it.daemon.readings.get("current")!;
  assertEquals([reading.quality, reading.value], ["bad", undefined]);
  assertMatch(reading.reason!, /overflow: the current is beyond the range/);
  assertEquals((await it.status()).value, "nan");
  assertMatch(await it.answer("set autoRange=1"), /^done/);
  await it.clock.advance("2 s");
  assertAlmostEquals(Number((await it.status()).value), 5e-7, 1e-9);
});

for (
  const [line, question, reply] of [
    ["set range=2e-7", ":CURR:RANG?", "+2.000000E-07"],
    ["set I_range=0.02", ":CURR:RANG?", "+2.000000E-02"],
    ["set autoRange=off", ":CURR:RANG:AUTO?", "0"],
    ["set autoUpper=2e-6", ":CURR:RANG:AUTO:ULIM?", "+2.000000E-06"],
    ["set autoLower=2e-8", ":CURR:RANG:AUTO:LLIM?", "+2.000000E-08"],
    ["set zeroCheck=on", ":SYST:ZCH?", "1"],
    ["set zeroCorrect=1", ":SYST:ZCOR?", "1"],
    ["set cycles=0.1", ":CURR:NPLC?", "+1.000000E-01"],
    ["set filter=1", ":AVER?", "1"],
    ["set filterCount=20", ":AVER:COUN?", "20"],
    // the original refused every range, and sent words without blanks and one that does not exist
    ["set_current_range 2e-9", ":CURR:RANG?", "+2.000000E-09"],
    ["set_current_range AUTO", ":CURR:RANG:AUTO?", "1"],
    ["set_current_auto_ulim 2e-6", ":CURR:RANG:AUTO:ULIM?", "+2.000000E-06"],
    ["set_current_auto_llim 2e-8", ":CURR:RANG:AUTO:LLIM?", "+2.000000E-08"],
    ["set_zcheck_state ON", ":SYST:ZCH?", "1"],
    ["set_zcor_state ON", ":SYST:ZCOR?", "1"],
    ["do_zero_check 2e-9", ":SYST:ZCOR?", "1"],
    [":CURR:NPLC 2", ":CURR:NPLC?", "+2.000000E+00"],
  ] as const
) {
  Deno.test(`keithley6485: carries out "${line}", and the instrument finds no fault with it`, async () => {
    await using it = await lab();
    assertMatch(await it.answer(line), /^done/);
    await it.clock.advance("0.1 s");
    assertEquals(asked(it, question), reply);
    assertEquals(asked(it, ":SYST:ERR:COUN?"), "0");
  });
}

for (
  const [line, code] of [
    ["set range=3e-9", "invalid"],
    ["set range=1", "limit"],
    ["set_current_range 3", "limit"],
    ["set cycles=100", "limit"],
    ["set value=3", "invalid"],
    ["nonsense", "invalid"],
  ] as const
) {
  Deno.test(`keithley6485: refuses "${line}" as ${code}`, async () => {
    await using it = await lab();
    assertMatch(await it.answer(line), new RegExp(`^failed .*${code}\\b`));
  });
}

Deno.test("keithley6485: an original client's questions are answered by the instrument", async () => {
  await using it = await lab();
  const client = lineClient(await it.transport.connect(it.daemon.address));
  client.send("get_current_range\nget_current_range_auto\nget_zcheck_state\n:SYST:VERS?");
  await it.clock.advance("1 s");
  assertEquals(client.lines, ["+2.000000E-09", "1", "0", "1996.0"]);
  client.close();
  assertMatch(await it.answer("*IDN?"), /^done .*MODEL 6485/);
});

Deno.test("keithley6485: a zero check takes the offset away and leaves the instrument measuring", async () => {
  await using it = await lab({ dark: 0 });
  await it.clock.advance("2 s");
  assertAlmostEquals(it.daemon.readings.get("current")!.value as number, 250e-15, 60e-15);
  assertMatch(await it.answer("doZeroCheck 2e-9"), /^done/);
  await it.clock.advance("3 s");
  assertAlmostEquals(it.daemon.readings.get("current")!.value as number, 0, 60e-15);
  const status = await it.status();
  assertEquals([status.Zero_Check, status.zeroCorrect, status.Auto], ["0", "1", "1"]);
});

Deno.test("keithley6485: a measurement of many seconds holds up nobody, and comes", async () => {
  await using it = await lab({ dark: 1e-9 });
  assertMatch(await it.answer("set cycles=50 filter=on filterCount=10"), /^done/);
  await it.clock.advance("3 s");
  const before = it.clock.now();
  assertMatch(await it.answer("set autoUpper=2e-6"), /^done/);
  assert(it.clock.now() - before < 1000, "the measurement of 10 s is under way");
  const { time } = it.daemon.readings.get("current")!;
  await it.clock.advance("13 s");
  const reading = it.daemon.readings.get("current")!;
  assert(reading.time > time);
  assertEquals([reading.quality, (await it.status()).silent], ["good", undefined]);
  assertEquals((await it.gpib.status()).silent, "none");
});

Deno.test("keithley6485: minutes of silence and a reply that is none do no lasting harm, as they did to the original", async () => {
  await using it = await lab({ dark: 1e-9 });
  await it.clock.advance("3 s");
  it.sim.instruments.get(14)!.hangs = true;
  await it.clock.advance("30 s");
  const status = await it.status();
  assertEquals([status.hw_connected, status.value], ["0", "nan"]);
  assertEquals((await it.gpib.status()).hw_connected, "1");
  await it.clock.advance("1 min");
  it.sim.instruments.get(14)!.hangs = false;
  await it.clock.advance("40 s");
  assertEquals((await it.status()).hw_connected, "1");
  assertAlmostEquals(it.daemon.readings.get("current")!.value as number, 1e-9, 1e-11);
  const told = it.log.filter((line) => line.startsWith("warning") && line.includes("not there"));
  assertEquals(told.length, 1);
});

for (const kind of ["never", "late", "twice", "garbage", "drop"] as const) {
  Deno.test(`keithley6485: shows nothing wrong with an adapter that answers "${kind}" now and then`, async () => {
    await using it = await lab({ dark: 1e-9 });
    it.sim.adapter.fault = { kind, every: 23 };
    for (let step = 0; step < 240; step++) {
      await it.clock.advance("0.5 s");
      for (
        const [key, truth, within] of [["current", 1e-9, 1e-11], ["range", 2e-9, 0], [
          "cycles",
          5,
          0,
        ]] as const
      ) {
        const reading = it.daemon.readings.get(key);
        if (reading?.quality === "good") assertAlmostEquals(reading.value as number, truth, within, key);
      }
    }
    it.sim.adapter.fault = undefined;
    await it.clock.advance("60 s");
    assertEquals((await it.status()).hw_connected, "1");
    assertAlmostEquals(Number((await it.status()).value), 1e-9, 1e-11);
  });
}

Deno.test("keithley6485: takes its GPIB address from the command line, which the original could not", async () => {
  assertEquals(
    (await daemon.needs(["-a", "22", "-H", "10.0.0.1", "-P", "7020"])).net,
    ["127.0.0.1:7021", "10.0.0.1:7020"],
  );
  await assertRejects(() => daemon.needs(["-a", "x"]), UsageError);
  await using it = await lab({ served: { options: { address: 31 } } });
  await it.clock.advance("5 s");
  assertEquals((await it.status()).hw_connected, "0");
  assertMatch(it.log.join("\n"), /expected set_addr and 0 to 30/);
});

Deno.test("keithley6485: works through an old multiplexer, whose replies go to everybody", async () => {
  await using it = await lab();
  const heard: string[] = [];
  await using _old = await it.transport.listen("old:7020", (connection) => {
    let rest = "";
    connection.receive({
      data(chunk) {
        const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          heard.push(line);
          if (line === "get_id") connection.write("id name=gpib type=\n");
          if (line === "?$:FETC?") connection.write("+1.040564E-06A,+2.236299E+02,+0.000000E+00\n");
          else if (line.startsWith("?$")) {
            connection.write("0;0;2.1E-9;1;2.1E-2;2.1E-9;5.0;0;10;0\n");
          }
        }
      },
    });
  });
  const { serveIn } = await import("../served.ts");
  await using served = await serveIn(it, Keithley6485, keithley6485Binding, {
    hardware: "old:7020",
    port: 7121,
  });
  await it.clock.advance("3 s");
  const status = await served.status();
  assertEquals([status.hw_connected, status.value, status.I_range], ["1", "0.000001040564", "2e-9"]);
  assertEquals(heard.filter((line) => line.startsWith("set_addr")), ["set_addr 14"]);
  assert(!heard.some((line) => line.includes("@")), heard.join("\n"));
});
