/** The runs as JSON. @module */
import type { Context } from "hono";
import type { RunFound } from "../../store/run.ts";
import { type Asked, FROM, momentIn, TO } from "./ask.ts";
import { recordsOf } from "./lab_routes.ts";
import { quoted, Refusal } from "./refusal.ts";
import { numberIn, type NumberParameter, type Parameter, type Route, type Schema } from "./route.ts";
import { listOf, objectOf, TEXT, TIME } from "./schemas.ts";

const COUNT: NumberParameter = {
  name: "count",
  in: "query",
  about: "Runs at most",
  schema: { type: "integer", minimum: 1, maximum: 1000, default: 50 },
};
const OFFSET: NumberParameter = {
  name: "offset",
  in: "query",
  about: "Passes over so many of the newest",
  schema: { type: "integer", minimum: 0, maximum: 10_000_000, default: 0 },
};
const ID: Parameter = {
  name: "run",
  in: "path",
  about: "Its id",
  schema: TEXT,
  example: "cooldown-20261127-180405-3f1a",
};
const query = (name: string, about: string): Parameter => ({ name, in: "query", about, schema: TEXT });

const orNull = (type: string, description: string): Schema => ({ type: [type, "null"], description });
const RUN = {
  id: TEXT,
  name: TEXT,
  author: { type: "string", description: "Who runs it; empty where nobody said" },
  began: TIME,
  seen: { type: "number", description: "When it was last heard of, unix seconds" },
  ended: orNull("number", "Unix seconds; null while it goes on, and where it was never heard of again"),
  outcome: { enum: ["done", "failed", "aborted", null] },
  reason: orNull("string", "Why it failed or was aborted"),
  note: orNull("string", "What was said about it"),
  params: { type: "object", description: "What it was told" },
  devices: listOf(TEXT),
  plots: listOf(TEXT),
  progress: orNull("number", "How far it has come, 0 to 1"),
  doing: orNull("string", "What it does, or did last"),
  live: { type: "boolean", description: "Whether it is going on" },
};
const SETTINGS = {
  settings: orNull("object", "The settings of the lab at its begin, by device"),
  changes: {
    type: ["array", "null"],
    description: "What was different at its end",
    items: objectOf({ client: TEXT, key: TEXT, before: TEXT, after: TEXT }),
  },
};

/** The routes of runs. */
export function runRoutes(asked: Asked): Route[] {
  const { lab, clock } = asked;
  const shown = <R extends RunFound>(run: R) => ({ ...run, live: lab.runs.find(run.id) !== undefined });
  return [
    {
      method: "get",
      path: "/api/v1/runs",
      summary: "Runs of scripts, newest first",
      parameters: [
        query("text", "Words in its name, parameters, notes or errors"),
        query("name", "What was run"),
        query("by", "Who ran it"),
        { ...FROM, about: "Still going on then or later", schema: TEXT },
        { ...TO, about: "Begun then or earlier", schema: TEXT },
        OFFSET,
        COUNT,
      ],
      answer: {
        about: "Runs",
        content: { "application/json": objectOf({ runs: listOf(objectOf(RUN)), more: { type: "boolean" } }) },
      },
      handle: async (c: Context) => {
        const { text, name, by } = c.req.query();
        const { runs, more } = await recordsOf(lab).runs({
          text: text || undefined,
          name: name || undefined,
          author: by || undefined,
          from: momentIn(c, "from", clock),
          to: momentIn(c, "to", clock),
          offset: numberIn(c, OFFSET)!,
          count: numberIn(c, COUNT)!,
        });
        return c.json({ runs: runs.map(shown), more });
      },
    },
    {
      method: "get",
      path: "/api/v1/runs/{run}",
      summary: "One run, with the settings at its begin and what was different at its end",
      parameters: [ID],
      answer: { about: "The run", content: { "application/json": objectOf({ ...RUN, ...SETTINGS }) } },
      handle: async (c: Context) => {
        const id = c.req.param("run") ?? "";
        const run = await recordsOf(lab).run(id) ?? lab.runs.find(id)?.row;
        if (!run) throw new Refusal(404, `There is no run ${quoted(id)}`);
        return c.json(shown(run));
      },
    },
  ];
}
