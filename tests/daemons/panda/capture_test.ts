import { assert, assertEquals } from "@std/assert";
import { AXES, encoded, SAMPLE_TICKS } from "../../../daemons/panda/simulator/motion.ts";
import { Tally } from "../../../daemons/panda/simulator/logic/tally.ts";
import type { BusInput } from "../../../daemons/panda/simulator/machine/unit.ts";
import fc from "fast-check";
import { type Bench, withBox, withPanda } from "./bench.ts";

/** Captures with a clock: a gate that is open for the first half of each period, and a capture at its end. */
const GATED = [
  "CLOCKS.A_PERIOD.RAW=125000",
  "PCAP.GATE=CLOCKS.OUTA",
  "PCAP.CAPTURE=CLOCKS.OUTA",
  "PCAP.CAPTURE_EDGE=Falling",
  "PCAP.ENABLE=BITS.OUTA",
];

const PERIOD = 125_000;

/** Arms, captures for so many milliseconds, ends by ENABLE. */
async function capture({ clock, set, ask }: Bench, milliseconds: number): Promise<void> {
  await set("*PCAP.ARM=", "BITS.A=1");
  assertEquals(await ask("*PCAP.STATUS?\n"), "OK =Busy 1 1\n");
  await clock.advance(milliseconds);
  await set("BITS.A=0");
  await clock.advance(10);
}

Deno.test("PCAP captures positions, sums, time stamps and bits, as they truly were", () =>
  withBox((bench) =>
    withPanda(bench, async (panda) => {
      const { clock, set, ask } = bench;
      await set(...GATED, "COUNTER1.TRIG=CLOCKS.OUTA", "COUNTER1.ENABLE=ONE", "COUNTER1.OUT.SCALE=0.5");
      await set(
        "COUNTER1.OUT.CAPTURE=Value Diff",
        "PCAP.TS_START.CAPTURE=Value",
        "PCAP.TS_END.CAPTURE=Value",
      );
      await set("PCAP.TS_CAPTURE.CAPTURE=Value", "PCAP.SAMPLES.CAPTURE=Value", "PCAP.BITS3.CAPTURE=Value");
      await set("INENC1.VAL.CAPTURE=Value Sum Min Max Mean StdDev");
      const data = await clock.runUntil(panda.data());
      await capture(bench, 20);
      const acquisition = (await clock.runUntil(data.acquisitions().next())).value!;
      const columns = await clock.runUntil(acquisition.columns());
      const rows = columns["PCAP.TS_CAPTURE.Value"]!.length;
      assert(rows >= 19, `${rows} rows`);
      const begin = Number(/\.(\d{9})Z/.exec(acquisition.start.startTime!)![1]) / 8; // the clock began at a whole second
      for (let row = 1; row < rows; row++) {
        const [start, end, at] = ["START", "END", "CAPTURE"].map((name) =>
          Math.round(columns[`PCAP.TS_${name}.Value`]![row]! / 8e-9)
        ) as [number, number, number];
        assertEquals([at - start, end, (begin + start) % PERIOD], [PERIOD / 2, at, 1]);
        assertEquals(Math.round(columns["PCAP.SAMPLES.Value"]![row]! / 8e-9), PERIOD / 2);
        const counted = columns["COUNTER1.OUT.Value"]!;
        if (row > 1) assertEquals(counted[row]! - counted[row - 1]!, 0.5);
        // What the encoder had from tick to tick while the gate was open; PCAP hears it a tick later.
        const seen = Array.from({ length: end - start }, (_, tick) => {
          const sample = Math.floor((begin + start + tick - 1) / SAMPLE_TICKS);
          return encoded(AXES[0]!, 1, sample, SAMPLE_TICKS);
        });
        const sum = seen.reduce((total, value) => total + value, 0);
        const mean = sum / seen.length;
        const deviation = Math.sqrt(
          seen.reduce((total, value) => total + (value - mean) ** 2, 0) / seen.length,
        );
        assertEquals(columns["INENC1.VAL.Sum"]![row], sum);
        assertEquals(columns["INENC1.VAL.Mean"]![row], mean);
        assert(Math.abs(columns["INENC1.VAL.StdDev"]![row]! - deviation) < 1e-6);
        assertEquals(columns["INENC1.VAL.Min"]![row], Math.min(...new Set(seen)));
        assertEquals(columns["INENC1.VAL.Max"]![row], Math.max(...new Set(seen)));
        const captured = Math.floor((begin + at) / SAMPLE_TICKS);
        assertEquals(columns["INENC1.VAL.Value"]![row], encoded(AXES[0]!, 1, captured, SAMPLE_TICKS));
      }
      assertEquals(await ask("*PCAP.COMPLETION?\n"), "OK =Ok\n");
      assertEquals(await ask("*PCAP.CAPTURED?\n"), `OK =${rows}\n`);
      await clock.runUntil(data.close());
    })
  ));

