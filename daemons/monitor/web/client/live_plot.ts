/** The configured plots: the last half hour live, or a stretch of it that somebody looks at. */
import type { PlotData } from "../views/plot_data.ts";
import { Chart, hasNoPlace, NO_PLACE, type Values } from "./chart.ts";
import { monitorTime, showTime, wantLocal, wantsLocal } from "./clock.ts";
import { follow, type Followed } from "./curves.ts";
import { askPast } from "./past.ts";

/** Room for one line of the legend, CSS pixels. */
const LEGEND = 26;
/** Where there is nothing yet the abscissa is so wide, seconds. */
const EMPTY = 60;

/** A stretch of time, unix seconds. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const plots: LivePlot[] = [];
/** What all plots show; undefined: what is live. */
let stretch: Stretch | undefined;

/** Shows a stretch on all plots of the page; undefined for what is live. */
function look(at: Stretch | undefined): void {
  stretch = at;
  for (const plot of plots) void plot.look();
}

/** One plot in its card. */
class LivePlot {
  readonly #card: HTMLElement;
  readonly #place: HTMLElement;
  readonly #plot: PlotData;
  readonly #curves: readonly Followed[];
  #chart: Chart;
  #isLog: boolean;
  #isDue = false;
  #asking: AbortController | undefined;

  constructor(card: HTMLElement, plot: PlotData) {
    this.#card = card;
    this.#place = card.querySelector<HTMLElement>(".plot")!;
    this.#plot = plot;
    this.#isLog = plot.log;
    this.#place.style.minHeight = `${plot.height}px`;
    this.#curves = plot.curves.map(({ key }) => follow(plot.client, key, () => this.#drawSoon()));
    this.#chart = this.#make();
    new ResizeObserver(() => this.#chart.resize(...this.#size)).observe(this.#place);
    this.#wire();
    this.#draw();
  }

  /** Shows what all plots show. */
  async look(): Promise<void> {
    this.#asking?.abort();
    this.#button("live").hidden = stretch === undefined;
    for (const link of this.#card.querySelectorAll<HTMLAnchorElement>("a[data-stretch]")) lead(link);
    if (!stretch) return this.#draw();
    const { from, to } = stretch;
    const { client, curves } = this.#plot;
    const { signal } = this.#asking = new AbortController();
    try {
      const points = this.#chart.points;
      const series = await Promise.all(
        curves.map(({ key }) => askPast({ client, key, from, to, points }, signal)),
      );
      this.#chart.show(series);
      this.#tell(series);
      this.#say(`${showTime(from, wantsLocal())} to ${showTime(to, wantsLocal())}`);
    } catch (error) {
      if (!signal.aborted) this.#say(`This stretch cannot be shown: ${(error as Error).message}`, true);
    }
  }

  /** Draws it anew in the colours and scales of now. */
  redraw(): void {
    this.#chart.remove();
    this.#chart = this.#make();
    this.#button("log").setAttribute("aria-pressed", String(this.#isLog));
    this.#button("local").setAttribute("aria-pressed", String(wantsLocal()));
    void this.look();
  }

  get #size(): [width: number, height: number] {
    return [this.#place.clientWidth, this.#plot.height - LEGEND];
  }

  #make(): Chart {
    const [width, height] = this.#size;
    return new Chart(this.#place, {
      names: this.#plot.curves.map(({ name }) => name),
      label: this.#plot.label,
      width,
      height,
      log: this.#isLog,
      local: wantsLocal(),
      range: shown,
      onZoom: (from, to) => look({ from, to }),
      onReset: () => look(undefined),
    });
  }

  #wire(): void {
    this.#card.querySelector<HTMLElement>(".plottools")!.hidden = false;
    this.#button("live").addEventListener("click", () => look(undefined));
    this.#button("log").setAttribute("aria-pressed", String(this.#isLog));
    this.#button("log").addEventListener("click", () => {
      this.#isLog = !this.#isLog;
      this.redraw();
    });
    this.#button("local").setAttribute("aria-pressed", String(wantsLocal()));
    this.#button("local").addEventListener("click", () => {
      wantLocal(!wantsLocal());
      for (const plot of plots) plot.redraw();
    });
  }

  #button(what: string): HTMLButtonElement {
    return this.#card.querySelector<HTMLButtonElement>(`button[data-plottool="${what}"]`)!;
  }

  #drawSoon(): void {
    if (this.#isDue || stretch) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (!stretch) this.#draw();
    });
  }

  #draw(): void {
    const series = this.#curves.map(({ series }) => series);
    this.#chart.show(series);
    this.#tell(series);
    const trouble = this.#curves.find(({ trouble }) => trouble !== undefined)?.trouble;
    const isCut = this.#isLog && hasNoPlace(series);
    this.#say(trouble ?? (isCut ? NO_PLACE : ""), trouble !== undefined);
  }

  #tell(series: readonly Values[]): void {
    const moments = series.flatMap(({ time, value }) => time.filter((_, place) => value[place] != null));
    this.#place.setAttribute("aria-label", `${this.#plot.title}: ${new Set(moments).size} readings`);
  }

  #say(words: string, isTrouble = false): void {
    const note = this.#card.querySelector<HTMLElement>(".plotnote")!;
    if (note.textContent === words) return;
    note.textContent = words;
    note.classList.toggle("warnv", isTrouble);
  }
}

/** What the abscissa shows: the stretch that somebody looks at, else what there is. */
function shown([from, to]: readonly [from: number, to: number]): [number, number] {
  if (stretch) return [stretch.from, stretch.to];
  if (!(from <= to)) {
    const now = monitorTime();
    return [now - EMPTY, now];
  }
  return to > from ? [from, to] : [from - EMPTY / 2, to + EMPTY / 2];
}

/** Lets a link of a plot lead to the stretch that is shown. */
function lead(link: HTMLAnchorElement): void {
  const url = new URL(link.href);
  for (const name of ["from", "to", "hours"]) url.searchParams.delete(name);
  const field = (time: number) => new Date(time * 1000).toISOString().slice(0, 19);
  if (stretch) {
    url.searchParams.set("from", field(stretch.from));
    url.searchParams.set("to", field(Math.ceil(stretch.to)));
  } else url.searchParams.set("hours", link.dataset.stretch!);
  link.href = url.href;
}

/** Draws a plot into its card. */
export function drawPlot(card: HTMLElement, plot: PlotData): void {
  plots.push(new LivePlot(card, plot));
}
