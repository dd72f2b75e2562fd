import { assertEquals } from "@std/assert";
import type { Reading } from "../../lib/device/reading.ts";
import { stateView } from "../../lib/device/state_view.ts";
import type { Value } from "../../lib/device/types.ts";
import { Bench } from "./bench_model.ts";

const good = (value: Value): Reading => ({ value, time: 0, quality: "good", severity: "ok" });

function bench() {
  const readings = new Map<string, Reading>();
  const read: string[] = [];
  const state = stateView(Bench, readings, (key) => read.push(key));
  return { readings, read, state };
}

Deno.test("stateView() reads live values of parameters, targets, groups and dynamic groups", () => {
  const { readings, read, state } = bench();
  readings.set("temperature", good(-99));
  readings.set("temperature.target", good(-100));
  readings.set("loop2.power", good(1.5));
  readings.set("loop1.setpoint.target", good(7));
  readings.set("MOD2/TEMP", good(31));
  assertEquals(state.temperature, -99);
  assertEquals(state.target.temperature, -100);
  assertEquals(state.loop[1]!.power, 1.5);
  assertEquals(state.loop[0]!.target.setpoint, 7);
  assertEquals(state.status["MOD2/TEMP"], 31);
  const keys = ["temperature", "temperature.target", "loop2.power", "loop1.setpoint.target", "MOD2/TEMP"];
  assertEquals(read, keys);
  readings.set("temperature", good(-100));
  assertEquals(state.temperature, -100);
});

Deno.test("stateView() shows what was never read as nothing a comparison takes for good", () => {
  const { state, read } = bench();
  assertEquals(state.temperature, NaN);
  assertEquals(state.control, false);
  assertEquals(state.mode, "idle");
  assertEquals(state.title, "");
  assertEquals(state.curve, []);
  assertEquals(state.status["MOD2/TEMP"], NaN);
  assertEquals(read.length, 6);
});

Deno.test("stateView() gives groups as arrays that iterate", () => {
  const { readings, read, state } = bench();
  readings.set("loop1.range", good("low"));
  readings.set("loop2.range", good("low"));
  assertEquals(state.loop.length, 2);
  assertEquals(state.loop.every((loop) => loop.range === "low"), true);
  assertEquals(read, ["loop1.range", "loop2.range"]);
});

Deno.test("stateView() lists the members of a dynamic group and knows no others", () => {
  const { readings, state } = bench();
  readings.set("MOD1/A", good(1));
  readings.set("temperature", good(2));
  assertEquals(Object.entries(state.status), [["MOD1/A", 1]]);
  assertEquals("MOD1/A" in state.status, true);
  assertEquals("MOD1/B" in state.status, false);
  assertEquals(state.status["temperature"], undefined);
});

Deno.test("stateView() is told and written as plain data", () => {
  const { readings, state } = bench();
  readings.set("temperature", good(-99));
  const plain = JSON.parse(JSON.stringify(state));
  assertEquals(plain.temperature, -99);
  assertEquals(plain.loop.length, 2);
  assertEquals(Object.keys(plain.target), ["temperature"]);
  assertEquals(Deno.inspect(state).includes("temperature: -99"), true);
});
