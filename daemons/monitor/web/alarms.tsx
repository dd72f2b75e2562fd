/** The alarms over HTTP: their page, what is said to them, and the test of a rule on the past. @module */
import type { Context, Hono } from "hono";
import { ConfigError, ConnectionError } from "../../../lib/errors.ts";
import { oneLine, quote } from "../../../lib/line/mod.ts";
import { type Rehearsal, rehearse } from "../alarm/rehearsal.ts";
import type { Commander } from "./commander.ts";
import { readMoment } from "../moment.ts";
import { AlarmsPage, AlarmTestPage, SPANS } from "./views/alarms.tsx";
import type { PageContext } from "./views/pages.tsx";

/**
 * Adds the alarms to the application.
 *
 * @param app The application.
 * @param page What pages stand on.
 * @param commander Carries out what is asked.
 */
export function serveAlarms(app: Hono, page: PageContext, commander: Commander): void {
  app.get("/alarms", (c) => c.html(AlarmsPage(page)));

  app.post("/alarms", async (c) => {
    const form = await c.req.parseBody();
    const line = lineOf(form, page.clock.time());
    const done = line === undefined
      ? {
        ok: false,
        status: 422 as const,
        text: "Expected acknowledge, shelve or unshelve, and for shelve a time",
      }
      : await commander.run(c, line, form.by);
    if (c.req.header("accept")?.includes("application/json")) return c.json(done, done.status);
    if (done.ok !== false) return c.redirect("/alarms", 303);
    return c.html(AlarmsPage({ ...page, problem: done.text }), done.status);
  });

  app.get("/alarms/test", async (c) => {
    const asked = askedIn(c);
    let rehearsal: Rehearsal | undefined;
    let problem: string | undefined;
    if (asked.rule !== "") {
      try {
        const seconds = SPANS.find(([name]) => name === asked.span)?.[1] ?? SPANS[0]![1];
        rehearsal = await rehearse(page.lab, page.clock, { ...asked, seconds });
      } catch (error) {
        if (!(error instanceof ConfigError || error instanceof ConnectionError)) throw error;
        problem = error.message;
      }
    }
    return c.html(AlarmTestPage({ ...page, asked, rehearsal, problem }), problem === undefined ? 200 : 422);
  });
}

function lineOf(form: Readonly<Record<string, unknown>>, now: number): string | undefined {
  const { alarm, note } = form;
  if (typeof alarm !== "string" || !/^[A-Za-z0-9_-]+$/.test(alarm)) return undefined;
  const words = typeof note === "string" ? oneLine(note).trim().slice(0, 500) : "";
  const said = words === "" ? "" : ` ${quote(words)}`;
  if (form.do === "acknowledge") return `acknowledge ${alarm}${said}`;
  if (form.do === "unshelve") return `unshelve ${alarm}`;
  if (form.do !== "shelve") return undefined;
  const until = readMoment(typeof form.until === "string" ? form.until : undefined);
  const span = until === undefined ? String(form.for ?? "") : `${Math.ceil(until - now)}s`;
  return /^\d+(?:\.\d+)? ?[a-z]+$/.test(span) ? `shelve ${alarm} ${span.replace(" ", "")}${said}` : undefined;
}

function askedIn(c: Context) {
  const { rule = "", span = SPANS[0]![0], when = "", grace = "" } = c.req.query();
  return { rule, span, when: when.slice(0, 2000), grace };
}
