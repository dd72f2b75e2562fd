import { assertEquals, assertMatch } from "@std/assert";
import { openFitspipeLink, serveFitspipe } from "../../../lib/fitspipe/mod.ts";
import { frameOf as fitspipeFrame } from "../../../lib/fitspipe/mod.ts";
import { openLineLink } from "../../../lib/line/mod.ts";
import { MemoryTransport } from "../../../lib/testing/mod.ts";
import { assertNear, grey, greyOf, viewerTest } from "./viewer_test_tools.ts";

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
