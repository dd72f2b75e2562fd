/** The frame around every page. @module */
import type { Child } from "hono/jsx";
import { raw } from "hono/html";
import { createHash } from "node:crypto";
import { assetUrl } from "../assets.ts";
import { FORM_TOKEN, visitorNow } from "../visitor.ts";
import { WhoIsHere } from "./order_form.tsx";
import { overview as overviewOf } from "../live.ts";
import type { PageContext } from "./pages.tsx";

/** What every page needs. */
export interface PageProps extends PageContext {
  /** What it is; a page of the whole lab has its name alone. */
  readonly title?: string;
  /** Path of the page in the navigation. */
  readonly here: string;
  /** Data for the page's script. */
  readonly data?: object;
  /** Addresses of style sheets beside the one of all pages. */
  readonly styles?: readonly string[];
  /** Address of the page's own script, where it has one. */
  readonly script?: string;
  /** Addresses of modules that are needed here or on the next page. */
  readonly modules?: readonly string[];
  /** What went wrong with what was asked, shown on top. */
  readonly problem?: string | undefined;
  /** Address of data that the page's script fetches first. */
  readonly fetches?: string;
  /** The page. */
  readonly children?: Child;
}

const PAGES: readonly (readonly [path: string, name: string])[] = [
  ["/", "Lab"],
  ["/runs", "Runs"],
  ["/images", "Images"],
  ["/alarms", "Alarms"],
  ["/archive", "Archive"],
  ["/log", "Log"],
  ["/logbook", "Logbook"],
];

/** A number with thin gaps between thousands. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** JSON that can stand inside a script element. */
const embedded = (data: unknown): string => JSON.stringify(data).replaceAll("<", "\\u003c");

/** What scripts mean by names: it stands in each page, and is let run by its hash. */
const IMPORTS = embedded({ imports: { uplot: assetUrl("vendor/uPlot.esm.js") } });

/** For the policy that says which scripts may run. */
export const IMPORTS_HASH = `sha256-${createHash("sha256").update(IMPORTS).digest("base64")}`;

/** A whole page. */
export function Layout(
  { lab, clock, title, here, data, styles = [], script, modules = [], fetches, problem, children }: PageProps,
) {
  const overview = overviewOf(lab, clock);
  const name = title === undefined ? lab.name : `${title} · ${lab.name}`;
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <script src={assetUrl("theme.ts")} />
          {visitorNow().formToken !== undefined && (
            <meta name={FORM_TOKEN.header} content={visitorNow().formToken} />
          )}
          <meta name="viewport" content="width=device-width" />
          <title>{overview.open > 0 ? `(${overview.open}) ` : ""}{name}</title>
          <link rel="icon" href={assetUrl("icon.svg")} />
          <link rel="stylesheet" href={assetUrl("vendor/uPlot.min.css")} />
          <link rel="stylesheet" href={assetUrl("dewar.css")} />
          {styles.map((path) => <link rel="stylesheet" href={path} />)}
          <script type="importmap" dangerouslySetInnerHTML={{ __html: IMPORTS }} />
          <script
            type="application/json"
            id="data"
            dangerouslySetInnerHTML={{ __html: embedded({ ...data, now: overview.time }) }}
          />
          {fetches && <link rel="preload" as="fetch" href={fetches} crossorigin="anonymous" />}
          {modules.map((path) => <link rel="modulepreload" href={path} />)}
          {script && <script type="module" src={script} />}
          <script type="module" src={assetUrl("main.ts")} />
        </head>
        <body>
          <a class="skip" href="#main">to the page</a>
          <header>
            <b>{lab.name}</b>
            <nav>
              {PAGES.map(([path, name]) => (
                <a href={path} aria-current={path === here ? "page" : undefined}>
                  {name}{" "}
                  {path === "/alarms" && (
                    <span id="open" class={overview.urgent > 0 ? "alarmv" : ""} hidden={overview.open === 0}>
                      {overview.open}
                    </span>
                  )}
                </a>
              ))}
            </nav>
            <span class="end">
              <span id="connected">{overview.connected} of {overview.clients} connected</span>
              <span id="stored">
                stored {grouped(overview.stored)}
                {overview.dropped > 0 && `, lost ${grouped(overview.dropped)}`}
              </span>
              <span id="clock">{new Date(overview.time * 1000).toISOString().slice(11, 19)} UTC</span>
              <WhoIsHere />
              <button type="button" id="palette" hidden>Ctrl K</button>
            </span>
          </header>
          <main id="main">
            <div class="strip alarm" id="offline" hidden>
              <span class="alarmv">no connection</span>
              <span class="what">MONITOR does not answer: nothing on this page is current</span>
            </div>
            <div class="strip warn" id="problem" hidden={overview.problem === null}>
              <span class="warnv">trouble</span>
              <span class="what">{overview.problem ?? ""}</span>
            </div>
            <div class="strip warn" id="late" hidden>
              <span class="warnv">late</span>
              <span class="what"></span>
            </div>
            {problem !== undefined && (
              <div class="strip warn" role="alert">
                <span class="warnv">not done</span>
                <span class="what">{problem}</span>
              </div>
            )}
            {children}
          </main>
          <footer>
            <a href="/configuration">Configuration</a>
            <a href="/api/v1">API</a>
          </footer>
        </body>
      </html>
    </>
  );
}
