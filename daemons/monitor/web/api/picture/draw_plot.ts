/** Curves as a picture: axes, grid, legend. @module */
import { streamPng } from "../../../image/png.ts";
import { type Box, Canvas, type Colour, CURVE_COLOURS, PALETTE, widthOf } from "./canvas.ts";
import { ADVANCE } from "./font.ts";
import { logTicks, numberTicks, type Tick, timeTicks } from "./ticks.ts";

/** A curve. */
export interface Curve {
  /** Its name in the legend. */
  readonly name: string;
  /** Abscissae. */
  readonly x: readonly number[];
  /** Ordinates; null is a gap. */
  readonly y: readonly (number | null)[];
  /** Smallest and largest, where each point stands for many. */
  readonly min?: readonly (number | null)[] | undefined;
  /** Smallest and largest, where each point stands for many. */
  readonly max?: readonly (number | null)[] | undefined;
}

/** What is drawn. */
export interface Drawing {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Above it. */
  readonly title: string;
  /** Below the abscissa. */
  readonly xlabel: string;
  /** Beside the ordinate. */
  readonly ylabel: string;
  /** Whether the ordinate is logarithmic: what is not above zero is a gap then. */
  readonly ylog: boolean;
  /** Whether the abscissa is. */
  readonly xlog: boolean;
  /** From when to when, where the abscissa is time; otherwise it is as wide as the curves. */
  readonly time?: readonly [from: number, to: number];
  /** An abscissa with a line across. */
  readonly mark?: number | undefined;
  /** The curves. */
  readonly curves: readonly Curve[];
}

/** Rows that are packed at a time. */
const STRIP = 64;
/** Room for a line of letters. */
const LINE = 12;

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
}

const numberOn = ({ log }: Axis, value: number | null | undefined): number | undefined => {
  if (value === null || value === undefined || !Number.isFinite(value)) return undefined;
  return !log ? value : value > 0 ? Math.log10(value) : undefined;
};

/** An axis as wide as its values, with a little room; of width one where there is none. */
function axisOf(values: Iterable<number | null>, log: boolean, room: number): Axis {
  const plain: Axis = { from: 0, to: 1, log };
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    const at = numberOn(plain, value);
    if (at === undefined) continue;
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  if (from > to) return plain;
  const least = Math.max(Math.abs(from), Math.abs(to), 1) * 1e-9;
  if (to - from < least) {
    return {
      from: from - (log ? 0.5 : Math.abs(from) * 0.05 || 0.5),
      to: to + (log ? 0.5 : Math.abs(to) * 0.05 || 0.5),
      log,
    };
  }
  return { from: from - (to - from) * room, to: to + (to - from) * room, log };
}

/** Draws it, and gives a PNG file in pieces; the packing is done beside everything else. */
export function plotPng(drawing: Drawing): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { width, height, pixels } = drawPlot(drawing);
  const strips = async function* () {
    for (let row = 0; row < height; row += STRIP) {
      yield pixels.subarray(row * width, Math.min(height, row + STRIP) * width);
    }
  };
  return streamPng({ width, height, palette: PALETTE }, strips());
}

