import { assertEquals } from "@std/assert";
import { cut } from "../../../daemons/monitor/store/bins.ts";

const DAY = 86_400;
const FROM = 1_800_000_030;

Deno.test("cut() makes as many bins as there is room for, of the longest rollups that fit", () => {
  const bins = (span: number, points: number) => cut({ from: FROM, to: FROM + span, points });
  assertEquals(bins(60, 100), { begin: FROM, width: 0.6, count: 100, level: undefined });
  assertEquals([bins(3600, 1000).count, bins(3600, 1000).level!.width], [1000, 1]);
  assertEquals([bins(30 * DAY, 1500).count, bins(30 * DAY, 1500).level!.width], [1500, 60]);
  assertEquals([bins(365 * DAY, 1500).count, bins(365 * DAY, 1500).level!.width], [1500, 3600]);
});

Deno.test("cut() makes bins a little longer where that saves the summing up of ten thousands of rows", () => {
  const day = { from: FROM, to: FROM + DAY, points: 1500 };
  const { begin, width, count, level } = cut(day);
  assertEquals([begin, width, count, level!.width], [FROM - 30, 60, 1441, 60]);
  assertEquals(cut({ ...day, exact: true }).count, 1500);
  assertEquals(cut({ ...day, points: 10_000 }).count, 10_000, "not much longer");
});
