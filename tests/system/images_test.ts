/** Images through the whole chain: a daemon that writes files, MONITOR as a process, the page; and MONITOR killed meanwhile. */
import { assertEquals } from "@std/assert";
import type { Model } from "../../lib/device/mod.ts";
import { serve } from "../../lib/daemon/mod.ts";
import { openLineLink } from "../../lib/line/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { writeFrame } from "../monitor/images/frames.ts";
import { readPng } from "../monitor/image/png_reader.ts";
import { giveDatabase } from "../monitor/store/made_database.ts";
import { openPage } from "../monitor/web/browser.ts";
import { monitorArgs } from "../fault/running_monitor.ts";
import { chromium, testWith } from "../needs.ts";
import { type Program, start } from "../processes.ts";

const Camera = {
  model: "camera",
  description: "A camera that writes flats",
  params: {},
  commands: { take: { description: "Takes a flat", args: { number: { type: "integer" } } } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

const serveCamera = (folder: string) =>
  serve(Camera, {
    port: 0,
    commands: {
      async take({ image }, { number }) {
        const path = `${folder}/flat_${number}.fits`;
        await writeFrame(path, { noise: 0, cards: { IMAGETYP: "flat", EXPTIME: 4, RUNID: "night" } });
        image({ path, number, time: 1_800_000_000 + number });
      },
    },
  }, { port: 0, name: "camera" });

/** What the list of images says; MONITOR may not have opened its store yet. */
async function listed(url: string, query = ""): Promise<{ total: number; html: string }> {
  const html = await (await fetch(`${url}images${query}`)).text();
  return {
    total: Number(/id="total">([\d\u202f]+) images?/.exec(html)?.[1]?.replace("\u202f", "") ?? -1),
    html,
  };
}

async function untilListed(url: string, count: number): Promise<void> {
  for (let tries = 0; (await listed(url)).total !== count; tries++) {
    if (tries > 300) throw new Error(`expected ${count} images, got ${(await listed(url)).total}`);
    await systemClock.sleep("100 ms");
  }
}

testWith("an image that a daemon writes is on the page, and none is lost when MONITOR is killed", [
  chromium,
], async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const folder = `${root}/frames`;
  await Deno.mkdir(folder);
  await using camera = await serveCamera(folder);
  await using script = openLineLink(camera.address);
  await script.describe();
  const take = (number: number) => script.command({ kind: "call", name: "take", args: { number } });
  const monitorOf = async (): Promise<[Program, string]> => {
    const program = await start(monitorArgs(`${root}/data`, "--images", folder, `camera=${camera.address}`));
    return [program, await program.said(/^page at (\S+)$/m)];
  };

  await giveDatabase(`${root}/data`);
  let [monitor, url] = await monitorOf();
  await untilListed(url, 0);
  {
    await using open = await openPage(`${url}images`);
    const { page } = open;
    await page.waitForFunction(`document.querySelector("#connected")?.textContent === "1 of 1 connected"`);
    await take(1);
    await page.waitForSelector(".tile img");
    assertEquals(await page.textContent(".tile b"), "camera 1");
    await page.click(".tile");
    await page.waitForFunction(`performance.getEntriesByName("dewar:picture").length > 0`);
    await page.goto(`${page.url()}?limits=0..12600`);
    await page.waitForFunction(`performance.getEntriesByName("dewar:picture").length > 0`);
    const { width, height, rgba } = readPng(await page.locator("#picture").screenshot());
    const lower = 4 * (Math.floor(height * 0.75) * width + Math.floor(width * 0.3));
    assertEquals(Math.abs(rgba[lower]! - Math.round(255 * 6000 / 12600)) <= 1, true);
    assertEquals(open.errors, []);
  }

  // Killed while it takes in images; more are taken while it is away.
  for (let number = 2; number <= 15; number++) await take(number);
  await monitor[Symbol.asyncDispose]();
  for (let number = 16; number <= 25; number++) await take(number);
  const old = systemClock.time() - 60; // so that they count as finished at once
  for (let number = 1; number <= 25; number++) await Deno.utime(`${folder}/flat_${number}.fits`, old, old);
  [monitor, url] = await monitorOf();
  await untilListed(url, 25);
  const { html } = await listed(url, "?q=RUNID%3Dnight+EXPTIME%3E3");
  const shown = [...html.matchAll(/title="[^"]*flat_(\d+)\.fits"/g)].map(([, number]) => Number(number));
  assertEquals(shown.toSorted((a, b) => a - b), Array.from({ length: 25 }, (_, n) => n + 1));

  await monitor[Symbol.asyncDispose]();
  await Deno.remove(root, { recursive: true });
});
