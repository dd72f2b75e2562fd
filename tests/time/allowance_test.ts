import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { Allowance } from "../../lib/time/mod.ts";

/** How many can be taken now. */
function takeAll(allowance: Allowance): number {
  let count = 0;
  while (allowance.take()) count++;
  return count;
}

Deno.test("Allowance gives its burst at once, then what the time has brought", async () => {
  const clock = new VirtualClock();
  const allowance = new Allowance({ perSecond: 10, burst: 50, clock });
  assertEquals([allowance.isFull, takeAll(allowance), allowance.isFull], [true, 50, false]);
  await clock.advance("90 ms");
  assertEquals([allowance.isEmpty, takeAll(allowance)], [true, 0]);
  await clock.advance("2.02 s");
  assertEquals(takeAll(allowance), 21);
});

Deno.test("Allowance fills up to its burst and no further", async () => {
  const clock = new VirtualClock();
  const allowance = new Allowance({ perSecond: 10, burst: 50, clock });
  takeAll(allowance);
  await clock.advance("4.9 s");
  assertEquals(allowance.isFull, false);
  await clock.advance("1 h");
  assertEquals([allowance.isFull, takeAll(allowance)], [true, 50]);
});
