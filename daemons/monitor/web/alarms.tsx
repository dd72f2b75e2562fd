/** The alarms over HTTP: their page, what is said to them, and the test of a rule on the past. @module */
import type { Context, Hono } from "hono";
import { Condition } from "../../../lib/condition/mod.ts";
import { ConfigError, ConnectionError } from "../../../lib/errors.ts";
import { oneLine, quote } from "../../../lib/line/mod.ts";
import { type Duration, milliseconds } from "../../../lib/time/mod.ts";
import { type Past, replay } from "../alarm/replay.ts";
import type { Rule } from "../alarm/rule.ts";
import { labScene } from "../alarm/scene.ts";
import type { Commander } from "./commander.ts";
import { readMoment } from "../moment.ts";
import { AlarmsPage, AlarmTestPage, type Rehearsal, SPANS } from "./views/alarms.tsx";
import type { PageContext } from "./views/pages.tsx";

/** Most trippings listed. */
const MOST = 500;

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
        rehearsal = await rehearse(page, asked);
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

/** Runs a rule, as it is or with another condition or grace time, over what is stored. */
async function rehearse(
  { lab, clock }: PageContext,
  asked: ReturnType<typeof askedIn>,
): Promise<Rehearsal> {
  const known = lab.alarms?.all.find(({ rule }) => rule.name === asked.rule)?.rule;
  if (!known) throw new ConfigError(`There is no alarm ${JSON.stringify(asked.rule)}`);
  if (!lab.records) throw new ConfigError("Nothing is stored here: there is no past to test a rule on");
  const seconds = SPANS.find(([name]) => name === asked.span)?.[1] ?? SPANS[0]![1];
  const rule: Rule = {
    ...known,
    ...asked.when.trim() === "" ? {} : { when: new Condition(asked.when) },
    ...asked.grace.trim() === "" ? {} : { grace: graceOf(asked.grace) },
  };
  const to = clock.time();
  const from = to - seconds;
  const names = new Set([rule.when, rule.precondition].flatMap((condition) => [...condition?.names ?? []]));
  const byChannel = new Map<string, string[]>();
  const unrecorded: string[] = [];
  for (const name of names) {
    const dot = name.indexOf(".");
    const client = lab.clients.get(name.slice(0, dot));
    const key = name.slice(dot + 1);
    const channel = client?.channels.get(key) ?? client?.channels.values().find(({ wire }) => wire === key);
    if (dot > 0 && client && channel) {
      const stored = `${client.name}.${channel.key}`;
      byChannel.set(stored, [...byChannel.get(stored) ?? [], name]);
    } else if (lab.clients.has(name)) unrecorded.push(name);
  }
  let values = 0;
  const { records } = lab;
  const past = async function* (): AsyncGenerator<Past> {
    const channels = [...byChannel.keys()].map((name) => {
      const dot = name.indexOf(".");
      return { client: name.slice(0, dot), key: name.slice(dot + 1) };
    });
    for await (const { client, key, reading } of records.raw(channels, { from, to })) {
      values += 1;
      for (const channel of byChannel.get(`${client}.${key}`) ?? []) yield { channel, reading };
    }
  };
  const trippings = await replay(rule, labScene(lab, clock).channels, past(), to);
  return {
    rule,
    from,
    to,
    values,
    unrecorded,
    trippings: trippings.slice(-MOST).reverse(),
    count: trippings.length,
  };
}

function graceOf(text: string): number {
  try {
    return milliseconds(text.trim() as Duration);
  } catch {
    throw new ConfigError(`Expected a grace time such as "30 s", got ${JSON.stringify(text)}`);
  }
}
