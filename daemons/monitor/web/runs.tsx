/** The runs over HTTP: their list, the page of each, the end somebody asks for, notes. @module */
import type { Context, Hono } from "hono";
import { ConnectionError } from "../../../lib/errors.ts";
import { oneLine, quote } from "../../../lib/line/mod.ts";
import type { LabImages } from "../images/lab_images.ts";
import { readMoment } from "../moment.ts";
import type { LiveRun } from "../runs/runs.ts";
import type { ImageFound } from "../store/image.ts";
import type { RunRow } from "../store/run.ts";
import { channelNamed } from "./archive.tsx";
import type { Commander } from "./commander.ts";
import { pageIn } from "./log.tsx";
import { headline } from "./show.ts";
import type { CurveShown } from "./views/archive.tsx";
import type { PageContext } from "./views/pages.tsx";
import { aroundOf, endOf, RunPage, type RunProps } from "./views/run.tsx";
import { type RunSearch, RunsPage, type RunsProps, runUrl } from "./views/runs.tsx";

/** Runs on a page. */
const PER_PAGE = 50;
/** Curves, images and lines of the log on the page of one. */
const CURVES = 8;
const IMAGES = 24;
const LINES = 100;
const NOTES = 50;
/** Points of a curve drawn without scripts. */
const POINTS = 600;
/** Longest note. */
const LONGEST = 20_000;

function searchIn(c: Context): RunSearch {
  const { q = "", by, name, from, to, page } = c.req.query();
  return {
    text: q.slice(0, 500),
    author: by || undefined,
    name: name || undefined,
    from: readMoment(from),
    to: readMoment(to),
    page: pageIn(page),
  };
}

/**
 * Adds the runs to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param commander Carries out what is asked.
 * @param images The images, where there are any.
 */
export function serveRuns(
  app: Hono,
  page: PageContext,
  commander: Commander,
  images: LabImages | undefined,
): void {
  const { lab, clock } = page;
  const unable = "Nothing is stored here: only what is going on is shown";

  app.get("/runs", async (c) => {
    const search = searchIn(c);
    const { page: number, ...where } = search;
    const going = { runs: lab.runs.live.map(({ row }) => row), more: false };
    const show = (given: Pick<RunsProps, "found" | "choices" | "problem">, status: 200 | 503 = 200) =>
      c.html(RunsPage({ ...page, search, ...given }), status);
    const none = { found: going, choices: { names: [], authors: [] } };
    if (!lab.records) return show({ ...none, problem: unable });
    try {
      const found = await lab.records.runs({ ...where, offset: (number - 1) * PER_PAGE, count: PER_PAGE });
      return show({ found, choices: await lab.records.runChoices() });
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      return show({ ...none, problem: `Only what is going on is shown: ${error.message}` }, 503);
    }
  });

  const show = async (c: Context, said?: { problem: string; status: 403 | 422 | 503 }) => {
    const id = c.req.param("id") ?? "";
    const live = lab.runs.find(id);
    try {
      const run = await lab.records?.run(id) ?? live?.row;
      if (!run) return c.text(`There is no run ${JSON.stringify(id)}`, 404);
      const props = { ...page, run, live, ...await partsOf(run, live), problem: said?.problem };
      return c.html(RunPage(props), said?.status ?? 200);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (!live) return c.text(error.message, 503);
      const parts = { curves: [], images: NO_IMAGES, log: { lines: [], more: false }, notes: [] };
      return c.html(RunPage({ ...page, run: live.row, live, ...parts, problem: error.message }), 503);
    }
  };

  const partsOf = async (
    run: RunRow,
    live: LiveRun | undefined,
  ): Promise<Pick<RunProps, "curves" | "images" | "log" | "notes">> => {
    const range = { from: run.began, to: endOf(run, live, clock.time()) + 1 };
    const around = aroundOf(run, live, clock.time());
    const curves = await Promise.all(
      curvesOf(page, run).map(async (channel): Promise<CurveShown> => ({
        channel,
        series: await lab.history(channel.client, channel.key, { ...around, points: POINTS }),
      })),
    );
    return {
      curves,
      images: await imagesOf(images, run, range),
      log: await lab.records?.log({ ...range, count: LINES }) ?? { lines: [], more: false },
      notes: (await lab.records?.notes({ run: run.id, count: NOTES }))?.notes ?? [],
    };
  };

  app.get("/runs/:id", (c) => show(c));

  app.post("/runs/:id/abort", async (c) => {
    const id = c.req.param("id");
    const { by, reason } = await c.req.parseBody();
    const words = typeof reason === "string" ? oneLine(reason).trim().slice(0, 500) : "";
    const line = `abort_run ${quote(oneLine(id))}${words && ` ${quote(words)}`}`;
    const { ok, text, status } = await commander.run(c, line, by);
    if (ok !== false) return c.redirect(runUrl(id), 303);
    return await show(c, { problem: text, status: status === 403 ? 403 : 422 });
  });

  app.post("/runs/:id/notes", async (c) => {
    const id = c.req.param("id");
    const refusal = commander.refusal(c, "note", undefined, `write a note about run ${id}`);
    if (refusal !== undefined) return c.text(refusal, 403);
    const { by, text } = await c.req.parseBody();
    const words = typeof text === "string" ? text.trim().slice(0, LONGEST) : "";
    if (words === "") return await show(c, { problem: "A note needs words", status: 422 });
    const now = clock.time();
    const note = { time: now, written: now, author: commander.nameOf(c, by), text: words, client: null };
    const isKept = lab.records?.note({ ...note, run: id.slice(0, 100) }) ?? false;
    if (!isKept) return await show(c, { problem: "The note could not be kept", status: 503 });
    return c.redirect(`${runUrl(id)}#notes`, 303);
  });
}

const NO_IMAGES = { shown: [], total: 0 };

/** The curves that its script named, or of each of its devices what it is for. */
function curvesOf({ lab }: PageContext, { plots, devices }: RunRow): CurveShown["channel"][] {
  const names = plots.length > 0 ? plots : devices.flatMap((name) => {
    const client = lab.clients.get(name);
    const channel = client && headline(client);
    return channel ? [`${name}.${channel.key}`] : [];
  });
  return names.slice(0, CURVES).map((name) => channelNamed(name, lab));
}

/** The images that carry its name, and those that its devices made meanwhile. */
async function imagesOf(
  images: LabImages | undefined,
  { id, devices }: RunRow,
  range: { readonly from: number; readonly to: number },
): Promise<RunProps["images"]> {
  const store = images?.store;
  if (!store) return NO_IMAGES;
  const pages = await Promise.all([
    store.find({ run: id, count: IMAGES }),
    ...devices.map((source) => store.find({ source, ...range, count: IMAGES })),
  ]);
  const found = new Map<number, ImageFound>(
    pages.flatMap(({ images }) => images).map((image) => [image.id, image]),
  );
  const shown = [...found.values()].sort((a, b) => b.time - a.time).slice(0, IMAGES);
  return { shown, total: Math.max(found.size, ...pages.map(({ total }) => total)) };
}
