/** What becomes of charge that a script moves: where it comes out in the image, and how much of it. */
import { assert, assertEquals } from "@std/assert";
import { type Bench, type FetchedImage, smallBench } from "./bench.ts";

/** A pixel's electrons: the taps add 1000, and each unit stands for 2 electrons; patterns are a few electrons at most. */
const electrons = (image: FetchedImage, row: number, column: number) =>
  2 * (image.pixels[row * image.width + column]! - 1000);

function assertNear(actual: number, expected: number, tolerance: number, what = ""): void {
  assert(
    Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual} instead of ${expected} +- ${tolerance}`,
  );
}

/** The pixels that have more than 500 electrons. */
function bright(image: FetchedImage): string[] {
  const found: string[] = [];
  for (let row = 0; row < image.height; row++) {
    for (let column = 0; column < image.width; column++) {
      if (electrons(image, row, column) > 500) found.push(`${row},${column}`);
    }
  }
  return found;
}

/** Charge in the corner pixel of each section, more from one to the next, and in its second row and third column. */
function mark(bench: Bench): void {
  bench.simulator.ccd.sections.forEach((section, index) => {
    section.add(0, 0, 10_000 * (index + 1));
    section.add(1, 2, 5000);
  });
}

Deno.test("split image: every amplifier's corner is in its corner of the image", async () => {
  await using bench = await smallBench();
  mark(bench);
  const image = await bench.expose();
  assertEquals([image.width, image.height], [48, 40]);
  assertEquals(bright(image), ["0,0", "0,47", "1,2", "1,45", "38,2", "38,45", "39,0", "39,47"]);
  assertNear(electrons(image, 39, 0), 10_000, 30, "AD1");
  assertNear(electrons(image, 39, 47), 20_000, 30, "AD2");
  assertNear(electrons(image, 0, 0), 30_000, 30, "AD3");
  assertNear(electrons(image, 0, 47), 40_000, 30, "AD4");
});

Deno.test("top and bottom images: the first line is the first or the last row", async () => {
  for (const [mode, rows] of [[0, [0, 1]], [1, [19, 18]]] as const) {
    await using bench = await smallBench({}, { FRAMEMODE: mode });
    mark(bench);
    const image = await bench.expose();
    assertEquals([image.width, image.height], [96, 20]);
    const [first, second] = rows.map(String);
    const corners = [`${first},0`, `${first},47`, `${first},48`, `${first},95`];
    const others = [`${second},2`, `${second},45`, `${second},50`, `${second},93`];
    assertEquals(bright(image).sort(), [...corners, ...others].sort());
  }
});

Deno.test("prescan pixels come first where they are not skipped, and overscan last", async () => {
  await using bench = await smallBench({ flux: 1e6 });
  const image = await bench.expose({ PreSkipPixels: 0, IntMS: 1 });
  const light = Array.from({ length: 24 }, (_, column) => electrons(image, 5, column) > 500);
  assertEquals(light, [...Array(4).fill(false), ...Array(16).fill(true), ...Array(4).fill(false)]);
  const skipped = await bench.expose({ PreSkipPixels: 7 });
  assertEquals(Array.from({ length: 24 }, (_, column) => electrons(skipped, 5, column) > 500), [
    ...Array(13).fill(true),
    ...Array(11).fill(false),
  ]);
  const lines = Array.from({ length: 20 }, (_, row) => electrons(skipped, row, 3) > 500);
  assertEquals(lines, [...Array(16).fill(true), ...Array(4).fill(false)]);
});

Deno.test("windows: lines and pixels that are skipped are gone, the rest comes as it was", async () => {
  await using bench = await smallBench({}, { LINECOUNT: 12, PIXELCOUNT: 16 });
  bench.simulator.ccd.sections[0]!.add(5, 6, 8000);
  bench.simulator.ccd.sections[0]!.add(2, 6, 8000);
  const image = await bench.expose({
    PreSkipLines: 3,
    Lines: 8,
    PostSkipLines: 5,
    PreSkipPixels: 8,
    Pixels: 8,
  });
  assertEquals([image.width, image.height], [32, 24]);
  assertEquals(bright(image), ["21,2"]);
  assertNear(electrons(image, 21, 2), 8000, 30);
});

Deno.test("binning by clocks adds up charge", async () => {
  for (
    const [vertical, horizontal, lines, pixels] of [[1, 1, 16, 16], [2, 2, 8, 8], [4, 1, 4, 16], [
      1,
      4,
      16,
      4,
    ]] as const
  ) {
    await using bench = await smallBench({ flux: 1e6 }, { LINECOUNT: lines, PIXELCOUNT: pixels });
    const image = await bench.expose({
      IntMS: 2,
      VerticalBinning: vertical,
      HorizontalBinning: horizontal,
      Lines: lines,
      Pixels: pixels,
    });
    const expected = 2000 * vertical * horizontal;
    assertNear(mean(image), expected, 0.01 * expected, `${vertical} x ${horizontal}`);
  }

  function mean({ pixels }: FetchedImage): number {
    return [...pixels].reduce((sum, value) => sum + 2 * (value - 1000), 0) / pixels.length;
  }
});

Deno.test("light counts while the shutter is open, to 10 ns, and not before or after", async () => {
  await using bench = await smallBench({ flux: 1e6 });
  for (
    const [parameters, expected] of [[{ IntMS: 7 }, 7000], [{ IntMS: 0, IntCS: 2 }, 20_000], [{
      IntCS: 0,
      NoIntMS: 50,
    }, 0]] as const
  ) {
    const image = await bench.expose(parameters);
    assertNear(electrons(image, 8, 8), expected, 5 * Math.sqrt(expected) + 10, JSON.stringify(parameters));
  }
  bench.simulator.setFlux(2e6);
  await bench.load({ NoIntMS: 0, IntMS: 100, Exposures: 1 });
  await bench.clock.advance("60 ms");
  bench.simulator.setFlux(0);
  await bench.clock.advance("1 s");
  const { pixels } = await bench.image(Number((await bench.values("FRAME"))["WBUF"]));
  assert(2 * pixels[48 * 8 + 8]! > 80_000, "the shutter saw the lamp go out");
});

Deno.test("the trigger output forced low keeps the shutter closed", async () => {
  await using bench = await smallBench({ flux: 1e6 }, { TRIGOUTFORCE: 1, TRIGOUTLEVEL: 0 });
  assertNear(electrons(await bench.expose({ IntMS: 20 }), 8, 8), 0, 30);
});

Deno.test("an exposure that is aborted is read out at once, or keeps its charge until that is asked for", async () => {
  await using bench = await smallBench({ flux: 1e5 });
  await bench.load({ ReadOut: 1, IntMS: 10_000, Exposures: 1 });
  await bench.clock.advance("200 ms");
  await bench.load({ AbortExposure: 1 });
  await bench.clock.advance("1 s");
  const first = await bench.values("FRAME");
  assertEquals([first["WBUF"], first["BUF1COMPLETE"]], ["1", "1"]);
  assertNear(electrons(await bench.image(1), 8, 8), 20_000, 1000);

  await bench.load({ ReadOut: 0, Exposures: 1 });
  await bench.clock.advance("200 ms");
  await bench.load({ AbortExposure: 1 });
  await bench.clock.advance("1 s");
  assertEquals((await bench.values("FRAME"))["WBUF"], "1");
  await bench.load({ AutoFlush: 1 });
  await bench.clock.advance("1 s");
  await bench.load({ ReadOut: 1 });
  await bench.clock.advance("1 s");
  assertEquals((await bench.values("FRAME"))["BUF2COMPLETE"], "1");
  assertNear(electrons(await bench.image(2), 8, 8), 20_000, 1000, "read later");
});

Deno.test("DoFlush empties the detector, and so does AutoFlush", async () => {
  await using bench = await smallBench();
  mark(bench);
  await bench.load({ FlushCount: 1, DoFlush: 1 });
  await bench.clock.advance("100 ms");
  assertEquals(bright(await bench.expose()), []);
  mark(bench);
  await bench.load({ AutoFlush: 1 });
  await bench.clock.advance("1 s");
  await bench.load({ AutoFlush: 0 });
  await bench.clock.advance("10 ms");
  assertEquals(bright(await bench.expose()), []);
});

Deno.test("Exposures counts frames; ContinuousExposures goes on; each frame has a number and the stamp of its begin", async () => {
  await using bench = await smallBench();
  await bench.load({ NoIntMS: 10, Exposures: 3 });
  await bench.clock.advance("1 s");
  const frame = await bench.values("FRAME");
  assertEquals([1, 2, 3].map((n) => [frame[`BUF${n}FRAME`], frame[`BUF${n}COMPLETE`]]), [["1", "1"], [
    "2",
    "1",
  ], ["3", "1"]]);
  const stamps = [1, 2, 3].map((n) => parseInt(frame[`BUF${n}TIMESTAMP`]!, 16));
  assertEquals(stamps[1]! - stamps[0]!, stamps[2]! - stamps[1]!);
  await bench.load({ ContinuousExposures: 1 });
  await bench.clock.advance("1 s");
  await bench.load({ ContinuousExposures: 0 });
  assert(Number((await bench.values("FRAME"))["BUF1FRAME"]) > 9);
});

Deno.test("a negative gain counts the other way, and a larger one counts more", async () => {
  await using bench = await smallBench({}, { TAPLINE0: "AD3L, -1.0, 30000", TAPLINE1: "AD4R, 2.0, 100" });
  mark(bench);
  const { pixels } = await bench.expose();
  assertNear(pixels[0]!, 30_000 - 15_000, 15);
  assertNear(pixels[47]!, 100 + 40_000, 30);
});

Deno.test("windows that do not stand on both sides of the charge's arrival measure nothing, or part of it", async () => {
  for (
    const [windows, part] of [
      [{ SHP1: 100, SHP2: 199, SHD1: 250, SHD2: 399 }, 0],
      [{ SHP1: 500, SHP2: 599, SHD1: 650, SHD2: 799 }, 0],
      [{ SHP1: 500, SHP2: 599, SHD1: 100, SHD2: 399 }, -1],
      // The charge comes at 411: half of this window is before it. The chain needs 50 ns.
      [{ SHP1: 100, SHP2: 199, SHD1: 316, SHD2: 515 }, 0.5],
    ] as const
  ) {
    await using bench = await smallBench({}, { ...windows, TAPLINE2: "AD1L, 1.0, 30000" });
    bench.simulator.ccd.sections[0]!.add(0, 0, 8000);
    const { pixels } = await bench.expose();
    assertNear(
      pixels[39 * 48]!,
      30_000 + 4000 * part,
      120 * Number(part === 0.5) + 10,
      JSON.stringify(windows),
    );
  }
});

Deno.test("high gain of the preamplifier: three times as many units for an electron", async () => {
  await using bench = await smallBench({}, { "MOD5/PREAMPGAIN": 1 });
  bench.simulator.ccd.sections[0]!.add(0, 0, 10_000);
  const { pixels } = await bench.expose();
  assertNear(pixels[39 * 48]!, 1000 + 5000 * 65.8 / 21.9, 20);
});

Deno.test("the converter ends at 0: how far below the clamped level that is decides how much it sees", async () => {
  for (const [clamp, most] of [["1.8", 60_123], ["0.0", 32_768], ["-1.8", 5412]] as const) {
    const changes = Object.fromEntries([1, 2, 3, 4].map((n) => [`MOD5/CLAMP${n}`, clamp]));
    await using bench = await smallBench({ ccd: { fullWell: 1e6 } }, {
      ...changes,
      TAPLINE2: "AD1L, 1.0, 0",
    });
    bench.simulator.ccd.sections[0]!.add(0, 0, 300_000);
    assertNear((await bench.expose()).pixels[39 * 48]!, most, 1, clamp);
  }
});

Deno.test("a result beyond 16 bits stays at 65535; with 32 bits it does not", async () => {
  for (const [mode, value] of [[0, 65_535], [1, 1000 + 4 * 25_000]] as const) {
    await using bench = await smallBench({}, { SAMPLEMODE: mode, TAPLINE2: "AD1L, 4.0, 1000" });
    bench.simulator.ccd.sections[0]!.add(0, 0, 50_000);
    const image = await bench.expose();
    assertEquals(image.pixels instanceof Uint32Array, mode === 1);
    assertNear(image.pixels[39 * 48]!, value, 60);
  }
});

Deno.test("without power there is nothing but the converter's own noise", async () => {
  await using bench = await smallBench({ flux: 1e6 });
  await bench.wait("POWEROFF");
  const { pixels } = await bench.expose({ IntMS: 20 });
  for (const value of pixels) assertNear(value, 1000, 2);
});

Deno.test("raw samples show the reset level, the video level, and the edge in between", async () => {
  await using bench = await smallBench({}, {
    RAWENABLE: 1,
    RAWSEL: 0,
    RAWSTARTLINE: 1,
    RAWENDLINE: 2,
    RAWSTARTPIXEL: 2,
    RAWSAMPLES: 1000,
  });
  mark(bench);
  await bench.expose();
  const frame = await bench.values("FRAME");
  assertEquals([frame["BUF1RAWBLOCKS"], frame["BUF1RAWLINES"], frame["BUF1RAWOFFSET"]], ["1", "2", "4096"]);
  const bytes = await bench.fetch(Number(frame["BUF1BASE"]) + 4096, 4);
  const samples = new Uint16Array(bytes.buffer, 0, 1024);
  const level = (from: number, to: number) =>
    samples.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  assertNear(level(100, 400), 32_768 + 1.8 / 65.8e-6, 3, "reset");
  assertNear(level(100, 400) - level(500, 800), 2500, 5, "charge");
  assertNear(samples[409]! - samples[600]!, 2500, 20, "before the edge");
  // The second line has no charge there.
  const second = new Uint16Array(bytes.buffer, 2048, 1024);
  assertNear(second[300]! - second[700]!, 0, 20);
});

Deno.test("clocks that slew too slowly for their script move no charge", async () => {
  // The phases move by 11 V every 3 us, those of the registers by 10 V every 0.1 us.
  for (
    const [keys, slew, comes] of [["MOD10", 4, true], ["MOD10", 3, false], ["MOD11", 110, true], [
      "MOD11",
      90,
      false,
    ]] as const
  ) {
    const changes = Object.fromEntries([1, 2, 3, 5, 6, 7].map((n) => [`${keys}/FASTSLEWRATE${n}`, slew]));
    await using bench = await smallBench({}, changes);
    bench.simulator.ccd.sections[0]!.add(3, 3, 10_000);
    const image = await bench.expose();
    assertEquals(bright(image).length > 0, comes, `${keys} ${slew} V/us`);
  }
});

Deno.test("LOADTIMING in the middle of an exposure closes the shutter", async () => {
  await using bench = await smallBench({ flux: 1e4 });
  await bench.load({ IntMS: 10_000, Exposures: 1 });
  await bench.clock.advance("100 ms");
  assertEquals(bench.simulator.truth().shutter, true);
  assertEquals(await bench.ask("LOADTIMING"), "");
  assertEquals(bench.simulator.truth().shutter, false);
  assertEquals((await bench.values("FRAME"))["WBUF"], "0");
});
