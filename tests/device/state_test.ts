import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { descriptionOf, withMembers } from "../../lib/device/description.ts";
import { type Bad, bad, type Reading, type Update } from "../../lib/device/reading.ts";
import { DeviceState, type DeviceStateOptions } from "../../lib/device/state.ts";
import type { ValueSource } from "../../lib/line/service.ts";
import { stateView } from "../../lib/device/state_view.ts";
import type { Value } from "../../lib/device/types.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { Bench } from "./bench_model.ts";

function bench(options: DeviceStateOptions = {}) {
  const clock = new VirtualClock();
  const state = new DeviceState(descriptionOf(Bench, { name: "bench", held: ["title"] }), {
    clock,
    ...options,
  });
  return { clock, state };
}

const summary = (reading: Reading | undefined) => [reading?.value, reading?.quality, reading?.severity];

Deno.test("DeviceState.apply() grades, numbers and tells what was read, changed or not", () => {
  const { state } = bench();
  const updates: Update[] = [];
  const source: ValueSource = state;
  const watching = source.watch((update) => updates.push(update));
  const first = state.seq;
  state.apply({ temperature: 42, mode: "failed", "loop1.power": undefined });
  state.apply({ temperature: 42 }, 1000);
  watching[Symbol.dispose]();
  state.apply({ temperature: 1 });
  assertEquals(updates.map((update) => update.seq), [first + 1, first + 2]);
  assertEquals([...updates[0]!.readings.keys()], ["temperature", "mode"]);
  assertEquals(summary(updates[0]!.readings.get("temperature")), [42, "good", "warn"]);
  assertEquals(summary(updates[0]!.readings.get("mode")), ["failed", "good", "alarm"]);
  assertEquals(updates[1]!.readings.get("temperature")?.time, 1000);
});

Deno.test("DeviceState.apply() takes nothing for good that is no value of its kind", () => {
  const { state } = bench();
  state.apply({
    temperature: NaN,
    control: "ON",
    mode: "asleep",
    curve: [1, NaN],
    title: bad("not read", "?"),
  });
  const reasons = ["temperature", "control", "mode", "curve", "title"].map((key) => {
    const { value, quality, reason, raw } = state.get(key)!;
    return [value, quality, reason, raw];
  });
  assertEquals(reasons, [
    [undefined, "bad", "unknown", undefined],
    [undefined, "bad", "unreadable", "ON"],
    [undefined, "bad", "out of the enumeration", "asleep"],
    [undefined, "bad", "unknown", undefined],
    [undefined, "bad", "not read", "?"],
  ]);
});

Deno.test("DeviceState.apply() throws for a channel that there is not", () => {
  const { state } = bench();
  assertThrows(() => state.apply({ temprature: 1 }), RangeError, `bench has no channel "temprature"`);
});

Deno.test("DeviceState.disconnected() makes all but the daemon's own values bad, in one update", () => {
  const { state } = bench();
  state.connected();
  state.apply({ temperature: 20, title: "mine" });
  const seq = state.seq;
  state.disconnected();
  assertEquals(state.seq, seq + 1);
  assertEquals(state.get("temperature")?.reason, "not connected");
  assertEquals(summary(state.get("title")), ["mine", "good", "ok"]);
  assertEquals(summary(state.get("hw_connected")), [false, "good", "alarm"]);
  state.connected();
  assertEquals(summary(state.get("hw_connected")), [true, "good", "ok"]);
  assertEquals(state.get("temperature")?.quality, "bad");
});

Deno.test("DeviceState.expire() marks what is over its maxAge stale, once, and not what the daemon holds", async () => {
  const { clock, state } = bench();
  state.connected();
  state.apply({ temperature: 20, steps: 1, title: "mine" });
  const seq = state.seq;
  await clock.advance("3 s");
  state.expire();
  assertEquals(state.seq, seq);
  await clock.advance("1 ms");
  state.expire();
  state.expire();
  assertEquals(state.seq, seq + 1);
  assertEquals(summary(state.get("temperature")), [20, "stale", "ok"]);
  assertEquals(summary(state.get("steps")), [1, "good", "ok"]);
  await clock.advance("1 h");
  state.expire();
  assertEquals(summary(state.get("steps")), [1, "stale", "ok"]);
  assertEquals(summary(state.get("title")), ["mine", "good", "ok"]);
  assertEquals(summary(state.get("hw_connected")), [true, "good", "ok"]);
  state.apply({ temperature: 20 });
  assertEquals(summary(state.get("temperature")), [20, "good", "ok"]);
});

