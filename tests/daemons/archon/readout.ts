/** The detector and its video chain read out without a controller: the same physics, no script, no sockets. */
import { Ccd, type CcdOptions, USUAL_CCD } from "../../../lib/sim/ccd/ccd.ts";
import { Sampling } from "../../../daemons/archon/simulator/sampling.ts";
import { Settings } from "../../../daemons/archon/simulator/settings.ts";
import { type Amplifier, Video } from "../../../daemons/archon/simulator/video.ts";

/** The usual amplifiers. */
export const AMPLIFIERS: readonly Amplifier[] = [
  { channel: 1, gain: 1.52, readNoise: 4.1 },
  { channel: 2, gain: 1.47, readNoise: 3.8 },
  { channel: 3, gain: 1.55, readNoise: 4.4 },
  { channel: 4, gain: 1.5, readNoise: 4 },
];

const SAMPLING = new Sampling(
  new Settings(new Map([["SHP1", "100"], ["SHP2", "399"], ["SHD1", "500"], ["SHD2", "799"]])),
);

/** What an amplifier gave: values of the converter by line and pixel, not rounded where that is not wanted. */
export interface Section {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** A detector on a bench. */
export class Camera {
  readonly ccd: Ccd;
  readonly video: Video;
  readonly options: CcdOptions;
  #seconds = 0;

  constructor(options: Partial<CcdOptions>, seed: number, amplifiers = AMPLIFIERS) {
    this.options = { ...USUAL_CCD, ...options };
    this.ccd = new Ccd(this.options, { flux: 0, temperature: -100 }, seed);
    this.video = new Video(amplifiers, seed);
    this.video.isPowered = true;
    this.video.settings = { isHighGain: () => false, clamp: () => 1.8 };
  }

  /** Integrates. */
  expose(seconds: number, flux: number, temperature = -100): void {
    this.ccd.surroundings = { flux, temperature };
    this.ccd.integrate(seconds, flux > 0);
    this.#seconds += seconds;
  }

  /** Reads all four sections at once; `extra` lines and pixels of overscan. */
  read(extra = 0, isRounded = true): Section[] {
    const { ccd, video, options } = this;
    const rows = options.rows / 2 + extra;
    const columns = options.columns / 2 + extra;
    const sections = AMPLIFIERS.map(() => new Float64Array(rows * columns));
    const lines = new Map(video.amplifiers.map(({ channel }) => [channel, new Float64Array(columns)]));
    ccd.setWell(true);
    for (let row = 0; row < rows; row++) {
      ccd.shiftRows(0, 1);
      ccd.shiftRows(1, 1);
      for (let column = -options.prescan; column < columns; column++) {
        ccd.setReset(true);
        ccd.setReset(false);
        ccd.shiftRegisters(1);
        ccd.setWell(false);
        ccd.setWell(true);
        if (column < 0) continue;
        video.amplifiers.forEach(({ channel }, index) =>
          lines.get(channel)![column] = ccd.sections[index]!.node
        );
      }
      video.finish(lines, columns, SAMPLING, this.#seconds);
      sections.forEach((values, index) => {
        const line = lines.get(video.amplifiers[index]!.channel)!;
        for (let i = 0; i < columns; i++) {
          values[row * columns + i] = isRounded ? Math.floor(line[i]! + 1000.5) : line[i]! + 1000;
        }
      });
    }
    this.#seconds += 3;
    return sections.map((values) => ({ rows, columns, values }));
  }
}

/** Mean and variance of values, without those that are far away. */
export function statistics(values: ArrayLike<number>, clip = 5): { mean: number; variance: number } {
  let mean = 0;
  let variance = Infinity;
  for (let round = 0; round < 3; round++) {
    const reach = clip * Math.sqrt(variance);
    let count = 0, sum = 0, squares = 0;
    const middle = mean;
    for (let i = 0; i < values.length; i++) {
      const off = values[i]! - middle;
      if (Math.abs(off) > reach) continue;
      count++;
      sum += off;
      squares += off * off;
    }
    mean = middle + sum / count;
    variance = (squares - sum * sum / count) / (count - 1);
  }
  return { mean, variance };
}
