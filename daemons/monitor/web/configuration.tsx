/** The configuration over HTTP: what holds, and reading it anew. @module */
import type { Hono } from "hono";
import type { Commander, Done } from "./commander.ts";
import { ConfigurationPage } from "./views/configuration.tsx";
import type { PageContext } from "./views/pages.tsx";

/**
 * Adds the configuration to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param commander Carries out what is asked.
 */
export function serveConfiguration(app: Hono, page: PageContext, commander: Commander): void {
  let last: Done | undefined;

  app.get("/configuration", (c) => c.html(ConfigurationPage({ ...page, last })));

  app.post("/configuration/reload", async (c) => {
    const { by } = await c.req.parseBody();
    const done = await commander.run(c, "reload", by);
    if (done.status === 403) return c.text(done.text, 403);
    last = done;
    return c.redirect("/configuration", 303); // pages of a lab that has changed load themselves anew
  });
}
