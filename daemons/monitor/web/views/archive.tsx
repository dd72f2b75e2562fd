/** The past: the lab as it was at a moment, and curves of any channels. @module */
import type { Series } from "../../lab.ts";
import type { StateValue } from "../../store/past.ts";
import { assetUrl } from "../assets.ts";
import { show, showName, showUnit } from "../show.ts";
import { fieldOf, showMoment, showSpan } from "../times.ts";
import { Layout } from "./layout.tsx";
import type { PageContext } from "./pages.tsx";
import { StaticCurves } from "./static_curves.tsx";

/** One curve of the page. */
export interface CurveShown {
  /** Whose it is. */
  readonly channel: {
    readonly client: string;
    readonly key: string;
    readonly label: string;
    readonly unit: string;
  };
  /** Its values. */
  readonly series: Series;
}

/** A value of the past for people. */
function shownValue(
  { lab }: PageContext,
  value: StateValue,
): { text: string; look: string; unit: string; name: string } {
  const client = lab.clients.get(value.client);
  const channel = client?.channels.get(value.key);
  if (client && channel) {
    const { text, look } = show(channel, { reading: value.reading, received: 0 });
    return { text, look, unit: showUnit(channel.param), name: showName(client, channel) };
  }
  const look = value.reading.quality === "good" ? "" : "none";
  return { text: String(value.reading.value ?? "unknown"), look, unit: value.unit, name: value.key };
}

function StateRow({ page, value, at }: { page: PageContext; value: StateValue; at: number }) {
  const { reading, recorded } = value;
  const { text, look, unit, name } = shownValue(page, value);
  const channel = `${value.client}.${value.key}`;
  const around = new URLSearchParams({
    channel,
    from: fieldOf(at - 43_200),
    to: fieldOf(at + 43_200),
    mark: fieldOf(at),
  });
  const why = recorded
    ? reading.quality === "good" ? "" : reading.reason ?? reading.quality
    : "not recorded then";
  return (
    <tr>
      <td>
        <input type="checkbox" name="channel" value={channel} aria-label={`curve of ${channel}`} />
      </td>
      <td>
        <a href={`/archive/plot?${around}`}>{name}</a>
      </td>
      <td class="n">
        <span class={`v ${recorded ? look : "stale"}`}>{text}</span> <span class="unit">{unit}</span>
      </td>
      <td class="quiet">{why}</td>
      <td class="t">{showSpan(at - reading.time)} before</td>
    </tr>
  );
}

/** The lab as it was at a moment; every value leads to its history around it. */
export function ArchivePage(
  { at, state, problem, ...page }: PageContext & {
    readonly at: number;
    readonly state: readonly StateValue[];
    readonly problem: string | undefined;
  },
) {
  const { lab, clock } = page;
  const clients = Map.groupBy(state, ({ client }) => client);
  const step = (seconds: number, words: string) => (
    <a class="button" href={`/archive?at=${fieldOf(at + seconds)}`}>{words}</a>
  );
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Archive"
      here="/archive"
      styles={[assetUrl("pages.css")]}
      problem={problem}
    >
      <h1 class="unseen">Archive</h1>
      <section class="card">
        <h2>
          The lab at {showMoment(at)} <small>UTC</small>
        </h2>
        <form class="fields" method="get" action="/archive">
          <label>
            moment, UTC
            <input type="datetime-local" step="1" name="at" value={fieldOf(at)} />
          </label>
          <button type="submit" class="primary">Show</button>
          {step(-86_400, "a day before")} {step(-3600, "an hour before")} {step(3600, "an hour after")}
          {step(86_400, "a day after")}
          <a class="button" href="/archive">now</a>
          <a class="button" href="/archive/plot">Curves</a>
        </form>
      </section>
      <form method="get" action="/archive/plot" class="states">
        <input type="hidden" name="from" value={fieldOf(at - 43_200)} />
        <input type="hidden" name="to" value={fieldOf(at + 43_200)} />
        <input type="hidden" name="mark" value={fieldOf(at)} />
        <div class="cards">
          {[...clients].map(([client, values]) => (
            <section class="card">
              <h2>{client}</h2>
              <div class="scroll">
                <table>
                  <thead class="unseen">
                    <tr>
                      <th>curve</th>
                      <th>name</th>
                      <th>value</th>
                      <th>quality</th>
                      <th>stored</th>
                    </tr>
                  </thead>
                  <tbody>{values.map((value) => <StateRow page={page} value={value} at={at} />)}</tbody>
                </table>
              </div>
            </section>
          ))}
        </div>
        {state.length > 0
          ? <button type="submit" class="primary">Curves of those that are ticked</button>
          : <p class="quiet">Nothing is known of this moment.</p>}
      </form>
      {lab.records && <p class="quiet" id="promise">{lab.records.promise}</p>}
    </Layout>
  );
}

/** What {@linkcode HistoryPage} shows. */
export interface HistoryProps extends PageContext {
  readonly curves: readonly CurveShown[];
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  readonly local: boolean;
  /** A moment that is marked. */
  readonly mark: number | undefined;
  readonly problem?: string;
}

/** Spans offered, seconds, in words. */
const SPANS: readonly (readonly [seconds: number, words: string])[] = [
  [3600, "1 h"],
  [21_600, "6 h"],
  [86_400, "24 h"],
  [604_800, "7 d"],
  [2_592_000, "30 d"],
  [31_536_000, "1 y"],
];