Deno.test("DeviceState.since() and a snapshot give the present state, whatever was read in between", () => {
  const value = fc.record({
    temperature: fc.oneof<fc.Arbitrary<Value | Bad>[]>(
      fc.double({ noNaN: true }),
      fc.constant(bad("over range")),
    ),
    control: fc.boolean(),
    "loop2.range": fc.constantFrom("low", "mid", "high"),
  }, { requiredKeys: [] });
  const step = fc.oneof({ weight: 8, arbitrary: value }, fc.constantFrom("lost", "back", "command"));
  fc.assert(
    fc.property(fc.array(step), fc.array(step), (before, after) => {
      const { state } = bench();
      const run = (steps: typeof before) => {
        for (const step of steps) {
          if (step === "lost") state.disconnected();
          else if (step === "back") state.connected();
          else if (step === "command") state.finish();
          else state.apply(step as Record<string, Value>);
        }
      };
      run(before);
      const then = state.snapshot();
      run(after);
      const rebuilt = new Map(then.readings);
      let last = then.seq!;
      for (const update of state.since(then.seq!)!) {
        assert(update.seq! > last);
        last = update.seq!;
        for (const [key, reading] of update.readings) rebuilt.set(key, reading);
      }
      assertEquals(rebuilt, new Map(state.snapshot().readings));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("DeviceState.since() knows no numbers of another run, none too old and none to come", async () => {
  const { clock, state } = bench({ keep: "10 min" });
  const first = state.seq;
  assertEquals(state.since(first), []);
  assertEquals(state.since(first - 1), undefined);
  assertEquals(state.since(first + 1), undefined);
  state.apply({ temperature: 1 });
  await clock.advance("9 min");
  state.apply({ temperature: 2 });
  assertEquals(state.since(first)?.length, 2);
  await clock.advance("2 min");
  state.apply({ temperature: 3 });
  assertEquals(state.since(first), undefined);
  assertEquals(state.since(first + 1)?.length, 2);
  assertEquals(state.since(state.seq), []);

  const later = new DeviceState(state.description, { clock });
  assertEquals(later.since(state.seq), undefined);
});

Deno.test("DeviceState.since() keeps no more readings than it may", () => {
  const { state } = bench({ keepReadings: 30_000 });
  for (let i = 0; i < 25_000; i++) state.apply({ temperature: i });
  assertEquals(state.since(state.seq - 10_000)?.length, 10_000);
  assertEquals(state.since(state.seq - 10_001), undefined);
  const [next] = state.since(state.seq - 1)!;
  assertEquals(next?.readings.get("temperature")?.value, 24_999);
});

Deno.test("DeviceState.finish() numbers a command so that later updates are above it", () => {
  const { state } = bench();
  const before = state.apply({ temperature: 1 });
  const done = state.finish();
  const after = state.apply({ temperature: 1 });
  assert(before.seq! < done && done < after.seq!);
  assertEquals(state.since(done), [after]);
});

Deno.test("DeviceState.statusText() writes the old status line, unknown values as nan or -", () => {
  const { state } = bench();
  assertEquals(
    state.statusText(),
    "hw_connected=- temperatureA=nan set_point1=nan control=- mode=- steps=nan curve=- title=- since=nan " +
      "pwr_actual1=nan loop1.range=- loop1.setpoint=nan set_a=nan pwr_actual2=nan loop2.range=- loop2.setpoint=nan set_b=nan",
  );
  state.connected();
  state.apply({
    temperature: 20.8,
    "temperature.target": -100,
    control: true,
    mode: "idle",
    "loop1.range": "high",
  });
  state.apply({ title: `it's "é"`, curve: [1, 2] });
  assertEquals(
    state.statusText().split(" pwr")[0],
    `hw_connected=1 temperatureA=20.8 set_point1=-100 control=ON mode=idle steps=nan curve=[1,2] title="it's \\"?\\"" since=nan`,
  );
  assert(state.statusText().includes(" loop1.range=HI "));
  state.disconnected();
  assert(state.statusText().startsWith("hw_connected=0 temperatureA=nan set_point1=nan control=- "));
});

Deno.test("DeviceState.statusText() follows what changed and nothing else", () => {
  const { state } = bench();
  state.apply({ title: "a", temperature: 1 });
  const text = state.statusText();
  state.apply({ temperature: 1 });
  assertEquals(state.statusText(), text);
  state.apply({ temperature: 2 });
  assertEquals(state.statusText(), text.replace("temperatureA=1", "temperatureA=2"));
});

Deno.test("DeviceState.describe() keeps the values of channels that stay and forgets the past", () => {
  const { state } = bench();
  state.apply({ temperature: 7 });
  const { seq } = state;
  const members = { "MOD1/TEMP": { type: "number", unit: "degC" }, "MOD2/V": { type: "number" } } as const;
  state.describe(withMembers(state.description, "status", members));
  assertEquals(state.get("temperature")?.value, 7);
  assertEquals(state.get("MOD1/TEMP")?.reason, "not read yet");
  assertEquals(state.since(seq), undefined);
  assert(state.seq > seq);
  state.apply({ "MOD1/TEMP": 31 });
  assert(state.statusText().endsWith(" MOD1/TEMP=31 MOD2/V=nan"));
  assertEquals(stateView(Bench, state).status["MOD1/TEMP"], 31);
});
