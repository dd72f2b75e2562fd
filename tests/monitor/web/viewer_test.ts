import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { coloursOf } from "../../../daemons/monitor/image/colour_map.ts";
import { STRETCHES } from "../../../daemons/monitor/image/stretch.ts";
import type { Pixels } from "../../../lib/fits/mod.ts";
import { writeFrame, writePixels } from "../images/frames.ts";
import { assertNear, DARK, FLAT, grey, greyOf, viewerTest } from "./viewer_test_tools.ts";

viewerTest(
  "a flat: each amplifier, its overscan, the probe, the region, cuts and the header",
  async (bench) => {
    const { folder, add, show, page, errors, colourOf, pointOf } = bench;
    await writeFrame(`${folder}/flat.fits`, { noise: 0, cards: { ...FLAT, OBJECT: "<b>sky</b>" } });
    await add("flat.fits");
    await show("images/1?limits=0..12600");
    assertEquals(await page.getAttribute("#picture", "data-renderer"), "webgl2");
    assertNear(await colourOf(50, 40), greyOf(6000 / 12600), 1, "A");
    assertNear(await colourOf(150, 40), greyOf(6100 / 12600), 1, "B");
    assertNear(await colourOf(50, 120), greyOf(6200 / 12600), 1, "C");
    assertNear(await colourOf(105, 40), greyOf(1000 / 12600), 1, "overscan of A");
    assertEquals(await page.locator("#marks .amplifier").count(), 4);
    assertEquals(await page.locator("#marks .overscan").count(), 4);
    assertEquals(await page.textContent("#detail"), "flat, <b>sky</b>, 4 s");

    const point = await pointOf(150, 120);
    await page.mouse.move(point.x, point.y);
    assertEquals(await page.textContent("#probe"), "x 151\u2002y 121\u20026\u202f300 DN CCD 131, 121 (D)");
    const over = await pointOf(112, 20);
    await page.mouse.move(over.x, over.y);
    assertStringIncludes((await page.textContent("#probe"))!, "1\u202f100 DN not on the CCD (B)");

    const value = (of: string) => page.textContent(`#region [data-of="${of}"]`);
    await page.waitForFunction(`document.querySelector("#region").dataset.turn`);
    assertEquals([await value("mean"), await value("noise")], ["6\u202f000", "0"]);
    assertEquals([await value("level"), await value("amplifier"), await value("gain")], [
      "5\u202f000",
      "A",
      "2",
    ]);
    const [from, to] = [await pointOf(120, 90), await pointOf(129, 99)];
    await page.keyboard.down("Shift");
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y);
    await page.mouse.up();
    await page.keyboard.up("Shift");
    await page.waitForFunction(
      `/6.300/.test(document.querySelector('#region [data-of="mean"]').textContent)`,
    );
    assertEquals(await value("size"), "10 \u00d7 10");
    await page.waitForURL(/region=121:130,91:100/);

    await page.click(`[data-do="region"]`);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((await pointOf(123, 92)).x, (await pointOf(123, 92)).y);
    await page.mouse.up();
    await page.waitForURL(/region=121:124,91:93/);
    assertEquals(await page.getAttribute(`[data-do="region"]`, "aria-pressed"), "false");

    assert(await page.locator("#cuts").isHidden());
    await page.mouse.click(point.x, point.y);
    await page.waitForSelector("#cuts:not([hidden])");
    await page.waitForSelector(`[data-cut="row"][aria-label="row cut: 220 values"] canvas`);
    await page.waitForSelector(`[data-cut="column"][aria-label="column cut: 160 values"] canvas`);
    await page.waitForSelector(`[data-cut="radial"][aria-label="radial cut: 31 values"] canvas`);
    assertEquals(await page.textContent("#cuts small"), "x 151, y 121");

    await page.keyboard.press("/");
    await page.keyboard.type("exptime");
    assertEquals(await page.locator("#header dl div").allTextContents(), ["EXPTIME4"]);
    await page.fill("#header input", "sky");
    assertEquals(await page.locator("#header dd").allTextContents(), ["<b>sky</b>"]);
    assertEquals(errors, []);
  },
);

