/** One device: its layout, every value with what sets it, its commands, its plots. @module */
import type { Channel } from "../../../../lib/device/channel.ts";
import type { Clock } from "../../../../lib/time/mod.ts";
import type { Client } from "../../lab.ts";
import type { Layout as DeviceLayout, LayoutPart } from "../../layout/layout.ts";
import { lineFor, select } from "../../layout/select.ts";
import { assetUrl } from "../assets.ts";
import { isLive } from "../live.ts";
import type { Orders } from "../orders.ts";
import { placeOf, show, showName, showShortName, showUnit } from "../show.ts";
import { isNamed, visitorNow } from "../visitor.ts";
import { age, CardHead, Row } from "./card.tsx";
import { CommandLine } from "./command_line.tsx";
import { Layout } from "./layout.tsx";
import { WhyNot } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";
import type { PlotData } from "./plot_data.ts";
import { PlotCard, plotData } from "./plots.tsx";
import { ButtonForm, CommandForm, SetForm } from "./widget.tsx";

/** What parts of a page stand on. */
interface Parts {
  readonly client: Client;
  readonly clock: Clock;
  readonly orders: Orders;
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

/** A row for each value, and under those that can be set what sets them. */
function Values({ client, clock, orders, rows }: Parts & { readonly rows: Section["rows"] }) {
  return (
    <>
      {rows.map(({ channel, name }) => (
        <Row client={client} channel={channel} clock={clock} name={name}>
          {channel.settable && <SetForm client={client} channel={channel} label={name} orders={orders} />}
        </Row>
      ))}
    </>
  );
}

function Cell(
  { client, channel, clock }: Pick<Parts, "client" | "clock"> & { readonly channel: Channel | undefined },
) {
  if (!channel) return <td class="quiet">none</td>;
  const { text, look, hint } = show(channel, client.latest.get(channel.key));
  return (
    <td data-key={channel.key} title={hint}>
      <span class={`v ${look}`}>{text}</span> <span class="unit">{showUnit(channel.param)}</span>
      <small class="age">{age(client, channel, clock)}</small>
    </td>
  );
}

function Table({ client, clock, part }: Parts & { readonly part: LayoutPart & { kind: "table" } }) {
  const all = [...client.channels.values()];
  const rows = part.each.map((word) => ({
    word,
    cells: part.columns.map(({ of }) => select(of.map((one) => one.replaceAll("{n}", word)), all)[0]),
  })).filter(({ cells }) => cells.some((cell) => cell !== undefined));
  const isUsed = part.columns.map((_, place) => rows.some(({ cells }) => cells[place] !== undefined));
  if (rows.length === 0) return null;
  return (
    <div class="scroll">
      <table class="values">
        <caption>{part.title}</caption>
        <thead>
          <tr>
            <th>
              <span class="unseen">of</span>
            </th>
            {part.columns.map(({ title }, place) => isUsed[place] && <th>{title}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ word, cells }) => (
            <tr>
              <th scope="row">{word}</th>
              {cells.map((channel, place) =>
                isUsed[place] && <Cell client={client} channel={channel} clock={clock} />
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Part({ part, ...parts }: Parts & { readonly part: LayoutPart }) {
  const { client } = parts;
  switch (part.kind) {
    case "values": {
      const rows = select(part.of, client.channels.values()).map((channel) => ({
        channel,
        name: showName(client, channel),
      }));
      if (rows.length === 0) return null;
      return (
        <div>
          <h3>{part.title}</h3>
          <dl>
            <Values {...parts} rows={rows} />
          </dl>
        </div>
      );
    }
    case "buttons": {
      const buttons = part.buttons.flatMap((button) => {
        const line = lineFor(button, client);
        return line === undefined ? [] : [{ ...button, line }];
      });
      if (buttons.length === 0) return null;
      return (
        <div class="buttons">
          <h3>{part.title}</h3>
          {buttons.map(({ label, line, ask }) => (
            <ButtonForm client={client} orders={parts.orders} label={label} line={line} ask={ask} />
          ))}
        </div>
      );
    }
    case "table":
      return <Table {...parts} part={part} />;
    case "plot":
      return null; // among the plots below
  }
}

function layoutPlots(client: Client, layout: DeviceLayout | undefined): PlotData[] {
  return (layout?.parts ?? []).flatMap((part, place) => {
    if (part.kind !== "plot") return [];
    const values = select(part.of, client.channels.values()).map(({ key }) => key);
    if (values.length === 0) return [];
    const { title, log, height } = part;
    const shape = { width: 800, height, xscale: "linear", yscale: log ? "log" : "linear" } as const;
    return [plotData(client, { id: `layout${place}`, name: title, values: ["time", ...values], ...shape })];
  });
}

function Commands({ client, orders }: Parts) {
  const commands = Object.entries(client.description?.model.commands ?? {});
  if (commands.length === 0) return null;
  return (
    <section class="card" data-client={client.name}>
      <h2>Commands</h2>
      {commands.map(([name, command]) => (
        <CommandForm client={client} name={name} command={command} orders={orders} />
      ))}
    </section>
  );
}

/** What {@linkcode DevicePage} shows. */
export interface DeviceProps extends PageContext {
  readonly client: Client;
  readonly orders: Orders;
  /** How its values are arranged on top, where that is said. */
  readonly layout: DeviceLayout | undefined;
  /** What went wrong with what was asked. */
  readonly problem?: string;
}

/** One device. */
export function DevicePage({ lab, clock, client, orders, layout, problem }: DeviceProps) {
  const parts = { client, clock, orders };
  const plots = [
    ...client.plots.map((plot) => plotData(client, plot)),
    ...client.plots.length > 0 ? [] : layoutPlots(client, layout),
  ];
  const address = `/client/${encodeURIComponent(client.name)}`;
  const about = client.description?.model.description ?? client.title;
  const protection = client.description?.model.hardwareProtection;
  const sections = sectionsOf(client);
  const all = (
    <div class="sections">
      {sections.map(({ title, rows }) => (
        <div class="section">
          {title && <h3>{title}</h3>}
          <dl>
            <Values {...parts} rows={rows} />
          </dl>
        </div>
      ))}
    </div>
  );
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={client.name}
      here=""
      data={{ plots }}
      styles={[assetUrl("pages.css")]}
      modules={[assetUrl("device.ts")]}
      script={assetUrl("device.ts")}
      problem={problem}
    >
      <h1 class="unseen">{client.name}</h1>
      <section class={`card ${isLive(client) ? "" : "isstale"}`} data-client={client.name}>
        <CardHead client={client} />
        {about !== client.title && <p class="quiet">{about}</p>}
        {protection && (
          <p class="quiet">
            <b>If its daemon dies:</b> {protection}
          </p>
        )}
        <WhyNot deed="command" client={client.name} />
        <p class="tools">
          {!isNamed(visitorNow()) && (
            <label>
              you are <input class="who" name="by" placeholder="your name" autocomplete="name" data-who />
            </label>
          )}
          <a class="button" href={`${address}/console`}>Console</a>
          <a class="button" href={`${address}/settings`}>Saved settings</a>
          <a class="button" href={`/logbook?client=${encodeURIComponent(client.name)}`}>Logbook</a>
          <a class="button" href={`/log?q=${encodeURIComponent(client.name)}`}>Log</a>
        </p>
        {layout
          ? (
            <>
              <div class="layout">{layout.parts.map((part) => <Part {...parts} part={part} />)}</div>
              <details id="all">
                <summary>All {client.channels.size} values</summary>
                {all}
              </details>
            </>
          )
          : all}
      </section>
      <div class="plots">{plots.map((plot) => <PlotCard plot={plot} />)}</div>
      <Commands {...parts} />
      <CommandLine clients={[client]} />
    </Layout>
  );
}
