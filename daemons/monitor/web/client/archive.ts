/** The archive's curves: cursors together, zoom that asks anew, bands of least and most, gaps, and an address to share. */
import uPlot from "uplot";
import { resolved } from "./colours.ts";

interface Curve {
  readonly client: string;
  readonly key: string;
  readonly label: string;
  readonly unit: string;
}

interface Series {
  readonly time: number[];
  readonly value: (number | null)[];
  readonly min?: (number | null)[];
  readonly max?: (number | null)[];
}

interface View {
  from: number;
  to: number;
  readonly log: boolean;
  readonly local: boolean;
  readonly mark: number | null;
}

const COLOURS = ["--trace", "--trace-2", "--ok", "--warn", "--ink-2"];
const HEIGHT = 300;
/** Shortest stretch that is shown, seconds. */
const SHORTEST = 1;

const data = JSON.parse(document.querySelector("#data")!.textContent!) as {
  archive: View & { curves: Curve[] };
};
const { curves, ...first } = data.archive;
const view: View = { ...first };
const charts: { chart: uPlot; curves: Curve[]; figure: HTMLElement }[] = [];
let asking: AbortController | undefined;

const moment = (time: number): string =>
  view.local
    ? new Date(time * 1000).toLocaleString("sv")
    : new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");

async function ask({ client, key }: Curve, points: number, signal: AbortSignal): Promise<Series> {
  const query = new URLSearchParams({
    client,
    key,
    from: String(view.from),
    to: String(view.to),
    points: String(points),
  });
  const response = await fetch(`/history?${query}`, { signal });
  if (!response.ok) throw new Error((await response.json()).error ?? response.statusText);
  return await response.json();
}

/** Each curve has three columns: its values, and the least and most of each bin. */
function aligned(series: readonly Series[]): uPlot.AlignedData {
  const tables = series.map(({ time, value, min, max }) => [time, value, max ?? value, min ?? value]);
  return uPlot.join(tables as uPlot.AlignedData[]);
}

/** Hours of the day, and the day where it begins or the marks are days apart. */
function ticks(_: uPlot, times: number[], _axis: number, _space: number, step: number): string[] {
  let day = "";
  return times.map((time) => {
    const [date = "", clock = ""] = moment(time).split(" ");
    const isNew = date !== day;
    day = date;
    if (step >= 86_400) return date.slice(step >= 2_419_200 ? 0 : 5, step >= 2_419_200 ? 7 : 10);
    const words = clock.slice(0, step < 60 ? 8 : 5);
    return isNew ? `${words}\n${date}` : words;
  });
}

function translucent(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.18)");
}

function make(figure: HTMLElement, group: Curve[]): uPlot {
  const axis = {
    stroke: resolved("--ink-2"),
    grid: { stroke: resolved("--line"), width: 1 },
    ticks: { stroke: resolved("--line") },
  };
  const strokes = group.map((_, place) => resolved(COLOURS[place % COLOURS.length]!));
  const chart = new uPlot(
    {
      width: figure.clientWidth,
      height: HEIGHT,
      ...(!view.local && { tzDate: (time: number) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC") }),
      series: [
        { value: (_, time) => time == null ? "" : moment(time) },
        ...group.flatMap(({ label }, place) => [
          { label, stroke: strokes[place]!, width: 1.5, points: { show: false } },
          ...["most", "least"].map((which) => ({
            label: which,
            stroke: translucent(strokes[place]!),
            width: 0,
            points: { show: false },
          })),
        ]),
      ],
      bands: group.map((_, place) => ({
        series: [3 * place + 2, 3 * place + 3] as [number, number],
        fill: translucent(strokes[place]!),
      })),
      axes: [{ ...axis, values: ticks, space: 76 }, { ...axis, label: figure.dataset.unit ?? "", size: 72 }],
      scales: { x: { range: () => [view.from, view.to] }, y: { distr: view.log ? 3 : 1 } },
      cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: "archive" } },
      hooks: {
        setSelect: [(chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          const [from, to] = [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")];
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          void go(from, to);
        }],
        draw: [(chart) => drawMark(chart)],
      },
    },
    aligned(group.map(() => ({ time: [], value: [] }))),
    figure,
  );
  chart.over.addEventListener("dblclick", () => void go(first.from, first.to));
  return chart;
}

function drawMark(chart: uPlot): void {
  if (view.mark === null || view.mark < view.from || view.mark > view.to) return;
  const x = Math.round(chart.valToPos(view.mark, "x", true));
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = resolved("--alarm");
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** Shows another stretch of time: asked anew, at the resolution of the screen. */
async function go(from: number, to: number): Promise<void> {
  const middle = (from + to) / 2;
  const half = Math.max(to - from, SHORTEST) / 2;
  [view.from, view.to] = [middle - half, middle + half];
  asking?.abort();
  const { signal } = asking = new AbortController();
  const note = document.querySelector("#stretch") ?? document.querySelector("#curves .live")!;
  try {
    for (const { chart, curves, figure } of charts) {
      const points = Math.max(200, Math.round(chart.bbox.width / devicePixelRatio) || figure.clientWidth);
      const series = await Promise.all(curves.map((curve) => ask(curve, points, signal)));
      chart.setData(aligned(series));
      const known = series.reduce((sum, { value }) => sum + value.filter((one) => one != null).length, 0);
      figure.setAttribute("aria-label", `${curves.map(({ label }) => label).join(", ")}: ${known} points`);
    }
    note.textContent = `${moment(view.from)} to ${moment(view.to)} ${view.local ? "local time" : "UTC"}`;
    share();
  } catch (error) {
    if (!signal.aborted) note.textContent = `The archive does not answer: ${(error as Error).message}`;
  }
}

/** The address of the page, and of its values as CSV, are those of what is shown. */
function share(): void {
  if (!document.querySelector("#asked")) return; // a page of something else that has curves
  const query = new URLSearchParams(location.search);
  const field = (time: number) => new Date(time * 1000).toISOString().slice(0, 19);
  query.set("from", field(view.from));
  query.set("to", field(Math.ceil(view.to)));
  for (const old of ["hours", "time0"]) query.delete(old);
  history.replaceState(null, "", `?${query}`);
  document.querySelector<HTMLAnchorElement>("#csv")!.href = `/archive/values.csv?${query}`;
  for (const name of ["from", "to"] as const) {
    document.querySelector<HTMLInputElement>(`#asked [name="${name}"]`)!.value = query.get(name)!;
  }
}

document.querySelector("#moves")?.addEventListener("click", (event) => {
  const link = (event.target as HTMLElement).closest<HTMLAnchorElement>("a");
  const { move, zoom, span } = link?.dataset ?? {};
  if (charts.length === 0 || (event as MouseEvent).ctrlKey || !(move ?? zoom ?? span)) return;
  event.preventDefault();
  const width = view.to - view.from;
  const now = Date.now() / 1000;
  if (move) void go(view.from + Number(move) * width, view.to + Number(move) * width);
  else if (zoom) {
    const less = width * (1 - Number(zoom)) / 2;
    void go(view.from + less, view.to - less);
  } else void go(now - Number(span), now);
});

for (const figure of document.querySelectorAll<HTMLElement>("#curves figure")) {
  figure.querySelector(".static")!.remove();
  figure.setAttribute("role", "group");
  const group = curves.filter(({ unit }) => unit === figure.dataset.unit);
  const chart = make(figure, group);
  charts.push({ chart, curves: group, figure });
  new ResizeObserver(() => chart.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure);
}
if (charts.length > 0) {
  document.querySelector<HTMLElement>("#curves .live")!.hidden = false;
  void go(view.from, view.to);
}
