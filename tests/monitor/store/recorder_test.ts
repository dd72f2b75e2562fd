import { assert, assertEquals } from "@std/assert";
import { decodeEntry, type Entry } from "../../../daemons/monitor/store/entry.ts";
import { Recorder } from "../../../daemons/monitor/store/recorder.ts";
import { Spool } from "../../../daemons/monitor/store/spool.ts";
import type { Channel, Reading } from "../../../lib/device/mod.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";

const TEMPERATURE: Channel = {
  key: "temperature",
  wire: "temperatureA",
  param: { type: "number", unit: "degC", deadband: 0.5 },
  half: "value",
  name: "temperature",
};
const CHANNELS = new Map([["temperature", TEMPERATURE]]);

interface Bench {
  readonly clock: VirtualClock;
  readonly recorder: Recorder;
  record(reading: Partial<Reading>, time?: number): void;
  /** Rows that were stored: time, number, text, quality, reason. */
  rows(): Promise<unknown[]>;
  entries(): Promise<Entry[]>;
}

async function bench(work: (bench: Bench) => Promise<void>, memoryBytes = 1 << 20): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = new VirtualClock(1000);
  const spool = await Spool.open({ folder, clock, memoryBytes, report: () => {} });
  const recorder = new Recorder({ spool, clock, since: 1000 });
  recorder.refreshEvery("10 min");
  const entries = async () => {
    assert(await spool.flush());
    const { records } = await spool.read(0, 1 << 20);
    return records.map(({ payload }) => decodeEntry(payload));
  };
  await work({
    clock,
    recorder,
    entries,
    record(given, time = clock.time()) {
      const reading: Reading = { value: undefined, time, quality: "good", severity: "ok", ...given };
      const readings = new Map([["temperature", reading]]);
      recorder.record("cryocon", { time: clock.time(), complete: false, readings }, CHANNELS);
    },
    async rows() {
      const stored = (await entries()).flatMap((entry) => entry.kind === "values" ? entry.rows : []);
      return stored.map(([, time, number, text, quality, , reason]) => [time, number, text, quality, reason]);
    },
  });
  await spool.close();
  await Deno.remove(folder, { recursive: true });
}

Deno.test("Recorder keeps nothing of a channel that is not to be archived", () =>
  bench(async ({ recorder, entries, clock }) => {
    const field: Channel = { ...TEMPERATURE, key: "field", param: { type: "number", archive: false } };
    const reading: Reading = { value: 1, time: clock.time(), quality: "good", severity: "ok" };
    const readings = new Map([["temperature", reading], ["field", reading]]);
    recorder.record(
      "box",
      { time: clock.time(), complete: true, readings },
      new Map([...CHANNELS, ["field", field]]),
    );
    const [channels, values] = (await entries()) as [
      Entry & { kind: "channels" },
      Entry & { kind: "values" },
    ];
    assertEquals([channels.rows.length, values.rows.map(([key]) => key)], [1, ["temperature"]]);
  }));

Deno.test("Recorder describes a channel before its first value, once", () =>
  bench(async ({ record, entries }) => {
    record({ value: 1 });
    record({ value: 2 });
    const [first, ...others] = await entries();
    assertEquals(first, {
      kind: "channels",
      client: "cryocon",
      rows: [["temperature", "temperatureA", "number", "degC"]],
    });
    assertEquals(others.map(({ kind }) => kind), ["values", "values"]);
  }));

Deno.test("Recorder leaves out what stays within the deadband and stores it again after the refresh time", () =>
  bench(async ({ record, rows, clock }) => {
    for (const value of [20, 20.4, 19.7, 20.6, 20.3]) {
      record({ value });
      await clock.advance("1 s");
    }
    await clock.advance("10 min");
    record({ value: 20.4 });
    assertEquals(await rows(), [
      [1000, 20, null, 0, null],
      [1003, 20.6, null, 0, null],
      [1605, 20.4, null, 0, null],
    ]);
  }));

Deno.test("Recorder stores what does not change as often as it is told now", () =>
  bench(async ({ recorder, record, rows, clock }) => {
    record({ value: 20 });
    recorder.refreshEvery("10 s");
    await clock.advance("10 s");
    record({ value: 20 });
    recorder.refreshEvery("1 min");
    await clock.advance("10 s");
    record({ value: 20 });
    assertEquals((await rows()).length, 2);
  }));

Deno.test("Recorder stores a gap from the moment a value was found to be stale, and what was wrong with a bad one", () =>
  bench(async ({ record, rows, clock }) => {
    record({ value: 20 });
    await clock.advance("5 s");
    record({ value: 20, quality: "stale", reason: "link lost" }, 1000);
    record({ value: 20, quality: "stale", reason: "link lost" }, 1000);
    record({ quality: "bad", reason: "unreadable", raw: "a\0b" });
    record({ value: NaN });
    assertEquals(await rows(), [
      [1000, 20, null, 0, null],
      [1005, 20, null, 1, "link lost"],
      [1005, null, null, 2, "unreadable: a\ufffdb"],
      [1005, null, null, 2, null],
    ]);
  }));

Deno.test("Recorder stores flags as 0 and 1, infinity as itself, texts and arrays as text", () =>
  bench(async ({ record, rows }) => {
    for (const value of [true, false, -Infinity, "mid", [1, 2.5]]) record({ value });
    assertEquals((await rows()).map((row) => (row as unknown[]).slice(1, 3)), [
      [1, null],
      [0, null],
      ["-Infinity", null],
      [null, "mid"],
      [null, "[1,2.5]"],
    ]);
  }));

Deno.test("Recorder keeps to its own clock when a peer's says nonsense, and starts no value before itself", () =>
  bench(async ({ record, rows, clock }) => {
    await clock.advance("2 s");
    const times = [NaN, -5, 1e300, 990, 1001];
    for (const [value, time] of times.entries()) record({ value }, time);
    assertEquals((await rows()).map((row) => (row as unknown[])[0]), [1002, 1002, 1002, 1000, 1001]);
  }));

Deno.test("Recorder marks the gap when values were dropped, and stores the next one whatever it is", () =>
  bench(async ({ record, rows, clock, entries }) => {
    record({ value: 1 });
    for (let value = 2; value < 20; value++) {
      await clock.advance(1);
      record({ value });
    }
    await entries();
    await clock.advance("1 s");
    record({ value: 3 });
    const stored = await rows() as [number, number | null, unknown, number, string | null][];
    const [gap, next] = stored.slice(-2);
    assertEquals(gap!.slice(1), [null, null, 1, "not stored: the disk took nothing"]);
    const kept = stored.at(-3)!;
    assertEquals(
      gap![0].toFixed(3),
      (kept[0] + 0.001).toFixed(3),
      "it begins with the first that was dropped",
    );
    assertEquals(next!.slice(1), [3, null, 0, null]);
  }, 600));

Deno.test("Recorder stores each value at its own time when the clock is set back before its begin", () =>
  bench(async ({ clock, record, rows }) => {
    await clock.advance("10 s");
    record({ value: 1 });
    clock.jump(-500); // it was wrong at the begin, and is right now
    for (const value of [2, 3]) {
      await clock.advance("1 s");
      record({ value });
    }
    await clock.advance("11 min");
    record({ value: 3 }); // unchanged, and due all the same
    assertEquals(await rows(), [
      [1010, 1, null, 0, null],
      [511, 2, null, 0, null],
      [512, 3, null, 0, null],
      [1172, 3, null, 0, null],
    ]);
  }));
