/** Curves as a picture that needs no script. @module */
import { showMoment } from "../times.ts";
import type { CurveShown } from "./archive.tsx";

const WIDTH = 1000;
const HEIGHT = 260;
/** Room for the numbers at the left. */
const LEFT = 70;

/** Pieces of a curve without gaps. */
function pieces(times: readonly number[], values: readonly (number | null)[]): [number, number][][] {
  const found: [number, number][][] = [[]];
  times.forEach((time, place) => {
    const value = values[place];
    if (value == null || !Number.isFinite(value)) found.push([]);
    else found.at(-1)!.push([time, value]);
  });
  return found.filter((piece) => piece.length > 0);
}

const shown = (value: number): string => String(Number(value.toPrecision(4))).replace("-", "\u2212");

/** Curves of one unit. */
export function StaticCurves({ curves, from, to, log, mark, unit }: {
  readonly curves: readonly CurveShown[];
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  readonly mark: number | undefined;
  readonly unit: string;
}) {
  const scale = (value: number) => log ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value;
  const all = curves.flatMap(({ series }) => [...series.min ?? series.value, ...series.max ?? series.value])
    .filter((value): value is number => value !== null && Number.isFinite(value) && (!log || value > 0));
  const [low, high] = all.length > 0
    ? all.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])
    : [0, 1];
  const x = (time: number) => LEFT + (WIDTH - LEFT) * (time - from) / (to - from);
  const y = (value: number) =>
    HEIGHT - 24 - (HEIGHT - 36) * (scale(value) - scale(low)) / (scale(high) - scale(low) || 1);
  const names = curves.map(({ channel }) => channel.label).join(", ");
  const label = `${names}${unit && `, ${unit}`}: ${
    all.length > 0 ? `from ${shown(low)} to ${shown(high)}` : "nothing known"
  }`;
  return (
    <>
      <figcaption>
        {curves.map(({ channel }, place) => (
          <span class="key">
            <i class={`line line${place % 5}`} /> {channel.label}
          </span>
        ))} <span class="unit">{unit}</span>
      </figcaption>
      <svg class="static" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <text x="0" y={y(high) + 4}>{shown(high)}</text>
        {high > low && <text x="0" y={y(low) + 4}>{shown(low)}</text>}
        <text x={LEFT} y={HEIGHT - 4}>{showMoment(from)}</text>
        <text x={WIDTH} y={HEIGHT - 4} text-anchor="end">{showMoment(to)}</text>
        {mark !== undefined && mark >= from && mark <= to && (
          <line class="mark" x1={x(mark)} x2={x(mark)} y1="4" y2={HEIGHT - 24} />
        )}
        {curves.map(({ series }, place) =>
          pieces(series.time, series.value).map((piece) => (
            <polyline
              class={`line${place % 5}`}
              points={piece.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
            />
          ))
        )}
      </svg>
    </>
  );
}
