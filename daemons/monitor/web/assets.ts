/** Files the browser asks for: our own TypeScript with its types stripped, the style sheet, the curves' library. @module */
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

/** Where each served path lies; nothing else is ever read. */
const FILES: Readonly<Record<string, () => URL>> = {
  "/assets/main.ts": () => new URL("./client/main.ts", import.meta.url),
  "/assets/curves.ts": () => new URL("./client/curves.ts", import.meta.url),
  "/assets/values.ts": () => new URL("./client/values.ts", import.meta.url),
  "/assets/command.ts": () => new URL("./client/command.ts", import.meta.url),
  "/assets/dewar.css": () => new URL("./client/dewar.css", import.meta.url),
  "/assets/icon.svg": () => new URL("./client/icon.svg", import.meta.url),
  "/vendor/uPlot.esm.js": () => new URL("./uPlot.esm.js", import.meta.resolve("uplot")),
  "/vendor/uPlot.min.css": () => new URL("./uPlot.min.css", import.meta.resolve("uplot")),
};

const cache = new Map<string, Promise<Asset>>();

/** The file served under a path, or undefined if there is none. Read once. */
export function asset(path: string): Promise<Asset> | undefined {
  const locate = FILES[path];
  if (!locate) return undefined;
  let found = cache.get(path);
  if (!found) cache.set(path, found = load(locate(), path));
  return found;
}

async function load(url: URL, path: string): Promise<Asset> {
  const source = await Deno.readTextFile(url);
  const body = path.endsWith(".ts") ? stripTypeScriptTypes(source, { mode: "strip" }) : source;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const etag = `"${new Uint8Array(digest).slice(0, 12).toHex()}"`;
  return { body, type: TYPES[path.split(".").at(-1)!]!, etag };
}
