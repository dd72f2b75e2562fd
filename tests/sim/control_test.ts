import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Pid } from "../../lib/sim/pid.ts";
import { Ramp } from "../../lib/sim/ramp.ts";
import { Random } from "../../lib/sim/random.ts";
import { ConfigError } from "../../lib/errors.ts";
import { faultOf, parseFault } from "../../lib/sim/fault.ts";

Deno.test("Pid stays within its limits and gives up the integral it could not use", () => {
  const pid = new Pid({ proportional: 1, integral: 10, derivative: 0 });
  for (let i = 0; i < 1000; i++) assertEquals(pid.step(1000, 0, 1, 80), 80);
  // far above the setpoint for a long time, it answers at once when the setpoint is passed
  for (let i = 0; i < 1000; i++) pid.step(0, 1000, 1);
  assertEquals(pid.step(0, 0, 1), 0);
  assert(pid.step(10, 0, 1) >= 10);
});

Deno.test("Pid has no kick from a new setpoint in its derivative", () => {
  const pid = new Pid({ proportional: 1, integral: 0, derivative: 100 });
  pid.step(0, 0, 0.1);
  assertEquals(pid.step(20, 0, 0.1), 20);
});

Deno.test("Ramp moves by its rate, ends on its target, and says so", () => {
  const ramp = new Ramp(20);
  ramp.start(20, -100, 2);
  ramp.step(60);
  assertAlmostEquals(ramp.value, 18, 1e-9);
  assert(ramp.active);
  ramp.step(3600);
  assertEquals([ramp.value, ramp.active], [-100, false]);
});

Deno.test("Random repeats itself for a seed, differs between seeds, and is normal", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20_000 }, () => random.normal());
  };
  const numbers = draw(7);
  assertEquals(draw(7), numbers);
  assert(draw(8)[0] !== numbers[0]);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;
  assertAlmostEquals(mean, 0, 0.03);
  assertAlmostEquals(variance, 1, 0.05);
  assertAlmostEquals(numbers.filter((x) => Math.abs(x) < 1).length / numbers.length, 0.683, 0.02);
});

Deno.test("faultOf() says which faults there are when it is given none of them", () => {
  assertEquals([faultOf(undefined), faultOf("late@3")], [undefined, { kind: "late", every: 3 }]);
  assertThrows(
    () => faultOf("often"),
    ConfigError,
    'expected never, late, twice, garbage or drop, got "often"',
  );
});

Deno.test("parseFault() reads a kind with or without how often, and nothing else", () => {
  assertEquals(parseFault("late"), { kind: "late", every: 1 });
  assertEquals(parseFault("twice@10"), { kind: "twice", every: 10 });
  for (const text of ["", "later", "late@", "late@0", "late@-1", "late@1.5"]) {
    assertEquals(parseFault(text), undefined);
  }
});
