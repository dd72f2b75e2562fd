/** The pages: the lab, one device, the log. @module */
import type { Channel } from "../../../../lib/device/channel.ts";
import type { LogLine } from "../../../../lib/link/link.ts";
import type { Clock } from "../../../../lib/time/mod.ts";
import type { Client, Lab, Plot } from "../../lab.ts";
import { isLive, overview } from "../live.ts";
import { placeOf, showName, showShortName, showUnit } from "../show.ts";
import { AlarmStrips } from "./alarms.tsx";
import { Card, CardHead, Row } from "./card.tsx";
import { Layout } from "./layout.tsx";
import type { PlotData } from "./plot_data.ts";

/** Log lines on the overview. */
const LINES = 12;

/** What a page is made of. */
export interface PageContext {
  /** The lab. */
  readonly lab: Lab;
  /** Its clock. */
  readonly clock: Clock;
}

/** Style of a log line's type. */
const TYPE_LOOK: Readonly<Record<LogLine["type"], string>> = {
  debug: "quiet",
  info: "",
  message: "",
  success: "",
  warning: "warnv",
  error: "alarmv",
};

function LogTable({ lines }: { lines: readonly LogLine[] }) {
  return (
    <table id="log">
      <thead>
        <tr>
          <th>time</th>
          <th>from</th>
          <th>what</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr>
            <td class="t">{new Date(line.time * 1000).toISOString().slice(11, 19)}</td>
            <td class="s">{line.source}</td>
            <td>
              {TYPE_LOOK[line.type].endsWith("v") && <span class={TYPE_LOOK[line.type]}>{line.type}</span>}
              {" "}
              {line.message}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function plotData(client: Client, plot: Plot): PlotData {
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

function PlotCard({ plot }: { plot: PlotData }) {
  return (
    <section class="card wide" data-plot={`${plot.client}/${plot.id}`}>
      <h2>
        {plot.title} <small>{plot.client}</small>
      </h2>
      <div class="plot" role="img" aria-label={plot.title} style={`height:${plot.height}px`} />
    </section>
  );
}

function Command({ clients }: { clients: Iterable<Client> }) {
  const offers = [...clients].flatMap((client) => [
    ...[...client.channels.values()].flatMap(({ settable }) =>
      settable ? [`send ${client.name} set ${settable}=`] : []
    ),
    ...Object.keys(client.description?.model.commands ?? {}).map((name) => `send ${client.name} ${name}`),
  ]);
  return (
    <section class="card">
      <h2>Command</h2>
      <form class="prompt" method="post" action="/command" id="command">
        <span class="quiet">›</span>
        <input
          name="line"
          aria-label="command"
          list="offers"
          autocomplete="off"
          placeholder="send cryocon set temperature=-100"
        />
      </form>
      <datalist id="offers">{offers.map((offer) => <option value={offer} />)}</datalist>
      <p id="reply" role="status" />
    </section>
  );
}

/** Every device with its values, the plots, the log, the command line. */
export async function LabPage({ lab, clock }: PageContext) {
  const clients = [...lab.clients.values()].filter(({ enabled }) => enabled);
  const plots = clients.flatMap((client) => client.plots.map((plot) => plotData(client, plot)));
  return (
    <Layout lab={lab.name} title={lab.name} here="/" overview={overview(lab, clock)} data={{ plots }}>
      <AlarmStrips lab={lab} clock={clock} />
      <div class="cards">
        {clients.map((client) => <Card client={client} clock={clock} />)}
        {plots.map((plot) => <PlotCard plot={plot} />)}
        <Command clients={clients} />
      </div>
      {clients.length === 0 && (
        <p class="quiet">No devices yet: start MONITOR with name=host:port, or name them in monitor.yaml.</p>
      )}
      <section class="card">
        <h2>
          Log <small>latest first, UTC</small>
        </h2>
        <LogTable lines={await lab.recentLog(LINES)} />
      </section>
    </Layout>
  );
}

/** Values that belong together under one title. */
interface Section {
  readonly title: string;
  readonly rows: readonly { readonly channel: Channel; readonly name: string }[];
}

/** A section for each part of a group; parts that have one value each share one. */
function sectionsOf(client: Client): Section[] {
  const parts = Map.groupBy(client.channels.values(), placeOf);
  const isSingle = (channel: Channel) =>
    channel.index !== undefined && parts.get(placeOf(channel))!.length === 1;
  const sections = Map.groupBy(
    client.channels.values(),
    (channel) => isSingle(channel) ? channel.group! : placeOf(channel),
  );
  return [...sections].map(([title, channels]) => ({
    title,
    rows: channels.map((channel) => {
      const label = client.description?.labels?.[channel.key];
      return {
        channel,
        name: label ?? (isSingle(channel) ? showName(client, channel) : showShortName(channel)),
      };
    }),
  }));
}

/** One device with all its values. */
export function ClientPage({ lab, clock, client }: PageContext & { client: Client }) {
  const sections = sectionsOf(client);
  const plots = client.plots.map((plot) => plotData(client, plot));
  return (
    <Layout
      lab={lab.name}
      title={`${client.name} · ${lab.name}`}
      here=""
      overview={overview(lab, clock)}
      data={{ plots }}
    >
      <section class={`card ${isLive(client) ? "" : "isstale"}`} data-client={client.name}>
        <CardHead client={client} />
        <p class="quiet">{client.description?.model.description ?? client.title}</p>
        <div class="sections">
          {sections.map(({ title, rows }) => (
            <dl>
              {title && <h3>{title}</h3>}
              {rows.map(({ channel, name }) => (
                <Row client={client} channel={channel} clock={clock} name={name} />
              ))}
            </dl>
          ))}
        </div>
      </section>
      <div class="plots">{plots.map((plot) => <PlotCard plot={plot} />)}</div>
      <Command clients={[client]} />
    </Layout>
  );
}

/** The log. */
export async function LogPage({ lab, clock }: PageContext) {
  return (
    <Layout lab={lab.name} title={`Log · ${lab.name}`} here="/log" overview={overview(lab, clock)}>
      <section class="card">
        <h2>
          Log <small>latest first, UTC</small>
        </h2>
        <LogTable lines={await lab.recentLog(500)} />
      </section>
    </Layout>
  );
}
