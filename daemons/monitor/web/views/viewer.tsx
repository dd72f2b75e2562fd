/** One picture: as large as the page, with everything that is known of it beside it. @module */
import type { ViewerData } from "../../image/frame.ts";
import { frameInfoOf } from "../../images/frame_info.ts";
import { hasPicture, type Picture } from "../../images/picture.ts";
import { thinningFor } from "../../images/thinned.ts";
import type { ImageFound } from "../../store/image.ts";
import { assetUrl, VIEWER_LOADS } from "../assets.ts";
import { moment, shortOf, titleOf } from "./images.tsx";
import { Layout } from "./layout.tsx";
import type { PageContext } from "./pages.tsx";
import { Amplifiers, Controls, Cuts, HeaderCard, Keys, Region, Stage } from "./viewer_panels.tsx";

/** What the page of an image is made of. */
export interface ViewerProps extends PageContext {
  /** The image. */
  readonly image: ImageFound;
  /** Those beside it. */
  readonly neighbours: { readonly older: readonly ImageFound[]; readonly newer: readonly ImageFound[] };
  /** Its file; undefined where that cannot be read. */
  readonly picture: Picture | undefined;
  /** Why it cannot be shown. */
  readonly problem: string | undefined;
  /** The parameters of the address. */
  readonly query: URLSearchParams;
}

function Parts({ image, picture }: { image: ImageFound; picture: Picture }) {
  const parts = picture.hdus.filter(hasPicture);
  if (parts.length < 2) return null;
  const whole = picture.hdu === undefined;
  return (
    <p class="pages">
      <a href={`/images/${image.id}`} aria-current={whole ? "page" : undefined}>whole</a>
      {parts.map(({ index, name }) => (
        <a
          href={`/images/${image.id}?hdu=${index}`}
          aria-current={picture.hdu?.index === index ? "page" : undefined}
        >
          {name ?? `HDU ${index}`}
        </a>
      ))}
    </p>
  );
}

/** The page of an image. */
export function ViewerPage({ lab, clock, image, neighbours, picture, problem, query }: ViewerProps) {
  const title = titleOf(image);
  const hdu = query.get("hdu");
  const part = hdu === null ? "" : `?hdu=${encodeURIComponent(hdu)}`;
  const isShown = picture !== undefined && problem === undefined;
  const info = picture && frameInfoOf(picture, title);
  const frame = `/images/${image.id}/frame${part}`;
  const every = picture ? thinningFor(picture.form) : 1;
  const early = every > 1 ? { early: `${frame}${part === "" ? "?" : "&"}every=${every}` } : {};
  const preview = `/images/${image.id}/picture.png${part === "" ? "?" : `${part}&`}size=1000`;
  const [older] = neighbours.older;
  const [newer] = neighbours.newer;
  const others = [...neighbours.older, ...neighbours.newer].filter((one) => one.problem === null);
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={title}
      here="/images"
      styles={[assetUrl("images.css")]}
      {...isShown
        ? {
          data: { viewer: { frame, ...early, feed: false, type: picture.form.type } satisfies ViewerData },
          script: assetUrl("viewer/main.ts"),
          modules: VIEWER_LOADS,
          fetches: early.early ?? frame,
        }
        : {}}
    >
      <div class="viewer">
        <section class="card picture" id="viewer" tabindex={0} aria-label="viewer">
          <Controls title={title} detail={info?.detail || shortOf(image)} />
          <Stage preview={isShown ? preview : undefined} problem={problem} />
        </section>
        <div class="beside">
          <section class="card" id="frames">
            <h2>
              Frames <small>{moment(image.time)} UTC</small>
            </h2>
            <div class="tools">
              {older && <a class="button" id="older" href={`/images/${older.id}`}>Older</a>}
              {newer && <a class="button" id="newer" href={`/images/${newer.id}`}>Newer</a>}
              <a class="button" href={`/images/${image.id}/file`}>FITS</a>
              {isShown && <a class="button" href={`/images/${image.id}/picture.png${part}`} download>PNG</a>}
              <button type="button" class="scripted" id="save-view">View as PNG</button>
            </div>
            <div class="tools scripted">
              <button type="button" id="blink" aria-pressed="false">Blink</button>
              <label>
                with{" "}
                <select id="blink-with">
                  {others.map((one) => (
                    <option value={`/images/${one.id}/frame`}>{`${titleOf(one)}, ${shortOf(one)}`}</option>
                  ))}
                </select>
              </label>
            </div>
            {picture && <Parts image={image} picture={picture} />}
          </section>
          <Region unit={info?.unit ?? "DN"} />
          <Cuts />
          <HeaderCard picture={picture} />
          <Amplifiers statistics={image.statistics} />
          <Keys />
        </div>
      </div>
    </Layout>
  );
}

/** The page of a camera at work. */
export function FeedPage(
  { lab, clock, name, feed }: PageContext & { name: string; feed: string | undefined },
) {
  const which = feed ? `?feed=${encodeURIComponent(feed)}` : "";
  const at = `/feeds/${encodeURIComponent(name)}`;
  const data: ViewerData = { frame: `${at}/frame${which}`, feed: true };
  return (
    <Layout
      lab={lab}
      clock={clock}
      title={name}
      here="/images"
      styles={[assetUrl("images.css")]}
      data={{ viewer: data }}
      script={assetUrl("viewer/main.ts")}
      modules={VIEWER_LOADS}
    >
      <div class="viewer">
        <section class="card picture" id="viewer" tabindex={0} aria-label="viewer">
          <Controls title={name} detail="waiting for a picture" />
          <Stage preview={undefined} problem={undefined} />
        </section>
        <div class="beside">
          <section class="card" id="frames">
            <h2>
              Live <small>{name}</small>
            </h2>
            <div class="tools">
              <a class="button" id="save-file" href={`${at}/file${which}`} download>Newest as a file</a>
              <button type="button" class="scripted" id="save-view">View as PNG</button>
              <button type="button" id="blink" aria-pressed="false" hidden>Blink</button>
              <select id="blink-with" hidden aria-label="blink with" />
            </div>
          </section>
          <Region unit="DN" />
          <Cuts />
          <HeaderCard picture={undefined} />
          <Keys />
        </div>
      </div>
    </Layout>
  );
}
