import { assertAlmostEquals, assertEquals } from "@std/assert";
import { COLOUR_MAPS, coloursOf } from "../../../daemons/monitor/image/colour_map.ts";
import { brightness, STRETCHES } from "../../../daemons/monitor/image/stretch.ts";

Deno.test("brightness() goes from 0 at the lower limit to 1 at the higher, and stays there beyond", () => {
  for (const stretch of STRETCHES) {
    assertEquals(brightness(stretch, 0), 0);
    assertAlmostEquals(brightness(stretch, 1), 1, 1e-12);
    assertEquals(brightness(stretch, -3), 0);
    assertAlmostEquals(brightness(stretch, 9), 1, 1e-12);
    assertEquals(brightness(stretch, NaN), NaN);
  }
});

Deno.test("brightness() has known values", () => {
  assertEquals(brightness("linear", 0.25), 0.25);
  assertEquals(brightness("sqrt", 0.25), 0.5);
  assertAlmostEquals(brightness("log", 0.01), Math.log(11) / Math.log(1001), 1e-12); // 0.3471
  assertAlmostEquals(brightness("asinh", 0.1), 0.881373587 / 2.998222950, 1e-8);
});

Deno.test("brightness() never falls", () => {
  for (const stretch of STRETCHES) {
    for (let n = 1; n <= 1000; n++) {
      const [before, now] = [brightness(stretch, (n - 1) / 1000), brightness(stretch, n / 1000)];
      if (!(now > before)) throw new Error(`${stretch} falls at ${n}`);
    }
  }
});

Deno.test("coloursOf() has 256 colours that begin and end as named", () => {
  for (const name of COLOUR_MAPS) assertEquals(coloursOf(name).length, 768);
  assertEquals([...coloursOf("grey").subarray(3 * 128, 3 * 128 + 3)], [128, 128, 128]);
  assertEquals([...coloursOf("negative").subarray(0, 3)], [255, 255, 255]);
  assertEquals([...coloursOf("viridis").subarray(0, 3)], [68, 1, 84]);
  assertEquals([...coloursOf("viridis").subarray(-3)], [253, 231, 37]);
});