viewerTest("a dark: hot pixels are seen at any zoom with peaks, and drowned in the mean", async (bench) => {
  const { folder, add, show, page, errors, colourOf, pointOf } = bench;
  const hot = { "701,301": 30_000, "200,1500": 9000 };
  await writeFrame(`${folder}/dark.fits`, {
    width: 990,
    height: 1000,
    level: 10,
    noise: 5,
    hot,
    cards: DARK,
  });
  await add("dark.fits");
  await show("images/1?limits=1000..9000&show=peaks");
  await page.waitForTimeout(300);
  const point = await pointOf(701, 301);
  await page.addStyleTag({ content: "#marks { display: none }" });
  const brightest = async () => {
    const clip = { x: Math.floor(point.x) - 3, y: Math.floor(point.y) - 3, width: 7, height: 7 };
    const { readPng } = await import("../image/png_reader.ts");
    const { rgba } = readPng(await page.screenshot({ clip }));
    return Math.max(...rgba.filter((_, n) => n % 4 === 0));
  };
  assertEquals(await brightest(), 255);
  await page.selectOption(`[name="show"]`, "mean");
  await page.waitForTimeout(300);
  assert(await brightest() < 250, "the mean of several pixels is darker");
  await page.goto(page.url().replace(/\?.*/, "?limits=1000..40000&zoom=8&at=701.5,301.5"));
  await page.waitForFunction(`performance.getEntriesByName("dewar:picture").length > 0`);
  assertNear(await colourOf(701, 301), greyOf(29_000 / 39_000));
  assertNear(await colourOf(702, 301), greyOf(10 / 39_000), 2);
  assertEquals(errors, []);
});

viewerTest(
  "brightness and colours are those of the server's pictures",
  async ({ folder, add, show, page, colourOf, errors }) => {
    await writePixels(`${folder}/ramp.fits`, [16, 16], Int16Array.from({ length: 256 }, (_, n) => n));
    await add("ramp.fits");
    for (const renderer of ["webgl2", "canvas"]) {
      await show(`images/1?limits=0..255&renderer=${renderer}`);
      assertEquals(await page.getAttribute("#picture", "data-renderer"), renderer);
      for (const stretch of STRETCHES) {
        await page.selectOption(`[name="scale"]`, stretch);
        await page.waitForTimeout(60);
        for (const [x, y] of [[0, 0], [1, 0], [8, 2], [5, 9], [15, 15]] as const) {
          const part = (x + 16 * y) / 255;
          assertNear(await colourOf(x, y), greyOf(part, stretch), 1, `${renderer} ${stretch} ${x} ${y}`);
        }
      }
      await page.selectOption(`[name="scale"]`, "linear");
      await page.selectOption(`[name="map"]`, "viridis");
      await page.waitForTimeout(60);
      const colours = coloursOf("viridis");
      assertNear(await colourOf(4, 6), [...colours.subarray(300, 303)]);
    }
    assertEquals(errors, []);
  },
);

viewerTest(
  "pixels without a value have the colour of the ground",
  async ({ folder, add, show, page, colourOf, errors }) => {
    await writePixels(`${folder}/holes.fits`, [2, 2], Float32Array.from([NaN, 1, Infinity, -Infinity]));
    await add("holes.fits");
    await show("images/1?limits=0..1");
    const ground = await page.$eval(
      "#picture",
      (canvas) => getComputedStyle(canvas as never).backgroundColor.match(/\d+/g)!.map(Number),
    );
    assertNear(await colourOf(0, 0), ground);
    assertEquals(await colourOf(1, 0), grey(255));
    assertEquals(await colourOf(0, 1), grey(255));
    assertEquals(await colourOf(1, 1), grey(0));
    assertEquals(errors, []);
  },
);

declare function getComputedStyle(element: never): { readonly backgroundColor: string };

/** Neighbouring values that differ in the last of all bits of their type. */
const DEEP: readonly (readonly [name: string, pixels: Pixels, low: number])[] = [
  ["u16", Uint16Array.from([65530, 65531, 65532, 65533, 65534, 65535]), 65530],
  ["i32", Int32Array.from([0, 1, 2, 3, 4, 5], (n) => 2_000_000_000 + n), 2_000_000_000],
  ["u32", Uint32Array.from([0, 1, 2, 3, 4, 5], (n) => 4_000_000_000 + n), 4_000_000_000],
  ["f32", Float32Array.from([0, 1, 2, 3, 4, 5], (n) => 16_000_000 + n), 16_000_000],
  ["f64", Float64Array.from([0, 1, 2, 3, 4, 5]), 0],
  ["u8", Uint8Array.from([250, 251, 252, 253, 254, 255]), 250],
];

viewerTest("every type is shown at full depth", async ({ folder, add, show, colourOf, errors }) => {
  for (const [name, pixels, low] of DEEP) {
    await writePixels(`${folder}/${name}.fits`, [3, 2], pixels);
    const id = await add(`${name}.fits`);
    await show(`images/${id}?limits=${low}..${low + 5}`);
    for (let n = 0; n < 6; n++) {
      assertNear(await colourOf(n % 3, Math.floor(n / 3)), greyOf(n / 5), 1, `${name} ${n}`);
    }
  }
  assertEquals(errors, []);
});
