/** The addresses of the original MONITOR and of its archive. @module */
import type { Context } from "hono";
import type { Commander } from "../commander.ts";
import { statusJson } from "../status_json.ts";
import type { PageContext } from "../views/pages.tsx";
import { fieldsIn } from "./fields.ts";
import { Refusal } from "./refusal.ts";
import type { Parameter, Route } from "./route.ts";
import { REPLY, TEXT } from "./schemas.ts";

const STRING: Parameter = {
  name: "string",
  in: "query",
  about: "The command line",
  schema: TEXT,
  example: "send cryocon stop",
};
const PAGE: Parameter = { name: "page", in: "query", about: "Which page, from 1", schema: TEXT };
const SOURCE: Parameter = {
  name: "source",
  in: "path",
  about: "Who said it",
  schema: TEXT,
  example: "cryocon",
};

/** The routes. */
export function originalRoutes(
  { lab }: PageContext,
  commander: Commander,
  { oldWebCommands }: { readonly oldWebCommands: boolean },
): Route[] {
  const command = async (c: Context, line: unknown) => {
    if (typeof line !== "string" || line.trim() === "") {
      throw new Refusal(400, "Expected a command as string");
    }
    const { ok, text, status } = await commander.run(c, line);
    return c.json({ ok, text }, status === 403 ? 403 : 200);
  };
  const replies = { about: "What came of it", content: { "application/json": REPLY } };
  return [
    {
      method: "get",
      path: "/monitor/status",
      summary: "The original's status of every client, values as text",
      answer: { about: "Clients and their variables", content: { "application/json": { type: "object" } } },
      lenient: true,
      handle: (c) => c.json(statusJson(lab)),
    },
    {
      method: "post",
      path: "/monitor/command",
      summary: "Carries out a command line",
      parameters: [STRING],
      body: { fields: { string: TEXT }, required: [] },
      answer: replies,
      lenient: true,
      handle: async (c) => await command(c, c.req.query("string") ?? (await fieldsIn(c)).string),
    },
    {
      method: "get",
      path: "/monitor/command",
      summary: "Carries out a command line as the original did; only with --old-web-commands",
      parameters: [STRING],
      answer: replies,
      lenient: true,
      handle: async (c) => {
        if (oldWebCommands) return await command(c, c.req.query("string"));
        c.header("allow", "POST");
        throw new Refusal(
          405,
          "Commands are taken by POST; start MONITOR with --old-web-commands (old_web_commands: true) to command by GET",
        );
      },
    },
    {
      method: "get",
      path: "/status",
      summary: "The archive's state of the lab: it is the page /archive now",
      parameters: [{ name: "time", in: "query", about: "The moment, UTC", schema: TEXT }],
      answer: { about: "The page is elsewhere", content: {}, status: 302 },
      lenient: true,
      handle: (c) => {
        const time = c.req.query("time");
        return c.redirect(`/archive${time === undefined ? "" : `?${new URLSearchParams({ at: time })}`}`);
      },
    },
    {
      method: "get",
      path: "/logs",
      summary: "The archive's log: it is the page /log now",
      answer: { about: "The page is elsewhere", content: {}, status: 302 },
      lenient: true,
      parameters: [PAGE],
      handle: (c) => c.redirect(logAt(c)),
    },
    {
      method: "get",
      path: "/logs/{source}",
      summary: "The archive's log of one source: it is the page /log now",
      parameters: [SOURCE, PAGE],
      answer: { about: "The page is elsewhere", content: {}, status: 302 },
      lenient: true,
      handle: (c) => c.redirect(logAt(c, c.req.param("source"))),
    },
    ...["/monitor", "/main.html"].map((path): Route => ({
      method: "get",
      path,
      summary: "The original's live page: it is the page / now",
      answer: { about: "The page is elsewhere", content: {}, status: 302 },
      lenient: true,
      handle: (c) => c.redirect("/"),
    })),
    {
      method: "get",
      path: "/robots.txt",
      summary: "What search engines may read: nothing",
      answer: { about: "Rules for robots", content: { "text/plain": TEXT } },
      lenient: true,
      handle: (c) => c.text("User-agent: *\nDisallow: /\n"),
    },
  ];
}

/** Where the log is now, with what was asked for of the old one. */
function logAt(c: Context, source?: string): string {
  const page = c.req.query("page");
  const asked = { ...source === undefined ? {} : { source }, ...page === undefined ? {} : { page } };
  const query = new URLSearchParams(asked).toString();
  return query === "" ? "/log" : `/log?${query}`;
}
