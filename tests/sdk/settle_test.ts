import { assert, assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../lib/errors.ts";
import type { Settling } from "../../lib/sdk/mod.ts";
import { done, setUp } from "./rig.ts";

Deno.test("settle() is two-sided and holds for the model's time", async () => {
  await using t = await setUp();
  t.link.read({ temperature: -100.5, "temperature.target": -100 });
  const state = done(t.cryocon.settle("temperature"));
  await t.clock.advance(0);
  const hold = async (temperature: number, seconds: number) => {
    for (let s = 0; s < seconds; s++) {
      t.link.read({ temperature, "temperature.target": -100 });
      await t.clock.advance("1 s");
    }
  };
  await hold(-100.5, 40);
  assert(!state.settled, "below the target is not settled either");
  await hold(-100.05, 29);
  await hold(-99.8, 1);
  await hold(-100.05, 30);
  assert(!state.settled, "the time starts anew");
  await hold(-100.05, 1);
  assert(state.settled);
});

Deno.test("settle() has a deadline that knows the ramp", async () => {
  await using t = await setUp();
  t.link.read({ temperature: 20, "temperature.target": -100 });
  await t.clock.advance(0);
  const failed = assertRejects(() => t.cryocon.settle("temperature"), TimeoutError, "within 1 h 35 min");
  await t.clock.advance("2 h");
  await failed;
});

Deno.test("settle() tells of every reading that may be believed, and for how long it has held", async () => {
  await using t = await setUp();
  const told: Settling[] = [];
  const settling = t.cryocon.settle("temperature", { time: "2 s", onProgress: (each) => told.push(each) });
  await t.clock.advance(0); // it looks at what there is before anything comes
  for (
    const [temperature, quality] of [[-99, "good"], [-100, "bad"], [-100, "good"], [-100, "good"], [
      -100,
      "good",
    ]] as const
  ) {
    t.link.read({ temperature, "temperature.target": -100 }, { quality });
    await t.clock.advance("1 s");
  }
  await settling;
  assertEquals(told.map(({ value, held }) => [value, held]), [[20, 0], [-99, 0], [-100, 0], [-100, 1000], [
    -100,
    2000,
  ]]);
});

Deno.test("settle() fails with what its progress function throws", async () => {
  await using t = await setUp();
  const failed = assertRejects(
    () =>
      t.cryocon.settle("temperature", {
        onProgress() {
          throw new Error("no terminal");
        },
      }),
    Error,
    "no terminal",
  );
  await t.clock.advance("1 s");
  await failed;
});
