/** Curves through the chosen pixel: along its row, along its column, and with the distance from it. */
import uPlot from "uplot";
import { columnCut, type Curve, radialCut, rowCut } from "../../../image/cuts.ts";
import { resolved } from "../colours.ts";
import type { Frame } from "./load.ts";
import { showNumber } from "./region.ts";

const RADIUS = 30;
const HEIGHT = 150;

/** A way to cut. */
type Cut = "row" | "column" | "radial";

const LABELS: Readonly<Record<Cut, string>> = { row: "x", column: "y", radial: "distance" };

/** Draws the curves into a card. */
export class CutsPanel {
  readonly #card: HTMLElement;
  readonly #plots = new Map<Cut, uPlot>();

  constructor(card: HTMLElement) {
    this.#card = card;
  }

  /** Draws the curves through a pixel, counted from 0. */
  show({ raster, info }: Frame, { x, y }: { readonly x: number; readonly y: number }): void {
    this.#card.hidden = false;
    this.#card.querySelector("small")!.textContent = `x ${x + 1}, y ${y + 1}`;
    this.#draw("row", rowCut(raster, y), info.unit);
    this.#draw("column", columnCut(raster, x), info.unit);
    this.#draw("radial", radialCut(raster, { x, y }, RADIUS), info.unit);
  }

  #draw(cut: Cut, { place, value }: Curve, unit: string): void {
    const holder = this.#card.querySelector<HTMLElement>(`[data-cut="${cut}"]`)!;
    const data: uPlot.AlignedData = [place, Array.from(value, (one) => Number.isNaN(one) ? null : one)];
    let plot = this.#plots.get(cut);
    if (plot) plot.setData(data);
    else this.#plots.set(cut, plot = plotIn(holder, LABELS[cut], unit, data));
    holder.setAttribute("aria-label", `${cut} cut: ${place.length} values`);
  }
}

/** The numbers along an axis, with as many decimals as its steps have. */
function written(_plot: uPlot, places: number[], _axis: number, _space: number, step: number): string[] {
  const decimals = String(step).split(".")[1]?.length ?? 0;
  return places.map((place) => showNumber(place, decimals));
}

function plotIn(holder: HTMLElement, label: string, unit: string, data: uPlot.AlignedData): uPlot {
  const axis = {
    stroke: resolved("--ink-2"),
    grid: { stroke: resolved("--line"), width: 1 },
    ticks: { stroke: resolved("--line") },
    size: 34,
  };
  const plot = new uPlot(
    {
      width: holder.clientWidth,
      height: HEIGHT,
      legend: { show: true, live: true },
      scales: { x: { time: false } },
      series: [{ label }, { label: unit, stroke: resolved("--trace"), width: 1, points: { show: false } }],
      axes: [axis, { ...axis, size: 58 }].map((one) => ({ ...one, values: written })),
      cursor: { drag: { x: true, y: false } },
    },
    data,
    holder,
  );
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: HEIGHT })).observe(holder);
  return plot;
}
