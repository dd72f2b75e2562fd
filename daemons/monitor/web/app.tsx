/** MONITOR over HTTP: the pages, the live stream, history, and the original's addresses. @module */
import { type Context, Hono } from "hono";
import { contextStorage } from "hono/context-storage";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Lab } from "../lab.ts";
import type { Layouts } from "../layout/layout.ts";
import type { LabImages } from "../images/lab_images.ts";
import { shortBodies } from "./api/fields.ts";
import { serveApi } from "./api/mod.ts";
import { serveAlarms } from "./alarms.tsx";
import { asset, isLasting } from "./assets.ts";
import { serveArchive } from "./archive.tsx";
import { serveLogin } from "./login.tsx";
import { serveLog } from "./log.tsx";
import { serveLogSocket } from "./log_socket.ts";
import { serveLogbook } from "./logbook.tsx";
import { paletteOf } from "./palette.ts";
import { serveRuns } from "./runs.tsx";
import { serveSettings } from "./settings.tsx";
import { serveConfiguration } from "./configuration.tsx";
import { serveDevices } from "./devices.tsx";
import { serveFeeds } from "./feeds.tsx";
import { Commander } from "./commander.ts";
import { doorman, type Doors } from "./doorman.ts";
import { guard } from "./guard.ts";
import { headers } from "./headers.ts";
import { serveImages } from "./images.tsx";
import { Broadcast } from "./broadcast.ts";
import { overview } from "./live.ts";
import { LIVE_HEADERS, streamOf } from "./live_stream.ts";
import { visitorOf } from "./visitor.ts";
import { IMPORTS_HASH } from "./views/layout.tsx";
import { LabPage } from "./views/pages.tsx";

/** Most points of a history, whatever is asked. */
const MOST_POINTS = 20_000;

/** What else the application stands on. */
export interface AppParts {
  /** How devices are shown; by their descriptions alone without it. */
  readonly layouts?: Layouts | undefined;
  /** Folder of saved settings; none are kept without it. */
  readonly settings?: string | undefined;
  /** Whether GET `/monitor/command` commands, as in the original (default false). */
  readonly oldWebCommands?: boolean;
}

/**
 * The web application of a lab.
 *
 * @param lab The lab.
 * @param clock The clock.
 * @param doors Who may do what; everybody who reaches it may do all without this.
 * @param images The images, where there are any.
 * @param more What else there is.
 * @returns The application; serve its `fetch`.
 */
export function createApp(
  lab: Lab,
  clock: Clock,
  doors?: Doors,
  images?: LabImages,
  more: AppParts = {},
): Hono {
  const app = new Hono();
  const page = { lab, clock };
  const broadcast = new Broadcast(lab, clock);
  doors?.watch(() => broadcast.review());
  const commander = new Commander(lab, () => clock.time());
  const record = (c: Context, line: string, outcome: "done" | "denied", text: string) =>
    commander.record(c, { line, clients: [] }, outcome, text);
  app.onError(unforeseen);
  app.use(headers([IMPORTS_HASH]));
  app.use(shortBodies);
  app.use(contextStorage());
  app.use(doorman(doors));
  app.use(guard((c, why) => record(c, `${c.req.method} ${c.req.path}`, "denied", why)));
  serveLogin(app, doors, (c, what) => record(c, `sign ${what}`, "done", ""));

  app.get("/", async (c) => c.html(await LabPage(page)));
  app.get("/palette.json", (c) => c.json(paletteOf(lab)));

  app.get("/live", (c) => {
    const clients = c.req.query("clients");
    const shown = clients === undefined ? undefined : new Set(clients.split(","));
    return c.body(streamOf(broadcast, shown, visitorOf(c).isIn), 200, LIVE_HEADERS);
  });

  app.get("/history", async (c) => {
    const { client = "", key = "", from, to, points } = c.req.query();
    const range = {
      from: Number(from),
      to: Number(to),
      points: Math.min(Number(points ?? 1000), MOST_POINTS),
    };
    if (
      ![range.from, range.to, range.points].every(Number.isFinite) || range.to <= range.from ||
      range.points < 1
    ) {
      return c.json(
        { error: "Expected from and to (unix seconds, from before to) and points (1 or more)" },
        400,
      );
    }
    const isKnown = lab.clients.has(client) || (await lab.records?.channels([{ client, key }]))?.length;
    if (!isKnown) return c.json({ error: `There is no client ${client}` }, 404);
    return c.json(await lab.history(client, key, range));
  });

  const command = async (c: Context, line: string, by?: unknown) => {
    const { ok, text, status } = await commander.run(c, line, by);
    return c.json({ ok, text }, status === 403 ? 403 : 200);
  };
  app.post("/command", async (c) => {
    const { line, by } = await c.req.parseBody();
    return typeof line === "string"
      ? command(c, line, by)
      : c.json({ ok: false, text: "Expected a field named line" }, 400);
  });

  app.get("/lab", (c) => c.json(overview(lab, clock)));

  serveImages(app, page, images);
  serveFeeds(app, page, images);
  serveAlarms(app, page, commander);
  serveDevices(app, page, commander, more.layouts ?? new Map());
  serveConfiguration(app, page, commander);
  serveSettings(app, page, commander, more.settings);
  serveRuns(app, page, commander, images);
  serveLog(app, page);
  serveLogSocket(app);
  serveLogbook(app, page, commander);
  serveArchive(app, page);
  serveApi(app, page, commander, { oldWebCommands: more.oldWebCommands ?? false });

  app.get("/assets/*", async (c) => {
    const { path } = c.req;
    const file = await asset(path);
    if (!file) return c.notFound();
    const control = isLasting(path) ? "public, max-age=31536000, immutable" : "no-cache";
    const headers = { "content-type": file.type, "etag": file.etag, "cache-control": control };
    if (c.req.header("if-none-match") === file.etag) return c.body(null, 304, headers);
    return c.body(file.body, 200, headers);
  });
  return app;
}

/** What could not be answered: nothing where whoever asked is gone, else a line for them and all for the log. */
function unforeseen(error: Error, c: Context): Response {
  if (c.req.raw.signal.aborted) return c.body(null, 400);
  const isForm = c.req.header("content-type")?.startsWith("multipart/form-data") ?? false;
  if (isForm && error instanceof TypeError) return c.text(`The form cannot be read: ${error.message}`, 400);
  console.error(error);
  return c.text("This could not be answered: MONITOR has a defect, which is in its log", 500);
}
