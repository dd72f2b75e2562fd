/** The log over HTTP. @module */
import type { Hono } from "hono";
import { ConnectionError } from "../../../lib/errors.ts";
import type { LogLine } from "../../../lib/link/link.ts";
import type { Lab } from "../lab.ts";
import { type LogPage as Found, type LogQuery, searchLines } from "../store/log_query.ts";
import { readMoment } from "../moment.ts";
import { LogPage, type LogSearch, TYPES } from "./views/log.tsx";
import type { PageContext } from "./views/pages.tsx";

/** Lines on a page. */
const PER_PAGE = 100;
/** Lines looked through while there is no database. */
const REMEMBERED = 1000;

/** The number of a page as it was asked for, from 1. */
export function pageIn(text: string | undefined): number {
  const number = Math.floor(Number(text));
  return number >= 1 && number <= 1e6 ? number : 1;
}

function searchIn(query: Readonly<Record<string, string>>): LogSearch {
  const { q = "", source, type, commands, from, to, page } = query;
  return {
    text: q.slice(0, 500),
    source: source || undefined,
    type: TYPES.find((one) => one === type),
    commands: commands || undefined,
    from: readMoment(from),
    to: readMoment(to),
    page: pageIn(page),
  };
}

/** What the store finds; while it cannot be asked, what is remembered, and why. */
async function find(
  lab: Lab,
  query: LogQuery,
): Promise<{ found: Found; sources: readonly string[]; problem?: string }> {
  try {
    if (lab.records) return { found: await lab.records.log(query), sources: await lab.records.sources() };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { ...await recent(lab, query), problem: `Only the last lines can be searched: ${error.message}` };
  }
  return await recent(lab, query);
}

async function recent(lab: Lab, query: LogQuery): Promise<{ found: Found; sources: string[] }> {
  const lines: readonly LogLine[] = await lab.recentLog(REMEMBERED);
  return { found: searchLines(lines, query), sources: [...new Set(lines.map(({ source }) => source))] };
}

/** Adds the log to the application. */
export function serveLog(app: Hono, page: PageContext): void {
  app.get("/log", async (c) => {
    const search = searchIn(c.req.query());
    const { page: number, type, ...where } = search;
    const result = await find(page.lab, {
      ...where,
      types: type && [type],
      offset: (number - 1) * PER_PAGE,
      count: PER_PAGE,
    });
    return c.html(LogPage({ ...page, search, ...result }));
  });
}
