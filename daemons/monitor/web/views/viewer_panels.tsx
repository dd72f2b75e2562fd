/** What stands above and beside a picture. @module */
import { COLOUR_MAPS } from "../../image/colour_map.ts";
import { STRETCHES } from "../../image/stretch.ts";
import { cardRows } from "../../images/describe.ts";
import type { Picture } from "../../images/picture.ts";
import type { AmplifierStatistics } from "../../images/survey.ts";

const PERCENTS = ["99.9%", "99.5%", "99%", "98%", "95%", "90%"];

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["drag, arrows", "move"],
  ["wheel, + \u2212, two fingers", "zoom"],
  ["0, 1", "fit, pixel by pixel"],
  ["click", "cuts through a pixel"],
  ["Shift and drag, r and drag", "region"],
  ["z", "zscale"],
  ["l, c, p", "scale, colours, peaks"],
  ["o", "outlines"],
  ["b", "blink"],
  ["[ ]", "older, newer"],
  ["/", "search the header"],
  ["Home", "as at first"],
];

/** The choices above the picture. */
export function Controls({ title, detail }: { title: string; detail: string }) {
  return (
    <div class="tools" id="controls">
      <b id="title">{title}</b>
      <span id="detail">{detail}</span>
      <label class="scripted">
        limits{" "}
        <select name="limits">
          <option value="zscale">zscale</option>
          <option value="100%">all</option>
          {PERCENTS.map((percent) => <option value={percent}>{percent}</option>)}
          <option value="hand">by hand</option>
        </select>
      </label>
      <span class="pair scripted">
        <input name="low" aria-label="black" inputmode="decimal" />
        <input name="high" aria-label="white" inputmode="decimal" />
      </span>
      <label class="scripted">
        scale <select name="scale">{STRETCHES.map((name) => <option value={name}>{name}</option>)}</select>
      </label>
      <label class="scripted">
        map <select name="map">{COLOUR_MAPS.map((name) => <option value={name}>{name}</option>)}</select>
      </label>
      <label class="scripted">
        show{" "}
        <select name="show">
          <option value="mean">mean</option>
          <option value="peaks">peaks</option>
        </select>
      </label>
      <button type="button" class="scripted" data-do="fit">Fit</button>
      <button type="button" class="scripted" data-do="region" aria-pressed="false">Region</button>
      <span class="zoom" />
      <output id="probe" class="scripted" aria-label="pixel under the pointer" />
    </div>
  );
}

/** The picture, what is drawn over it, and what is wrong where there is none. */
export function Stage({ preview, problem }: { preview: string | undefined; problem: string | undefined }) {
  return (
    <>
      <div class="strip warn" id="trouble" role="alert" hidden={problem === undefined}>
        <span class="what">{problem ?? ""}</span>
      </div>
      <div class="stage">
        <canvas id="picture" role="img" aria-label="picture" />
        <svg id="marks" preserveAspectRatio="none" aria-hidden="true" />
        {preview !== undefined && (
          <noscript>
            <style>{".scripted { display: none !important }"}</style>
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

/** Numbers of the region. */
export function Region({ unit }: { unit: string }) {
  return (
    <section class="card scripted" id="region">
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

/** Curves through the chosen pixel. */
export function Cuts() {
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

/** The header: all of it until a script shows what is asked for. */
export function HeaderCard({ picture }: { picture: Picture | undefined }) {
  const cards = picture ? cardRows(picture.header) : [];
  return (
    <section class="card" id="header">
      <h2>Header</h2>
      <div class="prompt scripted">
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

const short = (value: number, digits = 5): string => String(Number(value.toPrecision(digits)));

/** Statistics of each amplifier. */
export function Amplifiers({ statistics }: { statistics: readonly AmplifierStatistics[] }) {
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
              <td class="t">{short(noise, 3)}</td>
              <td class="t">{short(median)}</td>
              <td class="t">
                {overscan ? `${short(overscan.mean)} \u00b1 ${short(overscan.noise, 3)}` : ""}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What keys and mouse do. */
export function Keys() {
  return (
    <details class="card scripted" id="keys">
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