/** Draws it. */
export function drawPlot(drawing: Drawing): Canvas {
  const { width, height, title, xlabel, ylabel, curves, time, mark } = drawing;
  const canvas = new Canvas(width, height);
  const y = axisOf(
    curves.flatMap((curve) => [curve.y, curve.min ?? [], curve.max ?? []]).flat(),
    drawing.ylog,
    0.05,
  );
  const x = time
    ? { from: time[0], to: time[1], log: false }
    : axisOf(curves.flatMap((curve) => curve.x), drawing.xlog, 0.02);
  const top = title === "" ? 8 : 10 + LINE;
  const bottom = height - LINE - 6 - (xlabel === "" ? 0 : LINE);
  const yTicks = ticksOf(y, (bottom - top) / 36);
  const left = 8 + Math.max(...yTicks.map(({ text }) => widthOf(text)), 0) + (ylabel === "" ? 0 : LINE);
  const box: Box = { left, top, right: width - 10, bottom };
  const across = (value: number) => left + (value - x.from) / (x.to - x.from) * (box.right - 1 - left);
  const down = (value: number) => bottom - 1 - (value - y.from) / (y.to - y.from) * (bottom - 1 - top);
  const xTicks = time
    ? timeTicks(time[0], time[1], (box.right - left) / 90)
    : ticksOf(x, (box.right - left) / 80);

  for (const { at, text } of yTicks) {
    const row = Math.round(down(at));
    canvas.fill({ ...box, top: row, bottom: row + 1 }, "grid");
    canvas.text(text, left - 4 - widthOf(text), row - 3, "ink");
  }
  for (const { at, text } of xTicks) {
    const column = Math.round(across(at));
    canvas.fill({ ...box, left: column, right: column + 1 }, "grid");
    const start = Math.max(0, Math.min(width - widthOf(text), column - Math.floor(widthOf(text) / 2)));
    canvas.text(text, start, bottom + 5, "ink");
  }
  canvas.within(box, () => {
    for (const [place, curve] of curves.entries()) {
      drawCurve(canvas, curve, colourOf(place), { x, y, across, down });
    }
    if (mark !== undefined) canvas.line(across(mark), top, across(mark), bottom, "mark");
  });
  for (const row of [top, bottom - 1]) canvas.fill({ ...box, top: row, bottom: row + 1 }, "frame");
  for (const column of [left, box.right - 1]) {
    canvas.fill({ ...box, left: column, right: column + 1 }, "frame");
  }
  drawLegend(canvas, curves, box);
  const middle = (words: string) => Math.max(2, Math.round((left + box.right - widthOf(words)) / 2));
  for (const [words, row] of [[title, 7], [xlabel, height - LINE + 2]] as const) {
    const shown = words.slice(0, Math.floor((width - 4) / ADVANCE));
    canvas.text(shown, Math.min(middle(shown), Math.max(2, width - 2 - widthOf(shown))), row, "ink");
  }
  canvas.textUp(ylabel, 3, Math.round((top + bottom + widthOf(ylabel)) / 2), "ink");
  if (!curves.some((curve) => curve.y.some((value) => numberOn(y, value) !== undefined))) {
    const words = "no values";
    canvas.text(words, middle(words), Math.round((top + bottom) / 2), "frame");
  }
  return canvas;
}

const colourOf = (place: number): Colour => `curve${place % CURVE_COLOURS}`;

const ticksOf = ({ from, to, log }: Axis, count: number): Tick[] =>
  log ? logTicks(from, to, count) : numberTicks(from, to, count);

interface Scales {
  readonly x: Axis;
  readonly y: Axis;
  across(value: number): number;
  down(value: number): number;
}

function drawCurve(canvas: Canvas, curve: Curve, colour: Colour, { x, y, across, down }: Scales): void {
  let before: readonly [number, number] | undefined;
  for (const [n, value] of curve.y.entries()) {
    const [left, height] = [numberOn(x, curve.x[n]), numberOn(y, value)];
    if (left === undefined || height === undefined) {
      before = undefined;
      continue;
    }
    const point = [across(left), down(height)] as const;
    const [least, most] = [numberOn(y, curve.min?.[n]), numberOn(y, curve.max?.[n])];
    if (least !== undefined && most !== undefined && most > least) {
      const column = Math.round(point[0]);
      canvas.fill({ left: column, right: column + 1, top: down(most), bottom: down(least) }, colour, 0.35);
    }
    // A value alone between gaps is seen as well.
    const next = numberOn(y, curve.y[n + 1]);
    if (before) canvas.line(...before, ...point, colour);
    else if (next === undefined) {
      canvas.fill(
        { left: point[0] - 1, right: point[0] + 2, top: point[1] - 1, bottom: point[1] + 2 },
        colour,
      );
    }
    before = point;
  }
}

function drawLegend(canvas: Canvas, curves: readonly Curve[], { left, top, right, bottom }: Box): void {
  const fits = curves.slice(0, Math.max(0, Math.floor((bottom - top - 8) / LINE)));
  const wide = Math.max(...fits.map(({ name }) => widthOf(name)), 0) + 30;
  if (fits.length === 0 || wide > right - left) return;
  const box = { left: left + 5, top: top + 5, right: left + 5 + wide, bottom: top + 9 + fits.length * LINE };
  canvas.fill(box, "white");
  for (const [place, { name }] of fits.entries()) {
    const row = box.top + 4 + place * LINE;
    canvas.line(box.left + 3, row + 3, box.left + 20, row + 3, colourOf(place), 2);
    canvas.text(name, box.left + 25, row, "ink");
  }
}
