import { assertAlmostEquals, assertEquals } from "@std/assert";
import { columnCut, radialCut, rowCut } from "../../../daemons/monitor/image/cuts.ts";
import { readerOf } from "../../../daemons/monitor/image/raster.ts";
import { histogramOf, Tally } from "../../../daemons/monitor/image/statistics.ts";
import { rasterOf } from "./pictures.ts";

function statisticsOf(values: readonly number[]) {
  const tally = new Tally();
  for (const value of values) tally.add(value);
  return tally.statistics;
}

Deno.test("Tally gives count, mean, noise, smallest and largest", () => {
  assertEquals(statisticsOf([2, 4, 4, 4, 5, 5, 7, 9]), {
    count: 8,
    mean: 5,
    noise: Math.sqrt(32 / 7),
    min: 2,
    max: 9,
  });
});

Deno.test("Tally leaves out what has no value, and says nothing of nothing", () => {
  assertEquals(statisticsOf([NaN, 3, Infinity])?.count, 1);
  assertEquals(statisticsOf([3])?.noise, 0);
  assertEquals(statisticsOf([NaN]), undefined);
});

Deno.test("Tally keeps a small noise on a high level", () => {
  const values = Array.from({ length: 100_000 }, (_, n) => 4e9 + n % 2);
  assertAlmostEquals(statisticsOf(values)!.noise, 0.5, 1e-5);
});

Deno.test("Tally.addRows() takes the rows of an area", () => {
  const raster = rasterOf(3, [1, 2, 3, 4, 5, 6, 7, 8, 9], { type: "u8" });
  const tally = new Tally();
  tally.addRows(readerOf(raster), 3, { x: 1, y: 0, width: 2, height: 3 }, 1, 3);
  assertEquals(tally.statistics?.mean, (5 + 6 + 8 + 9) / 4);
});

Deno.test("histogramOf() counts whole numbers in bins about them", () => {
  const { from, step, counts } = histogramOf([1, 2, 2, 3, 9], { low: 1, high: 4 }, 100, true);
  assertEquals({ from, step, counts: [...counts] }, { from: 0.5, step: 1, counts: [1, 2, 1, 0] });
});

Deno.test("histogramOf() has the highest value in the last bin", () => {
  const { counts } = histogramOf([0, 0.5, 1], { low: 0, high: 1 }, 2);
  assertEquals([...counts], [1, 2]);
});

const RAMP = rasterOf(4, Array.from({ length: 12 }, (_, index) => index), { type: "i16" });

Deno.test("rowCut() and columnCut() give the values along a row and a column", () => {
  assertEquals([...rowCut(RAMP, 1).value], [4, 5, 6, 7]);
  assertEquals([...rowCut(RAMP, 1).place], [1, 2, 3, 4]);
  assertEquals([...columnCut(RAMP, 2).value], [2, 6, 10]);
});

Deno.test("rowCut() averages a band, cut at the edge", () => {
  assertEquals([...rowCut(RAMP, 1, 3).value], [4, 5, 6, 7]);
  assertEquals([...rowCut(RAMP, 2, 3).value], [6, 7, 8, 9]);
});

Deno.test("radialCut() averages rings about a point, also at the edge", () => {
  const stored = Array.from(
    { length: 81 },
    (_, n) => Math.round(Math.hypot(n % 9 - 4, Math.floor(n / 9) - 4)),
  );
  const raster = rasterOf(9, stored, { type: "i16" });
  assertEquals([...radialCut(raster, { x: 4, y: 4 }, 4).value], [0, 1, 2, 3, 4]);
  assertEquals(radialCut(raster, { x: -9, y: -9 }, 2).value[0], NaN);
});
