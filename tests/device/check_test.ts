import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CommandError, type FailureCode } from "../../lib/errors.ts";
import { channelsOf, settablesByName } from "../../lib/device/channel.ts";
import { checkSetting, parseSetting } from "../../lib/device/check.ts";
import { nearest, suggestion } from "../../lib/device/nearest.ts";
import { Bench } from "./bench_model.ts";

const settable = settablesByName(channelsOf(Bench));

function refused(code: FailureCode, message: string, action: () => unknown): void {
  const error = assertThrows(action, CommandError);
  assertEquals([error.code, error.message], [code, message]);
}

const set = (name: string, value: unknown) => checkSetting(settable.get(name)!, value);

Deno.test("checkSetting() takes what the model allows, both limits included", () => {
  assertEquals(set("temperature", -200), -200);
  assertEquals(set("temperature", 50), 50);
  assertEquals(set("control", true), true);
  assertEquals(set("loop2.range", "mid"), "mid");
  assertEquals(set("steps", 3), 3);
  assertEquals(set("curve", [1, 2]), [1, 2]);
  assertEquals(set("title", "a b"), "a b");
});

Deno.test("checkSetting() names parameter, value, unit and range when a limit is broken", () => {
  const allowed = "(allowed: -200 to 50 degC)";
  refused(
    "limit",
    `temperature=-300 degC is below the limit of -200 degC ${allowed}`,
    () => set("temperature", -300),
  );
  refused(
    "limit",
    `temperature=51 degC is above the limit of 50 degC ${allowed}`,
    () => set("temperature.target", 51),
  );
  refused("limit", "curve[1]=11 is above the limit of 10", () => set("curve", [1, 11]));
  refused("limit", "title has 9 characters; at most 8 are allowed", () => set("title", "123456789"));
});

Deno.test("checkSetting() refuses the wrong kind of value", () => {
  refused("invalid", `temperature="1" is not a number`, () => set("temperature", "1"));
  refused("invalid", "temperature=NaN is not a number", () => set("temperature", NaN));
  refused("invalid", "temperature=Infinity is not a number", () => set("temperature", Infinity));
  refused("invalid", "steps=1.5 is not a whole number", () => set("steps", 1.5));
  refused("invalid", "control=1 is not true or false", () => set("control", 1));
  refused("invalid", `loop1.range="HI" is not one of low, mid, high`, () => set("loop1.range", "HI"));
  refused("invalid", "curve=1 is not numbers such as [1,2,3]", () => set("curve", 1));
  refused(
    "invalid",
    `title="a\\n" has control characters, which no line can carry`,
    () => set("title", "a\n"),
  );
  refused("invalid", "title=null is not text", () => set("title", null));
});

Deno.test("checkSetting() refuses what is read-only", () => {
  const power = channelsOf(Bench).find(({ key }) => key === "loop1.power")!;
  refused("invalid", "loop1.power is read-only: it cannot be set", () => checkSetting(power, 1));
  assertEquals(settable.has("loop1.power"), false);
  assertEquals(settable.has("pwr_actual1"), false);
});

Deno.test("settablesByName() knows a drivable by its own name, its target's and both old names", () => {
  for (const name of ["temperature", "temperature.target", "temperatureA", "set_point1"]) {
    assertEquals(settable.get(name)?.key, "temperature.target", name);
  }
});

Deno.test("parseSetting() reads the words of the wire and suggests a choice", () => {
  const parse = (name: string, text: string) => parseSetting(settable.get(name)!, text);
  assertEquals(parse("temperature", "-100"), -100);
  assertEquals(parse("loop1.range", "HI"), "high");
  assertEquals(parse("control", "on"), true);
  refused("invalid", `temperature="cold" is not a number`, () => parse("temperature", "cold"));
  refused("invalid", `temperature="nan" is not a number`, () => parse("temperature", "nan"));
  refused(
    "invalid",
    `loop1.range="hgih" is not one of low, mid, high; did you mean "high"?`,
    () => parse("loop1.range", "hgih"),
  );
});

Deno.test("checkSetting() never lets a number pass that is outside of the limits", () => {
  fc.assert(fc.property(fc.double(), (value) => {
    let taken = true;
    try {
      set("temperature", value);
    } catch {
      taken = false;
    }
    assertEquals(taken, value >= -200 && value <= 50);
  }));
});

Deno.test("nearest() finds a misspelt name and leaves a strange one alone", () => {
  const names = ["temperature", "pressure", "control"];
  assertEquals(nearest("temprature", names), "temperature");
  assertEquals(nearest("Control", names), "control");
  assertEquals(nearest("xyz", names), undefined);
  assertEquals(nearest("temperature", []), undefined);
  assertEquals(suggestion("presure", names), `; did you mean "pressure"?`);
  assertEquals(suggestion("xyz", names), "; known: temperature, pressure, control");
});
