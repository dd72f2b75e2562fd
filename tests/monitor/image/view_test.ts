import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  DEFAULT_VIEW,
  placeAt,
  readLimits,
  readRegion,
  readView,
  type View,
  windowOf,
  writeView,
  zoomed,
} from "../../../daemons/monitor/image/view.ts";

const VIEW: View = {
  limits: { by: "hand", low: -20.5, high: 3000 },
  stretch: "asinh",
  map: "viridis",
  peaks: true,
  zoom: 0.25,
  centre: { x: 2048.5, y: 17 },
  region: { x: 99, y: 199, width: 200, height: 100 },
};

Deno.test("readView() reads what writeView() wrote", () => {
  assertEquals(readView(writeView(VIEW)), VIEW);
  assertEquals(readView(writeView(DEFAULT_VIEW)), DEFAULT_VIEW);
  assertEquals(writeView(DEFAULT_VIEW).size, 0);
});

Deno.test("writeView() is readable by people", () => {
  assertEquals(
    decodeURIComponent(String(writeView(VIEW))),
    "limits=-20.5..3000&scale=asinh&map=viridis&show=peaks&zoom=0.25&at=2048.5,17.0&region=100:299,200:299",
  );
});

Deno.test("readView() takes what it cannot read as not said", () => {
  const odd = "limits=9..3&scale=cubic&map=__proto__&zoom=-1&at=x,2&region=1:2&show=all";
  assertEquals(readView(new URLSearchParams(odd)), DEFAULT_VIEW);
  assertEquals(readView(new URLSearchParams("zoom=1e9")).zoom, 64);
});

Deno.test("readLimits() reads zscale, percent and numbers", () => {
  assertEquals(readLimits("99.5%"), { by: "percentile", percent: 99.5 });
  assertEquals(readLimits("-1e3..2.5"), { by: "hand", low: -1000, high: 2.5 });
  for (const text of ["0%", "101%", "1..1", "..", "a..b", ""]) {
    assertEquals(readLimits(text), undefined, text);
  }
});

Deno.test("readRegion() reads a FITS section either way round", () => {
  assertEquals(readRegion("[10:1,5:6]"), { x: 0, y: 4, width: 10, height: 2 });
});

const PICTURE = { width: 400, height: 200 };
const SIZE = { width: 800, height: 800 };

Deno.test("windowOf() fits the picture in the window", () => {
  assertEquals(windowOf(DEFAULT_VIEW, SIZE, PICTURE), { ...SIZE, zoom: 2, left: 0, bottom: -100 });
});

Deno.test("placeAt() has y upwards", () => {
  const window = windowOf(DEFAULT_VIEW, SIZE, PICTURE);
  assertEquals(placeAt(window, { x: 0, y: 800 }), { x: 0, y: -100 });
  assertEquals(placeAt(window, { x: 800, y: 200 }), { x: 400, y: 200 });
});

Deno.test("zoomed() keeps the place under the pointer", () => {
  const point = { x: 600, y: 300 };
  const before = windowOf(DEFAULT_VIEW, SIZE, PICTURE);
  const after = windowOf(zoomed(DEFAULT_VIEW, before, 3, point), SIZE, PICTURE);
  assertEquals(after.zoom, 6);
  const [a, b] = [placeAt(before, point), placeAt(after, point)];
  assertAlmostEquals(a.x, b.x, 1e-9);
  assertAlmostEquals(a.y, b.y, 1e-9);
});
