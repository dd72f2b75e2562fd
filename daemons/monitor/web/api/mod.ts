/** MONITOR for programs: JSON, Prometheus, tables, and the original's addresses, all of them documented. @module */
import type { Hono } from "hono";
import type { Commander } from "../commander.ts";
import type { PageContext } from "../views/pages.tsx";
import { exportRoute } from "./export_route.ts";
import { labRoutes } from "./lab_routes.ts";
import { Metrics, PROMETHEUS } from "./metrics.ts";
import { openApiOf } from "./openapi.ts";
import { originalRoutes } from "./original_routes.ts";
import { ApiPage } from "./page.tsx";
import { plotRoutes } from "./plot_routes.ts";
import { quoted, Refusal, refuse } from "./refusal.ts";
import { type Route, serveRoutes } from "./route.ts";
import { runRoutes } from "./run_routes.ts";

/** Options of {@linkcode apiRoutes}. */
export interface ApiOptions {
  /** Whether GET `/monitor/command` commands, as in the original. */
  readonly oldWebCommands: boolean;
}

/** Every route of it. */
export function apiRoutes(page: PageContext, commander: Commander, options: ApiOptions): readonly Route[] {
  const metrics = new Metrics(page.lab, page.clock);
  const routes: Route[] = [
    ...labRoutes(page, commander),
    ...runRoutes(page),
    {
      method: "get",
      path: "/metrics",
      summary: "The lab for Prometheus",
      answer: { about: "Text exposition format 0.0.4", content: { "text/plain": { type: "string" } } },
      handle: (c) => c.body(metrics.text(), 200, { "content-type": PROMETHEUS }),
      lenient: true,
    },
    exportRoute(page),
    ...originalRoutes(page, commander, options),
    ...plotRoutes(page),
    {
      method: "get",
      path: "/api/v1/openapi.json",
      summary: "This description for tools",
      answer: { about: "An OpenAPI 3.1 document", content: { "application/json": { type: "object" } } },
      handle: (c) => c.json(openApiOf(page.lab.name, routes)),
    },
    {
      method: "get",
      path: "/api/v1",
      summary: "This description for people",
      answer: { about: "A page", content: { "text/html": { type: "string" } } },
      handle: (c) => c.html(ApiPage({ ...page, routes })),
    },
  ];
  return routes;
}

/**
 * Adds it to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param commander Carries out what is asked.
 * @param options What is allowed.
 */
export function serveApi(app: Hono, page: PageContext, commander: Commander, options: ApiOptions): void {
  serveRoutes(app, apiRoutes(page, commander, options));
  app.all(
    "/api/*",
    (c) => refuse(c, new Refusal(404, `There is no ${quoted(`${c.req.method} ${c.req.path}`)}; see /api/v1`)),
  );
}
