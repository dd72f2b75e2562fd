import { assert, assertEquals } from "@std/assert";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { Rhythm, rhythmOf } from "../../lib/time/rhythm.ts";

Deno.test("every() calls each action once a period, first after a whole one or a little less", async () => {
  const clock = new VirtualClock();
  const rhythm = new Rhythm(clock, "1.6 s");
  const calls: number[][] = [];
  for (let n = 0; n < 400; n++) {
    const begun = clock.now();
    const own: number[] = [];
    calls.push(own);
    rhythm.every(() => own.push(clock.now() - begun));
    await clock.advance("7 ms");
  }
  const before = calls.map(({ length }) => length);
  await clock.advance("16 s");
  for (const [n, own] of calls.entries()) {
    assert(own[0]! > 1500 && own[0]! <= 1600, `first after ${own[0]} ms`);
    assertEquals(own.length - before[n]!, 10);
    for (const [k, at] of own.entries()) assertEquals(at - own[0]!, k * 1600);
  }
});

Deno.test("every() takes few timers for many actions, and none when all have stopped", async () => {
  const clock = new VirtualClock();
  const rhythm = rhythmOf(clock, "1 s");
  const timers = [];
  for (let n = 0; n < 1000; n++) {
    timers.push(rhythmOf(clock, 1000).every(() => {}));
    await clock.advance("3 ms");
  }
  assertEquals(rhythmOf(clock, "1 s"), rhythm);
  assert(clock.pending <= 16, `${clock.pending} timers`);
  for (const timer of timers) {
    timer.stop();
    timer.stop();
  }
  assertEquals(clock.pending, 0);
});

Deno.test("every() goes on for the others when an action stops itself or its neighbours", async () => {
  const clock = new VirtualClock();
  const rhythm = new Rhythm(clock, "1 s");
  const calls: string[] = [];
  const first = rhythm.every(() => {
    calls.push("first");
    first.stop();
    second.stop();
  });
  const second = rhythm.every(() => calls.push("second"));
  const third = rhythm.every(() => calls.push("third"));
  await clock.advance("2 s");
  assertEquals(calls, ["first", "third", "third"]);
  third.stop();
  rhythm.every(() => calls.push("again"));
  await clock.advance("1 s");
  assertEquals(calls.at(-1), "again");
});
