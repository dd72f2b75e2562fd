/** Live plots on their way to the browser. @module */
import type { Client, Plot } from "../../lab.ts";
import { showName, showUnit } from "../show.ts";
import type { PlotData } from "./plot_data.ts";

/** What the browser needs to draw a plot of a client. */
export function plotData(client: Client, plot: Plot): PlotData {
  const byWire = new Map([...client.channels.values()].map((channel) => [channel.wire, channel.key]));
  const curves = plot.values.slice(1).map((name) => {
    const key = client.channels.has(name) ? name : byWire.get(name) ?? name;
    const channel = client.channels.get(key);
    return {
      key,
      name: channel ? showName(client, channel) : key,
      unit: channel ? showUnit(channel.param) : "",
    };
  });
  const label = plot.ylabel ?? curves[0]?.unit ?? "";
  return {
    client: client.name,
    id: plot.id,
    title: plot.name,
    curves,
    label,
    height: plot.height,
    log: plot.yscale === "log",
  };
}

/** How long a stretch live plots show, and the archive of them, hours. */
const HOURS = "0.5";
const HISTORY = "24";

const channelsOf = ({ client, curves }: PlotData): string =>
  curves.map(({ key }) => `${client}.${key}`).join(",");

/** Where the archive shows a plot's curves, or has their values. */
function archiveOf(plot: PlotData, path: string, hours: string): string {
  const query = new URLSearchParams({ channels: channelsOf(plot), hours });
  if (plot.log) query.set("log", "1");
  return `/archive/${path}?${query}`;
}

/** Where a plot's curves are drawn as a picture. */
function pictureOf(plot: PlotData): string {
  const query = new URLSearchParams({ hours: HOURS, height: String(plot.height), ylabel: plot.label });
  if (plot.log) query.set("ylog", "1");
  return `/status/plots/${encodeURIComponent(channelsOf(plot))}?${query}`;
}

/** A plot's place on the page; without scripts it is a picture. */
export function PlotCard({ plot }: { plot: PlotData }) {
  return (
    <section class="card" data-plot={`${plot.client}/${plot.id}`}>
      <h2>
        {plot.title} <small>{plot.client}</small>
        <span class="link">
          <a data-stretch={HOURS} href={archiveOf(plot, "values.csv", HOURS)}>CSV</a>
          <a data-stretch={HISTORY} href={archiveOf(plot, "plot", HISTORY)}>history</a>
        </span>
      </h2>
      <div class="plot" role="img" aria-label={plot.title}>
        <noscript>
          <img src={pictureOf(plot)} alt={`${plot.title}, last half hour`} />
        </noscript>
      </div>
      <p class="plottools" hidden>
        <button type="button" data-plottool="live" hidden>Back to live</button>
        <button type="button" data-plottool="log">log</button>
        <button type="button" data-plottool="local">local time</button>
        <span class="plotnote" role="status" />
      </p>
    </section>
  );
}
