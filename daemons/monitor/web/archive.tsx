/** The past over HTTP: the lab as it was at any moment, curves of any channels, and their values as CSV. @module */
import type { Context, Hono } from "hono";
import { ConnectionError } from "../../../lib/errors.ts";
import type { Lab } from "../lab.ts";
import { showName, showUnit } from "./show.ts";
import { readMoment } from "../moment.ts";
import { ArchivePage, type CurveShown, HistoryPage } from "./views/archive.tsx";
import type { PageContext } from "./views/pages.tsx";

/** Most channels on one page. */
const MOST = 16;
/** Points of a curve drawn without scripts. */
const POINTS = 600;
/** What is shown where nobody says: so many seconds up to now. */
const SPAN = 86_400;

const encoder = new TextEncoder();

/** Channels as they were asked for: `channel=a.b` again and again, or `channels=a.b,a.c` as the original had it. */
function channelsIn(c: Context, lab: Lab): CurveShown["channel"][] {
  const asked = [...c.req.queries("channel") ?? [], ...(c.req.query("channels") ?? "").split(",")];
  const names = [...new Set(asked.map((name) => name.trim()).filter((name) => name !== ""))].slice(0, MOST);
  return names.map((name) => channelNamed(name, lab));
}

/** A channel by its name, `cryocon.temperature`; of one that is not known nothing but the name. */
export function channelNamed(name: string, lab: Lab): CurveShown["channel"] {
  const dot = name.indexOf(".");
  const [client, word] = dot < 0 ? ["", name] : [name.slice(0, dot), name.slice(dot + 1)];
  const known = lab.clients.get(client);
  const channel = known?.channels.get(word) ?? known?.channels.values().find(({ wire }) => wire === word);
  return {
    client,
    key: channel?.key ?? word,
    label: channel && known ? `${client} ${showName(known, channel)}` : name,
    unit: channel ? showUnit(channel.param) : "",
  };
}

/** From when to when: by both ends, or by `hours` around or before `time0` as the original's archive had it. */
function stretchIn(c: Context, now: number): { from: number; to: number } {
  const { from, to, hours, time0 } = c.req.query();
  const span = Number(hours) > 0 ? Number(hours) * 3600 : SPAN;
  const middle = readMoment(time0);
  const end = readMoment(to) ?? (middle === undefined ? now : middle + span / 2);
  const begin = readMoment(from) ?? end - span;
  return begin < end ? { from: begin, to: end } : { from: end - SPAN, to: end };
}

/** A field of CSV; what a spreadsheet would take for a formula is quoted as text. */
function field(value: unknown): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Adds the past to the application. */
export function serveArchive(app: Hono, page: PageContext): void {
  const { lab, clock } = page;
  const unable = "Nothing is stored here: MONITOR was started without a store";

  app.get("/archive", async (c) => {
    const asked = c.req.query("at");
    const at = readMoment(asked) ?? clock.time();
    const isWrong = asked !== undefined && asked !== "" && readMoment(asked) === undefined;
    const wrong = isWrong
      ? `Expected a moment such as 2026-11-27 18:04, got ${JSON.stringify(asked)}`
      : undefined;
    try {
      if (!lab.records) return c.html(ArchivePage({ ...page, at, state: [], problem: unable }));
      const state = await lab.records.stateAt(at);
      return c.html(ArchivePage({ ...page, at, state, problem: wrong }), wrong === undefined ? 200 : 400);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      return c.html(ArchivePage({ ...page, at, state: [], problem: error.message }), 503);
    }
  });

  app.get("/archive/plot", async (c) => {
    const channels = channelsIn(c, lab);
    const range = stretchIn(c, clock.time());
    const { log, local, mark } = c.req.query();
    const view = { ...range, log: log !== undefined && log !== "0", local: local !== undefined };
    const show = { ...page, ...view, mark: readMoment(mark) };
    try {
      const curves = await Promise.all(
        channels.map(async (channel): Promise<CurveShown> => ({
          channel,
          series: await lab.history(channel.client, channel.key, { ...range, points: POINTS }),
        })),
      );
      return c.html(HistoryPage({ ...show, curves }));
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      const curves = channels.map((channel) => ({ channel, series: { time: [], value: [] } }));
      return c.html(HistoryPage({ ...show, curves, problem: error.message }), 503);
    }
  });

  app.get("/archive/values.csv", (c) => {
    const { records } = lab;
    if (!records) return c.text(unable, 503);
    const range = stretchIn(c, clock.time());
    const lines = async function* () {
      yield encoder.encode("time,channel,value,quality,severity,reason\r\n");
      for await (const { client, key, reading } of records.raw(channelsIn(c, lab), range)) {
        const { time, value, quality, severity, reason } = reading;
        const words = Array.isArray(value) ? JSON.stringify(value) : value;
        const row = [
          new Date(time * 1000).toISOString(),
          `${client}.${key}`,
          words,
          quality,
          severity,
          reason,
        ];
        yield encoder.encode(`${row.map(field).join(",")}\r\n`);
      }
    };
    return new Response(ReadableStream.from(lines()), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="values.csv"`,
      },
    });
  });
}
