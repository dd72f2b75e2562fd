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

/** Where the archive shows a plot's curves. */
function historyOf({ client, curves, log }: PlotData): string {
  const query = new URLSearchParams({ channels: curves.map(({ key }) => `${client}.${key}`).join(",") });
  if (log) query.set("log", "1");
  return `/archive/plot?${query}`;
}

/** A plot's place on the page. */
export function PlotCard({ plot }: { plot: PlotData }) {
  return (
    <section class="card wide" data-plot={`${plot.client}/${plot.id}`}>
      <h2>
        {plot.title} <small>{plot.client}</small>
        <a class="link" href={historyOf(plot)}>history</a>
      </h2>
      <div class="plot" role="img" aria-label={plot.title} />
    </section>
  );
}
