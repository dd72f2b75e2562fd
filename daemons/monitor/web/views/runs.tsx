/** The runs: which there were, searched and page by page, and those that are going on. @module */
import type { LiveRun } from "../../runs/runs.ts";
import type { RunFound } from "../../store/run.ts";
import { assetUrl } from "../assets.ts";
import { fieldOf, showMoment, showSpan } from "../times.ts";
import { Layout } from "./layout.tsx";
import type { PageContext } from "./pages.tsx";
import { Between, Choice, Pages } from "./search_fields.tsx";

/** What is looked for. */
export interface RunSearch {
  readonly text: string;
  readonly author: string | undefined;
  readonly name: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Which page, from 1. */
  readonly page: number;
}

/** The page of a run. */
export const runUrl = (id: string): string => `/runs/${encodeURIComponent(id)}`;

/** How a run stands, in words, and how that looks. */
export function standingOf(run: RunFound, live: LiveRun | undefined): [words: string, look: string] {
  if (live?.abort) return ["shall end", "warnv"];
  if (live?.silent) return ["silent", "warnv"];
  if (live) return ["running", ""];
  if (run.outcome === "failed") return ["failed", "alarmv"];
  if (run.outcome === "aborted") return ["aborted", "warnv"];
  return run.outcome === "done" ? ["done", "quiet"] : ["never heard of again", "warnv"];
}

/** How far a run has come: a bar, the share and what it does. */
export function RunProgress({ run }: { readonly run: RunFound }) {
  const { progress, doing } = run;
  return (
    <span class="progress">
      {progress !== null && (
        <>
          <progress max="1" value={progress} aria-label={`progress of ${run.id}`} />{" "}
          <span class="n">{Math.round(100 * progress)} %</span>
        </>
      )} {doing}
    </span>
  );
}

/** The runs that are going on, a strip for each. */
export function LiveRuns({ lab, clock }: PageContext) {
  const now = clock.time();
  return (
    <div class="strips" id="live-runs" data-live="runs">
      {lab.runs.live.map((live) => {
        const { row } = live;
        const [words, look] = standingOf(row, live);
        return (
          <div class={`strip ${look === "warnv" ? "warn" : ""}`}>
            <span class={look}>{words}</span>
            <a class="what" href={runUrl(row.id)}>{row.name}</a>
            <RunProgress run={row} />
            <span class="end more">
              {row.author} {showSpan(now - row.began)}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function RunLine({ run, live }: { readonly run: RunFound; readonly live: LiveRun | undefined }) {
  const { id, name, author, began, ended, seen, reason, note, params } = run;
  const [words, look] = standingOf(run, live);
  const told = Object.entries(params).map(([name, value]) => `${name} ${value}`).join(", ");
  return (
    <tr>
      <td class="t">
        <a class="plain" href={runUrl(id)}>{showMoment(began)}</a>
      </td>
      <td>
        <b>{name}</b>
        <div class="quiet">{told}</div>
      </td>
      <td class="s">{author}</td>
      <td>
        <span class={look}>{words}</span>{" "}
        {live ? <RunProgress run={live.row} /> : reason !== null && <div class="quiet">{reason}</div>}
      </td>
      <td class="t">{showSpan((ended ?? seen) - began)}</td>
      <td>{note}</td>
    </tr>
  );
}

function addressOf({ text, author, name, from, to }: RunSearch, page: number): string {
  const query = new URLSearchParams();
  if (text !== "") query.set("q", text);
  if (author !== undefined) query.set("by", author);
  if (name !== undefined) query.set("name", name);
  if (from !== undefined) query.set("from", fieldOf(from));
  if (to !== undefined) query.set("to", fieldOf(to));
  if (page > 1) query.set("page", String(page));
  return `/runs?${query}`;
}

/** What {@linkcode RunsPage} shows. */
export interface RunsProps extends PageContext {
  readonly search: RunSearch;
  readonly found: { readonly runs: readonly RunFound[]; readonly more: boolean };
  readonly choices: { readonly names: readonly string[]; readonly authors: readonly string[] };
  /** Why not all can be shown. */
  readonly problem?: string | undefined;
}

/** The runs. */
export function RunsPage({ lab, clock, search, found, choices, problem }: RunsProps) {
  const { text, author, name, from, to, page } = search;
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Runs"
      here="/runs"
      styles={[assetUrl("pages.css")]}
      problem={problem}
    >
      <h1 class="unseen">Runs</h1>
      <section class="card">
        <h2>
          Runs <small>latest first, UTC</small>
        </h2>
        <form class="fields" method="get" action="/runs" role="search">
          <label class="long">
            words
            <input type="search" name="q" value={text} placeholder="in its name, parameters, notes, errors" />
          </label>
          <label>
            what <Choice name="name" choices={choices.names} chosen={name} any="anything" />
          </label>
          <label>
            by <Choice name="by" choices={choices.authors} chosen={author} any="anybody" />
          </label>
          <Between from={from} to={to} />
          <button type="submit" class="primary">Search</button>
        </form>
        <div id="runs" data-live="runs">
          {found.runs.length === 0
            ? (
              <p class="quiet">
                No runs. Scripts tell of theirs by themselves: <code>deno task cooldown</code>,{" "}
                <code>deno task take</code>, and what uses <code>announceRun</code>.
              </p>
            )
            : (
              <div class="scroll">
                <table class="runs">
                  <thead>
                    <tr>
                      <th>begin</th>
                      <th>what</th>
                      <th>by</th>
                      <th>how it went</th>
                      <th>took</th>
                      <th>note</th>
                    </tr>
                  </thead>
                  <tbody>
                    {found.runs.map((run) => <RunLine run={run} live={lab.runs.find(run.id)} />)}
                  </tbody>
                </table>
              </div>
            )}
        </div>
        <Pages of="the runs" page={page} more={found.more} address={(page) => addressOf(search, page)} />
      </section>
    </Layout>
  );
}
