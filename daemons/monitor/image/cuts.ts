/** Values along a row, along a column, and with the distance from a point. @module */
import { type Raster, readerOf } from "./raster.ts";

/** A curve: places and values. */
export interface Curve {
  /** Places: pixel columns or rows from 1 as in FITS, or distances in pixels; ascending. */
  readonly place: Float64Array;
  /** Values; NaN where there is none. */
  readonly value: Float64Array;
}

/**
 * The values of a row.
 *
 * @param raster The picture.
 * @param y The row, from 0.
 * @param band Rows averaged about it (default 1).
 */
export function rowCut(raster: Raster, y: number, band = 1): Curve {
  const { width, height } = raster;
  return cut(width, bandOf(y, band, height), raster, (x, row) => row * width + x);
}

/**
 * The values of a column.
 *
 * @param raster The picture.
 * @param x The column, from 0.
 * @param band Columns averaged about it (default 1).
 */
export function columnCut(raster: Raster, x: number, band = 1): Curve {
  const { width, height } = raster;
  return cut(height, bandOf(x, band, width), raster, (y, column) => y * width + column);
}

function bandOf(centre: number, band: number, size: number): [from: number, to: number] {
  const from = Math.max(0, centre - ((band - 1) >> 1));
  return [from, Math.min(size, from + band)];
}

function cut(
  length: number,
  [from, to]: [number, number],
  raster: Raster,
  indexOf: (along: number, across: number) => number,
): Curve {
  const read = readerOf(raster);
  const place = Float64Array.from({ length }, (_, n) => n + 1);
  const value = place.map((_, n) => {
    let [sum, count] = [0, 0];
    for (let across = from; across < to; across++) {
      const one = read(indexOf(n, across));
      if (!Number.isFinite(one)) continue;
      sum += one;
      count += 1;
    }
    return count === 0 ? NaN : sum / count;
  });
  return { place, value };
}

/**
 * The mean value with the distance from a point, in rings one pixel wide.
 *
 * @param raster The picture.
 * @param centre The point, pixel centres being whole numbers from 0.
 * @param radius The last ring's radius, pixels.
 */
export function radialCut(
  raster: Raster,
  centre: { readonly x: number; readonly y: number },
  radius: number,
): Curve {
  const { width, height } = raster;
  const read = readerOf(raster);
  const sums = new Float64Array(radius + 1);
  const counts = new Float64Array(radius + 1);
  for (
    let y = Math.max(0, Math.floor(centre.y - radius));
    y <= Math.min(height - 1, centre.y + radius);
    y++
  ) {
    for (
      let x = Math.max(0, Math.floor(centre.x - radius));
      x <= Math.min(width - 1, centre.x + radius);
      x++
    ) {
      const ring = Math.round(Math.hypot(x - centre.x, y - centre.y));
      if (ring > radius) continue;
      const value = read(y * width + x);
      if (!Number.isFinite(value)) continue;
      sums[ring]! += value;
      counts[ring]! += 1;
    }
  }
  return {
    place: Float64Array.from({ length: radius + 1 }, (_, n) => n),
    value: sums.map((sum, ring) => counts[ring] === 0 ? NaN : sum / counts[ring]!),
  };
}
