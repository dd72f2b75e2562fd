/** Gain and read noise of an amplifier, from two flats and two biases. @module */
import { DewarError } from "../errors.ts";
import { meanOf, type Plane, type Rect, spreadOfDifference } from "./statistics.ts";

/** Two images taken alike. */
export type FramePair = readonly [Plane, Plane];

/** A value with its standard error. */
export interface Measured {
  /** The value. */
  readonly value: number;
  /** Its standard error. */
  readonly error: number;
}

/** What two flats and two biases tell of an amplifier. */
export interface PhotonTransfer {
  /** Electrons per unit. */
  readonly gain: Measured;
  /** Read noise, electrons rms. */
  readonly noise: Measured;
  /** Read noise, units rms, without that of the rounding. */
  readonly noiseUnits: number;
  /** Mean signal of the flats above the biases, units. */
  readonly signal: number;
  /** Mean level of the biases, units. */
  readonly bias: number;
  /** Pixels that counted. */
  readonly pixels: number;
  /** Pixels left out: rays, saturation. */
  readonly clipped: number;
}

/** Options of {@linkcode photonTransfer}. */
export interface PhotonTransferOptions {
  /** Pixels further than so many standard deviations off in a difference are left out (default 5). */
  readonly sigmas?: number;
  /** From here on a pixel is saturated (default 65535). */
  readonly saturation?: number;
}

/** Variance of rounding to whole numbers. */
const ROUNDING = 1 / 12;

/**
 * Gain and read noise of a region. What is fixed in it (pattern, sensitivity of the pixels) falls out of the differences;
 * the lamp may drift between the flats. Signals of more than some 5000 electrons read too high a gain, as charge pushes
 * charge away.
 *
 * @param flats Two flats.
 * @param biases Two biases.
 * @param rect The region: pixels of one amplifier that saw light.
 * @param options Where is cut.
 * @throws {DewarError} If the flats are no brighter, or no noisier, than the biases, or there is too little of a region.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // 1000 units above the biases; differences with variances of 1002 and 2: 2 * 1000 / (1002 - 2) electrons per unit.
 * const plane = (mean: number, off: number) => ({
 *   pixels: Float64Array.from({ length: 1000 }, (_, at) => mean + (at % 2 === 0 ? off : -off)),
 *   width: 100,
 * });
 * const [light, dark] = [Math.sqrt(250.5), Math.sqrt(0.5)];
 * const { gain } = photonTransfer(
 *   [plane(1100, light), plane(1100, -light)],
 *   [plane(100, dark), plane(100, -dark)],
 *   { left: 0, right: 100, top: 0, bottom: 10 },
 * );
 * assertAlmostEquals(gain.value, 2, 0.01);
 * ```
 */
export function photonTransfer(
  flats: FramePair,
  biases: FramePair,
  rect: Rect,
  options: PhotonTransferOptions = {},
): PhotonTransfer {
  const { sigmas = 5, saturation = 65535 } = options;
  const use = (index: number) => flats.every(({ pixels }) => pixels[index]! < saturation);
  const [bias1, bias2] = biases.map((plane) => meanOf(plane, rect, use)) as [number, number];
  const bias = (bias1 + bias2) / 2;
  const [flat1, flat2] = flats.map((plane) => meanOf(plane, rect, use) - bias) as [number, number];
  const signal = (flat1 + flat2) / 2;
  if (!(signal > 0)) {
    throw new DewarError(`The flats are not brighter than the biases: ${signal.toFixed(2)} units above them`);
  }
  const light = spreadOfDifference(flats[0], flats[1], rect, {
    sigmas,
    use,
    scale: flat1 / flat2,
    offset: bias,
  });
  const dark = spreadOfDifference(biases[0], biases[1], rect, { sigmas, use });
  const count = Math.min(light.count, dark.count);
  if (!(count >= 100)) {
    throw new DewarError(`The region has ${count || 0} pixels that can be used: at least 100 are needed`);
  }
  // Scaling the second flat scales its noise as well.
  const scale = flat1 / flat2;
  const excess = light.variance - dark.variance * (1 + scale ** 2) / 2;
  if (!(excess > 0)) {
    throw new DewarError(`The flats are not noisier than the biases: is there light on the detector?`);
  }
  const gain = flat1 * (1 + scale) / excess;
  const noiseUnits = Math.sqrt(Math.max(0, dark.variance / 2 - ROUNDING));
  return {
    gain: { value: gain, error: gainError(gain, signal, light.variance, dark.variance, count) },
    noise: {
      value: gain * noiseUnits,
      error: noiseError(gain, noiseUnits, signal, light.variance, dark.variance, count),
    },
    noiseUnits,
    signal,
    bias,
    pixels: count,
    clipped: light.clipped + dark.clipped,
  };
}

/** A variance of `count` values is uncertain by this, of itself squared: that of a normal distribution. */
const ofVariance = (variance: number, count: number) => 2 * variance ** 2 / (count - 1);

/** Variance of the mean signal: both flats and both biases. */
const ofSignal = (light: number, dark: number, count: number) => (light + dark) / 4 / count;

function gainError(gain: number, signal: number, light: number, dark: number, count: number): number {
  const excess = light - dark;
  const relative = ofSignal(light, dark, count) / signal ** 2 +
    (ofVariance(light, count) + ofVariance(dark, count)) / excess ** 2;
  return gain * Math.sqrt(relative);
}

/** The gain and the noise in units hang together: both come from the variance of the biases. */
function noiseError(
  gain: number,
  noise: number,
  signal: number,
  light: number,
  dark: number,
  count: number,
): number {
  if (noise === 0) return gain * Math.sqrt(Math.sqrt(ofVariance(dark, count)) / 2);
  const excess = light - dark;
  const byLight = gain * noise / excess;
  const byDark = gain * noise / excess + gain / (4 * noise);
  const bySignal = gain * noise / signal;
  return Math.sqrt(
    byLight ** 2 * ofVariance(light, count) + byDark ** 2 * ofVariance(dark, count) +
      bySignal ** 2 * ofSignal(light, dark, count),
  );
}
