import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { channelsOfDescription, descriptionOf } from "../../lib/device/description.ts";
import { readDescription, writeDescription } from "../../lib/device/describe.ts";
import { inferDescription, STATUS_LINE } from "../../lib/device/infer.ts";
import { displayUnit } from "../../lib/device/units.ts";
import { Bench } from "./bench_model.ts";

const types = (description: ReturnType<typeof inferDescription>) =>
  Object.fromEntries(channelsOfDescription(description).map(({ key, param }) => [key, param.type]));

Deno.test("inferDescription() tells numbers from words, in the order of the line", () => {
  const status = {
    hw_connected: "1",
    temperatureA: "20.8",
    range1: "HI ",
    ramp: "nan",
    "example.val1": "-",
    "": "x",
  };
  const description = inferDescription("cryocon", status);
  assertEquals(types(description), {
    hw_connected: "flag",
    temperatureA: "number",
    range1: "text",
    ramp: "number",
    "example.val1": "number",
  });
  assertEquals([description.inferred, description.name, description.revision], [true, "cryocon", "1.1"]);
});

Deno.test("inferDescription() gives the same description as long as nothing new comes", () => {
  const first = inferDescription("x", { a: "1", b: "idle" });
  assertStrictEquals(inferDescription("x", { a: "nan", b: "7" }, first), first);
  const second = inferDescription("x", { a: "busy", c: "1" }, first);
  assertEquals(types(second), { a: "text", b: "text", c: "number" });
  assertEquals(second.revision, "1.2");
  assertStrictEquals(inferDescription("x", { a: "7" }, second), second);
});

Deno.test("inferDescription() adds to a known model only what it does not know", () => {
  const known = descriptionOf(Bench, { name: "bench" });
  assertStrictEquals(inferDescription("bench", { temperatureA: "1", control: "what" }, known), known);
  const more = inferDescription("bench", { temperatureA: "1", novel: "2" }, known);
  assertEquals(Object.keys(more.dynamic![STATUS_LINE]!), ["novel"]);
  assertEquals(more.inferred, undefined);
});

Deno.test("inferDescription() gives a right description, whatever the status line", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (status) => {
      const description = inferDescription("x", status);
      assertEquals(readDescription(writeDescription(description)), description);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("displayUnit() shows units as people write them", () => {
  const shown = ["degC", "degC/min", "uA", "um", "ohm", "mbar", "", "unit", "umbrella", "uW/s"].map(
    displayUnit,
  );
  assertEquals(shown, ["°C", "°C/min", "µA", "µm", "Ω", "mbar", "", "unit", "umbrella", "µW/s"]);
});

Deno.test("inferDescription() takes digits behind a leading zero for text, at first sight or later", () => {
  const first = inferDescription("cryo-con", { status: "1111", code: "0101", pressure: "0.5", zero: "0" });
  assertEquals(types(first), { status: "number", code: "text", pressure: "number", zero: "number" });
  assertEquals(types(inferDescription("cryo-con", { status: "0111" }, first))["status"], "text");
});
