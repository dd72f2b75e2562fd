import { assert, assertEquals, assertGreater } from "@std/assert";
import { readerOf, sampleOf, type SampleType, within } from "../../../daemons/monitor/image/raster.ts";
import { rasterOf } from "./pictures.ts";

const STORED: Readonly<Record<SampleType, readonly number[]>> = {
  u8: [0, 1, 128, 255],
  i16: [-32768, -1, 0, 32767],
  u16: [0, 1, 32768, 65535],
  i32: [-2147483648, -1, 0, 2147483647],
  u32: [0, 1, 2147483648, 4294967295],
  f32: [-1.5, 0, 1e30, NaN],
  f64: [-1e-300, 0.1, 1e300, NaN],
};

for (const [type, stored] of Object.entries(STORED) as [SampleType, number[]][]) {
  for (const littleEndian of [false, true]) {
    Deno.test(`readerOf() reads ${type}, ${littleEndian ? "little" : "big"} end first`, () => {
      const raster = rasterOf(2, stored, { type, littleEndian });
      const expected = type === "f32" ? [...new Float32Array(stored)] : stored;
      assertEquals(stored.map((_, index) => readerOf(raster)(index)), expected);
    });
  }
}

Deno.test("readerOf() applies scale and zero, and knows the blank value before them", () => {
  const read = readerOf(rasterOf(4, [-32768, -1, 0, 7], { type: "i16", scale: 2, zero: 100, blank: -32768 }));
  assertEquals([0, 1, 2, 3].map(read), [NaN, 98, 100, 114]);
});

Deno.test("readerOf() reads unsigned numbers as FITS stores them", () => {
  const read = readerOf(rasterOf(2, [-32768, 32767], { type: "i16", zero: 32768 }));
  assertEquals([read(0), read(1)], [0, 65535]);
});

Deno.test("sampleOf() meets every column when its step would divide the width", () => {
  const stored = Array.from({ length: 64 * 64 }, (_, index) => index % 64);
  const sample = sampleOf(rasterOf(64, stored, { type: "i16" }), 64);
  assertGreater(new Set(sample).size, 30);
});

Deno.test("sampleOf() takes only what has a value and only from the area", () => {
  const raster = rasterOf(3, [1, 2, 3, NaN, 5, 6, 7, 8, Infinity], { type: "f32" });
  assertEquals([...sampleOf(raster, 100, { x: 1, y: 1, width: 2, height: 2 })], [5, 6, 8]);
  assert(sampleOf(rasterOf(1, [NaN], { type: "f32" }), 10).length === 0);
});

Deno.test("within() cuts an area at the edges of the picture", () => {
  const picture = rasterOf(4, Array(12).fill(0), { type: "u8" });
  assertEquals(within({ x: -2, y: 1, width: 4, height: 9 }, picture), { x: 0, y: 1, width: 2, height: 2 });
  assertEquals(within({ x: 9, y: 9, width: 4, height: 4 }, picture).width, 0);
});
