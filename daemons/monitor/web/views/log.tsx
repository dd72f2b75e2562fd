/** The log, searched and page by page. @module */
import type { LogLine } from "../../../../lib/link/link.ts";
import { ALL, type LogPage as Found } from "../../store/log_query.ts";
import { assetUrl } from "../assets.ts";
import { fieldOf } from "../times.ts";
import { Layout } from "./layout.tsx";
import { LogTable } from "./log_table.tsx";
import type { PageContext } from "./pages.tsx";
import { Between, Choice, Pages } from "./search_fields.tsx";

/** What is looked for. */
export interface LogSearch {
  readonly text: string;
  readonly source: string | undefined;
  readonly type: LogLine["type"] | undefined;
  /** Only commands: of one client, or of all (`*`). */
  readonly commands: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Which page, from 1. */
  readonly page: number;
}

/** Types of log lines, the quiet ones last. */
export const TYPES: readonly LogLine["type"][] = ["error", "warning", "success", "message", "info", "debug"];

function addressOf({ text, source, type, commands, from, to }: LogSearch, page: number): string {
  const query = new URLSearchParams();
  if (text !== "") query.set("q", text);
  if (source !== undefined) query.set("source", source);
  if (type !== undefined) query.set("type", type);
  if (commands !== undefined) query.set("commands", commands);
  if (from !== undefined) query.set("from", fieldOf(from));
  if (to !== undefined) query.set("to", fieldOf(to));
  if (page > 1) query.set("page", String(page));
  return `/log?${query}`;
}

/** What {@linkcode LogPage} shows. */
export interface LogProps extends PageContext {
  readonly search: LogSearch;
  readonly found: Found;
  readonly sources: readonly string[];
  /** Why not all of the log can be searched. */
  readonly problem?: string | undefined;
}

/** The log. */
export function LogPage({ lab, clock, search, found, sources, problem }: LogProps) {
  const { text, source, type, commands, from, to, page } = search;
  const isAll = text === "" && !source && !type && !commands && from === undefined && to === undefined &&
    page === 1;
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Log"
      here="/log"
      styles={[assetUrl("pages.css")]}
      problem={problem}
    >
      <h1 class="unseen">Log</h1>
      <section class="card">
        <h2>
          Log <small>latest first, UTC</small>
        </h2>
        <form class="fields" method="get" action="/log" role="search">
          <label class="long">
            words
            <input type="search" name="q" value={text} placeholder="in the message or its source" />
          </label>
          <label>
            from
            <Choice name="source" choices={sources} chosen={source} any="anybody" />
          </label>
          <label>
            type
            <Choice name="type" choices={TYPES} chosen={type} any="any" />
          </label>
          <label>
            commands
            <select name="commands">
              <option value="">and all else</option>
              <option value={ALL} selected={commands === ALL}>only commands</option>
              {[...lab.clients.keys()].map((name) => (
                <option value={name} selected={name === commands}>only to {name}</option>
              ))}
            </select>
          </label>
          <Between from={from} to={to} />
          <button type="submit" class="primary">Search</button>
          {!isAll && <a class="button" href="/log">All</a>}
        </form>
        {found.lines.length === 0
          ? <p class="quiet">Nothing in the log is like this.</p>
          : <LogTable lines={found.lines} dated live={isAll} />}
        <Pages of="the log" page={page} more={found.more} address={(page) => addressOf(search, page)} />
      </section>
    </Layout>
  );
}
