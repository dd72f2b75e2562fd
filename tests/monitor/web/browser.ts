/** A real browser for tests of the page. */
import { type Browser, chromium as engine, type Page } from "playwright-core";
import { chromium } from "../../needs.ts";

/** An open page, and everything that went wrong in it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of scripts and of the console. */
  readonly errors: string[];
}

/** Opens a page in Debian's Chromium. Dispose it before the server it looks at. */
export async function openPage(url: string): Promise<OpenPage> {
  const browser: Browser = await engine.launch({
    executablePath: chromium.found!,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  return {
    page,
    errors,
    async [Symbol.asyncDispose]() {
      await page.close();
      await browser.close();
    },
  };
}

/** How many pixels of a canvas are not empty. */
export function inked(page: Page, selector: string): Promise<number> {
  return page.$eval(selector, (element) => {
    const canvas = element as unknown as {
      width: number;
      height: number;
      getContext(kind: "2d"): CanvasLike;
    };
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) count += 1;
    return count;
  });
}

interface CanvasLike {
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}
