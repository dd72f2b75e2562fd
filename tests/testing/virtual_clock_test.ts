import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { DewarError } from "../../lib/errors.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

Deno.test("VirtualClock runs timers in the order of their time, then of their making", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ms: fc.integer({ min: 0, max: 20 }), stopped: fc.boolean() })),
      async (timers) => {
        const clock = new VirtualClock();
        const rung: number[] = [];
        timers.map(({ ms }, index) =>
          clock.after(ms, () => {
            assertEquals(clock.now(), ms);
            rung.push(index);
          })
        ).forEach((timer, index) => {
          if (timers[index]!.stopped) timer.stop();
        });
        await clock.advance(20);
        const expected = timers.map((timer, index) => ({ ...timer, index }))
          .filter(({ stopped }) => !stopped)
          .sort((a, b) => a.ms - b.ms || a.index - b.index)
          .map(({ index }) => index);
        assertEquals(rung, expected);
        assertEquals(clock.pending, 0);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("VirtualClock lets what a timer wakes finish before the next one", async () => {
  const clock = new VirtualClock();
  const steps: string[] = [];
  const task = async (name: string, delay: number) => {
    await clock.sleep(delay);
    for (let n = 0; n < 20; n++) await Promise.resolve();
    steps.push(`${name} at ${clock.now()}`);
    await clock.sleep(5);
    steps.push(`${name} at ${clock.now()}`);
  };
  const tasks = [task("a", 10), task("b", 11)];
  await clock.advance(20);
  await Promise.all(tasks);
  assertEquals(steps, ["a at 10", "b at 11", "a at 15", "b at 16"]);
});

Deno.test("VirtualClock keeps timers beyond 2^31 ms, and its wall clock goes along", async () => {
  const clock = new VirtualClock(1000);
  let at = 0;
  clock.after("100 d", () => at = clock.time());
  await clock.advance("99 d");
  assertEquals([at, clock.pending], [0, 1]);
  await clock.advance("1 d");
  assertEquals(at, 1000 + 100 * 86_400);
});

Deno.test("VirtualClock.every() makes exactly the calls that are due", async () => {
  const clock = new VirtualClock();
  let calls = 0;
  const timer = clock.every("0.1 s", () => calls++);
  await clock.advance("10 min");
  timer.stop();
  assertEquals(calls, 6000);
  assertEquals(clock.pending, 0);
});

Deno.test("VirtualClock.advance() stands where it was told, between timers too", async () => {
  const clock = new VirtualClock();
  clock.after("1 s", () => {});
  await clock.advance("2500 ms");
  assertEquals(clock.now(), 2500);
});

Deno.test("VirtualClock.runUntil() goes on until the promise settles and no further", async () => {
  const clock = new VirtualClock();
  clock.after("1 h", () => {});
  const result = (async () => {
    for (let n = 0; n < 10; n++) await clock.sleep("1 s");
    return "done";
  })();
  assertEquals(await clock.runUntil(result), "done");
  assertEquals([clock.now(), clock.pending], [10_000, 1]);
  await assertRejects(() => clock.runUntil(Promise.reject(new RangeError("no"))), RangeError, "no");
});

Deno.test("VirtualClock.runUntil() says when nothing is left that could wake it up", async () => {
  const clock = new VirtualClock();
  clock.after("3 s", () => {});
  await assertRejects(
    () => clock.runUntil(new Promise(() => {}), { patience: "20 ms" }),
    DewarError,
    "Nothing is left that could wake it up: no timer waits after 3.0 s of virtual time",
  );
});

Deno.test("VirtualClock.runUntil() gives up at its limit when timers go on for ever", async () => {
  const clock = new VirtualClock();
  clock.every("1 s", () => {});
  await assertRejects(
    () => clock.runUntil(new Promise(() => {}), { limit: "1 min" }),
    DewarError,
    "It did not settle within 1 min of virtual time",
  );
  assertEquals(clock.now(), 60_000);
});

Deno.test("VirtualClock waits for work outside of time, such as a file", async () => {
  const clock = new VirtualClock();
  const path = await Deno.makeTempFile();
  await clock.runUntil(Deno.remove(path));
});
