import { assertEquals } from "@std/assert";
import { Gate } from "../../lib/net/mod.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

function gateOf(total: number, perAddress: number) {
  const told: string[] = [];
  const clock = new VirtualClock();
  return {
    gate: new Gate<string>({ total, perAddress, clock, report: (m) => void told.push(m) }),
    told,
    clock,
  };
}

Deno.test("Gate.enter() lets in who comes until it is full, then lets the idlest go", () => {
  const { gate, told } = gateOf(3, 3);
  assertEquals(["a", "b", "c"].map((one) => gate.enter(one, "10.0.0.1")), [undefined, undefined, undefined]);
  gate.proved("a");
  assertEquals(gate.enter("d", "10.0.0.2"), "b"); // a has asked for something
  assertEquals([...gate.inside], ["a", "c", "d"]);
  assertEquals(told, ["There are 3 connections already: one had to go, as 10.0.0.2 wanted in"]);
});

Deno.test("Gate.enter() refuses who comes where all others have asked for something", () => {
  const { gate } = gateOf(2, 2);
  for (const one of ["a", "b"]) {
    gate.enter(one, "10.0.0.1");
    gate.proved(one);
  }
  assertEquals(gate.enter("c", "10.0.0.2"), "c");
  gate.left("c"); // its end is told as well
  gate.left("a");
  assertEquals(gate.enter("d", "10.0.0.2"), undefined);
  assertEquals([...gate.inside], ["b", "d"]);
});

Deno.test("Gate.enter() lets one address take no more than its share, and this machine all", () => {
  const { gate, told } = gateOf(10, 2);
  for (const one of ["a", "b"]) gate.enter(one, "10.0.0.1");
  gate.enter("other", "10.0.0.2");
  assertEquals(gate.enter("c", "10.0.0.1"), "a");
  assertEquals(told, ["There are 2 connections from 10.0.0.1 already: one had to go, as 10.0.0.1 wanted in"]);
  for (const one of ["l1", "l2", "l3", "l4"]) assertEquals(gate.enter(one, "127.0.0.1"), undefined);
});

Deno.test("Gate tells of those who had to go at most once a minute, with their number", async () => {
  const { gate, told, clock } = gateOf(1, 1);
  for (let one = 0; one < 5; one++) gate.enter(String(one), "10.0.0.1");
  assertEquals(told.length, 1);
  await clock.advance("61 s");
  gate.enter("late", "10.0.0.3");
  assertEquals(
    told[1],
    "There are 1 connections already: one had to go, as 10.0.0.3 wanted in (4 since the last time this was told)",
  );
});
