/** A chart: curves over time with bands of least and most, gaps, and a cursor that all charts of a page share. */
import uPlot from "uplot";
import { showTime } from "./clock.ts";
import { resolved } from "./colours.ts";

/** What is known of a curve. */
export interface Values {
  readonly time: readonly number[];
  readonly value: readonly (number | null)[];
  readonly min?: readonly (number | null)[];
  readonly max?: readonly (number | null)[];
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** Names of its curves. */
  readonly names: readonly string[];
  /** What stands at the ordinate. */
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** Whether the ordinate is logarithmic: what is not above 0 has no place there. */
  readonly log: boolean;
  /** Whether times are those of this browser's place instead of UTC. */
  readonly local: boolean;
  /** The stretch of time that is shown; by default all there is of the curves. */
  readonly range?: (known: readonly [from: number, to: number]) => [number, number];
  /** Somebody wants to see a stretch. */
  readonly onZoom: (from: number, to: number) => void;
  /** Somebody wants to see what was shown first. */
  readonly onReset: () => void;
  /** Draws what else there is. */
  readonly onDraw?: (chart: uPlot) => void;
}

const COLOURS = ["--trace", "--trace-2", "--ok", "--warn", "--ink-2"];
/** A stretch that is narrower than this was a click, CSS pixels. */
const NARROWEST = 4;
const DAY = 86_400;
const MONTH = 28 * DAY;

/** A chart in a place. */
export class Chart {
  readonly #chart: uPlot;
  readonly #options: ChartOptions;

  /** Draws it, without curves. */
  constructor(place: HTMLElement, options: ChartOptions) {
    this.#options = options;
    this.#chart = new uPlot(settings(options), this.#aligned(options.names.map(() => EMPTY)), place);
    this.#chart.over.addEventListener("dblclick", () => options.onReset());
  }

  /** How many points its width has room for. */
  get points(): number {
    return Math.max(200, Math.round(this.#chart.bbox.width / devicePixelRatio));
  }

  /** Shows other curves. */
  show(series: readonly Values[]): void {
    this.#chart.setData(this.#aligned(series));
  }

  /** Draws it in another size. */
  resize(width: number, height: number): void {
    this.#chart.setSize({ width, height });
  }

  /** Takes it away. */
  remove(): void {
    this.#chart.destroy();
  }

  /** Each curve has three columns: its values, and the most and least of each bin. */
  #aligned(series: readonly Values[]): uPlot.AlignedData {
    const placed = (values: Values["value"]) =>
      this.#options.log ? values.map((value) => value !== null && value > 0 ? value : null) : values;
    const tables = series.map(({ time, value, min = value, max = value }) => [
      time,
      ...[value, max, min].map(placed),
    ]);
    return uPlot.join(tables as uPlot.AlignedData[]);
  }
}

/** Words for what {@linkcode hasNoPlace} found. */
export const NO_PLACE = "What is not above 0 has no place on a logarithmic scale";

/** Whether there are values that a logarithmic scale does not show. */
export function hasNoPlace(series: readonly Pick<Values, "value">[]): boolean {
  return series.some(({ value }) => value.some((one) => one !== null && one <= 0));
}

const EMPTY: Values = { time: [], value: [] };

function settings({ names, label, width, height, log, local, range, ...told }: ChartOptions): uPlot.Options {
  const axis = {
    stroke: resolved("--ink-2"),
    grid: { stroke: resolved("--line"), width: 1 },
    ticks: { stroke: resolved("--line") },
  };
  const strokes = names.map((_, place) => resolved(COLOURS[place % COLOURS.length]!));
  const shown = (_: uPlot, from: number | null, to: number | null): [number, number] =>
    range?.([from ?? NaN, to ?? NaN]) ?? [from!, to!];
  return {
    width,
    height,
    ...(!local && { tzDate: (time: number) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC") }),
    series: [
      { label: local ? "local time" : "UTC", value: (_, time) => time == null ? "" : showTime(time, local) },
      ...names.flatMap((name, place) => [
        { label: name, stroke: strokes[place]!, width: 1.5, points: { show: false } },
        ...["most", "least"].map((which) => ({
          label: which,
          class: "bound",
          stroke: translucent(strokes[place]!),
          width: 0,
          points: { show: false },
        })),
      ]),
    ],
    bands: names.map((_, place) => ({
      series: [3 * place + 2, 3 * place + 3] as [number, number],
      fill: translucent(strokes[place]!),
    })),
    axes: [
      { ...axis, values: (_, times, _axis, _space, step) => ticks(times, step, local), space: 76 },
      { ...axis, label, size: 68 },
    ],
    scales: { x: range ? { range: shown } : {}, y: log ? { distr: 3, range: decades } : {} },
    cursor: {
      drag: { x: true, y: false, setScale: false },
      sync: { key: "curves", filters: { pub: (type) => type !== "mousedown" && type !== "mouseup" } },
    },
    hooks: {
      setSelect: [(chart) => {
        const { left, width } = chart.select;
        if (width < NARROWEST) return;
        const [from, to] = [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")];
        chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        told.onZoom(from, to);
      }],
      draw: [(chart) => told.onDraw?.(chart)],
      setLegend: [(chart) => {
        if ((chart.cursor.left ?? -1) < 0) showLast(chart);
      }],
    },
  };
}

/** Lets the legend tell the last of each curve where nobody points at a moment; nothing where that is a gap. */
function showLast(chart: uPlot): void {
  const last = chart.data[0].length - 1;
  const idxs = chart.data.map((column) => {
    let at = last;
    while (at >= 0 && column[at] === undefined) at--; // a moment of another curve
    return at < 0 ? null : at;
  });
  chart.setLegend({ idxs }, false);
}

/** Hours of the day, and the day where it begins or the marks are days apart. */
function ticks(times: readonly number[], step: number, local: boolean): string[] {
  let day = "";
  return times.map((time) => {
    const [date = "", clock = ""] = showTime(time, local).split(" ");
    const isNew = date !== day;
    day = date;
    if (step >= DAY) return step >= MONTH ? date.slice(0, 7) : date.slice(5);
    const words = clock.slice(0, step < 60 ? 8 : 5);
    return isNew ? `${words}\n${date}` : words;
  });
}

/** The range of a logarithmic scale: not in whole decades, of which a curve may take a tenth. */
function decades(_: uPlot, from: number | null, to: number | null): [number, number] {
  if (from === null || to === null) return [1, 10];
  const [low, high] = uPlot.rangeLog(from, to, 10, false);
  return [low!, high!];
}

function translucent(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.18)");
}
