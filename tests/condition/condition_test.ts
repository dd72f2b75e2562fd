import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Param, Reading, Value } from "../../lib/device/mod.ts";
import { Condition, type Scene } from "../../lib/condition/mod.ts";
import { ConfigError } from "../../lib/errors.ts";

const CHANNELS = new Map<string, Param>([
  ["cryocon", { type: "flag" }],
  ["cryocon.temperature", { type: "drivable", unit: "degC" }],
  ["cryocon.control", { type: "flag" }],
  ["cryocon.loop1.range", { type: "choice", of: { low: "LOW", high: "HI", on: "ON" } }],
  ["cryo-con.power", { type: "number", unit: "W" }],
  ["gauge.pressure", { type: "number", unit: "mbar" }],
  ["gauge.count", { type: "integer" }],
  ["gauge.note", { type: "text" }],
  ["gauge.started", { type: "time" }],
  ["gauge.curve", { type: "array" }],
  ["odd name", { type: "number" }],
]);

/** What the channels say; a reading in place of a value says more of it. */
type Values = Readonly<Record<string, Value | Partial<Reading>>>;

function sceneOf(values: Values, now = 1000): Scene {
  const reading = (name: string): Reading | undefined => {
    const value = values[name];
    if (value === undefined) return undefined;
    const more = typeof value === "object" && !Array.isArray(value)
      ? value as Partial<Reading>
      : { value: value as Value };
    return { value: undefined, time: now, quality: "good", severity: "ok", ...more };
  };
  return { now, reading, age: (name) => now - reading(name)!.time };
}

function look(text: string, values: Values = {}) {
  const condition = new Condition(text);
  condition.check(CHANNELS);
  return condition.look(sceneOf(values));
}

const HOLDS: readonly (readonly [text: string, values: Values])[] = [
  ["cryocon.temperature > -90", { "cryocon.temperature": -80 }],
  ["cryocon.temperature > -90 degC", { "cryocon.temperature": -80 }],
  ["-130 < cryocon.temperature <= -100", { "cryocon.temperature": -100 }],
  ["not cryocon", { cryocon: false }],
  ["cryocon.control == off", { "cryocon.control": false }],
  ["cryocon.control", { "cryocon.control": true }],
  ["cryocon.loop1.range == high", { "cryocon.loop1.range": "high" }],
  ['"high" == cryocon.loop1.range', { "cryocon.loop1.range": "high" }],
  ["cryocon.loop1.range == on", { "cryocon.loop1.range": "on" }],
  ["cryocon.loop1.range != low", { "cryocon.loop1.range": "high" }],
  ["cryo-con.power - 3 > 1", { "cryo-con.power": 4.5 }],
  ["cryo-con.power/2 == 2.25 W", { "cryo-con.power": 4.5 }],
  ["cryo-con.power * 2 == 9", { "cryo-con.power": 4.5 }],
  ["abs(cryocon.temperature - -100) < 0.5", { "cryocon.temperature": -100.2 }],
  ["max(gauge.pressure, 1e-6 mbar) == 1e-6", { "gauge.pressure": 1e-9 }],
  ["min(gauge.count, 2, 3) == 2", { "gauge.count": 7 }],
  ["gauge.note == 'all well'", { "gauge.note": "all well" }],
  ["`odd name` == 1", { "odd name": 1 }],
  ["severity(cryocon.temperature) == warn", { "cryocon.temperature": { value: 1, severity: "warn" } }],
  ["stale(gauge.pressure)", { "gauge.pressure": { value: 1, quality: "stale" } }],
  ["stale(gauge.pressure)", {}],
  ["bad(gauge.pressure)", { "gauge.pressure": { quality: "bad", reason: "over range" } }],
  ["not good(gauge.pressure)", {}],
  ["age(gauge.pressure) > 1 min", { "gauge.pressure": { value: 1, time: 900 } }],
  ["1.5 min == 90 s", {}],
  ["gauge.count / 3 > 2 and (gauge.count < 5 or not cryocon)", { "gauge.count": 7, cryocon: false }],
  ["gauge.pressure > 1 or cryocon", { cryocon: true }], // decided, whatever the pressure is
  ["cryocon.temperature / 1 degC == 5", { "cryocon.temperature": 5 }],
];

