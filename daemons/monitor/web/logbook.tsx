/** The logbook over HTTP. @module */
import type { Context, Hono } from "hono";
import { ConnectionError } from "../../../lib/errors.ts";
import { oneLine } from "../../../lib/line/mod.ts";
import type { Commander } from "./commander.ts";
import { pageIn } from "./log.tsx";
import { readMoment } from "../moment.ts";
import { LogbookPage, type NoteSearch } from "./views/logbook.tsx";
import type { PageContext } from "./views/pages.tsx";

/** Notes on a page. */
const PER_PAGE = 50;
/** Longest note. */
const LONGEST = 20_000;

function searchIn(c: Context): NoteSearch {
  const { q = "", client, run, page } = c.req.query();
  return { text: q.slice(0, 500), client: client || undefined, run: run || undefined, page: pageIn(page) };
}

/** Adds the logbook to the application. */
export function serveLogbook(app: Hono, page: PageContext, commander: Commander): void {
  const { lab, clock } = page;
  const unable = "Nothing is stored here: there is no logbook";

  const show = async (c: Context, problem?: string, draft = "") => {
    const search = searchIn(c);
    const { page: number, text, ...where } = search;
    try {
      const found = await lab.records?.notes({
        ...where,
        text: text || undefined,
        offset: (number - 1) * PER_PAGE,
        count: PER_PAGE,
      });
      const why = problem ?? (found ? undefined : unable);
      const props = { ...page, search, found: found ?? { notes: [], more: false }, problem: why, draft };
      return c.html(LogbookPage(props), why === undefined ? 200 : problem === undefined ? 503 : 422);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      const found = { notes: [], more: false };
      return c.html(LogbookPage({ ...page, search, found, problem: error.message, draft }), 503);
    }
  };

  app.get("/logbook", (c) => show(c));

  app.post("/logbook", async (c) => {
    const refusal = commander.refusal(c, "note", undefined, "write a note");
    if (refusal !== undefined) return c.text(refusal, 403);
    const form = await c.req.parseBody();
    const field = (name: string) => typeof form[name] === "string" ? oneLine(form[name]).trim() : "";
    const text = typeof form.text === "string" ? form.text.trim().slice(0, LONGEST) : "";
    const now = clock.time();
    const about = field("time") === "" ? now : readMoment(field("time"));
    if (text === "") return await show(c, "A note needs words");
    if (about === undefined) {
      return await show(c, `Expected a moment, got ${JSON.stringify(field("time"))}`, text);
    }
    const kept = lab.records?.note({
      time: about,
      written: now,
      author: commander.nameOf(c, form.by),
      text,
      client: field("client") || null,
      run: field("run").slice(0, 100) || null,
    });
    if (!kept) {
      return await show(c, lab.records ? "The disk takes nothing: the note was not kept" : unable, text);
    }
    return c.redirect("/logbook", 303);
  });
}
