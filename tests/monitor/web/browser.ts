/** A real browser for tests of the page. */
import { type Browser, type BrowserContextOptions, chromium as engine, type Page } from "playwright-core";
import { chromium } from "../../needs.ts";

/** An open page, and everything that went wrong in it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of scripts and of the console. */
  readonly errors: string[];
}

/**
 * Opens a page in Debian's Chromium. Dispose it before the server it looks at. Conditions that tests wait for are
 * evaluated in the page, which its policy forbids: it holds only with `bypassCSP: false`.
 */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const browser: Browser = await engine.launch({
    executablePath: chromium.found!,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true, ...options });
  page.setDefaultTimeout(120_000); // the machine may be busy
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

/** What a plot shows. */
export interface Drawn {
  /** How many readings it says it has. */
  readonly readings: number;
  /** In how many of the canvas' columns the first curve is drawn. */
  readonly columns: number;
}

/** What a plot shows. A curve is where its colour is, however thin: its edges are of that colour and transparent. */
export async function drawn(page: Page, plot: string): Promise<Drawn> {
  const label = await page.getAttribute(`[data-plot="${plot}"] .plot`, "aria-label");
  const columns = await page.$eval(`[data-plot="${plot}"] canvas`, (element) => {
    const { width, height, getContext } = element as unknown as CanvasLike;
    const probe = document.createElement("i");
    probe.style.color = "var(--trace)";
    document.body.append(probe);
    const colour = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
    probe.remove();
    const { data } = getContext.call(element, "2d").getImageData(0, 0, width, height);
    const found = new Set<number>();
    for (let at = 0; at < data.length; at += 4) {
      const isOfCurve = data[at + 3]! > 100 &&
        colour.every((one, place) => Math.abs(one - data[at + place]!) < 12);
      if (isOfCurve) found.add((at / 4) % width);
    }
    return found.size;
  });
  return { readings: Number(/(\d+) readings/.exec(label ?? "")?.[1] ?? 0), columns };
}

interface CanvasLike {
  readonly width: number;
  readonly height: number;
  getContext(
    kind: "2d",
  ): { getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray } };
}

/** What the function above uses of the browser it runs in. */
declare const document: {
  createElement(name: string): { style: { color: string }; remove(): void };
  readonly body: { append(child: unknown): void };
};
declare function getComputedStyle(element: unknown): { readonly color: string };
