/** The archive's curves: cursors together, zoom that asks anew, bands of least and most, gaps, and an address to share. */
import type uPlot from "uplot";
import { Chart, hasNoPlace, NO_PLACE } from "./chart.ts";
import { monitorTime, showTime } from "./clock.ts";
import { resolved } from "./colours.ts";
import { askPast } from "./past.ts";

interface Curve {
  readonly client: string;
  readonly key: string;
  readonly label: string;
  readonly unit: string;
}

interface View {
  from: number;
  to: number;
  readonly log: boolean;
  readonly local: boolean;
  readonly mark: number | null;
}

const HEIGHT = 300;
/** Shortest stretch that is shown, seconds. */
const SHORTEST = 1;

const data = JSON.parse(document.querySelector("#data")!.textContent!) as {
  archive: View & { curves: Curve[] };
};
const { curves, ...first } = data.archive;
const view: View = { ...first };
const charts: { chart: Chart; curves: Curve[]; figure: HTMLElement }[] = [];
let asking: AbortController | undefined;

const moment = (time: number): string => showTime(time, view.local);

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
  let isCut = false;
  try {
    for (const { chart, curves, figure } of charts) {
      const { from, to } = view;
      const series = await Promise.all(
        curves.map(({ client, key }) => askPast({ client, key, from, to, points: chart.points }, signal)),
      );
      chart.show(series);
      isCut ||= view.log && hasNoPlace(series);
      const known = series.reduce((sum, { value }) => sum + value.filter((one) => one != null).length, 0);
      figure.setAttribute("aria-label", `${curves.map(({ label }) => label).join(", ")}: ${known} points`);
    }
    const zone = view.local ? "local time" : "UTC";
    note.textContent = `${moment(view.from)} to ${moment(view.to)} ${zone}${isCut ? `. ${NO_PLACE}` : ""}`;
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
  const now = monitorTime();
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
  const chart = new Chart(figure, {
    names: group.map(({ label }) => label),
    label: figure.dataset.unit ?? "",
    width: figure.clientWidth,
    height: HEIGHT,
    log: view.log,
    local: view.local,
    range: () => [view.from, view.to],
    onZoom: (from, to) => void go(from, to),
    onReset: () => void go(first.from, first.to),
    onDraw: drawMark,
  });
  charts.push({ chart, curves: group, figure });
  new ResizeObserver(() => chart.resize(figure.clientWidth, HEIGHT)).observe(figure);
}
if (charts.length > 0) {
  document.querySelector<HTMLElement>("#curves .live")!.hidden = false;
  void go(view.from, view.to);
}
