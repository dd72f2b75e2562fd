/** How soon a frame of 4096 x 4096 pixels is seen after a click, and how quick the viewer is then. */
import type { Page } from "playwright-core";
import { Header, writeFits } from "../../lib/fits/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { program } from "../processes.ts";
import { median, start } from "./processes.ts";
import type { Row } from "./row.ts";

const SIDE = 4096;
const ROUNDS = 7;

/** What a frame of script took, from a key to the picture: its handlers and its drawing, and until it was seen. */
interface Taken {
  readonly script: number;
  readonly seen: number;
}

/** Runs in the page: presses a key, waits until the picture is drawn. */
const PRESS = `async (key) => {
  const canvas = document.querySelector("#picture");
  const drawn = new Promise((resolve) => canvas.addEventListener("drawn", (event) => resolve(event.detail), { once: true }));
  const began = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const handled = performance.now() - began;
  const script = handled + await drawn;
  return { script, seen: performance.now() - began };
}`;

async function press(page: Page, keys: readonly string[]): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (const key of keys) {
    taken.push(await page.evaluate(`(${PRESS.replace("window.", "document.body.")})("${key}")`));
  }
  return taken;
}

/** Milliseconds from a click in the list to what is seen. */
interface Seen {
  /** The first picture: one of so many of its pixels. */
  readonly first: number;
  /** All of its pixels. */
  readonly whole: number;
}

async function click(page: Page, url: string): Promise<Seen> {
  await page.goto(`${url}images`);
  await page.waitForSelector(".tile");
  await systemClock.sleep(300);
  await page.evaluate(`sessionStorage.began = performance.timeOrigin + performance.now();
    document.querySelector(".tile").click()`);
  await page.waitForFunction(`performance.getEntriesByName("dewar:whole").length > 0`);
  const since = (mark: string) =>
    `performance.timeOrigin + performance.getEntriesByName("dewar:${mark}")[0].startTime - sessionStorage.began`;
  return await page.evaluate(`({ first: ${since("picture")}, whole: ${since("whole")} })`);
}

/** Milliseconds in which a bare script has the same bytes. */
async function fetched(page: Page, path: string): Promise<number> {
  return await page.evaluate(`(async () => {
    const began = performance.now();
    await (await fetch("${path}", { cache: "no-store" })).arrayBuffer();
    return performance.now() - began;
  })()`);
}

async function writeFlat(folder: string): Promise<void> {
  let state = 7;
  const pixels = Uint16Array.from({ length: SIDE * SIDE }, () => {
    state = (state * 16807) % 2147483647;
    return 20_000 + state % 1000;
  });
  const header = new Header().set("IMAGETYP", "flat").set("EXPTIME", 4);
  await writeFits(`${folder}/flat.fits`, [{ header, shape: [SIDE, SIDE], pixels }]);
  const old = systemClock.time() - 60; // a file that was not just written is taken at once
  await Deno.utime(`${folder}/flat.fits`, old, old);
}

/** The benches of the viewer. */
export async function* viewer(): AsyncIterable<Row> {
  // Loaded only now: other benches have no permission to look at the environment.
  const { chromium } = await import("../needs.ts");
  if (chromium.found === undefined) {
    yield { what: "viewer", ours: `not measured (${chromium.enable})`, goal: "" };
    return;
  }
  const { openPage } = await import("../monitor/web/browser.ts");
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/frames`);
  await writeFlat(`${folder}/frames`);
  const options = [
    "--port",
    "0",
    "--http-port",
    "0",
    "--data",
    `${folder}/data`,
    "--images",
    `${folder}/frames`,
  ];
  {
    await using monitor = await start(program("daemons/monitor/monitor.ts", ...options));
    const url = await monitor.said(/^page at (\S+)$/m);
    await using open = await openPage(`${url}images`);
    const { page } = open;
    await page.waitForSelector(".tile", { timeout: 60_000 });
    await click(page, url); // scripts are compiled, and kept by the browser from here on
    const [clicks, fetches]: [Seen[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      clicks.push(await click(page, url));
      fetches.push(await fetched(page, new URL(page.url()).pathname + "/frame"));
    }
    const limit = median(fetches);
    yield {
      what: "a 4k x 4k frame, click to first picture (1 of 16 pixels)",
      ours: `${median(clicks.map(({ first }) => first)).toFixed(0)} ms`,
      goal: "under 500 ms",
    };
    const whole = median(clicks.map(({ whole }) => whole));
    yield {
      what: "the same, click to all pixels",
      ours: `${whole.toFixed(0)} ms`,
      limit: `${limit.toFixed(0)} ms (fetch of its bytes alone)`,
      ratio: limit / whole,
      goal: "",
    };
    await systemClock.sleep("2 s");
    const scales = await press(page, Array.from({ length: 12 }, () => "l"));
    yield {
      what: "change of the stretch, key to picture",
      ours: `${median(scales.map(({ seen }) => seen)).toFixed(1)} ms`,
      goal: "under 50 ms",
    };
    const zooms = Array.from({ length: 16 }, (_, n) => n < 8 ? "+" : "-");
    const moves = Array.from({ length: 24 }, (_, n) => n % 4 < 2 ? "ArrowLeft" : "ArrowUp");
    const moved = await press(page, [...zooms, ...moves, ...zooms]);
    const scripts = moved.map(({ script }) => script).sort((a, b) => a - b);
    yield {
      what: "zoom and pan of 4k x 4k, script per frame",
      ours: `${median(scripts).toFixed(2)} ms, at most ${scripts.at(-1)!.toFixed(2)} ms`,
      goal: "under 8 ms",
    };
    yield {
      what: "the same, key to picture",
      ours: `${median(moved.map(({ seen }) => seen)).toFixed(1)} ms`,
      goal: "",
    };
  }
  await Deno.remove(folder, { recursive: true });
}
