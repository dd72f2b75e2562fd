/** One run: what it was told, how it went, its curves, images, log, notes, and the settings it changed. @module */
import type { Lab } from "../../lab.ts";
import type { LogLine } from "../../../../lib/link/link.ts";
import type { LiveRun } from "../../runs/runs.ts";
import type { ImageFound } from "../../store/image.ts";
import type { NoteFound } from "../../store/note.ts";
import type { RunRow } from "../../store/run.ts";
import { assetUrl } from "../assets.ts";
import { showName, showUnit } from "../show.ts";
import { fieldOf, showMoment, showSpan } from "../times.ts";
import { type CurveShown, Figures } from "./archive.tsx";
import { Tile } from "./images.tsx";
import { Layout } from "./layout.tsx";
import { LogTable } from "./log_table.tsx";
import { Note } from "./logbook.tsx";
import { NameField, OrderForm } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";
import { RunProgress, runUrl, standingOf } from "./runs.tsx";

/** What {@linkcode RunPage} shows. */
export interface RunProps extends PageContext {
  readonly run: RunRow;
  readonly live: LiveRun | undefined;
  readonly curves: readonly CurveShown[];
  readonly images: { readonly shown: readonly ImageFound[]; readonly total: number };
  readonly log: { readonly lines: readonly LogLine[]; readonly more: boolean };
  readonly notes: readonly NoteFound[];
  readonly problem?: string | undefined;
}

/** Until when there is something of a run. */
export const endOf = ({ ended, seen }: RunRow, live: LiveRun | undefined, now: number): number =>
  live ? now : ended ?? seen;

/** The stretch of a run's curves: some time before and after it, in which what does not change was stored too. */
export function aroundOf(run: RunRow, live: LiveRun | undefined, now: number): { from: number; to: number } {
  const end = endOf(run, live, now);
  const margin = Math.max(90, 0.05 * (end - run.began));
  return { from: run.began - margin, to: live ? end : Math.min(now, end + margin) };
}

/** A setting as people call it, where its device is known. */
function settingName(lab: Lab, client: string, key: string): { name: string; unit: string } {
  const known = lab.clients.get(client);
  const channel = known?.channels.values().find(({ settable }) => settable === key);
  if (!known || !channel) return { name: key, unit: "" };
  return { name: showName(known, channel), unit: showUnit(channel.param) };
}