Deno.test("PCAP serves readers with different options, and late ones from the first row", () =>
  withBox((bench) =>
    withPanda(bench, async (panda) => {
      const { clock, set, ask } = bench;
      await set(...GATED, "INENC2.VAL.CAPTURE=Value Mean", "INENC2.VAL.SCALE=0.25", "INENC2.VAL.OFFSET=-3");
      const options = [{}, { process: "scaled" }, { process: "scaled", transport: "ascii", header: "text" }, {
        transport: "base64",
      }] as const;
      const early = await Promise.all(options.map((option) => clock.runUntil(panda.data(option))));
      await set("*PCAP.ARM=", "BITS.A=1");
      await clock.advance(30);
      const late = await clock.runUntil(
        panda.data({ process: "scaled", transport: "unframed", oneShot: true }),
      );
      assertEquals(await ask("*PCAP.STATUS?\n"), "OK =Busy 5 5\n");
      await clock.advance(30);
      await set("*PCAP.DISARM=");
      await clock.advance(10);
      const seen: Float64Array[] = [];
      for (const data of [...early, late]) {
        const acquisition = (await clock.runUntil(data.acquisitions().next())).value!;
        assertEquals(acquisition.start.missed, 0);
        seen.push((await clock.runUntil(acquisition.columns()))["INENC2.VAL.Mean"]!);
        if (data !== late) assertEquals(acquisition.end!.reason, "Disarmed");
        await clock.runUntil(data.close());
      }
      assert(seen[0]!.length > 50);
      for (const [at, column] of seen.entries()) {
        const digits = at === 2 ? 10 : 17; // as text numbers have ten digits
        assertEquals(
          [...column].map((x) => x.toPrecision(digits)),
          [...seen[0]!].map((x) => x.toPrecision(digits)),
        );
      }
    })
  ));

Deno.test("PCAP refuses to be armed without captures, twice, and while rows are on their way", () =>
  withBox(async ({ ask, set, clock, network }) => {
    assertEquals(await ask("*PCAP.ARM=\n"), "ERR Nothing configured for capture\n");
    await set(
      ...GATED,
      ...Array.from({ length: 8 }, (_, at) => `ADC${at + 1}.OUT.CAPTURE=Value Diff Sum Min Max Mean`),
    );
    assertEquals(await ask("*PCAP.ARM=\n"), "ERR Too many captures for PCAP\n");
    await set("*CAPTURE=", "COUNTER1.OUT.CAPTURE=Value", "*PCAP.ARM=");
    assertEquals(await ask("*PCAP.ARM=\n"), "ERR Data capture already in progress\n");
    assertEquals(await ask("*PCAP.COMPLETION?\n"), "OK =Busy\n");
    await set("*PCAP.DISARM=");
    const reader = await network.connect("127.0.0.1:8889"); // it never reads
    reader.pause();
    reader.write("XML FRAMED RAW\n");
    await clock.advance(1);
    await set("CLOCKS.A_PERIOD.RAW=20", "*PCAP.ARM=", "BITS.A=1");
    for (let step = 0; step < 40; step++) await clock.advance(5);
    await set("*PCAP.DISARM=");
    assertEquals(await ask("*PCAP.ARM=\n"), "ERR Unexpected error at data_server.c:254\n");
    reader.destroy();
    await clock.advance(1);
    await set("*PCAP.ARM=");
  }));

for (
  const reason of ["DMA data error", "Driver data overrun", "Data overrun", "Unexpected completion error"]
) {
  Deno.test(`a capture that is to fail ends with ${reason}, after exactly so many rows`, () =>
    withBox((bench) =>
      withPanda(bench, async (panda) => {
        const { clock, set, ask } = bench;
        await set(...GATED, "COUNTER1.OUT.CAPTURE=Value", "*PCAP.ARM=", "BITS.A=1");
        const data = await clock.runUntil(panda.data());
        await clock.advance(100);
        const acquisition = (await clock.runUntil(data.acquisitions().next())).value!;
        const error = await clock.runUntil(acquisition.columns().catch((error) => error));
        assert(error instanceof Error && error.message.includes(reason), `${error}`);
        const { samples, received } = acquisition.end!;
        assertEquals([samples, received], [10, 10]);
        assertEquals(await ask("*PCAP.COMPLETION?\n"), `OK =${reason}\n`);
        await clock.runUntil(data.close());
      }), { fault: { reason, rows: 10 } }));
}

