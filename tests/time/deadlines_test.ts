import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { Deadlines } from "../../lib/time/mod.ts";

Deno.test("Deadlines call what has passed, in order, and nothing that was stopped", async () => {
  const clock = new VirtualClock();
  using deadlines = new Deadlines(clock);
  const passed: string[] = [];
  const call = (name: string) => () => void passed.push(`${name} at ${clock.now()}`);
  deadlines.after(100, call("a"));
  const b = deadlines.after(50, call("b"));
  const c = deadlines.after(100, () => {});
  deadlines.after(75, () => {
    call("d")();
    c.stop();
    deadlines.after(0, call("e"));
  });
  b.stop();
  b.stop();
  await clock.advance(200);
  assertEquals(passed, ["d at 75", "e at 75", "a at 100"]);
});

Deno.test("Deadlines call nothing any more when they were disposed of", async () => {
  const clock = new VirtualClock();
  {
    using deadlines = new Deadlines(clock);
    deadlines.after(10, () => {
      throw new Error("called");
    });
  }
  await clock.advance(100);
});

Deno.test("Deadlines pass when timers of their own would", () => {
  const action = fc.record({
    wait: fc.nat({ max: 20 }),
    delay: fc.nat({ max: 50 }),
    stop: fc.nat({ max: 9 }),
  });
  return fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const told = async (after: (clock: VirtualClock) => Pick<Deadlines, "after">) => {
        const clock = new VirtualClock();
        const timers = after(clock);
        const passed: string[] = [];
        const open: { stop(): void }[] = [];
        for (const [number, { wait, delay, stop }] of actions.entries()) {
          open.push(timers.after(delay, () => void passed.push(`${number} at ${clock.now()}`)));
          open[stop]?.stop();
          await clock.advance(wait);
        }
        await clock.advance(100);
        return passed.sort();
      };
      assertEquals(await told((clock) => new Deadlines(clock)), await told((clock) => clock));
    }),
    { numRuns: 200 },
  );
});