function queryOf(
  { curves, log, local, mark }: HistoryProps,
  from: number,
  to: number,
): string {
  const query = new URLSearchParams(
    curves.map(({ channel }) => ["channel", `${channel.client}.${channel.key}`]),
  );
  query.set("from", fieldOf(from));
  query.set("to", fieldOf(to));
  if (log) query.set("log", "1");
  if (local) query.set("local", "1");
  if (mark !== undefined) query.set("mark", fieldOf(mark));
  return query.toString();
}

function Summary({ curves }: { curves: readonly CurveShown[] }) {
  const shown = (value: number | undefined) =>
    value === undefined ? "none" : String(Number(value.toPrecision(6))).replace("-", "\u2212");
  return (
    <div class="scroll">
      <table class="values" id="summary">
        <caption>In this stretch</caption>
        <thead>
          <tr>
            <th>channel</th>
            <th>least</th>
            <th>mean</th>
            <th>most</th>
            <th>last</th>
            <th>unit</th>
          </tr>
        </thead>
        <tbody>
          {curves.map(({ channel, series }) => {
            const good = (values: Series["value"]) => values.filter((value) => value !== null);
            const values = good(series.value);
            const most = good(series.max ?? series.value);
            const least = good(series.min ?? series.value);
            const mean = values.length > 0
              ? values.reduce((sum, value) => sum + value, 0) / values.length
              : undefined;
            return (
              <tr>
                <th scope="row">{channel.label}</th>
                <td>{shown(least.length > 0 ? Math.min(...least) : undefined)}</td>
                <td>{shown(mean)}</td>
                <td>{shown(most.length > 0 ? Math.max(...most) : undefined)}</td>
                <td>{shown(values.at(-1))}</td>
                <td>{channel.unit}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Curves, those of one unit together, drawn here; scripts make them live. */
export function Figures(
  { curves, ...view }: Pick<HistoryProps, "curves" | "from" | "to" | "log" | "mark">,
) {
  return (
    <section class="card" id="curves">
      {[...Map.groupBy(curves, ({ channel }) => channel.unit)].map(([unit, group]) => (
        <figure class="curves" data-unit={unit}>
          <StaticCurves curves={group} {...view} unit={unit} />
        </figure>
      ))}
      <p class="quiet live" hidden>
        Drag to zoom in, double-click for all of it again; where MONITOR knows nothing there is no line.
      </p>
    </section>
  );
}

/** Curves of any channels, with the stretch of time to choose. */
export function HistoryPage(props: HistoryProps) {
  const { lab, clock, curves, from, to, log, local, mark, problem } = props;
  const now = clock.time();
  const width = to - from;
  const at = (begin: number, end: number) => `/archive/plot?${queryOf(props, begin, end)}`;
  const names = [...lab.clients.values()].flatMap((client) =>
    [...client.channels.keys()].map((key) => `${client.name}.${key}`)
  );
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Curves"
      here="/archive"
      data={{
        archive: { curves: curves.map(({ channel }) => channel), from, to, log, local, mark: mark ?? null },
      }}
      styles={[assetUrl("pages.css")]}
      script={assetUrl("archive.ts")}
      problem={problem}
    >
      <h1 class="unseen">Curves</h1>
      <section class="card">
        <h2>
          Curves <small id="stretch">{showMoment(from)} to {showMoment(to)} UTC</small>
        </h2>
        <form class="fields" method="get" action="/archive/plot" id="asked">
          {curves.map(({ channel }) => (
            <label class="tick">
              <input type="checkbox" name="channel" value={`${channel.client}.${channel.key}`} checked />
              {channel.label}
            </label>
          ))}
          <label>
            one more channel
            <input name="channel" list="channels" autocomplete="off" placeholder="device.channel" />
          </label>
          <datalist id="channels">{names.map((name) => <option value={name} />)}</datalist>
          <label>
            from, UTC
            <input type="datetime-local" step="1" name="from" value={fieldOf(from)} />
          </label>
          <label>
            to, UTC
            <input type="datetime-local" step="1" name="to" value={fieldOf(to)} />
          </label>
          <label class="tick">
            <input type="checkbox" name="log" value="1" checked={log} /> logarithmic
          </label>
          <label class="tick">
            <input type="checkbox" name="local" value="1" checked={local} /> local time
          </label>
          {mark !== undefined && <input type="hidden" name="mark" value={fieldOf(mark)} />}
          <button type="submit" class="primary">Show</button>
        </form>
        <nav class="tools" aria-label="stretch of time" id="moves">
          <a class="button" data-move="-1" href={at(from - width, to - width)}>« earlier</a>
          <a class="button" data-move="-0.5" href={at(from - width / 2, to - width / 2)}>‹</a>
          <a class="button" data-zoom="0.5" href={at(from + width / 4, to - width / 4)}>zoom in</a>
          <a class="button" data-zoom="2" href={at(from - width / 2, to + width / 2)}>zoom out</a>
          <a class="button" data-move="0.5" href={at(from + width / 2, to + width / 2)}>›</a>
          <a class="button" data-move="1" href={at(to, to + width)}>later »</a>
          {SPANS.map(([seconds, words]) => (
            <a class="button" data-span={seconds} href={at(now - seconds, now)}>last {words}</a>
          ))}
          <a class="button" id="csv" href={`/archive/values.csv?${queryOf(props, from, to)}`}>CSV</a>
        </nav>
      </section>
      {curves.length === 0
        ? <p class="quiet">Say which channels: cryocon.temperature, or tick some in the archive.</p>
        : <Figures curves={curves} from={from} to={to} log={log} mark={mark} />}
      {curves.length > 0 && (
        <section class="card">
          <Summary curves={curves} />
        </section>
      )}
    </Layout>
  );
}
