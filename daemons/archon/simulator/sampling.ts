/** Correlated double sampling: how a step on a video input shows in a pixel's value. @module */
import { Refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

/** Time constant of the video chain, ticks. */
const SETTLING = 5;
const LONGEST = 65535;
/** Samples of each window for which an amplifier's noise is given. */
const REFERENCE = 300;

/** The windows of a configuration, in ticks from a pixel's begin. */
export class Sampling {
  /** The tick of a pixel's last sample. */
  readonly end: number;
  /**
   * What a pixel's value (video less reset, as the charge counts) has of a step of 1, by the step's tick from the pixel's
   * begin. Behind its end no step counts.
   */
  readonly weights: Float64Array;
  /** White noise against that with windows of 300 samples. */
  readonly noise: number;
  /** Deviation of the value when every sample has a noise of deviation 1. */
  readonly perSample: number;

  /** Reads the windows. */
  constructor(settings: Settings) {
    const tick = (key: string) => settings.integer(key, 0, 0, LONGEST);
    const reset = [tick("SHP1"), tick("SHP2")] as const;
    const video = [tick("SHD1"), tick("SHD2")] as const;
    for (const [from, to] of [reset, video]) {
      if (to < from) throw new Refused(`A window of samples ends at ${to}, before it begins at ${from}`);
    }
    this.end = Math.max(reset[1], video[1]);
    const sums = new Float64Array(this.end + 2);
    for (let i = 0; i <= this.end; i++) sums[i + 1] = sums[i]! + response(i);
    const mean = ([from, to]: readonly [number, number], step: number) =>
      to < step ? 0 : (sums[to - step + 1]! - sums[Math.max(from - step, 0)]!) / (to - from + 1);
    this.weights = Float64Array.from(
      { length: this.end + 1 },
      (_, step) => mean(video, step) - mean(reset, step),
    );
    this.perSample = Math.sqrt(1 / (reset[1] - reset[0] + 1) + 1 / (video[1] - video[0] + 1));
    this.noise = this.perSample / Math.sqrt(2 / REFERENCE);
  }

  /** The weight of a slope: of all the small steps it is made of. */
  slope(from: number, ticks: number): number {
    const parts = Math.max(1, Math.ceil(ticks));
    let sum = 0;
    for (let i = 0; i < parts; i++) sum += this.weights[from + Math.floor((i + 0.5) * ticks / parts)] ?? 0;
    return sum / parts;
  }
}

/** What has come through so many ticks after a step of 1. */
export function response(ticks: number): number {
  return ticks < 0 ? 0 : 1 - Math.exp(-ticks / SETTLING);
}
