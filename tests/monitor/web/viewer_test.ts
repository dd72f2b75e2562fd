import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { coloursOf } from "../../../daemons/monitor/image/colour_map.ts";
import { brightness, STRETCHES } from "../../../daemons/monitor/image/stretch.ts";
import type { Pixels } from "../../../lib/fits/mod.ts";
import { openFitspipeLink, serveFitspipe } from "../../../lib/fitspipe/mod.ts";
import { frameOf as fitspipeFrame } from "../../../lib/fitspipe/mod.ts";
import { openLineLink } from "../../../lib/line/mod.ts";
import { MemoryTransport } from "../../../lib/testing/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { writeFrame, writePixels } from "../images/frames.ts";
import { type ViewerBench, withViewer } from "./viewer.ts";

const FLAT = { IMAGETYP: "flat", EXPTIME: 4, "DATE-OBS": "2026-11-20T12:00:00", FRAMENO: 1204 };
const DARK = { IMAGETYP: "dark", EXPTIME: 60, "DATE-OBS": "2026-11-20T12:05:00", FRAMENO: 1205 };

const viewerTest = (name: string, test: (bench: ViewerBench) => Promise<void>) =>
  testWith(name, [chromium], () => withViewer(test));

const grey = (value: number) => [value, value, value] as [number, number, number];
const greyOf = (part: number, stretch: (typeof STRETCHES)[number] = "linear") =>
  grey(Math.round(255 * brightness(stretch, part)));

function assertNear(found: readonly number[], expected: readonly number[], off = 1, what = ""): void {
  const isNear = found.every((value, n) => Math.abs(value - expected[n]!) <= off);
  assert(isNear, `${what}: expected about ${expected}, got ${found}`);
}

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

viewerTest("a large picture is shown in some of its pixels until all are there", async (bench) => {
  const { folder, add, show, page, colourOf, pointOf, errors } = bench;
  const [width, height] = [2100, 1050];
  // Each third column has the value of its place; those beside it differ.
  const pixels = Uint16Array.from({ length: width * height }, (_, n) => {
    const x = n % width;
    return x % 3 === 1 ? 1000 + x : 4000;
  });
  await writePixels(`${folder}/large.fits`, [width, height], pixels);
  await add("large.fits");
  const held = Promise.withResolvers<void>();
  await page.route("**/frame", async (route) => {
    await held.promise;
    await route.continue();
  });
  await show("images/1?limits=1000..4000&zoom=4&at=301.5,500");
  assertEquals(await page.textContent("#probe"), "1 of 9 pixels, 0\u2009% of the others are here");
  for (const x of [300, 301, 302]) assertNear(await colourOf(x, 500), greyOf(301 / 3000));
  const point = await pointOf(301, 500);
  await page.mouse.move(point.x, point.y);
  assertMatch((await page.textContent("#probe"))!, /^1 of 9 pixels/);
  held.resolve();
  await page.waitForFunction(`performance.getEntriesByName("dewar:whole").length > 0`);
  for (const x of [300, 302]) assertNear(await colourOf(x, 500), greyOf(1));
  assertNear(await colourOf(301, 500), greyOf(301 / 3000));
  await page.mouse.move(point.x, point.y + 1);
  assertEquals(await page.textContent("#probe"), "x 302\u2002y 501\u20021\u202f301 DN");
  assertEquals(errors, []);
});

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

viewerTest("zoom, pan and limits go into the address, and the address brings them back", async (bench) => {
  const { folder, add, show, page, errors, pointOf } = bench;
  await writeFrame(`${folder}/flat.fits`, { cards: FLAT });
  await add("flat.fits");
  await show("images/1");
  const point = await pointOf(30, 30);
  await page.mouse.move(point.x, point.y);
  await page.mouse.wheel(0, -400);
  await page.waitForURL(/zoom=/);
  const after = await pointOf(30, 30);
  assertAlmostEquals(after.x, point.x, 8);
  assertAlmostEquals(after.y, point.y, 8);
  await page.mouse.down();
  await page.mouse.move(point.x + 100, point.y + 50, { steps: 4 });
  await page.mouse.up();
  await page.fill(`[name="low"]`, "900");
  await page.fill(`[name="high"]`, "7000");
  await page.press(`[name="high"]`, "Enter");
  await page.keyboard.press("Escape");
  await page.locator("#title").click();
  await page.evaluate(`document.activeElement.blur()`);
  for (const key of ["l", "c", "c", "p"]) await page.keyboard.press(key);
  await page.waitForURL(/limits=900\.\.7000&scale=log&map=viridis&show=peaks&zoom=[\d.]+&at=[\d.]+,[\d.]+/);
  const address = page.url();
  await page.reload();
  await page.waitForFunction(`performance.getEntriesByName("dewar:picture").length > 0`);
  assertEquals(await page.inputValue(`[name="scale"]`), "log");
  assertEquals(await page.inputValue(`[name="low"]`), "900");
  assertEquals(page.url(), address);
  await page.fill(`[name="low"]`, "9000");
  await page.press(`[name="low"]`, "Enter");
  assertEquals(await page.getAttribute(`[name="low"]`, "aria-invalid"), "true");
  await page.evaluate(`document.activeElement.blur()`);
  await page.keyboard.press("Home");
  await page.waitForURL((url) => url.search === "");
  assertEquals(await page.inputValue(`[name="limits"]`), "zscale");
  assertEquals(errors, []);
});

