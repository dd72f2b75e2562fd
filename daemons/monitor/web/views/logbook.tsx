/** The logbook: notes of people about a time, a device, a run. @module */
import type { NoteFound } from "../../store/note.ts";
import { assetUrl } from "../assets.ts";
import { fieldOf, showMoment } from "../times.ts";
import { Layout } from "./layout.tsx";
import { NameField, OrderForm } from "./order_form.tsx";
import type { PageContext } from "./pages.tsx";
import { Choice, Pages } from "./search_fields.tsx";

/** What is looked for. */
export interface NoteSearch {
  readonly text: string;
  readonly client: string | undefined;
  readonly run: string | undefined;
  /** Which page, from 1. */
  readonly page: number;
}

/** What {@linkcode LogbookPage} shows. */
export interface LogbookProps extends PageContext {
  readonly search: NoteSearch;
  readonly found: { readonly notes: readonly NoteFound[]; readonly more: boolean };
  readonly problem: string | undefined;
  /** A note that could not be kept. */
  readonly draft: string;
}

function addressOf({ text, client, run }: NoteSearch, page: number): string {
  const query = new URLSearchParams();
  if (text !== "") query.set("q", text);
  if (client !== undefined) query.set("client", client);
  if (run !== undefined) query.set("run", run);
  if (page > 1) query.set("page", String(page));
  return `/logbook?${query}`;
}

/** A note. */
export function Note({ note }: { note: NoteFound }) {
  const { time, written, author, text, client, run } = note;
  return (
    <article class="note" id={`note-${note.id}`}>
      <p class="quiet">
        <a href={`/archive?at=${fieldOf(time)}`}>{showMoment(time)}</a> <b>{author}</b>
        {client && (
          <>
            {" "}about <a href={`/client/${encodeURIComponent(client)}`}>{client}</a>
          </>
        )}
        {run && (
          <>
            {" "}run <a href={`/runs/${encodeURIComponent(run)}`}>{run}</a>
          </>
        )}
        {Math.abs(written - time) > 60 && <>, written {showMoment(written)}</>}
      </p>
      <p class="text">{text}</p>
    </article>
  );
}

/** Notes, newest first, and a form for another. */
export function LogbookPage({ lab, clock, search, found, problem, draft }: LogbookProps) {
  const { text, client, run, page } = search;
  const clients = [...lab.clients.keys()];
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Logbook"
      here="/logbook"
      styles={[assetUrl("pages.css")]}
      script={assetUrl("device.ts")}
      problem={problem}
    >
      <h1 class="unseen">Logbook</h1>
      <section class="card">
        <h2>New note</h2>
        <OrderForm deed="note" action="/logbook" class="fields">
          <label class="whole">
            note <textarea name="text" required>{draft}</textarea>
          </label>
          <NameField required />
          <label>
            about the time, UTC
            <input type="datetime-local" step="1" name="time" aria-describedby="now" />
          </label>
          <label>
            device
            <Choice name="client" choices={clients} chosen={client} any="none" />
          </label>
          <label>
            run <input name="run" value={run ?? ""} />
          </label>
          <button type="submit" class="primary">Keep</button>
          <span class="quiet" id="now">Without a time it is about now.</span>
        </OrderForm>
      </section>
      <section class="card">
        <h2>
          Logbook <small>latest first, UTC</small>
        </h2>
        <form class="fields" method="get" action="/logbook" role="search">
          <label class="long">
            words <input type="search" name="q" value={text} />
          </label>
          <label>
            device
            <Choice name="client" choices={clients} chosen={client} any="any" />
          </label>
          <label>
            run <input name="run" value={run ?? ""} />
          </label>
          <button type="submit">Search</button>
        </form>
        {found.notes.length === 0 && <p class="quiet">No notes.</p>}
        {found.notes.map((note) => <Note note={note} />)}
        <Pages of="the logbook" page={page} more={found.more} address={(page) => addressOf(search, page)} />
      </section>
    </Layout>
  );
}
