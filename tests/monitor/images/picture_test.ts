import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { amplifierAt, detectorPlace } from "../../../daemons/monitor/image/frame.ts";
import { type Raster, readerOf, SAMPLE_BYTES } from "../../../daemons/monitor/image/raster.ts";
import { frameInfoOf } from "../../../daemons/monitor/images/frame_info.ts";
import { imageOf } from "../../../daemons/monitor/images/image_of.ts";
import { openPicture, type Picture } from "../../../daemons/monitor/images/picture.ts";
import { renderPng } from "../../../daemons/monitor/images/rendering.ts";
import { DEFAULT_VIEW } from "../../../daemons/monitor/image/view.ts";
import { FitsError, Header, type Pixels, writeFits } from "../../../lib/fits/mod.ts";
import { joinBytes } from "../../../lib/net/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { readPng } from "../image/png_reader.ts";
import { BIAS, frameOf, writeFrame } from "./frames.ts";

const GOLDEN = "tests/fits/data";
const index: Readonly<
  Record<
    string,
    { hdus: readonly { shape: number[] | null; sum?: number; first4?: number[]; nan?: number }[] }
  >
> = JSON.parse(await Deno.readTextFile(`${GOLDEN}/index.json`));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** All values, from the lowest row. */
async function valuesOf(picture: Picture, rows = 7): Promise<number[]> {
  const values: number[] = [];
  for await (const strip of picture.strips({ rows })) {
    const read = readerOf(strip);
    for (let n = 0; n < strip.width * strip.height; n++) values.push(read(n));
  }
  return values;
}

for (const [name, { hdus }] of Object.entries(index)) {
  for (const [hdu, { shape, sum, first4 }] of hdus.entries()) {
    if (!shape || sum === undefined || first4 === undefined) continue;
    Deno.test(`openPicture() finds the values of ${name}, HDU ${hdu}`, async () => {
      const picture = await openPicture(`${GOLDEN}/${name}`, hdu);
      const [height, width] = shape.slice(-2);
      assertEquals([picture.form.width, picture.form.height], [width, height]);
      const values = await valuesOf(picture);
      const begin = values.slice(0, 4).map((value) => Number.isNaN(value) ? null : value);
      begin.forEach((value, n) => {
        if (value !== null && first4[n] !== null) {
          assertAlmostEquals(value, first4[n]!, Math.abs(value) * 1e-6);
        }
      });
      if (picture.planes === 1) {
        const found = values.filter((value) => !Number.isNaN(value)).reduce((all, value) => all + value, 0);
        assertAlmostEquals(found, sum, Math.abs(sum) * 1e-6 + 1e-6);
      }
    });
  }
}

Deno.test("strips() from the top are the same rows in the other order", () =>
  inFolder(async (folder) => {
    await writeFrame(`${folder}/a.fits`, { width: 5, height: 7, overscan: 2 });
    const picture = await openPicture(`${folder}/a.fits`);
    const strips: number[][] = [];
    for await (const strip of picture.strips({ rows: 4, fromTop: true })) strips.push(firsts(strip));
    assertEquals(strips.map(({ length }) => length), [4, 4, 4, 2]);
    const up: number[][] = [];
    for await (const strip of picture.strips({ rows: 14 })) up.push(firsts(strip));
    assertEquals(strips.reverse().flat(), up.flat());
  }));

function firsts(strip: Raster): number[] {
  return Array.from({ length: strip.height }, (_, y) => readerOf(strip)(y * strip.width));
}

Deno.test("amplifiers are found with data, overscan and their place on the detector", () =>
  inFolder(async (folder) => {
    await writeFrame(`${folder}/a.fits`, { width: 100, height: 80, overscan: 10 });
    const { amplifiers } = await openPicture(`${folder}/a.fits`);
    assertEquals(amplifiers.map(({ name }) => name), ["A", "B", "C", "D"]);
    assertEquals(amplifiers[1], {
      name: "B",
      area: { x: 110, y: 0, width: 110, height: 80 },
      data: { x: 120, y: 0, width: 100, height: 80 },
      bias: { x: 110, y: 0, width: 10, height: 80 },
      ccd: { x: { from: 101, step: 1 }, y: { from: 1, step: 1 } },
      gain: 2,
      readNoise: null,
    });
    const at = amplifierAt({ amplifiers }, 125, 90)!;
    assertEquals(at.name, "D");
    assertEquals(detectorPlace(at, 125, 90), { x: 106, y: 91 });
    assertEquals(detectorPlace(at, 112, 90), undefined, "overscan is not on the detector");
  }));

