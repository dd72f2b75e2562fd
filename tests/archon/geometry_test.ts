import { assertEquals, assertThrows } from "@std/assert";
import { geometryOf, readAcf } from "../../lib/archon/mod.ts";
import { CommandError } from "../../lib/errors.ts";

const acf = (...taps: string[]) =>
  readAcf(
    ["[CONFIG]", `TAPLINES=${taps.length}`, ...taps.map((tap, at) => `TAPLINE${at}="${tap}, 1.0, 100"`)].join(
      "\n",
    ),
    "taps.acf",
  );
const values = (parameters: Record<string, number>) => (name: string) => parameters[name];

Deno.test("geometryOf() puts the overscan of a tap where its readout ends", () => {
  const { amplifiers, detector } = geometryOf(
    acf("AD1L", "AD2R"),
    values({ OverscanPixels: 10 }),
    { width: 220, height: 50, mode: "top" },
  );
  assertEquals(detector, { width: 200, height: 50 });
  const [left, right] = amplifiers;
  assertEquals(left, {
    name: "AD1",
    all: { x1: 1, x2: 110, y1: 1, y2: 50 },
    data: { x1: 1, x2: 100, y1: 1, y2: 50 },
    overscan: { x1: 101, x2: 110, y1: 1, y2: 50 },
    detector: { x1: 1, x2: 100, y1: 1, y2: 50 },
  });
  assertEquals(right!.overscan, { x1: 111, x2: 120, y1: 1, y2: 50 });
  assertEquals(right!.data, { x1: 121, x2: 220, y1: 1, y2: 50 });
  assertEquals(right!.detector, { x1: 101, x2: 200, y1: 1, y2: 50 });
});

Deno.test("geometryOf() lets the second half of the taps read a split frame from below", () => {
  const { amplifiers, detector } = geometryOf(
    acf("AD1L", "AD2R", "AD5L", "AD6R"),
    values({ OverscanLines: 4 }),
    { width: 200, height: 108, mode: "split" },
  );
  assertEquals(detector, { width: 200, height: 100 });
  assertEquals(amplifiers.map(({ name, data }) => [name, data.x1, data.x2, data.y1, data.y2]), [
    ["AD1", 1, 100, 1, 50],
    ["AD2", 101, 200, 1, 50],
    ["AD5", 1, 100, 59, 108],
    ["AD6", 101, 200, 59, 108],
  ]);
  assertEquals(amplifiers[3]!.detector, { x1: 101, x2: 200, y1: 51, y2: 100 });
});

Deno.test("geometryOf() counts windows and binning from the tap's own edge", () => {
  const parameters = values({
    PreSkipPixels: 20,
    PostSkipPixels: 40,
    PreSkipLines: 5,
    PostSkipLines: 15,
    OverscanPixels: 8,
    HorizontalBinning: 2,
    VerticalBinning: 4,
  });
  const { amplifiers, detector, binning } = geometryOf(
    acf("AD1L", "AD2R"),
    parameters,
    { width: 48, height: 20, mode: "top" },
  );
  assertEquals(binning, { x: 2, y: 4 });
  assertEquals(detector, { width: 200, height: 100 });
  assertEquals(amplifiers[0]!.detector, { x1: 21, x2: 60, y1: 6, y2: 85 });
  assertEquals(amplifiers[1]!.detector, { x1: 141, x2: 180, y1: 6, y2: 85 });
  assertEquals(amplifiers[1]!.overscan, { x1: 25, x2: 28, y1: 1, y2: 20 });
});

Deno.test("geometryOf() refuses a frame that its taps cannot share", () => {
  const taps = acf("AD1L", "AD2R", "AD3L");
  assertThrows(
    () => geometryOf(taps, values({}), { width: 100, height: 10, mode: "top" }),
    CommandError,
    "3 taps",
  );
  assertThrows(() => geometryOf(acf(), values({}), { width: 100, height: 10, mode: "top" }), CommandError);
});
