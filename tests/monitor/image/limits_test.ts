import { assertAlmostEquals, assertEquals } from "@std/assert";
import { limitsOf, quantile } from "../../../daemons/monitor/image/limits.ts";
import { zscale } from "../../../daemons/monitor/image/zscale.ts";
import { park, rasterOf } from "./pictures.ts";

const numbers = (count: number, seed: number) => park(seed).take(count).toArray();

function flatWithStars(): number[] {
  const [a, b, c, d] = [7, 11, 13, 17].map((seed) => numbers(1000, seed)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  return a.map((_, n) => 1000 + 20 * (a[n]! + b[n]! + c[n]! - 1.5) + (d[n]! > 0.98 ? 30000 * a[n]! : 0));
}

/** Limits that astropy's ZScaleInterval 8.0 gives for the same values. */
const KNOWN: readonly (readonly [name: string, values: number[], low: number, high: number])[] = [
  ["a ramp", Array.from({ length: 1000 }, (_, n) => n), 0, 999],
  ["a flat with stars", flatWithStars(), 970.0048523489409, 1064.4897634840668],
  ["two levels", [...Array(600).fill(100), ...Array(400).fill(5000)], 100, 5000],
  ["one level", Array(500).fill(7), 7, 7],
  ["hardly any values", [1, 2, 3, 4], 1, 4],
  ["a steep tail", numbers(999, 3).map((x) => 1000 * x ** 6), 1.67528822675021e-25, 502.78043423318707],
];

for (const [name, values, low, high] of KNOWN) {
  Deno.test(`zscale() agrees with astropy on ${name}`, () => {
    const limits = zscale(values);
    assertAlmostEquals(limits.low, low, Math.abs(low) * 1e-9 + 1e-12);
    assertAlmostEquals(limits.high, high, Math.abs(high) * 1e-9);
  });
}

Deno.test("zscale() gives 0 and 0 without values", () => {
  assertEquals(zscale([]), { low: 0, high: 0 });
});

Deno.test("quantile() lies between two values by straight line", () => {
  assertEquals([0, 0.25, 0.5, 1].map((part) => quantile([0, 10, 20], part)), [0, 5, 10, 20]);
});

Deno.test("limitsOf() by percentile leaves out equally much at both ends", () => {
  const raster = rasterOf(101, Array.from({ length: 101 }, (_, n) => n), { type: "i16" });
  assertEquals(limitsOf(raster, { by: "percentile", percent: 90 }), { low: 5, high: 95 });
  assertEquals(limitsOf(raster, { by: "percentile", percent: 100 }), { low: 0, high: 100 });
});

Deno.test("limitsOf() 100% finds a single hot pixel of a large picture", () => {
  const stored = Array(300 * 300).fill(100);
  stored[45_678] = 30_000;
  const raster = rasterOf(300, stored, { type: "i16" });
  assertEquals(limitsOf(raster, { by: "percentile", percent: 100 }), { low: 100, high: 30_000 });
});

Deno.test("limitsOf() gives limits that differ when the picture has one value, or none", () => {
  assertEquals(limitsOf(rasterOf(2, [7, 7], { type: "i16" }), { by: "zscale" }), { low: 7, high: 8 });
  for (const percent of [100, 99]) {
    const nothing = rasterOf(2, [NaN, NaN], { type: "f32" });
    assertEquals(limitsOf(nothing, { by: "percentile", percent }), { low: 0, high: 1 });
  }
});
