/** How black and white of a picture are chosen. @module */
import { type Raster, readerOf, sampleOf } from "./raster.ts";
import { type Limits, zscale } from "./zscale.ts";

export type { Limits } from "./zscale.ts";

/** A way to choose them: by zscale; so many percent of the pixels between them, 100 for all; or as somebody says. */
export type LimitsChoice =
  | { readonly by: "zscale" }
  | { readonly by: "percentile"; readonly percent: number }
  | ({ readonly by: "hand" } & Limits);

/** Values looked at: more would change nothing that can be seen. */
const SAMPLE = 4000;

/**
 * Chooses limits for a picture.
 *
 * @param raster The picture.
 * @param choice How.
 * @returns The limits; they always differ.
 */
export function limitsOf(raster: Raster, choice: LimitsChoice): Limits {
  switch (choice.by) {
    case "hand":
      return apart(choice);
    case "zscale":
      return apart(zscale(sampleOf(raster, SAMPLE)));
    case "percentile":
      return apart(choice.percent >= 100 ? extremes(raster) : between(raster, choice.percent));
  }
}

function between(raster: Raster, percent: number): Limits {
  const sorted = sampleOf(raster, 10 * SAMPLE).sort();
  if (sorted.length === 0) return { low: 0, high: 0 };
  const outside = (100 - percent) / 200;
  return { low: quantile(sorted, outside), high: quantile(sorted, 1 - outside) };
}

/**
 * The value below which a part of all values lies, between two of them by straight line.
 *
 * @param sorted The values, ascending, at least one.
 * @param part 0 to 1.
 */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return a + (b - a) * (place - below);
}

function extremes(raster: Raster): Limits {
  const read = readerOf(raster);
  let [low, high] = [Infinity, -Infinity];
  for (let index = raster.width * raster.height - 1; index >= 0; index--) {
    const value = read(index);
    if (value < low && value !== -Infinity) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/** A picture that has one value only is shown at the dark end, not divided by zero. */
function apart({ low, high }: Limits): Limits {
  if (high > low) return { low, high };
  return { low, high: low + Math.max(1, Math.abs(low) * 1e-6) };
}