viewerTest("two fingers zoom and move: what is below them stays there", async (bench) => {
  const { folder, add, show, page, errors, pointOf } = bench;
  await writeFrame(`${folder}/flat.fits`, { cards: FLAT });
  await add("flat.fits");
  await show("images/1");
  const session = await page.context().newCDPSession(page);
  const touch = (
    type: "touchStart" | "touchMove" | "touchEnd",
    points: readonly { x: number; y: number }[],
  ) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map((point, id) => ({ ...point, id })),
    });
  const [left, right] = [await pointOf(80, 80), await pointOf(140, 80)];
  const before = right.x - left.x;
  await touch("touchStart", [left]);
  await touch("touchStart", [left, right]);
  for (let n = 1; n <= 10; n++) await touch("touchMove", [left, { ...right, x: right.x + n * before / 10 }]);
  await touch("touchEnd", []);
  const fit = before / (140 - 80);
  await page.waitForURL((url) => Math.abs(Number(url.searchParams.get("zoom")) / fit - 2) < 0.1);
  const leftNow = await pointOf(80, 80);
  assertAlmostEquals(leftNow.x, left.x, 12);
  assertAlmostEquals(leftNow.y, left.y, 4);
  assert(await page.locator("#cuts").isHidden(), "two fingers are no click");
  assertEquals(errors, []);
});

viewerTest("two frames blink in turn, and keys lead to the older and the newer", async (bench) => {
  const { folder, add, show, page, errors, colourOf } = bench;
  await writeFrame(`${folder}/flat.fits`, { noise: 0, cards: FLAT });
  await writeFrame(`${folder}/dark.fits`, { noise: 0, level: 0, cards: DARK });
  await add("flat.fits");
  await add("dark.fits");
  await show("images/2?limits=0..6000");
  await page.click("#blink");
  const title = (text: string) =>
    page.waitForFunction(`document.querySelector("#title").textContent === ${JSON.stringify(text)}`);
  await title("camera 1\u202f204");
  assertEquals(await page.getAttribute("#blink", "aria-pressed"), "true");
  assertNear(await colourOf(50, 40), grey(255));
  await title("camera 1\u202f205");
  await title("camera 1\u202f204");
  await page.keyboard.press("b");
  await title("camera 1\u202f205");
  assertEquals(await page.getAttribute("#blink", "aria-pressed"), "false");
  assertNear(await colourOf(50, 40), greyOf(1000 / 6000));
  await page.keyboard.press("[");
  await page.waitForURL(/images\/1$/);
  await page.waitForFunction(`performance.getEntriesByName("dewar:picture").length > 0`);
  await page.keyboard.press("]");
  await page.waitForURL(/images\/2$/);
  assertEquals(errors, []);
});

viewerTest("the view and the file can be saved", async ({ folder, add, show, page, errors }) => {
  await writeFrame(`${folder}/flat.fits`, { noise: 0, cards: FLAT });
  await add("flat.fits");
  await show("images/1?limits=0..12600");
  const { readPng } = await import("../image/png_reader.ts");
  const [view] = await Promise.all([page.waitForEvent("download"), page.click("#save-view")]);
  assertEquals(view.suggestedFilename(), "camera_1_204.png");
  const { width, height, rgba } = readPng(await Deno.readFile(await view.path()));
  assertEquals(
    rgba[4 * (Math.floor(height / 4) * width + Math.floor(width * 0.4))],
    Math.round(255 * 6200 / 12600),
  );
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=FITS")]);
  assertEquals(file.suggestedFilename(), "flat.fits");
  assertEquals(await Deno.readFile(await file.path()), await Deno.readFile(`${folder}/flat.fits`));
  assertEquals(errors, []);
});

viewerTest(
  "a graphics card that is reset draws again",
  async ({ folder, add, show, page, colourOf, errors }) => {
    await writeFrame(`${folder}/flat.fits`, { noise: 0, cards: FLAT });
    await add("flat.fits");
    await show("images/1?limits=0..12600");
    await page.evaluate(`(() => {
    const canvas = document.querySelector("#picture");
    const extension = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
    const drawn = new Promise((resolve) =>
      canvas.addEventListener("webglcontextrestored", () =>
        canvas.addEventListener("drawn", resolve, { once: true }), { once: true }));
    canvas.addEventListener("webglcontextlost", () => setTimeout(() => extension.restoreContext(), 50), { once: true });
    extension.loseContext();
    return drawn;
  })()`);
    assertNear(await colourOf(50, 40), greyOf(6000 / 12600));
    assertEquals(errors, []);
  },
);

