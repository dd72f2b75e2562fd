import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Duration, formatDuration, milliseconds } from "../../lib/time/mod.ts";

Deno.test("milliseconds() reads every unit, with and without a space, in any case", () => {
  const cases: [string, number][] = [
    ["250us", 0.25],
    ["5 ms", 5],
    ["30 s", 30_000],
    ["1.5 min", 90_000],
    ["2h", 7_200_000],
    ["1 d", 86_400_000],
    [" 3 S ", 3000],
    [".5 s", 500],
    ["2. s", 2000],
    ["+1 s", 1000],
    ["1e3 ms", 1000],
  ];
  for (const [text, expected] of cases) assertEquals(milliseconds(text as Duration), expected, text);
});

Deno.test("milliseconds() takes numbers of zero and more as they are", () => {
  for (const ms of [0, 0.5, 1000, Infinity]) assertEquals(milliseconds(ms), ms);
});

Deno.test("milliseconds() refuses what is no duration and says what it expected", () => {
  for (const text of ["", "s", "30", "30 sec", "-1 s", "1,5 s", "1 s 2 ms", "0x10 s", "NaN s"]) {
    assertThrows(() => milliseconds(text as Duration), TypeError, `Cannot read "${text}" as a duration`);
  }
  for (const ms of [-1, NaN, -Infinity]) assertThrows(() => milliseconds(ms), TypeError, `Cannot use ${ms}`);
});

Deno.test("formatDuration() keeps it short and never shows a full unit as 60 or 1000", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [200, "200 ms"],
    [999.4, "999 ms"],
    [999.7, "1.0 s"],
    [12_340, "12.3 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min"],
    [200_000, "3 min 20 s"],
    [3_599_600, "1 h"],
    [14_700_000, "4 h 5 min"],
    [86_399_000, "1 d"],
    [90_000_000, "1 d 1 h"],
    [NaN, "?"],
    [Infinity, "?"],
  ];
  for (const [ms, expected] of cases) assertEquals(formatDuration(ms), expected);
});

Deno.test("formatDuration() is within one part in ten of what it writes", () => {
  fc.assert(
    fc.property(fc.double({ min: 10, max: 1e10, noNaN: true }), (ms) => {
      const written = formatDuration(ms).match(/[\d.]+ \w+/g)!
        .reduce((sum, part) => sum + milliseconds(part as Duration), 0);
      assertAlmostEquals(written, ms, ms / 10);
    }),
    { numRuns: 1000 },
  );
});
