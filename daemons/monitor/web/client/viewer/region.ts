/** Numbers and histogram of the region. */
import { amplifierAt } from "../../../image/frame.ts";
import { type Area, readerOf, sampleOf, wholeOf, within } from "../../../image/raster.ts";
import { type Histogram, histogramOf, type Statistics, Tally } from "../../../image/statistics.ts";
import type { Frame } from "./load.ts";
import type { Stage } from "./stage.ts";

/** Rows are added up for so long at a time, milliseconds, so that a large region does not hold up the page. */
const SLICE = 6;
const BINS = 100;
/** Values in a histogram. */
const SAMPLE = 100_000;
/** Side of the region that is measured where nobody chose one. */
const SIDE = 200;

/** The region that is measured: the chosen one, or one in the middle of the first amplifier. */
export function regionOf(stage: Stage): Area | undefined {
  const { frame, view } = stage;
  if (!frame) return undefined;
  if (view.region) return within(view.region, frame.raster);
  const { data, area } = frame.info.amplifiers[0] ?? { data: null, area: wholeOf(frame.raster) };
  const { x, y, width, height } = data ?? area;
  const [across, up] = [Math.min(SIDE, width), Math.min(SIDE, height)];
  return { x: x + ((width - across) >> 1), y: y + ((height - up) >> 1), width: across, height: up };
}

/** A number with few digits, and gaps between thousands. */
export function showNumber(value: number, digits = 1): string {
  if (!Number.isFinite(value)) return "\u2014";
  const size = Math.abs(value);
  if (size >= 1e7 || (size > 0 && size < 0.01)) return value.toExponential(3).replace("-", "\u2212");
  const [whole, fraction] = value.toFixed(Number.isInteger(value) ? 0 : digits).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, "\u202f").replace("-", "\u2212");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Shows the region's numbers in a card whenever they change. */
export function wireRegion(card: HTMLElement, stage: Stage): void {
  let current = 0;
  const set = (name: string, text: string) => card.querySelector(`[data-of="${name}"]`)!.textContent = text;
  const measure = async () => {
    const turn = ++current;
    const { frame } = stage;
    const area = regionOf(stage);
    if (!frame || !area) return;
    const statistics = await tally(frame, area, () => turn === current);
    if (turn !== current) return;
    set("size", `${area.width} \u00d7 ${area.height}`);
    showStatistics(set, frame, area, statistics);
    const over = await overscanOf(frame, area, () => turn === current);
    if (turn !== current) return;
    set("level", statistics && over ? showNumber(statistics.mean - over.mean) : "\u2014");
    drawHistogram(card.querySelector("svg")!, frame, area);
    card.dataset.turn = String(turn);
  };
  stage.watch((change) => void (change !== "view" && measure()));
}

function showStatistics(
  set: (name: string, text: string) => void,
  { info }: Frame,
  area: Area,
  found: Statistics | undefined,
): void {
  set("mean", showNumber(found?.mean ?? NaN));
  set("noise", showNumber(found?.noise ?? NaN, 2));
  set("range", found ? `${showNumber(found.min)}, ${showNumber(found.max)}` : "\u2014");
  const amplifier = amplifierAt(info, area.x + (area.width >> 1), area.y + (area.height >> 1));
  set("amplifier", amplifier?.name ?? "\u2014");
  set("gain", amplifier?.gain == null ? "\u2014" : String(amplifier.gain));
}

/** The overscan beside the region: the same rows of the same amplifier. */
function overscanOf(frame: Frame, area: Area, isWanted: () => boolean): Promise<Statistics | undefined> {
  const amplifier = amplifierAt(frame.info, area.x + (area.width >> 1), area.y + (area.height >> 1));
  if (!amplifier?.bias) return Promise.resolve(undefined);
  const { x, width, y, height } = amplifier.bias;
  const from = Math.max(y, area.y);
  const to = Math.min(y + height, area.y + area.height);
  const beside = to > from ? { x, width, y: from, height: to - from } : amplifier.bias;
  return tally(frame, beside, isWanted);
}

async function tally(
  { raster }: Frame,
  area: Area,
  isWanted: () => boolean,
): Promise<Statistics | undefined> {
  const read = readerOf(raster);
  const tally = new Tally();
  for (let row = 0; row < area.height && isWanted();) {
    const began = performance.now();
    while (row < area.height && performance.now() - began < SLICE) {
      tally.addRows(read, raster.width, area, row, Math.min(area.height, row + 8));
      row += 8;
    }
    if (row < area.height) await new Promise((resume) => setTimeout(resume));
  }
  return tally.statistics;
}

function drawHistogram(svg: SVGElement, { raster }: Frame, area: Area): void {
  const values = sampleOf(raster, SAMPLE, area).sort();
  const whole = !raster.type.startsWith("f") && Number.isInteger(raster.scale) &&
    Number.isInteger(raster.zero);
  const [low, high] = [values[0] ?? 0, values.at(-1) ?? 1];
  const histogram = histogramOf(values, { low, high }, BINS, whole);
  const path = pathOf(histogram);
  svg.querySelector(".band")!.setAttribute("d", `${path} L300,80 L0,80 Z`);
  svg.querySelector(".spark")!.setAttribute("d", path);
  svg.setAttribute(
    "aria-label",
    `histogram from ${showNumber(low)} to ${showNumber(high)}, ${values.length} values`,
  );
}

function pathOf({ counts }: Histogram): string {
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = 300 / counts.length;
  const points = Array.from(counts, (count, n) => {
    const y = (78 - 76 * count / most).toFixed(1);
    return `${(n * step).toFixed(1)},${y} ${((n + 1) * step).toFixed(1)},${y}`;
  });
  return `M0,80 L${points.join(" ")} 300,80`;
}