for (const [text, values] of HOLDS) {
  Deno.test(`condition ${text} holds for ${JSON.stringify(values)}, and its opposite does not`, () => {
    assertEquals(look(text, values), { holds: true });
    assertEquals(look(`not (${text})`, values), { holds: false });
  });
}

for (
  const [text, values, reason] of [
    ["cryocon.temperature > 0", {}, "cryocon.temperature was never read"],
    [
      "cryocon.temperature > 0",
      { "cryocon.temperature": { value: 5, quality: "stale", reason: "lost" } },
      "cryocon.temperature is stale (lost)",
    ],
    [
      "not (gauge.pressure > 0)",
      { "gauge.pressure": { quality: "bad", reason: "over range" } },
      "gauge.pressure is bad (over range)",
    ],
    ["gauge.count / 0 > 1", { "gauge.count": 5 }, "division by zero"],
    ["gauge.count / (gauge.count - gauge.count) > 1", { "gauge.count": 5 }, "division by zero"],
    ["gauge.pressure > 1 and cryocon", { cryocon: true }, "gauge.pressure was never read"],
    [
      "mean(gauge.pressure, 1 min) > 1",
      { "gauge.pressure": 3 },
      "gauge.pressure has not been seen for long enough",
    ],
    ['alarm("other")', {}, "there is no rule other"],
  ] as const
) {
  Deno.test(`condition ${text} is unknown: ${reason}`, () => {
    assertEquals(look(text, values as Values), { unknown: reason });
  });
}

for (
  const [text, problem] of [
    ["", "column 1: expected a value or a name, got the end"],
    ["cryocon.temperature >", "column 22: expected a value or a name, got the end"],
    ["cryocon.temperature > 5 5", 'column 25: expected an operator or the end, got "5"'],
    ["(cryocon", 'column 9: expected ")", got the end'],
    ["cryocon & 1", 'column 9: expected a value, a name or an operator, got "&"'],
    [
      "cryocon.temprature > 5",
      "column 1: there is no channel cryocon.temprature; did you mean cryocon.temperature?",
    ],
    ["cryocon.temperature", "column 1: expected something that is true or false, got a number in degC"],
    ["cryocon.temperature > 5 V", "column 21: cannot compare a number in degC and a number in V"],
    [
      "cryocon.temperature > gauge.pressure",
      "column 21: cannot compare a number in degC and a number in mbar",
    ],
    [
      "cryocon.temperature + gauge.pressure > 0",
      "column 21: cannot add a number in degC and a number in mbar",
    ],
    ["cryocon.temperature * gauge.pressure > 0", "column 21: cannot multiply"],
    ["cryocon.control > 1", "column 17: cannot compare true or false and a number"],
    ["cryocon.control < on", "column 17: < is for numbers, got true or false; == and != are for all"],
    ["cryocon.loop1.range == hihg", 'column 24: "hihg" is none of low, high, on; did you mean high?'],
    ["gauge.curve == 1", "column 1: gauge.curve is a list of numbers, which no condition can look at"],
    ["meen(gauge.pressure, 5 s) > 1", "column 1: there is no function meen; did you mean mean?"],
    ["mean(gauge.pressure, 5) > 1", "column 22: expected a time such as 5 min, at most 7 d"],
    ["mean(5, 5 s) > 1", "column 6: expected mean(channel, time)"],
    ["abs(1, 2) > 1", "column 1: expected abs(number)"],
    ["not 5", "column 5: expected something that is true or false, got a number"],
    ['eval("Deno.exit()")', "column 1: there is no function eval"],
    [`${"(".repeat(100)}cryocon${")".repeat(100)}`, "it is nested too deep"],
    [`${"not ".repeat(100)}cryocon`, "it is nested too deep"],
    [`cryocon${" or cryocon".repeat(1000)}`, "too long"],
  ] as const
) {
  Deno.test(`condition ${JSON.stringify(text.slice(0, 50))} is refused: ${problem}`, () => {
    const error = assertThrows(() => new Condition(text).check(CHANNELS), ConfigError);
    assert(error.message.includes(problem), error.message);
  });
}

