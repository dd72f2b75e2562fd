import { assert, assertEquals, assertGreaterOrEqual, assertRejects, assertThrows } from "@std/assert";
import { clockFrom, type ClockSource, type Duration, systemClock } from "../../lib/time/mod.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

/** A source whose timers ring only when told, as late as told. */
function lateSource() {
  let now = 0;
  let next: { at: number; action: () => void } | undefined;
  const source: ClockSource = {
    now: () => now,
    time: () => now / 1000,
    after(ms, action) {
      const mine = next = { at: now + ms, action };
      return { stop: () => next = next === mine ? undefined : next };
    },
  };
  return {
    source,
    /** Rings the waiting timer, `late` milliseconds too late; returns when it was due. */
    ring(late = 0): number {
      const { at, action } = next!;
      next = undefined;
      now = at + late;
      action();
      return at;
    },
    get waiting() {
      return next !== undefined;
    },
  };
}

Deno.test("every() does not drift when its calls come late", () => {
  const late = lateSource();
  clockFrom(late.source).every("100 ms", () => {});
  assertEquals([30, 99, 0, 50].map((ms) => late.ring(ms)), [100, 200, 300, 400]);
});

Deno.test("every() leaves out the calls it missed and keeps its phase", () => {
  const late = lateSource();
  let calls = 0;
  clockFrom(late.source).every("100 ms", () => calls++);
  late.ring(350);
  assertEquals(late.ring(), 500);
  assertEquals(late.ring(), 600);
  assertEquals(calls, 3);
});

Deno.test("every() ends when stopped, also from within its call", () => {
  const late = lateSource();
  const clock = clockFrom(late.source);
  let calls = 0;
  const timer = clock.every("100 ms", () => {
    calls++;
    timer.stop();
  });
  late.ring();
  assertEquals([calls, late.waiting], [1, false]);
});

Deno.test("every() goes on after a call that throws", () => {
  const late = lateSource();
  clockFrom(late.source).every("100 ms", () => {
    throw new Error("no");
  });
  assertThrows(() => late.ring(), Error, "no");
  assert(late.waiting);
});

Deno.test("after() and every() refuse what is no duration", () => {
  const clock = clockFrom(lateSource().source);
  assertThrows(() => clock.after("soon" as Duration, () => {}), TypeError);
  assertThrows(() => clock.every(-1, () => {}), TypeError);
});

Deno.test("sleep() resolves after its delay and leaves no timer", async () => {
  const clock = new VirtualClock();
  await clock.runUntil(clock.sleep("90 min"));
  assertEquals([clock.now(), clock.pending], [5_400_000, 0]);
});

Deno.test("sleep() rejects with the signal's reason and stops its timer", async () => {
  const clock = new VirtualClock();
  const reason = new Error("enough");
  const controller = new AbortController();
  const sleeping = clock.sleep("1 h", { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await assertRejects(() => sleeping), reason);
  assertEquals(await assertRejects(() => clock.sleep("1 h", { signal: controller.signal })), reason);
  assertEquals(clock.pending, 0);
});

Deno.test("systemClock measures, fires and stops", async () => {
  const before = systemClock.now();
  const fired: string[] = [];
  systemClock.after("1 ms", () => fired.push("after"));
  systemClock.after("1 ms", () => fired.push("stopped")).stop();
  const timer = systemClock.every("1 ms", () => fired.push("every"));
  await systemClock.sleep("20 ms");
  timer.stop();
  assert(fired.includes("after"));
  assert(fired.includes("every"));
  assert(!fired.includes("stopped"));
  assertGreaterOrEqual(systemClock.now() - before, 19);
});

Deno.test("systemClock.after() does not fire at once when the delay is longer than a system timer takes", async () => {
  let fired = false;
  const timer = systemClock.after("30 d", () => fired = true);
  await systemClock.sleep("5 ms");
  timer.stop();
  assertEquals(fired, false);
});

Deno.test("systemClock.after() chains system timers through longer delays", () => {
  const armed: { ms: number; action: () => void }[] = [];
  const { setTimeout: real } = globalThis;
  globalThis.setTimeout =
    ((action: () => void, ms: number) => armed.push({ ms, action })) as unknown as typeof setTimeout;
  let fired = 0;
  try {
    systemClock.after(2 * (2 ** 31 - 1) + 5, () => fired++);
    for (let n = 0; n < 3; n++) armed[n]!.action();
  } finally {
    globalThis.setTimeout = real;
  }
  assertEquals(armed.map(({ ms }) => ms), [2 ** 31 - 1, 2 ** 31 - 1, 5]);
  assertEquals(fired, 1);
});