viewerTest("a new image appears in the list by itself", async ({ folder, add, lab, page, errors }) => {
  await writeFrame(`${folder}/flat.fits`, { cards: FLAT });
  await page.waitForFunction(`document.querySelector("#offline").hidden`);
  assertEquals(await page.locator(".tile").count(), 0);
  await add("flat.fits");
  lab.tell({ kind: "image" });
  await page.waitForSelector(".tile");
  assertEquals(await page.locator(".tile b").textContent(), "camera 1\u202f204");
  assertEquals(errors, []);
});

viewerTest(
  "what cannot be shown is said where the picture would be",
  async ({ folder, add, page, url, errors }) => {
    await Deno.writeTextFile(
      `${folder}/garbage.fits`,
      "SIMPLE  =                    T<img src=x onerror=alert(1)>",
    );
    await add("garbage.fits");
    await page.goto(`${url}images/1`);
    assertMatch((await page.textContent("#trouble"))!, /garbage\.fits, HDU 0/);
    assertEquals(errors, []);
    await writeFrame(`${folder}/gone.fits`, { cards: FLAT });
    const id = await add("gone.fits");
    await page.route(
      "**/frame",
      (route) => route.fulfill({ status: 404, json: { error: "<b>it is gone</b>" } }),
    );
    await page.goto(`${url}images/${id}`);
    await page.waitForSelector("#trouble:not([hidden])");
    assertEquals(await page.textContent("#trouble"), "<b>it is gone</b>");
  },
);

viewerTest(
  "a feed is shown live, as numbers, the newest frame always",
  async ({ images, show, page, errors, colourOf }) => {
    const transport = new MemoryTransport();
    await using server = await serveFitspipe({ address: "images:9999", transport });
    const put = (value: number) =>
      server.put("ccd", fitspipeFrame({ pixels: new Uint16Array(64 * 48).fill(value), shape: [64, 48] }));
    put(10_000);
    const link = openFitspipeLink("images:9999/ccd", { transport });
    const following = images.follow("camera", link);
    await page.waitForFunction(
      `fetch("/images").then((r) => r.text()).then((t) => t.includes("/feeds/camera?feed=ccd"))`,
    );
    await show("feeds/camera?feed=ccd&limits=0..50000");
    assertNear(await colourOf(30, 20), greyOf(10_000 / 50_000));
    put(40_000);
    await page.waitForFunction(`document.querySelector("#title").textContent === "camera ccd 2"`);
    await page.waitForTimeout(100);
    assertNear(await colourOf(30, 20), greyOf(40_000 / 50_000));
    assertEquals(errors, []);
    await page.goto("about:blank");
    await link.close();
    await following;
  },
);

viewerTest(
  "the pictures of a FAST camera are shown live in the same place",
  async ({ images, show, page, errors, colourOf }) => {
    const jpeg = async (level: number) =>
      Uint8Array.fromBase64(
        await page.evaluate(`(() => {
        const canvas = document.createElement("canvas");
        canvas.width = 64; canvas.height = 48;
        const context = canvas.getContext("2d");
        context.fillStyle = "rgb(${level} ${level} ${level})";
        context.fillRect(0, 0, 64, 48);
        context.fillStyle = "#000";
        context.fillRect(0, 0, 64, 16);
        return canvas.toDataURL("image/jpeg", 0.95).split(",")[1];
      })()`),
      );
    const pictures = [await jpeg(100), await jpeg(200)];
    const transport = new MemoryTransport();
    let current = 0;
    const listener = await transport.listen("fast:5555", (connection) =>
      connection.receive({
        data(chunk) {
          for (const line of new TextDecoder().decode(chunk).split("\n")) {
            if (line.startsWith("get_id")) connection.write("id name=fast type=ccd\0");
            if (line.startsWith("get_status")) connection.write("status acquisition=1\0");
            if (line !== "get_current_frame") continue;
            const picture = pictures[current]!;
            connection.write(`current_frame length=${picture.length} format=jpeg mean=${current + 1}.5\0`);
            connection.write(picture.slice());
            connection.write("current_frame_done\0");
          }
        },
        closed() {},
      }));
    const link = openLineLink("fast:5555", { transport });
    const following = images.follow("fast", link);
    await page.waitForFunction(
      `fetch("/images").then((r) => r.text()).then((t) => t.includes('href="/feeds/fast"'))`,
    );
    await show("feeds/fast?limits=0..255");
    assertEquals(await page.textContent("#detail"), "mean 1.5");
    assertNear(await colourOf(30, 10), grey(100), 4);
    assertNear(await colourOf(30, 40), grey(0), 4, "what is on top stays on top");
    current = 1;
    await page.waitForFunction(`document.querySelector("#detail").textContent === "mean 2.5"`);
    await page.waitForTimeout(100);
    assertNear(await colourOf(30, 10), grey(200), 4);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save-file")]);
    assertMatch(download.suggestedFilename(), /^fast_\d+\.jpeg$/);
    assertEquals(await Deno.readFile(await download.path()), pictures[1]);
    assertEquals(errors, []);
    await page.goto("about:blank");
    await link.close();
    await following;
    await listener.close();
  },
);