Deno.test("a condition knows its channels and rules before they are there, and is unknown until it was checked", () => {
  const condition = new Condition('later.value > 5 and not alarm("vacuum")');
  assertEquals([...condition.names], ["later.value"]);
  assertEquals([...condition.rules], ["vacuum"]);
  assert("unknown" in condition.look(sceneOf({})));
  assertThrows(() => condition.check(CHANNELS), ConfigError, "no channel later.value");
  condition.check(new Map([["later.value", { type: "number" }]]));
  const scene = { ...sceneOf({ "later.value": 6 }), isActive: () => false };
  assertEquals(condition.look(scene), { holds: true });
  assertEquals(condition.look({ ...scene, isActive: () => true }), { holds: false });
});

Deno.test("windows give mean, extremes and rate of what was seen, weighted by time, and forget it after a gap", () => {
  const at = (text: string) => {
    const condition = new Condition(text);
    condition.check(CHANNELS);
    return condition;
  };
  const read = (condition: Condition, value: number | undefined, time: number) =>
    condition.observe("gauge.pressure", {
      value,
      time,
      quality: value === undefined ? "bad" : "good",
      severity: "ok",
    });
  const sees = (text: string) => {
    const condition = at(text);
    read(condition, 0, 0);
    for (let second = 1; second <= 60; second++) read(condition, second < 30 ? second : 30, second);
    const scene = sceneOf({ "gauge.pressure": 30 }, 60);
    return [condition, scene] as const;
  };
  for (
    const text of [
      "rate(gauge.pressure, 1 min) == 0.5",
      "rate(gauge.pressure, 1 min) == 30 mbar/min",
      "mean(gauge.pressure, 10 s) == 30",
      "22 < mean(gauge.pressure, 1 min) < 23",
      "lowest(gauge.pressure, 2 min) == 0",
      "highest(gauge.pressure, 2 min) == 30",
    ]
  ) {
    const [condition, scene] = sees(text);
    assertEquals(condition.look(scene), { holds: true }, text);
    read(condition, undefined, 61);
    read(condition, 30, 62);
    assertEquals("unknown" in condition.look(sceneOf({ "gauge.pressure": 30 }, 63)), true);
  }
});

Deno.test("a window takes the same memory for a million values, and says the same", () => {
  const condition = new Condition("mean(gauge.pressure, 1 h) == 0.5");
  condition.check(CHANNELS);
  for (let index = 0; index < 1_000_000; index++) {
    condition.observe("gauge.pressure", {
      value: index % 2,
      time: index * 0.01,
      quality: "good",
      severity: "ok",
    });
  }
  const approximate = new Condition("abs(mean(gauge.pressure, 1 h) - 0.5) < 0.01");
  approximate.check(CHANNELS);
  for (let index = 0; index < 1_000_000; index++) {
    approximate.observe("gauge.pressure", {
      value: index % 2,
      time: index * 0.01,
      quality: "good",
      severity: "ok",
    });
  }
  assertEquals(approximate.look(sceneOf({ "gauge.pressure": 1 }, 10_000)), { holds: true });
});

Deno.test("conditions survive any text, and nothing they come to is neither true, false nor unknown", () => {
  const word = fc.constantFrom(
    "cryocon",
    "cryocon.temperature",
    "gauge.count",
    "and",
    "or",
    "not",
    "(",
    ")",
    "<",
    "==",
    "-",
    "/",
    "+",
    "*",
    ",",
    "5",
    "1e-3",
    "mbar",
    "on",
    '"x"',
    "mean",
    "rate",
    "1 min",
    "abs",
    "stale",
    "`odd name`",
    "°",
    "\n",
  );
  const text = fc.oneof(fc.string(), fc.array(word, { maxLength: 20 }).map((words) => words.join(" ")));
  fc.assert(
    fc.property(text, fc.double(), (text, value) => {
      let condition: Condition;
      try {
        condition = new Condition(text);
        condition.check(CHANNELS);
      } catch (error) {
        assert(error instanceof ConfigError, String(error));
        return;
      }
      const verdict = condition.look(
        sceneOf({ cryocon: true, "gauge.count": value, "cryocon.temperature": value }),
      );
      assert("unknown" in verdict || typeof verdict.holds === "boolean");
    }),
    { numRuns: 1000 },
  );
});
