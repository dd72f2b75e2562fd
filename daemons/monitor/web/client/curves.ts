/** Curves: the configured plots, and the small one beside each headline. */
import uPlot from "uplot";
import type { Bulletin } from "../live.ts";
import type { PlotData } from "../views/plot_data.ts";
import { resolved } from "./colours.ts";

/** How much is shown, seconds. */
const SPAN = 1800;
/** Bins asked of the history. */
const POINTS = 900;

interface Series {
  readonly time: number[];
  readonly value: (number | null)[];
}

/** Curves begin here at the earliest, unix seconds: somebody may have asked that they begin anew. */
let begin = 0;

/** One channel's last half hour, shared by all that draw it. */
const series = new Map<string, Series>();
/** What to draw again when a channel has grown. */
const drawers = new Map<string, Set<() => void>>();

function follow(client: string, key: string, draw: () => void): Series {
  const name = `${client}/${key}`;
  let known = series.get(name);
  if (!known) {
    known = { time: [], value: [] };
    series.set(name, known);
    void load(name, client, key, known);
  }
  drawers.set(name, (drawers.get(name) ?? new Set()).add(draw));
  return known;
}

/** Forgets what is before a moment, unix seconds. */
function cut({ time, value }: Series, from: number): void {
  while (time[0]! < from) {
    time.shift();
    value.shift();
  }
}

async function load(name: string, client: string, key: string, known: Series): Promise<void> {
  const to = Date.now() / 1000;
  const query = new URLSearchParams({
    client,
    key,
    from: String(Math.max(to - SPAN, begin)),
    to: String(to),
    points: String(POINTS),
  });
  const response = await fetch(`/history?${query}`);
  if (!response.ok) return;
  const past = await response.json() as Series;
  const first = known.time[0] ?? Infinity;
  const kept = past.time.findIndex((time) => time >= first);
  const end = kept < 0 ? past.time.length : kept;
  known.time.unshift(...past.time.slice(0, end));
  known.value.unshift(...past.value.slice(0, end));
  cut(known, begin);
  drawers.get(name)?.forEach((draw) => draw());
}

/** Adds the values of a bulletin to the curves that show them. */
export function growCurves({ values = {}, lab }: Bulletin): void {
  if (lab.plotsFrom > begin) {
    begin = lab.plotsFrom;
    for (const known of series.values()) cut(known, begin);
    for (const draws of drawers.values()) draws.forEach((draw) => draw());
  }
  for (const [client, rows] of Object.entries(values)) {
    for (const [key, , , , , number, time] of rows) {
      const known = series.get(`${client}/${key}`);
      if (!known || !(time > (known.time.at(-1) ?? 0))) continue;
      known.time.push(time);
      known.value.push(number);
      cut(known, Math.max(begin, time - SPAN));
      drawers.get(`${client}/${key}`)?.forEach((draw) => draw());
    }
  }
}

/** Hours, minutes and, where they matter, seconds; UTC like every time on the page. */
const ticks = (_: uPlot, times: number[]): string[] => {
  const fine = times.length > 1 && times[1]! - times[0]! < 60;
  return times.map((time) => new Date(time * 1000).toISOString().slice(11, fine ? 19 : 16));
};

/** Draws one configured plot into its card. */
export function drawPlot(place: HTMLElement, plot: PlotData): void {
  const strokes = ["--trace", "--trace-2", "--ok", "--warn", "--ink-2"].map(resolved);
  const axis = {
    stroke: resolved("--ink-2"),
    grid: { stroke: resolved("--line"), width: 1 },
    ticks: { stroke: resolved("--line") },
  };
  let due = false;
  const draw = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      const data = aligned();
      chart.setData(data);
      place.setAttribute("aria-label", `${plot.title}: ${data[0].length} readings`);
    });
  };
  place.style.height = `${plot.height}px`;
  const curves = plot.curves.map(({ key }) => follow(plot.client, key, draw));
  const aligned = () => uPlot.join(curves.map(({ time, value }) => [time, value] as uPlot.AlignedData));
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight - 40,
      series: [
        { value: (_, time) => time == null ? "" : new Date(time * 1000).toISOString().slice(11, 19) },
        ...plot.curves.map(({ name }, index) => ({
          label: name,
          stroke: strokes[index % strokes.length]!,
          width: 1.5,
          spanGaps: false,
          points: { show: false },
        })),
      ],
      axes: [{ ...axis, values: ticks, space: 76 }, { ...axis, label: plot.label, size: 64 }],
      scales: { y: { distr: plot.log ? 3 : 1 } },
      cursor: { drag: { x: true, y: false } },
    },
    aligned(),
    place,
  );
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: place.clientHeight - 40 }))
    .observe(place);
}

/** Draws the small curve of a headline. */
export function drawSpark(svg: SVGElement, client: string, key: string): void {
  const line = svg.querySelector("polyline")!;
  const draw = () => {
    const points = known.time.map((time, index) => [time, known.value[index]] as const).filter((
      point,
    ): point is [number, number] => point[1] != null);
    if (points.length < 2) return line.removeAttribute("points");
    const [first, last] = [points[0]![0], points.at(-1)![0]];
    const values = points.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = (time: number) => 150 * (time - first) / (last - first || 1);
    const y = (value: number) => 36 - 34 * (value - low) / (high - low || 1);
    line.setAttribute(
      "points",
      points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
    );
  };
  const known = follow(client, key, draw);
}
