/** Curves as pictures, under the addresses of the original. @module */
import type { Context } from "hono";
import { suggestion } from "../../../../lib/device/nearest.ts";
import type { Client, Plot, Series } from "../../lab.ts";
import { type Asked, type ChannelAsked, findChannels, momentIn } from "./ask.ts";
import { clientOf } from "./lab_routes.ts";
import { type Curve, type Drawing, plotPng } from "./picture/draw_plot.ts";
import { quoted, Refusal } from "./refusal.ts";
import { numberIn, type NumberParameter, type Parameter, type Route } from "./route.ts";
import { TEXT } from "./schemas.ts";

/** Most curves of a picture. */
const MOST_CURVES = 16;
/** How far the original's live plots go back at most, seconds. */
const LIVE = 1000;
/** Longest title or label. */
const LONGEST = 200;

const size = (name: string, preset: number): NumberParameter => ({
  name,
  in: "query",
  about: "Pixels",
  schema: { type: "integer", minimum: 100, maximum: 2048, default: preset },
});
const WIDTH = size("width", 800);
const HEIGHT = size("height", 300);
const HOURS: NumberParameter = {
  name: "hours",
  in: "query",
  about: "How long a stretch is shown",
  schema: { type: "number", minimum: 0.001, maximum: 24 * 366 * 100, default: 24 },
};
const query = (name: string, about: string): Parameter => ({ name, in: "query", about, schema: TEXT });
const inPath = (name: string, about: string, example: string): Parameter => ({
  name,
  in: "path",
  about,
  schema: TEXT,
  example,
});
const PICTURE = {
  about: "A picture",
  content: { "image/png": { type: "string", contentMediaType: "image/png" } },
};

/** The routes. */
export function plotRoutes(asked: Asked): Route[] {
  const { lab, clock } = asked;
  return [
    {
      method: "get",
      path: "/monitor/plot/{client}/{plot}",
      summary: "A configured plot with its last values",
      parameters: [
        inPath("client", "The client", "cryocon"),
        inPath("plot", "Id of the plot in the configuration", "temperature"),
      ],
      answer: PICTURE,
      lenient: true,
      handle: async (c) => {
        const client = clientOf(lab, c.req.param("client") ?? "");
        const id = c.req.param("plot") ?? "";
        const plot = client.plots.find((one) => one.id === id);
        if (!plot) {
          const ids = client.plots.map((one) => one.id);
          throw new Refusal(
            404,
            `${client.name} has no plot ${quoted(id)}${suggestion(id.slice(0, 100), ids)}`,
          );
        }
        return picture(await configured(asked, client, plot));
      },
    },
    {
      method: "get",
      path: "/status/plots/{channels}",
      summary: "History of channels",
      parameters: [
        inPath("channels", "Channels as client.channel, with commas between them", "cryocon.temperature"),
        WIDTH,
        HEIGHT,
        HOURS,
        query("title", "Title"),
        query("xlabel", "Label of the abscissa"),
        query("ylabel", "Label of the ordinate"),
        query("ylog", "A logarithmic ordinate, whatever its value"),
        query("time0", "The middle; without it the picture ends now"),
        query("mark", "A moment with a red line"),
      ],
      answer: PICTURE,
      lenient: true,
      handle: async (c) => {
        const span = numberIn(c, HOURS)! * 3600;
        const middle = momentIn(c, "time0", clock);
        const to = middle === undefined ? clock.time() : middle + span / 2;
        const channels = await findChannels(asked, c.req.param("channels") ?? "");
        refuseText(channels);
        const width = numberIn(c, WIDTH)!;
        const range = { from: to - span, to, points: width };
        const curves: Curve[] = [];
        for (const { client, key, name, unit } of channels) {
          const label = unit === "" ? name : `${name} [${unit}]`;
          curves.push(overTime(label, await lab.history(client, key, range)));
        }
        const units = new Set(channels.map(({ unit }) => unit));
        return picture({
          width,
          height: numberIn(c, HEIGHT)!,
          title: labelIn(c, "title") ?? channels.map(({ name }) => name).join(", ").slice(0, LONGEST),
          xlabel: labelIn(c, "xlabel") ?? "Time, UTC",
          ylabel: labelIn(c, "ylabel") ?? (units.size === 1 ? [...units][0]! : ""),
          ylog: c.req.query("ylog") !== undefined,
          xlog: false,
          time: [range.from, range.to],
          mark: momentIn(c, "mark", clock),
          curves,
        });
      },
    },
  ];
}

const labelIn = (c: Context, name: string): string | undefined => c.req.query(name)?.slice(0, LONGEST);

function picture(drawing: Drawing): Response {
  return new Response(ReadableStream.from(plotPng(drawing)), {
    headers: {
      "content-type": "image/png",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function refuseText(channels: readonly ChannelAsked[]): void {
  const text = channels.find(({ kind }) => kind === "text");
  if (text) throw new Refusal(400, `${text.name} is text: there is no curve of it`);
  if (channels.length <= MOST_CURVES) return;
  throw new Refusal(400, `Expected at most ${MOST_CURVES} curves, got ${channels.length}`);
}

const overTime = (name: string, { time, value, min, max }: Series): Curve => ({
  name,
  x: time,
  y: value,
  min,
  max,
});

/** A plot as the configuration has it; its abscissa is time, or another value. */
async function configured(asked: Asked, client: Client, plot: Plot): Promise<Drawing> {
  const { lab, clock } = asked;
  const { name: title, values, xlabel, ylabel, width, height, xscale, yscale } = plot;
  const [abscissa = "time", ...rest] = values.map((value) => value.trim());
  const to = clock.time();
  const range = { from: Math.min(to - 1, Math.max(lab.plotsFrom, to - LIVE)), to, points: width };
  const read = async (name: string) => {
    const [channel] = await findChannels(asked, `${client.name}.${name}`);
    refuseText([channel!]);
    return { channel: channel!, series: await lab.history(client.name, channel!.key, range) };
  };
  const isTime = abscissa === "time";
  const across = isTime ? undefined : (await read(abscissa)).series;
  const curves: Curve[] = [];
  for (const name of rest.slice(0, MOST_CURVES)) {
    const { channel: { key, unit }, series } = await read(name);
    const label = unit === "" ? key : `${key} [${unit}]`;
    curves.push(
      across
        ? { name: label, x: series.time.map((time) => heldAt(across, time) ?? NaN), y: series.value }
        : overTime(label, series),
    );
  }
  return {
    width: Math.max(100, width),
    height: Math.max(100, height),
    title,
    xlabel: xlabel ?? (isTime ? "Time, UTC" : abscissa),
    ylabel: ylabel ?? "",
    xlog: xscale === "log",
    ylog: yscale === "log",
    ...isTime ? { time: [range.from, range.to] as const } : {},
    curves,
  };
}

/** What a series was at a moment: the last value before it. */
function heldAt({ time, value }: Series, moment: number): number | null {
  let [low, high] = [0, time.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! <= moment) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : value[low - 1]!;
}
