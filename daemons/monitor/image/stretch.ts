/** How brightness follows the value: between the limits, from 0 to 1. @module */

/** The ways; each is also written in the language of the graphics card, in the viewer. */
export const STRETCHES = ["linear", "log", "asinh", "sqrt"] as const;

/** One of {@linkcode STRETCHES}. */
export type Stretch = typeof STRETCHES[number];

/** How steep the logarithm is, as in ds9. */
export const LOG_STEEPNESS = 1000;
/** Where asinh turns from straight to logarithmic, as in ds9. */
export const ASINH_STEEPNESS = 10;

const CURVES: Readonly<Record<Stretch, (part: number) => number>> = {
  linear: (part) => part,
  log: (part) => Math.log1p(LOG_STEEPNESS * part) / Math.log1p(LOG_STEEPNESS),
  asinh: (part) => Math.asinh(ASINH_STEEPNESS * part) / Math.asinh(ASINH_STEEPNESS),
  sqrt: (part) => Math.sqrt(part),
};

/**
 * Brightness of a value.
 *
 * @param stretch The way.
 * @param part Where the value lies between the limits: 0 at the lower, 1 at the higher.
 * @returns 0 to 1; NaN for NaN.
 */
export function brightness(stretch: Stretch, part: number): number {
  return CURVES[stretch](Math.min(1, Math.max(0, part)));
}
