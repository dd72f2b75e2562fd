/** Means and variances of regions of images. @module */

/** An image as rows of pixels. */
export interface Plane {
  /** The values, row after row. */
  readonly pixels: ArrayLike<number>;
  /** Pixels in a row. */
  readonly width: number;
}

/** A rectangle of pixels, counted from 0, the ends not included. */
export interface Rect {
  /** First column. */
  readonly left: number;
  /** The column after the last. */
  readonly right: number;
  /** First row. */
  readonly top: number;
  /** The row after the last. */
  readonly bottom: number;
}

/** How much values spread. */
export interface Spread {
  /** Their mean. */
  readonly mean: number;
  /** Their variance, corrected for what was left out. */
  readonly variance: number;
  /** How many there were, without what was left out. */
  readonly count: number;
  /** How many were left out. */
  readonly clipped: number;
}

/** A normal distribution cut off at so many standard deviations keeps this part of its variance. */
function keptVariance(sigmas: number): number {
  const density = Math.exp(-(sigmas ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return 1 - 2 * sigmas * density / (1 - 2 * tail(sigmas));
}

/** The part of a normal distribution beyond so many standard deviations, on one side; good to 1e-7. */
function tail(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const series = t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI) * series;
}

/**
 * The mean of a region.
 *
 * @param plane The image.
 * @param rect The region.
 * @param use Which pixels count, by their place in `pixels` (default: all).
 */
export function meanOf(plane: Plane, rect: Rect, use: (index: number) => boolean = () => true): number {
  let sum = 0;
  let count = 0;
  forEach(plane, rect, (index) => {
    if (!use(index)) return;
    sum += plane.pixels[index]!;
    count++;
  });
  return sum / count;
}

/**
 * The spread of the difference of two images in a region. What lies further than `sigmas` standard deviations off is left
 * out, as rays and other accidents are, and the variance is corrected for what that takes of a normal distribution.
 *
 * @param a The one image.
 * @param b The other, of the same size.
 * @param rect The region.
 * @param options `scale`: what `b` is multiplied with, after `offset` was taken off it, and off `a` as well; `sigmas`: where
 * is cut (default 5); `use`: which pixels count at all.
 */
export function spreadOfDifference(
  a: Plane,
  b: Plane,
  rect: Rect,
  options: { scale?: number; offset?: number; sigmas?: number; use?: (index: number) => boolean } = {},
): Spread {
  const { scale = 1, offset = 0, sigmas = 5, use = () => true } = options;
  const values: number[] = [];
  forEach(a, rect, (index) => {
    if (use(index)) values.push(a.pixels[index]! - offset - scale * (b.pixels[index]! - offset));
  });
  const { centre, deviation } = robust(values);
  const limit = deviation === 0 ? Infinity : sigmas * deviation;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (const value of values) {
    const off = value - centre;
    if (Math.abs(off) > limit) continue;
    sum += off;
    squares += off * off;
    count++;
  }
  const mean = sum / count;
  const raw = (squares - count * mean * mean) / (count - 1);
  const variance = limit === Infinity ? raw : raw / keptVariance(sigmas);
  return { mean: centre + mean, variance, count, clipped: values.length - count };
}

/** Centre and standard deviation that a few accidents do not move: of what lies between the quartiles' double range. */
function robust(values: readonly number[]): { centre: number; deviation: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
  const [low, centre, high] = [at(0.25), at(0.5), at(0.75)];
  // Whole numbers make the quartiles coarse: the deviation is that of what is within four times what they say.
  const guess = Math.max((high - low) / 1.349, 0.5);
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (const value of values) {
    const off = value - centre;
    if (Math.abs(off) > 6 * guess) continue;
    sum += off;
    squares += off * off;
    count++;
  }
  const mean = sum / count;
  return { centre: centre + mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

function forEach({ width }: Plane, { left, right, top, bottom }: Rect, visit: (index: number) => void): void {
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) visit(row * width + column);
  }
}
