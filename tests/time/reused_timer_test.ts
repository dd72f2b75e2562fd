import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { ReusedTimer } from "../../lib/time/reused_timer.ts";

Deno.test("ReusedTimer fires when it is due, however often it was stopped before", async () => {
  const clock = new VirtualClock();
  using timer = new ReusedTimer(clock);
  const fired: number[] = [];
  const start = clock.now();
  for (let each = 0; each < 100; each++) {
    const started = timer.after("3 s", () => fired.push(Math.round(clock.now() - start)));
    await clock.advance("1 s");
    started.stop();
  }
  assertEquals([fired, clock.pending], [[], 1]);
  timer.after("3 s", () => fired.push(Math.round(clock.now() - start)));
  await clock.advance("10 s");
  timer.after("1 s", () => fired.push(Math.round(clock.now() - start)));
  await clock.advance("10 s");
  assertEquals([fired, clock.pending], [[103_000, 111_000], 0]);
});

Deno.test("ReusedTimer fires earlier when it is asked to, and one for each when two are asked for", async () => {
  const clock = new VirtualClock();
  using timer = new ReusedTimer(clock);
  const fired: string[] = [];
  timer.after("1 h", () => fired.push("never")).stop();
  const first = timer.after("2 s", () => fired.push("first"));
  const second = timer.after("1 s", () => fired.push("second"));
  await clock.advance("5 s");
  assertEquals(fired, ["second", "first"]);
  first.stop();
  second.stop();
  timer.after("1 s", () => fired.push("third"));
  first.stop();
  await clock.advance("5 s");
  assertEquals(fired, ["second", "first", "third"], "what has fired stops nothing any more");
});

Deno.test("ReusedTimer leaves nothing behind when it is disposed of", async () => {
  const clock = new VirtualClock();
  const timer = new ReusedTimer(clock);
  timer.after("1 s", () => assertEquals("called", "never"));
  timer[Symbol.dispose]();
  await clock.advance("5 s");
  assertEquals(clock.pending, 0);
});