Deno.test("captures that come faster than a row can be put out end with a framing error", () =>
  withBox(async ({ ask, set, clock }) => {
    await set(
      ...GATED,
      "COUNTER1.OUT.CAPTURE=Value Sum Min Max",
      "CLOCKS.A_PERIOD.RAW=4",
      "*PCAP.ARM=",
      "BITS.A=1",
    );
    await clock.advance(10);
    assertEquals(await ask("*PCAP.COMPLETION?\n"), "OK =Framing error\n");
    assertEquals(await ask("PCAP.HEALTH?\n"), "OK =Capture events too close together\n");
  }));

Deno.test("a capture that is disarmed before it began has a header and no rows", () =>
  withBox(async ({ set, clock, network }) => {
    await set(...GATED, "PCAP.BITS1.CAPTURE=Value");
    const reader = await network.connect("127.0.0.1:8889");
    let text = "";
    reader.receive({ data: (bytes) => text += new TextDecoder().decode(bytes) });
    reader.write("XML FRAMED SCALED\n");
    await clock.advance(1);
    await set("*PCAP.ARM=", "*PCAP.DISARM=");
    await clock.advance(10);
    const time = "2026-01-01T00:00:00\\.\\d{9}Z";
    const expected = new RegExp(
      `^OK\n<header>\n<data arm_time="${time}" start_time="${time}" missed="0" process="Scaled" format="Framed" ` +
        `sample_bytes="4" />\n<fields>\n<field name="PCAP.BITS1" type="uint32" capture="Value" />\n</fields>\n` +
        `</header>\n\nEND 0 Disarmed\n$`,
    );
    assert(expected.test(text), text);
    reader.destroy();
  }));

Deno.test("captures faster than anybody looks are all there, in their order", () =>
  withBox((bench) =>
    withPanda(bench, async (panda) => {
      const { clock, set } = bench;
      await set("CLOCKS.A_PERIOD=0.000001", "COUNTER1.TRIG=CLOCKS.OUTA", "COUNTER1.ENABLE=BITS.OUTA");
      await set("PCAP.ENABLE=BITS.OUTA", "PCAP.CAPTURE=CLOCKS.OUTA", "PCAP.CAPTURE_EDGE=Falling");
      await set("COUNTER1.OUT.CAPTURE=Value", "PCAP.TS_CAPTURE.CAPTURE=Value", "*PCAP.ARM=");
      const data = await clock.runUntil(panda.data());
      await set("BITS.A=1");
      await clock.advance(30);
      await set("BITS.A=0");
      await clock.advance(50);
      const acquisition = (await clock.runUntil(data.acquisitions().next())).value!;
      const columns = await clock.runUntil(acquisition.columns());
      const counts = columns["COUNTER1.OUT.Value"]!;
      assert(counts.length > 25_000, `${counts.length} rows`);
      for (let row = 1; row < counts.length; row++) assertEquals(counts[row]! - counts[row - 1]!, 1);
      const times = columns["PCAP.TS_CAPTURE.Value"]!;
      const ticks = (times.at(-1)! - times[0]!) / 8e-9;
      assertEquals(Math.round(ticks), 125 * (times.length - 1));
      await clock.runUntil(data.close());
    })
  ));

Deno.test("Tally is exact for any values, gates and times", () => {
  const step = fc.record({
    ticks: fc.nat(2 ** 31),
    value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    gate: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const tally = new Tally({} as BusInput, true);
      let now = 0;
      let isOpen = false;
      let value = 0n;
      let [sum, squares] = [0n, 0n];
      for (const { ticks, value: next, gate } of steps) {
        if (isOpen) [sum, squares] = [sum + value * BigInt(ticks), squares + value * value * BigInt(ticks)];
        now += ticks;
        if (gate && !isOpen) tally.open(now);
        if (!gate && isOpen) tally.close(now);
        isOpen = gate;
        tally.move(now, next);
        value = BigInt(next);
      }
      tally.take(now);
      assertEquals([tally.last.sum, tally.last.squares], [sum, squares]);
    }),
    { numRuns: 1000 },
  );
});
