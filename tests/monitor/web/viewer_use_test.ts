import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { writeFrame, writePixels } from "../images/frames.ts";
import { assertNear, DARK, FLAT, grey, greyOf, viewerTest } from "./viewer_test_tools.ts";

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
