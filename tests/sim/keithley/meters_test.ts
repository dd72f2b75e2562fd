import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { VirtualClock } from "@dewar/sdk/testing";
import fc from "fast-check";
import { Ammeter } from "../../../lib/sim/ammeter.ts";
import { readDdc } from "../../../lib/sim/keithley/ddc.ts";
import { Keithley487 } from "../../../lib/sim/keithley/keithley_487.ts";
import { Keithley6485 } from "../../../lib/sim/keithley/keithley_6485.ts";
import { Photodiode } from "../../../lib/sim/photodiode.ts";
import { LocalWorld } from "../../../lib/sim/world/mod.ts";

function meter(
  current: number,
): { it: Keithley6485; clock: VirtualClock; ask(line: string): Promise<string | undefined> } {
  const clock = new VirtualClock();
  const it = new Keithley6485({ source: { current }, clock });
  return {
    it,
    clock,
    async ask(line) {
      it.listen(line);
      await clock.advance("12 s");
      return it.talk()?.trimEnd();
    },
  };
}

Deno.test("simulated 6485: gives readings as the transcript has them", async () => {
  const { ask } = meter(1.04e-6);
  assertEquals(await ask(":SYST:ZCH OFF;*OPC?"), "1");
  assertMatch((await ask("READ?"))!, /^\+1\.0\d{5}E-06A,\+\d\.\d{6}E\+0[01],\+0\.000000E\+00$/);
});

Deno.test("simulated 6485: refuses what it does not know and says so in its queue", async () => {
  const { ask } = meter(0);
  assertEquals(await ask("NONSENSE"), undefined);
  assertEquals(await ask(":CURR:RANG 5"), undefined);
  assertEquals(await ask(":SYSR:ZCOR ON"), undefined);
  assertEquals(await ask(":SYST:ERR:COUN?"), "3");
  assertEquals(await ask(":SYST:ERR?"), '-113,"Undefined header"');
  assertEquals(await ask(":SYST:ERR?"), '-222,"Parameter data out of range"');
  assertEquals(await ask("FETC?"), undefined);
});

Deno.test("simulated 6485: a question that is not read makes way for the next one", async () => {
  const { it, ask } = meter(0);
  it.listen("*IDN?");
  assertEquals(await ask("*OPC?"), "1");
  assertEquals(await ask(":SYST:ERR?"), '-410,"Query INTERRUPTED"');
});

Deno.test("simulated 6485: takes the time of its integration and its filter", async () => {
  const { it, clock } = meter(1e-9);
  it.listen(":SYST:ZCH OFF;:CURR:NPLC 50;:AVER ON;:AVER:COUN 3;:INIT;:FETC?");
  await clock.advance("2.9 s");
  assertEquals(it.talk(), undefined);
  await clock.advance("0.2 s");
  assertMatch(it.talk()!, /^\+1\.00/);
});

Deno.test("simulated 6485: noise falls as the root of the time it integrates", () => {
  const ranges = [{ full: 2e-9, offset: 0, noise: 20e-15 }];
  const deviation = (seconds: number) => {
    const ammeter = new Ammeter(ranges, { current: 0 }, 3);
    ammeter.zeroCheck = false;
    const samples = Array.from({ length: 4000 }, () => ammeter.measure(seconds).current);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
  };
  assertAlmostEquals(deviation(0.1), 20e-15, 1e-15);
  assertAlmostEquals(deviation(10), 2e-15, 0.1e-15);
});

Deno.test("simulated 6485: noise of a strong current is that of its electrons", () => {
  const ammeter = new Ammeter([{ full: 2e-9, offset: 0, noise: 0 }], { current: 1e-9 }, 3);
  ammeter.zeroCheck = false;
  const samples = Array.from({ length: 4000 }, () => ammeter.measure(0.02).current - 1e-9 * 1.0005);
  const deviation = Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
  assertAlmostEquals(deviation, Math.sqrt(2 * 1.602177e-19 * 1e-9 / (2 * 0.02)), 4e-15);
});

Deno.test("Photodiode has the current of its photons and its dark current", async () => {
  const clock = new VirtualClock();
  await using world = new LocalWorld({ clock });
  const diode = new Photodiode(world, { pixels: 1e6, dark: 1e-12, temperature: 28 });
  assertAlmostEquals(diode.current, 2e-12, 1e-18);
  world.publish("lamp.flux", 1000);
  world.publish("lamp.wavelength", 600);
  assertAlmostEquals(diode.current - diode.dark, 1e9 * 0.83 * 1.602177e-19, 1e-18);
});

Deno.test("simulated 487: waits for its X, and carries out nothing of what has an error in it", () => {
  const it = new Keithley487({ source: { current: 0 }, clock: new VirtualClock() });
  it.listen("V10,0,0");
  assertEquals(it.volts, 0);
  it.listen("X");
  assertEquals(it.volts, 10);
  it.listen("O1V60,0,0X");
  assertEquals([it.volts, it.operates], [10, false]);
  it.listen("U1X");
  assertEquals(it.talk(), "48710000000000\r\n");
});

Deno.test("readDdc() takes commands apart, with exponents and blanks", () => {
  assertEquals(readDdc("R1V1E2,1,0 O1"), [["R", "1"], ["V", "1E2,1,0"], ["O", "1"]]);
  assertEquals(readDdc("R1#"), undefined);
});

Deno.test("simulated meters survive any message and answer in lines", () => {
  const clock = new VirtualClock();
  const source = { current: 1e-9 };
  const meters = [new Keithley6485({ source, clock }), new Keithley487({ source, clock })];
  const word = fc.constantFrom(
    ":",
    "CURR",
    "RANG",
    "?",
    " ",
    "2E-9",
    ";",
    "V",
    "1E2,1,0",
    "X",
    "U0",
    "B0",
    "*IDN",
    "READ",
    ",",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.array(word).map((words) => words.join(""))),
      (message) => {
        for (const meter of meters) {
          meter.listen(message);
          const said = meter.talk();
          assert(said === undefined || /^[^\n]+\n$/.test(said), said);
        }
      },
    ),
    { numRuns: 1000 },
  );
  meters[0]!.clear();
});
