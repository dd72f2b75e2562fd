/** The viewer in a real browser, for tests. */
import type { Page } from "playwright-core";
import { readView, windowOf } from "../../../daemons/monitor/image/view.ts";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { readPng } from "../image/png_reader.ts";
import { type ImageBench, withImages } from "../images/bench.ts";
import { type OpenPage, openPage } from "./browser.ts";

/** Images, and a browser that looks at them. */
export interface ViewerBench extends ImageBench {
  /** The page. */
  readonly page: Page;
  /** What went wrong in it. */
  readonly errors: string[];
  /** Where the pages are. */
  readonly url: string;
  /** Opens a page, and waits until a picture is drawn. */
  show(path: string): Promise<void>;
  /** The colour on the screen of a pixel, counted from 0. */
  colourOf(x: number, y: number): Promise<[red: number, green: number, blue: number]>;
  /** Where a pixel is on the page. */
  pointOf(x: number, y: number): Promise<{ x: number; y: number }>;
}

/** Gives a test a browser with images. */
export async function withViewer(test: (bench: ViewerBench) => Promise<void>): Promise<void> {
  await withImages(async (images) => {
    await using web = await startWeb(images.lab, { port: 0, images: images.images });
    await using open: OpenPage = await openPage(`${web.url}images`);
    const { page, errors } = open;
    const pointOf = async (x: number, y: number) => {
      const canvas = (await page.locator("#picture").boundingBox())!;
      const [width, height] = await sizeOf(page);
      const view = readView(new URL(page.url()).searchParams);
      const { left, bottom, zoom } = windowOf(view, canvas, { width, height });
      return {
        x: canvas.x + (x + 0.5 - left) * zoom,
        y: canvas.y + canvas.height - (y + 0.5 - bottom) * zoom,
      };
    };
    await test({
      ...images,
      page,
      errors,
      url: web.url,
      pointOf,
      async show(path) {
        await page.goto(web.url + path.replace(/^\//, ""));
        await page.waitForFunction(`performance.getEntriesByName("dewar:picture").length > 0`);
      },
      async colourOf(x, y) {
        const { x: left, y: top } = await pointOf(x, y);
        await page.addStyleTag({ content: "#marks { display: none }" });
        const clip = { x: Math.floor(left), y: Math.floor(top), width: 1, height: 1 };
        const [red, green, blue] = readPng(await page.screenshot({ clip })).rgba;
        return [red!, green!, blue!];
      },
    });
  });
}

/** Width and height of the picture that is shown. */
async function sizeOf(page: Page): Promise<[number, number]> {
  const text = await page.getAttribute("#picture", "data-size");
  const [width, height] = text!.split("x").map(Number);
  return [width!, height!];
}