Deno.test("a section that is read out the other way, or binned, has its places on the detector", () =>
  inFolder(async (folder) => {
    const header = new Header().set("DATASEC", "[1:50,1:40]").set("CCDSEC", "[200:101,1:80]").set(
      "AMPSEC",
      "x",
    );
    await writeFits(`${folder}/a.fits`, [{ header, shape: [50, 40], pixels: new Int16Array(2000) }]);
    const { amplifiers: [only] } = await openPicture(`${folder}/a.fits`);
    assertEquals(only!.ccd, { x: { from: 200, step: -2 }, y: { from: 1, step: 2 } });
    assertEquals(detectorPlace(only!, 1, 1), { x: 198, y: 3 });
  }));

/** One HDU for each amplifier, the right ones and the upper ones read out the other way. */
async function writeMosaic(path: string, width = 6, height = 4): Promise<void> {
  const parts = [0, 1, 2, 3].map((n) => {
    const [right, top] = [n % 2 === 1, n >= 2];
    const pixels = Uint16Array.from({ length: width * height }, (_, at) => 1000 * n + at);
    const [x1, x2] = right ? [2 * width - 2, width - 1] : [1, width - 2];
    const [y1, y2] = top ? [2 * height, height + 1] : [1, height];
    const header = new Header().set("DETSEC", `[${x1}:${x2 + (right ? 2 : 0)},${y1}:${y2}]`)
      .set("DATASEC", `[1:${width - 2},1:${height}]`).set("BIASSEC", `[${width - 1}:${width},1:${height}]`);
    return { name: `AMP${n}`, header, shape: [width, height], pixels };
  });
  const primary = new Header().set("DATE-OBS", "2026-11-20T12:00:00").set("IMAGETYP", "bias").set(
    "FRAMENO",
    7,
  );
  await writeFits(path, [{ header: primary }, ...parts]);
}

Deno.test("openPicture() puts the amplifiers of a file with an HDU for each together, as DETSEC has them", () =>
  inFolder(async (folder) => {
    await writeMosaic(`${folder}/m.fits`);
    const picture = await openPicture(`${folder}/m.fits`);
    assertEquals([picture.form.width, picture.form.height, picture.hdu], [12, 8, undefined]);
    for (const rows of [1, 3, 8]) {
      const values = await valuesOf(picture, rows);
      const at = (x: number, y: number) => values[y * 12 + x];
      assertEquals([at(0, 0), at(5, 3)], [0, 23], "lower left is as it is");
      assertEquals([at(11, 0), at(6, 3)], [1000, 1023], "lower right is turned over in x");
      assertEquals([at(0, 7), at(5, 4)], [2000, 2023], "upper left is turned over in y");
      assertEquals([at(11, 7), at(6, 4)], [3000, 3023], "upper right is turned over in both");
    }
    assertEquals(picture.amplifiers.map(({ name, bias }) => [name, bias?.x]), [
      ["AMP0", 4],
      ["AMP1", 6],
      ["AMP2", 4],
      ["AMP3", 6],
    ]);
    const row = await imageOf(`${folder}/m.fits`, { source: "camera" }, systemClock);
    assertEquals([row.type, row.number, row.width, row.statistics.length], ["bias", 7, 12, 4]);
    assertEquals((await openPicture(`${folder}/m.fits`, 2)).form.width, 6);
  }));

Deno.test("imageOf() keeps what the header says, statistics of each amplifier, and a small picture", () =>
  inFolder(async (folder) => {
    const cards = {
      "IMAGETYP": "flat",
      "EXPTIME": 4,
      "DATE-OBS": "2026-11-20T12:00:00.500",
      "RUNID": "2026-11-20-04",
      "FRAMENO": 1204,
      "OBJECT": "</script><b>",
    };
    await writeFrame(`${folder}/a.fits`, { width: 300, height: 200, overscan: 20, cards });
    const row = await imageOf(`${folder}/a.fits`, { source: "camera" }, systemClock);
    assertEquals([row.time, row.run, row.number, row.exposure, row.type], [
      Date.UTC(2026, 10, 20, 12) / 1000 + 0.5,
      "2026-11-20-04",
      1204,
      4,
      "flat",
    ]);
    assertEquals([row.width, row.height, row.bitpix, row.problem], [640, 400, 16, null]);
    assertEquals(row.header.OBJECT, "</script><b>");
    assertEquals(row.statistics.map(({ name }) => name), ["A", "B", "C", "D"]);
    row.statistics.forEach(({ mean, median, noise, overscan }, n) => {
      assertAlmostEquals(mean, BIAS[n]! + 5000, 1);
      assertAlmostEquals(median, BIAS[n]! + 5000, 1);
      assertAlmostEquals(noise, 20 / Math.sqrt(3), 0.5); // of an even distribution
      assertAlmostEquals(overscan!.mean, BIAS[n]!, 1);
    });
    const small = readPng(Uint8Array.fromBase64(row.thumbnail!));
    assertEquals([small.width, small.height], [Math.ceil(640 / 3), Math.ceil(400 / 3)]);
    const grey = (x: number, y: number) => small.rgba[4 * (y * small.width + x)]!;
    assert(grey(10, 10) > grey(10, small.height - 10), "the last row is on top, and C is brighter than A");
  }));

