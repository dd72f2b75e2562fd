/** One picture: as large as the page, with everything that is known of it beside it. @module */
import { COLOUR_MAPS } from "../../image/colour_map.ts";
import type { ViewerData } from "../../image/frame.ts";
import { STRETCHES } from "../../image/stretch.ts";
import { cardRows } from "../../images/describe.ts";
import { frameInfoOf } from "../../images/frame_info.ts";
import { hasPicture, type Picture } from "../../images/picture.ts";
import type { AmplifierStatistics } from "../../images/survey.ts";
import type { ImageFound } from "../../store/image.ts";
import { assetUrl, VIEWER_LOADS } from "../assets.ts";
import { overview } from "../live.ts";
import { moment, shortOf, titleOf } from "./images.tsx";
import { Layout } from "./layout.tsx";
import type { PageContext } from "./pages.tsx";

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

const PERCENTS = ["99.9%", "99.5%", "99%", "98%", "95%", "90%"];

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["drag, arrows", "move"],
  ["wheel, + \u2212", "zoom"],
  ["0, 1", "fit, pixel by pixel"],
  ["click", "cuts through a pixel"],
  ["Shift and drag", "region"],
  ["z", "zscale"],
  ["l, c, p", "scale, colours, peaks"],
  ["o", "outlines"],
  ["b", "blink"],
  ["[ ]", "older, newer"],
  ["/", "search the header"],
  ["Home", "as at first"],
];

function Controls({ title, detail }: { title: string; detail: string }) {
  return (
    <div class="tools" id="controls">
      <b id="title">{title}</b>
      <span id="detail">{detail}</span>
      <label>
        limits{" "}
        <select name="limits">
          <option value="zscale">zscale</option>
          <option value="100%">all</option>
          {PERCENTS.map((percent) => <option value={percent}>{percent}</option>)}
          <option value="hand">by hand</option>
        </select>
      </label>
      <span class="pair">
        <input name="low" aria-label="black" inputmode="decimal" />
        <input name="high" aria-label="white" inputmode="decimal" />
      </span>
      <label>
        scale <select name="scale">{STRETCHES.map((name) => <option value={name}>{name}</option>)}</select>
      </label>
      <label>
        map <select name="map">{COLOUR_MAPS.map((name) => <option value={name}>{name}</option>)}</select>
      </label>
      <label>
        show{" "}
        <select name="show">
          <option value="mean">mean</option>
          <option value="peaks">peaks</option>
        </select>
      </label>
      <button type="button" data-do="fit">Fit</button>
      <span class="zoom" />
      <output id="probe" aria-label="pixel under the pointer" />
    </div>
  );
}

function Stage({ preview, problem }: { preview: string | undefined; problem: string | undefined }) {
  return (
    <>
      <div class="strip warn" id="trouble" role="alert" hidden={problem === undefined}>
        <span class="what">{problem ?? ""}</span>
      </div>
      <div class="stage">
        <canvas id="picture" aria-label="picture" />
        <svg id="marks" preserveAspectRatio="none" aria-hidden="true" />
        {preview !== undefined && (
          <noscript>
            <img src={preview} alt="" />
          </noscript>
        )}
      </div>
    </>
  );
}

function Value({ of, name, unit }: { of: string; name: string; unit?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-of={of} />
      <dd class="age">{unit ?? ""}</dd>
    </div>
  );
}

function Region({ unit }: { unit: string }) {
  return (
    <section class="card" id="region">
      <h2>
        Region <small data-of="size" />
      </h2>
      <dl>
        <Value of="mean" name="mean" unit={unit} />
        <Value of="noise" name="noise" unit={unit} />
        <Value of="range" name="min, max" unit={unit} />
        <Value of="level" name="above overscan" unit={unit} />
        <Value of="amplifier" name="amplifier" />
        <Value of="gain" name="gain" unit={`e\u207b/${unit}`} />
      </dl>
      <svg viewBox="0 0 300 80" preserveAspectRatio="none" role="img" aria-label="histogram">
        <path class="band" d="" />
        <path class="spark" d="" vector-effect="non-scaling-stroke" />
      </svg>
    </section>
  );
}

function Cuts() {
  return (
    <section class="card" id="cuts" hidden>
      <h2>
        Cuts <small />
      </h2>
      {["row", "column", "radial"].map((cut) => (
        <div
          class="cut"
          data-cut={cut}
          role="img"
          aria-label={cut}
        />
      ))}
    </section>
  );
}

function HeaderCard({ picture }: { picture: Picture | undefined }) {
  const cards = picture ? cardRows(picture.header) : [];
  return (
    <section class="card" id="header">
      <h2>Header</h2>
      <div class="prompt">
        <input placeholder={`search ${cards.length} cards`} aria-label="search header" type="search" />
      </div>
      <dl>
        {cards.map(([keyword, value, comment]) => (
          <div title={comment}>
            <dt>{keyword}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const short = (value: number): string => String(Number(value.toPrecision(6)));

function Amplifiers({ statistics }: { statistics: readonly AmplifierStatistics[] }) {
  if (statistics.length === 0) return null;
  return (
    <section class="card" id="amplifiers">
      <h2>Amplifiers</h2>
      <table>
        <thead>
          <tr>
            {["", "mean", "noise", "median", "overscan"].map((name) => <th>{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {statistics.map(({ name, mean, noise, median, overscan }) => (
            <tr>
              <td class="s">{name}</td>
              <td class="t">{short(mean)}</td>
              <td class="t">{short(noise)}</td>
              <td class="t">{short(median)}</td>
              <td class="t">{overscan ? `${short(overscan.mean)} \u00b1 ${short(overscan.noise)}` : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Keys() {
  return (
    <details class="card" id="keys">
      <summary>Keys and mouse</summary>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
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
  const preview = `/images/${image.id}/picture.png${part === "" ? "?" : `${part}&`}size=1000`;
  const [older] = neighbours.older;
  const [newer] = neighbours.newer;
  const others = [...neighbours.older, ...neighbours.newer].filter((one) => one.problem === null);
  return (
    <Layout
      lab={lab.name}
      title={`${title} · ${lab.name}`}
      here="/images"
      overview={overview(lab, clock)}
      styles={[assetUrl("images.css")]}
      {...isShown
        ? {
          data: { viewer: { frame, feed: false, type: picture.form.type } satisfies ViewerData },
          script: assetUrl("viewer/main.ts"),
          modules: VIEWER_LOADS,
          fetches: frame,
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
              <button type="button" id="save-view">View as PNG</button>
            </div>
            <div class="tools">
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
export function FeedPage({ lab, clock, name }: PageContext & { name: string }) {
  const data: ViewerData = { frame: `/feeds/${encodeURIComponent(name)}/frame`, feed: true };
  return (
    <Layout
      lab={lab.name}
      title={`${name} · ${lab.name}`}
      here="/images"
      overview={overview(lab, clock)}
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
              <button type="button" id="save-view">View as PNG</button>
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