function Facts({ run, live, clock }: Pick<RunProps, "run" | "live" | "clock">) {
  const { id, name, author, began, ended, seen, reason, note, devices } = run;
  const [words, look] = standingOf(run, live);
  const end = endOf(run, live, clock.time());
  return (
    <div id="facts" data-live="runs">
      <h2>
        {name} <small>{id}</small>
        <span class={`link ${look}`}>{words}</span>
      </h2>
      {live && <RunProgress run={live.row} />}
      {live?.abort && (
        <p class="warnv">
          {live.abort.by} wants it to end{live.abort.reason && `: ${live.abort.reason}`}
        </p>
      )}
      {live?.silent && <p class="quiet">Last heard of {showMoment(seen)}.</p>}
      {reason !== null && <p>{reason}</p>}
      <dl class="facts">
        {[
          ["by", author || "nobody said"],
          ["begin, UTC", showMoment(began)],
          [
            "end, UTC",
            ended === null
              ? live ? "not yet" : `unknown; last heard of ${showMoment(seen)}`
              : showMoment(ended),
          ],
          ["took", showSpan(end - began)],
          ...note === null ? [] : [["note", note] as const],
        ].map(([title, text]) => (
          <div>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
        {devices.length > 0 && (
          <div>
            <dt>devices</dt>
            <dd>
              {devices.map((device, place) => (
                <>
                  {place > 0 && ", "}
                  <a class="plain" href={`/client/${encodeURIComponent(device)}`}>{device}</a>
                </>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}

function Parameters({ params }: Pick<RunRow, "params">) {
  const told = Object.entries(params);
  if (told.length === 0) return null;
  return (
    <section class="card">
      <h2>Parameters</h2>
      <dl class="facts">
        {told.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>
              <span class="v">{typeof value === "boolean" ? value ? "yes" : "no" : String(value)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Settings({ lab, run, live }: Pick<RunProps, "lab" | "run" | "live">) {
  const { settings, changes } = run;
  const before = Object.entries(settings ?? {}).flatMap(([client, values]) =>
    Object.entries(values).map(([key, value]) => ({ client, key, value, ...settingName(lab, client, key) }))
  );
  if (before.length === 0 && changes === null) return null;
  return (
    <section class="card" id="settings">
      <h2>
        Settings <small>of the whole lab</small>
      </h2>
      {changes === null
        ? (
          <p class="quiet">
            {live ? "What it changes is shown at its end." : "What it changed is not known."}
          </p>
        )
        : changes.length === 0
        ? <p class="quiet">All that was known at both its begin and its end was the same.</p>
        : (
          <div class="scroll">
            <table id="changes">
              <thead>
                <tr>
                  <th>device</th>
                  <th>setting</th>
                  <th>at its begin</th>
                  <th>at its end</th>
                </tr>
              </thead>
              <tbody>
                {changes.map(({ client, key, before, after }) => {
                  const { name, unit } = settingName(lab, client, key);
                  return (
                    <tr>
                      <td class="s">{client}</td>
                      <td>{name}</td>
                      <td class="n">{before} {unit}</td>
                      <td class="n">
                        <b>{after}</b> {unit}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      {before.length > 0 && (
        <details>
          <summary>All {before.length} settings at its begin</summary>
          <div class="scroll">
            <table>
              <thead class="unseen">
                <tr>
                  <th>device</th>
                  <th>setting</th>
                  <th>value</th>
                </tr>
              </thead>
              <tbody>
                {before.map(({ client, name, value, unit }) => (
                  <tr>
                    <td class="s">{client}</td>
                    <td>{name}</td>
                    <td class="n">{value} {unit}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
}

function Abort({ run }: Pick<RunProps, "run">) {
  return (
    <OrderForm
      deed={run.devices.length === 0 ? "lab" : "command"}
      client={run.devices}
      class="fields"
      action={`${runUrl(run.id)}/abort`}
    >
      <NameField required />
      <label class="long">
        why <input name="reason" />
      </label>
      <button type="submit">Abort this run</button>
    </OrderForm>
  );
}

/** One run. */
export function RunPage(props: RunProps) {
  const { lab, clock, run, live, curves, images, log, notes, problem } = props;
  const { id, name, began } = run;
  const end = endOf(run, live, clock.time());
  const stretch = aroundOf(run, live, clock.time());
  const span = new URLSearchParams({ from: fieldOf(began), to: fieldOf(Math.ceil(end)) });
  const query = new URLSearchParams(
    curves.map(({ channel }) => ["channel", `${channel.client}.${channel.key}`]),
  );
  for (const [word, value] of span) query.append(word, value);
  const view = { ...stretch, log: false, local: false, mark: null };
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={`${name} ${showMoment(began)}`}
      here="/runs"
      data={{ archive: { curves: curves.map(({ channel }) => channel), ...view } }}
      styles={[assetUrl("pages.css"), assetUrl("images.css")]}
      script={assetUrl("archive.ts")}
      modules={[assetUrl("device.ts")]}
      problem={problem}
    >
      <h1 class="unseen">Run {id}</h1>
      <div class="beside">
        <section class="card">
          <Facts run={run} live={live} clock={clock} />
          <p class="tools">
            <a class="button" href={`/archive?at=${fieldOf(began)}`}>The lab at its begin</a>
            {!live && <a class="button" href={`/archive?at=${fieldOf(end)}`}>at its end</a>}
            <a class="button" href={`/archive/plot?${query}`}>Curves of that time</a>
            <a class="button" href={`/log?${span}`}>Log of that time</a>
          </p>
          {live && !live.abort && <Abort run={run} />}
        </section>
        <Parameters params={run.params} />
      </div>
      {curves.length > 0 && <Figures {...stretch} curves={curves} log={false} mark={undefined} />}
      {images.total > 0 && (
        <section class="card">
          <h2>
            Images <small>{images.total}</small>
            <a class="link" href={`/images?run=${encodeURIComponent(id)}`}>all that carry its name</a>
          </h2>
          <div class="tiles">{images.shown.map((image) => <Tile image={image} />)}</div>
        </section>
      )}
      <section class="card" id="notes">
        <h2>Notes</h2>
        {notes.map((note) => <Note note={note} />)}
        <OrderForm deed="note" class="fields" action={`${runUrl(id)}/notes`}>
          <label class="whole">
            note <textarea name="text" required />
          </label>
          <NameField required />
          <button type="submit">Keep</button>
        </OrderForm>
      </section>
      <Settings lab={lab} run={run} live={live} />
      <section class="card" id="run-log" data-live="runs">
        <h2>
          Log <small>of that time, latest first, UTC</small>
          {log.more && <a class="link" href={`/log?${span}`}>all of it</a>}
        </h2>
        {log.lines.length === 0
          ? <p class="quiet">Nothing was said.</p>
          : <LogTable lines={log.lines} dated live={false} />}
      </section>
    </Layout>
  );
}
