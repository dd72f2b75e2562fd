/** The list of images. @module */
import type { ImageFound, ImagePage } from "../../store/image.ts";
import { assetUrl, VIEWER_LOADS } from "../assets.ts";
import { grouped, Layout } from "./layout.tsx";
import type { PageContext } from "./pages.tsx";
import { Choice } from "./search_fields.tsx";

/** Images on one page. */
export const PER_PAGE = 48;

/** What images are looked for. */
export interface ImagesSearch {
  /** Words and conditions, as typed. */
  readonly text: string;
  /** Run. */
  readonly run: string | undefined;
  /** Client. */
  readonly source: string | undefined;
  /** Not before, unix seconds. */
  readonly from: number | undefined;
  /** Not after, unix seconds. */
  readonly to: number | undefined;
  /** Which page, from 1. */
  readonly page: number;
}

/** What the list is made of. */
export interface ImagesProps extends PageContext {
  /** What is looked for. */
  readonly search: ImagesSearch;
  /** What was found; undefined where nothing could be looked for. */
  readonly found?: ImagePage;
  /** What may be chosen. */
  readonly choices?: { readonly runs: readonly string[]; readonly sources: readonly string[] };
  /** What is shown now: clients, and their feeds. */
  readonly feeds: readonly (readonly [client: string, feed: string])[];
  /** Why there is nothing. */
  readonly problem?: string;
}

/** The page of a feed. */
function feedUrl(client: string, feed: string): string {
  const page = `/feeds/${encodeURIComponent(client)}`;
  return feed === "" ? page : `${page}?feed=${encodeURIComponent(feed)}`;
}

/** A moment, UTC. */
export const moment = (time: number): string =>
  new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");

/** How an image is called: `camera 1204`, or by its file. */
export function titleOf({ source, number, path }: ImageFound): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return source !== "" && number !== null ? `${source} ${grouped(number)}` : name;
}

/** What it is: `flat, 4 s`. */
export function shortOf({ type, exposure, width, height, problem }: ImageFound): string {
  if (problem !== null) return "cannot be read";
  const seconds = exposure === null ? [] : [`${Number(exposure.toPrecision(4))} s`];
  return [...type === null ? [] : [type.toLowerCase()], ...seconds, `${width} \u00d7 ${height}`].join(", ");
}

/** An image in a list. */
export function Tile({ image }: { image: ImageFound }) {
  return (
    <a class="tile" href={`/images/${image.id}`} title={image.path}>
      {image.hasThumbnail
        ? <img src={`/images/${image.id}/thumbnail.png`} alt="" loading="lazy" width="240" height="180" />
        : <span class="nothing">{image.problem ?? ""}</span>}
      <b>{titleOf(image)}</b>
      <span class={image.problem === null ? "" : "warnv"}>{shortOf(image)}</span>
      <time>{moment(image.time)}</time>
    </a>
  );
}

/** The parameters of a search, for links to its other pages. */
function addressOf(search: ImagesSearch, page: number): string {
  const given = {
    q: search.text,
    run: search.run ?? "",
    source: search.source,
    from: search.from === undefined ? "" : local(search.from),
    to: search.to === undefined ? "" : local(search.to),
    page: page === 1 ? "" : String(page),
  };
  const said = Object.entries(given).filter((pair): pair is [string, string] =>
    pair[1] !== undefined && (pair[1] !== "" || pair[0] === "source")
  );
  const query = String(new URLSearchParams(said));
  return query === "" ? "/images" : `/images?${query}`;
}

/** As an input for a moment has it. */
const local = (time: number): string => new Date(time * 1000).toISOString().slice(0, 16);

function Search({ search, choices }: Pick<ImagesProps, "search" | "choices">) {
  return (
    <form class="tools" method="get" action="/images" role="search">
      <input
        class="wide-input"
        name="q"
        value={search.text}
        aria-label="search"
        placeholder="flat EXPTIME>3 FILTER=R OBJECT~star"
        title="Words, and conditions on the header: = != < <= > >= and ~ for a part of a text"
      />
      <label>
        run <Choice name="run" choices={choices?.runs ?? []} chosen={search.run} any="all" />
      </label>
      <label>
        from{" "}
        <select name="source">
          <option value="*">all</option>
          {choices?.sources.map((source) => (
            <option value={source} selected={source === search.source}>{source || "files"}</option>
          ))}
        </select>
      </label>
      <label>
        after <input type="datetime-local" name="from" value={search.from && local(search.from)} />
      </label>
      <label>
        before <input type="datetime-local" name="to" value={search.to && local(search.to)} />
      </label>
      <button type="submit">Search</button>
    </form>
  );
}

function Pages({ search, total }: { search: ImagesSearch; total: number }) {
  const last = Math.max(1, Math.ceil(total / PER_PAGE));
  const { page } = search;
  const link = (to: number, text: string, rel: string) =>
    to < 1 || to > last
      ? <span class="quiet">{text}</span>
      : <a href={addressOf(search, to)} rel={rel}>{text}</a>;
  return (
    <p class="pages">
      <span id="total">{grouped(total)} {total === 1 ? "image" : "images"}</span>
      {link(page - 1, "newer", "prev")}
      <span>page {page} of {last}</span>
      {link(page + 1, "older", "next")}
    </p>
  );
}

/** The images, newest first, with a search. */
export function ImagesPage({ lab, clock, search, found, choices, feeds, problem }: ImagesProps) {
  return (
    <Layout
      lab={lab}
      clock={clock}
      title="Images"
      here="/images"
      styles={[assetUrl("images.css")]}
      script={assetUrl("images.ts")}
      modules={VIEWER_LOADS}
    >
      {feeds.length > 0 && (
        <section class="card">
          <h2>
            Live <small>what cameras show now</small>
          </h2>
          <div class="tools">
            {feeds.map(([client, feed]) => (
              <a class="button" href={feedUrl(client, feed)}>
                {feed === client ? client : `${client} ${feed}`.trim()}
              </a>
            ))}
          </div>
        </section>
      )}
      <section class="card">
        <h2>
          Images <small>latest first, UTC</small>
        </h2>
        <Search search={search} {...choices ? { choices } : {}} />
        {problem !== undefined && (
          <div class="strip warn">
            <span class="what">{problem}</span>
          </div>
        )}
        {found && (
          <div id="images">
            <div class="tiles">{found.images.map((image) => <Tile image={image} />)}</div>
            {found.total === 0 && <p class="quiet">No image is like that.</p>}
            <Pages search={search} total={found.total} />
          </div>
        )}
      </section>
    </Layout>
  );
}
