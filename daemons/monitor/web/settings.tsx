/** Saved settings over HTTP: kept, compared with what is now, and sent again as far as somebody ticks. @module */
import type { Context, Hono } from "hono";
import { ConfigError } from "../../../lib/errors.ts";
import { formatLine, oneLine } from "../../../lib/line/mod.ts";
import type { Client } from "../lab.ts";
import { differences, SavedSettings } from "../settings/saved_settings.ts";
import type { Commander } from "./commander.ts";
import type { PageContext } from "./views/pages.tsx";
import { ComparePage, SettingsPage } from "./views/settings.tsx";

/**
 * Adds saved settings to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param commander Carries out what is asked.
 * @param folder Where they are kept; undefined where nothing is.
 */
export function serveSettings(
  app: Hono,
  page: PageContext,
  commander: Commander,
  folder: string | undefined,
): void {
  const { lab, clock } = page;
  const store = folder === undefined ? undefined : new SavedSettings(folder);
  const addressOf = ({ name }: Client) => `/client/${encodeURIComponent(name)}/settings`;

  const answered =
    (work: (c: Context, client: Client, store: SavedSettings) => Promise<Response>) => async (c: Context) => {
      const client = lab.clients.get(c.req.param("name") ?? "");
      if (!client) return c.notFound();
      if (!store) return c.text("Nothing is kept here: MONITOR was started without a data folder", 503);
      try {
        return await work(c, client, store);
      } catch (error) {
        if (error instanceof ConfigError) return c.text(error.message, 404);
        throw error;
      }
    };

  app.get(
    "/client/:name/settings",
    answered(async (c, client, store) =>
      c.html(SettingsPage({ ...page, client, ...await store.list(client.name) }))
    ),
  );

  app.post(
    "/client/:name/settings",
    answered(async (c, client, store) => {
      const refusal = commander.refusal(c, "settings", client.name, `save settings of ${client.name}`);
      if (refusal !== undefined) return c.text(refusal, 403);
      const { by, note } = await c.req.parseBody();
      const who = commander.nameOf(c, by);
      const words = typeof note === "string" ? oneLine(note).trim().slice(0, 500) : "";
      const id = await store.save(client, { time: clock.time(), by: who, note: words });
      const what = { line: `save settings of ${client.name}`, clients: [client.name], by };
      commander.record(c, what, "done", `saved as ${id}${words && `: ${words}`}`);
      return c.redirect(addressOf(client), 303);
    }),
  );

  app.get(
    "/client/:name/settings/:id",
    answered(async (c, client, store) => {
      const saved = await store.read(client.name, c.req.param("id") ?? "");
      return c.html(ComparePage({ ...page, client, saved, rows: differences(saved, client) }));
    }),
  );

  app.post(
    "/client/:name/settings/:id",
    answered(async (c, client, store) => {
      const saved = await store.read(client.name, c.req.param("id") ?? "");
      const refusal = commander.refusal(c, "settings", client.name, `restore settings of ${client.name}`);
      if (refusal !== undefined) return c.text(refusal, 403);
      const form = await c.req.parseBody({ all: true });
      const ticked = new Set([form.key ?? []].flat().filter((key) => typeof key === "string"));
      const rows = differences(saved, client);
      const chosen = rows.filter(({ key, channel }) => ticked.has(key) && channel !== undefined);
      const show = (problem: string, status: 403 | 422) =>
        c.html(ComparePage({ ...page, client, saved, rows, problem }), status);
      if (chosen.length === 0) return show("Nothing is ticked: nothing was sent", 422);
      const options = Object.fromEntries(chosen.map(({ key, saved }) => [key, saved]));
      const line = `send ${client.name} ${formatLine({ name: "set", options })}`;
      const done = await commander.run(c, line, form.by);
      if (done.ok !== false) return c.redirect(`${addressOf(client)}/${saved.id}`, 303);
      return show(done.text, done.status === 403 ? 403 : 422);
    }),
  );
}
