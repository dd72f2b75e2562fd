/** Files the browser asks for: our own TypeScript with its types stripped, the style sheets, the curves' library. @module */
import { stripTypeScriptTypes } from "node:module";

/** A file ready to be served. */
export interface Asset {
  /** Its bytes as text. */
  readonly body: string;
  /** Its media type. */
  readonly type: string;
  /** Its entity tag. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ts: "text/javascript; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Folder of the client's sources among the served files, which lie as their sources do: modules find each other so. */
const CLIENT = "web/client";

/** What every page uses. */
const PAGE = [
  "main.ts",
  "curves.ts",
  "chart.ts",
  "clock.ts",
  "live_plot.ts",
  "live_series.ts",
  "past.ts",
  "spark.ts",
  "values.ts",
  "command.ts",
  "colours.ts",
  "regions.ts",
  "device.ts",
  "palette.ts",
  "post.ts",
  "theme.ts",
  "archive.ts",
  "sound.ts",
  "stream.ts",
  "dewar.css",
  "pages.css",
  "icon.svg",
];

/** The list of images. */
const IMAGES = ["images.ts", "images.css"];

/** The viewer of pictures. */
const VIEWER = [
  "blinker.ts",
  "canvas_renderer.ts",
  "controls.ts",
  "cuts_panel.ts",
  "gestures.ts",
  "gl_program.ts",
  "header.ts",
  "load.ts",
  "main.ts",
  "marks.ts",
  "region.ts",
  "renderer.ts",
  "shaders.ts",
  "stage.ts",
  "webgl_renderer.ts",
].map((name) => `viewer/${name}`);

/** What works on pictures here as well as in the browser. */
const IMAGE = [
  "colour_map.ts",
  "cuts.ts",
  "frame.ts",
  "limits.ts",
  "raster.ts",
  "statistics.ts",
  "stretch.ts",
  "tones.ts",
  "view.ts",
  "zscale.ts",
].map((name) => `image/${name}`);

/** Where each served file lies; nothing else is ever read. */
const FILES: ReadonlyMap<string, () => URL> = new Map([
  ...[...PAGE, ...IMAGES, ...VIEWER].map((name) => `${CLIENT}/${name}`).concat(IMAGE).map((name) =>
    [name, () => new URL(`../${name}`, import.meta.url)] as const
  ),
  ...["uPlot.esm.js", "uPlot.min.css"].map((name) =>
    [`vendor/${name}`, () => new URL(`./${name}`, import.meta.resolve("uplot"))] as const
  ),
]);

/** Part of the addresses of all files: a browser keeps them for as long as this MONITOR runs, and no longer. */
const VERSION = crypto.randomUUID().slice(0, 8);

/** The address of a file of the client, such as `main.ts`; of `vendor/` and `image/` by their whole path. */
export function assetUrl(name: string): string {
  return `/assets/${VERSION}/${/^(vendor|image)\//.test(name) ? name : `${CLIENT}/${name}`}`;
}

/** Whether an address is of this MONITOR's files, so that what is there will not change. */
export function isLasting(path: string): boolean {
  return path.startsWith(`/assets/${VERSION}/`);
}

/** What the viewer needs before it shows anything; cuts come later. */
export const VIEWER_LOADS: readonly string[] = [...VIEWER, ...IMAGE].filter((name) => !name.includes("cuts"))
  .map(assetUrl);

const cache = new Map<string, Promise<Asset>>();

/** The file at an address, or undefined if there is none. Read once. */
export function asset(path: string): Promise<Asset> | undefined {
  const name = /^\/assets\/[^/]+\/(.*)$/.exec(path)?.[1] ?? "";
  const locate = FILES.get(name);
  if (!locate) return undefined;
  let found = cache.get(name);
  if (!found) cache.set(name, found = load(locate(), name));
  return found;
}

async function load(url: URL, path: string): Promise<Asset> {
  const source = await Deno.readTextFile(url);
  const body = path.endsWith(".ts") ? stripTypeScriptTypes(source, { mode: "strip" }) : source;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const etag = `"${new Uint8Array(digest).slice(0, 12).toHex()}"`;
  return { body, type: TYPES[path.split(".").at(-1)!]!, etag };
}
