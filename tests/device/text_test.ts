import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { bad } from "../../lib/device/reading.ts";
import type { ChoiceParam, FlagParam, Param } from "../../lib/device/model.ts";
import { formatValue, parseValue } from "../../lib/device/text.ts";
import type { Value } from "../../lib/device/types.ts";

const number: Param = { type: "number" };

function roundTrips<V extends Value>(param: Param, values: fc.Arbitrary<V>): void {
  fc.assert(
    fc.property(
      values,
      (value) => assertEquals(parseValue(param, formatValue(param, value)), value as Value),
    ),
    { numRuns: 1000 },
  );
}

/** -0 is written as 0. */
const real = fc.double({ noNaN: true }).map((value) => value === 0 ? 0 : value);

Deno.test("formatValue() gives text that parseValue() reads back for every kind of value", () => {
  roundTrips(number, real);
  roundTrips({ type: "drivable" }, real);
  roundTrips({ type: "time" }, real);
  roundTrips({ type: "integer" }, fc.maxSafeInteger());
  roundTrips({ type: "flag" }, fc.boolean());
  roundTrips({ type: "flag", words: ["OPEN", "SHUT"] }, fc.boolean());
  roundTrips({ type: "array" }, fc.array(real));
  roundTrips({ type: "array", length: 3 }, fc.array(real, { minLength: 3, maxLength: 3 }));
  roundTrips({ type: "choice", of: ["low", "mid", "high"] }, fc.constantFrom("low", "mid", "high"));
  roundTrips({ type: "choice", of: { low: "LOW", high: "HI" } }, fc.constantFrom("low", "high"));
  roundTrips({ type: "text" }, fc.string());
});

Deno.test("parseValue() reads numbers as C and Python print them", () => {
  const cases: [string, number][] = [
    ["1e-07", 1e-7],
    ["1E+05", 1e5],
    ["  20.806670 ", 20.80667],
    ["-0.5\r", -0.5],
    ["+3", 3],
    [".5", 0.5],
    ["5.", 5],
    ["007", 7],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
  ];
  for (const [text, value] of cases) assertEquals(parseValue(number, text), value, text);
});

Deno.test("parseValue() takes -, nan and None for unknown in everything but text", () => {
  const params: Param[] = [number, { type: "integer" }, { type: "flag" }, { type: "choice", of: ["a"] }, {
    type: "array",
  }];
  for (const param of params) {
    for (const text of ["-", "nan", "NaN", "-nan", " nan ", "None"]) {
      assertEquals(parseValue(param, text), bad("unknown"), `${param.type} ${text}`);
    }
  }
  assertEquals(parseValue({ type: "text" }, "-"), "-");
});

Deno.test("parseValue() keeps the text of a number it cannot read, and never makes 0 of it", () => {
  for (const text of ["", " ", "0x10", "0b1", "1_000", "1,5", "25.0C", "e5", ".", "1e", "1 2", "......."]) {
    assertEquals(parseValue(number, text), bad("unreadable", text));
    assertEquals(parseValue({ type: "integer" }, text), bad("unreadable", text));
  }
  assertEquals(parseValue({ type: "integer" }, "1.5"), bad("unreadable", "1.5"));
  assertEquals(parseValue({ type: "integer" }, "9007199254740993"), bad("unreadable", "9007199254740993"));
  assertEquals(parseValue({ type: "integer" }, "-12"), -12);
});

Deno.test("parseValue() never throws and never gives NaN, whatever the text", () => {
  const params: Param[] = [number, { type: "integer" }, { type: "flag" }, { type: "array" }, {
    type: "choice",
    of: ["a"],
  }];
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9eE.naif,\[\] ]*$/));
  fc.assert(
    fc.property(fc.constantFrom(...params), text, (param, text) => {
      const value = parseValue(param, text);
      for (const item of Array.isArray(value) ? value : [value]) assertEquals(Number.isNaN(item), false);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseValue() reads a flag from any of the usual words, its own first", () => {
  const plain: Param = { type: "flag" };
  for (const word of ["1", "true", "True", "ON", "yes", " on\r"]) {
    assertEquals(parseValue(plain, word), true, word);
  }
  for (const word of ["0", "false", "Off", "NO"]) assertEquals(parseValue(plain, word), false, word);
  assertEquals(parseValue(plain, "2"), bad("unreadable", "2"));
  const inverted: FlagParam = { type: "flag", words: ["1", "0"] };
  assertEquals(parseValue(inverted, "0"), true);
  assertEquals(parseValue(inverted, "1"), false);
  assertEquals(formatValue(inverted, true), "0");
});

Deno.test("parseValue() reads a choice from its name or the device's word", () => {
  const range: ChoiceParam = { type: "choice", of: { low: "LOW", mid: "MID", high: "HI" } };
  assertEquals(parseValue(range, "HI"), "high");
  assertEquals(parseValue(range, "high"), "high");
  assertEquals(parseValue(range, " hi "), "high");
  assertEquals(formatValue(range, "high"), "HI");
  assertEquals(parseValue(range, "5.0W"), bad("out of the enumeration", "5.0W"));
});

Deno.test("parseValue() reads an array with and without brackets, and not with holes", () => {
  const array: Param = { type: "array" };
  assertEquals(parseValue(array, "[1, 2,3]"), [1, 2, 3]);
  assertEquals(parseValue(array, "1,2,3"), [1, 2, 3]);
  assertEquals(parseValue(array, "[]"), []);
  for (const text of ["", "[1,,2]", "[1,2", "1,x", "[1,nan]", "[[1]]"]) {
    assertEquals(parseValue(array, text), bad("unreadable", text));
  }
  assertEquals(parseValue({ type: "array", length: 2 }, "1,2,3"), bad("unreadable", "1,2,3"));
});

Deno.test("formatValue() never lets a control character into a line", () => {
  assertEquals(formatValue({ type: "text" }, "two\nlines\0"), "two lines ");
});
