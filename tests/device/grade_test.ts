import { assertEquals } from "@std/assert";
import { channelsByName, channelsOf } from "../../lib/device/channel.ts";
import { gradeOf } from "../../lib/device/grade.ts";
import type { Value } from "../../lib/device/types.ts";
import { Bench } from "./bench_model.ts";

const channels = channelsByName(channelsOf(Bench));

Deno.test("gradeOf() grades numbers by their ranges, the edges being inside", () => {
  const grades = [0, 40, 40.1, 45, 45.1, -131, -151].map((value) =>
    gradeOf(channels.get("temperature")!, value)
  );
  assertEquals(grades, ["ok", "ok", "warn", "warn", "alarm", "warn", "alarm"]);
});

Deno.test("gradeOf() grades flags, choices and arrays, and never a target or text", () => {
  const cases: [string, Value, string][] = [
    ["control", false, "warn"],
    ["control", true, "ok"],
    ["mode", "failed", "alarm"],
    ["mode", "busy", "ok"],
    ["temperature.target", 1000, "ok"],
    ["title", "failed", "ok"],
    ["loop1.power", 21, "warn"],
  ];
  for (const [key, value, grade] of cases) assertEquals(gradeOf(channels.get(key)!, value), grade, key);
  const spectrum = { ...channels.get("curve")!, param: { type: "array", warn: [0, 1] } as const };
  assertEquals(gradeOf(spectrum, [0.5, 2]), "warn");
  assertEquals(gradeOf(spectrum, []), "ok");
});
