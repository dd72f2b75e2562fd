/** FITS files for tests: what a camera with four amplifiers writes. */
import { Header, type Pixels, writeFits } from "../../../lib/fits/mod.ts";
import { park } from "../image/pictures.ts";

/** What a frame is made of. */
export interface FrameOptions {
  /** Columns that see light, per amplifier. */
  readonly width?: number;
  /** Rows per amplifier. */
  readonly height?: number;
  /** Overscan columns per amplifier. */
  readonly overscan?: number;
  /** Light, above the bias. */
  readonly level?: number;
  /** Noise: half of the whole width of its distribution. */
  readonly noise?: number;
  /** Pixels from 0 with a value of their own. */
  readonly hot?: Readonly<Record<string, number>>;
  /** Cards. */
  readonly cards?: Readonly<Record<string, string | number | boolean>>;
}

/** Bias of the four amplifiers: lower left, lower right, upper left, upper right. */
export const BIAS = [1000, 1100, 1200, 1300] as const;

/** Pixels and header of a frame: overscans meet in the middle. */
export function frameOf(
  options: FrameOptions,
): { width: number; height: number; pixels: Uint16Array; header: Header } {
  const { width = 100, height = 80, overscan = 10, level = 5000, noise = 20, hot = {}, cards = {} } = options;
  const own = width + overscan;
  const [across, up] = [2 * own, 2 * height];
  const random = park(7);
  const pixels = new Uint16Array(across * up);
  for (let y = 0; y < up; y++) {
    for (let x = 0; x < across; x++) {
      const isOverscan = Math.abs(x - own + 0.5) < overscan;
      const amplifier = (x < own ? 0 : 1) + (y < height ? 0 : 2);
      const light = isOverscan ? 0 : level;
      pixels[y * across + x] = BIAS[amplifier]! + light + Math.round(noise * (2 * random.next().value - 1));
    }
  }
  for (const [place, value] of Object.entries(hot)) {
    const [x, y] = place.split(",").map(Number) as [number, number];
    pixels[y * across + x] = value;
  }
  const header = new Header();
  for (const [keyword, value] of Object.entries(cards)) header.set(keyword, value);
  for (let n = 0; n < 4; n++) {
    const [right, top] = [n % 2 === 1, n >= 2];
    const [y1, y2] = top ? [height + 1, up] : [1, height];
    const [left, dark] = right ? [own + overscan + 1, own + 1] : [1, width + 1];
    const name = String(n + 1);
    header.set(`AMPSEC${name}`, `[${right ? own + 1 : 1}:${right ? across : own},${y1}:${y2}]`);
    header.set(`DATASEC${name}`, `[${left}:${left + width - 1},${y1}:${y2}]`);
    header.set(`BIASSEC${name}`, `[${dark}:${dark + overscan - 1},${y1}:${y2}]`);
    const ccd = right ? width + 1 : 1;
    header.set(`CCDSEC${name}`, `[${ccd}:${ccd + width - 1},${y1}:${y2}]`);
    header.set(`AMPNAM${name}`, ["A", "B", "C", "D"][n]!);
    header.set(`GAIN${name}`, 2);
  }
  return { width: across, height: up, pixels, header };
}

/** Writes a frame. */
export async function writeFrame(path: string, options: FrameOptions = {}): Promise<void> {
  const { width, height, pixels, header } = frameOf(options);
  await writeFits(path, [{ header, shape: [width, height], pixels }]);
}

/** Writes a picture of any type without more than the least header. */
export async function writePixels(path: string, shape: readonly number[], pixels: Pixels): Promise<void> {
  await writeFits(path, [{ shape, pixels }]);
}