Deno.test("imageOf() says why a file cannot be read", () =>
  inFolder(async (folder) => {
    const whole = `${folder}/whole.fits`;
    await writeFrame(whole, { width: 50, height: 40 });
    const bytes = await Deno.readFile(whole);
    const bad: Readonly<Record<string, Uint8Array>> = {
      garbage: new TextEncoder().encode("SIMPLE  =                    T garbage"),
      nothing: new Uint8Array(),
      cut: bytes.subarray(0, 9000),
      absurd: replaced(bytes, "NAXIS1  =                  120", "NAXIS1  =          12345678901"),
    };
    for (const [name, content] of Object.entries(bad)) {
      await Deno.writeFile(`${folder}/${name}.fits`, content);
      const row = await imageOf(`${folder}/${name}.fits`, { source: "camera" }, systemClock);
      assert(row.problem !== null && row.thumbnail === null, name);
      assertEquals([row.width, row.statistics.length], [null, 0]);
    }
    await writeFits(`${folder}/empty.fits`, [{ header: new Header() }]);
    assertEquals(
      (await imageOf(`${folder}/empty.fits`, { source: "" }, systemClock)).problem,
      `${folder}/empty.fits: there is no picture in it`,
    );
  }));

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 5760));
  assert(text.includes(from), "the header is as the test expects");
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(text.replace(from, to)));
  return copy;
}

Deno.test("openPicture() refuses an HDU that is none or has no picture", async () => {
  await assertRejects(() => openPicture(`${GOLDEN}/u16.fits`, 5), FitsError, "there is no number 5");
  await assertRejects(
    () => openPicture(`${GOLDEN}/table.fits`, 1),
    FitsError,
    "it is no picture but a table",
  );
});

async function png(picture: Picture, view = {}, size?: number) {
  return readPng(joinBytes(await Array.fromAsync(renderPng(picture, { ...DEFAULT_VIEW, ...view }, size))));
}

Deno.test("renderPng() draws limits, brightness and colours, with the last row on top", () =>
  inFolder(async (folder) => {
    const pixels: Pixels = Float32Array.from([0, 25, 50, 100, NaN, 400]);
    await writeFits(`${folder}/a.fits`, [{ shape: [3, 2], pixels }]);
    const picture = await openPicture(`${folder}/a.fits`);
    const limits = { by: "hand", low: 0, high: 100 } as const;
    const { rgba } = await png(picture, { limits, stretch: "sqrt" });
    const greys = Array.from({ length: 6 }, (_, n) => rgba[4 * n]);
    assertEquals(greys, [255, 0, 255, 0, 128, 180]);
    const coloured = await png(picture, { limits, map: "viridis" });
    assertEquals([...coloured.rgba.subarray(12, 15)], [68, 1, 84]);
    const all = await png(picture, { limits: { by: "percentile", percent: 100 } });
    assertEquals(all.rgba[8], 255);
    assertEquals(all.rgba[0], 64);
  }));

Deno.test("renderPng() makes a picture smaller by the mean of blocks", () =>
  inFolder(async (folder) => {
    const { pixels } = frameOf({ width: 45, height: 40, noise: 0 });
    await writeFits(`${folder}/a.fits`, [{ shape: [110, 80], pixels }]);
    const small = await png(await openPicture(`${folder}/a.fits`), {
      limits: { by: "hand", low: 0, high: 6300 },
    }, 28);
    assertEquals([small.width, small.height], [28, 20]);
    assertEquals(small.rgba[0], Math.round(255 * 6200 / 6300));
  }));

Deno.test("frameInfoOf() tells the browser what the bytes mean", async () => {
  const { form, header } = await openPicture(`${GOLDEN}/u16.fits`);
  const info = frameInfoOf(await openPicture(`${GOLDEN}/u16.fits`), "u16");
  assertEquals([info.type, info.littleEndian, info.scale, info.zero], ["i16", false, 1, 32768]);
  assertEquals(form.width * form.height * SAMPLE_BYTES[form.type], 71 * 50 * 2);
  assert(info.cards.length === [...header].length);
});
