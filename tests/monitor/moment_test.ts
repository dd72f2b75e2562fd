import { assertEquals } from "@std/assert";
import { parseMoment } from "../../daemons/monitor/moment.ts";

const NOW = 1_800_000_000;

for (
  const [text, expected] of [
    ["now", NOW],
    ["2h", NOW - 7200],
    ["-30 min", NOW - 1800],
    ["1799999990.5", 1_799_999_990.5],
    ["2027-01-15", 1_799_971_200],
    ["2027-01-15T08:00", NOW],
    ["2027.01.15 08:00:01.5", NOW + 1.5],
    ["2027-13-15", undefined],
    ["soon", undefined],
    ["", undefined],
    ["5", undefined],
  ] as const
) {
  Deno.test(`parseMoment() reads ${JSON.stringify(text)}`, () =>
    assertEquals(parseMoment(text, NOW), expected));
}
