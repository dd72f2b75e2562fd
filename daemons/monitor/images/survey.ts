/** One pass over a picture: what is counted of each amplifier, and a small picture for lists. @module */
import type { Clock } from "../../../lib/time/mod.ts";
import { limitsOf, quantile } from "../image/limits.ts";
import { encodePng } from "../image/png.ts";
import { type Area, type Raster, readerOf, sampleOf, wholeOf } from "../image/raster.ts";
import { toneOf } from "../image/tones.ts";
import { Tally } from "../image/statistics.ts";
import type { Picture } from "./picture.ts";

/** Longer side of the small picture, pixels. */
const SMALL = 240;
/** Bytes read at a time: some milliseconds of work, between which everything else goes on. */
const STRIP_BYTES = 2 ** 19;
/** Values of an amplifier from which its median is taken, about. */
const MEDIAN_OF = 20_000;

/** What is said of the pixels of an amplifier. */
export interface AmplifierStatistics {
  /** Its name. */
  readonly name: string;
  /** Of its pixels that see light, or of all where the header does not tell. */
  readonly mean: number;
  /** Their standard deviation. */
  readonly noise: number;
  /** Their median. */
  readonly median: number;
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
  /** Its overscan. */
  readonly overscan: { readonly mean: number; readonly noise: number } | null;
}

/** What one pass gave. */
export interface Survey {
  /** Of each amplifier; of the whole where there is none. */
  readonly statistics: readonly AmplifierStatistics[];
  /** The small picture, PNG. */
  readonly thumbnail: Uint8Array;
}

/**
 * Looks at all pixels of a picture, a strip at a time.
 *
 * @param picture The picture.
 * @param clock Lets others work in between.
 */
export async function survey(
  { form, amplifiers, strips }: Picture,
  clock: Clock,
): Promise<Survey> {
  const parts = amplifiers.length > 0
    ? amplifiers.map(({ name, area, data, bias }) => new Part(name, data ?? area, bias))
    : [new Part("all", wholeOf(form), null)];
  const small = new Small(form.width, form.height);
  const perRow = form.width * 8;
  let row = 0;
  for await (const strip of strips({ rows: Math.max(1, Math.floor(STRIP_BYTES / perRow)) })) {
    small.add(strip, row);
    for (const part of parts) part.add(strip, row);
    row += strip.height;
    await clock.sleep(0);
  }
  return { statistics: parts.flatMap((part) => part.result), thumbnail: small.png() };
}

/** The counts of one amplifier. */
class Part {
  readonly #name: string;
  readonly #area: Area;
  readonly #bias: Area | null;
  readonly #light = new Tally();
  readonly #dark = new Tally();
  readonly #some: number[] = [];

  constructor(name: string, area: Area, bias: Area | null) {
    this.#name = name;
    this.#area = area;
    this.#bias = bias;
  }

  /** Takes what of a strip is in it; the strip begins at a row of the picture. */
  add(strip: Raster, row: number): void {
    const light = inStrip(this.#area, strip, row);
    if (light) {
      this.#light.addRows(readerOf(strip), strip.width, light, 0, light.height);
      const share = MEDIAN_OF * light.height / this.#area.height;
      for (const value of sampleOf(strip, Math.ceil(share), light)) this.#some.push(value);
    }
    const dark = this.#bias && inStrip(this.#bias, strip, row);
    if (dark) this.#dark.addRows(readerOf(strip), strip.width, dark, 0, dark.height);
  }

  get result(): AmplifierStatistics[] {
    const light = this.#light.statistics;
    if (!light) return [];
    const { mean, noise, min, max } = light;
    const dark = this.#dark.statistics;
    const median = quantile(Float64Array.from(this.#some).sort(), 0.5);
    const overscan = dark ? { mean: dark.mean, noise: dark.noise } : null;
    return [{ name: this.#name, mean, noise, median, min, max, overscan }];
  }
}

function inStrip(area: Area, { height }: Raster, row: number): Area | undefined {
  const from = Math.max(area.y, row);
  const to = Math.min(area.y + area.height, row + height);
  return to > from ? { ...area, y: from - row, height: to - from } : undefined;
}

/** A picture that becomes smaller while its rows come: each of its pixels is the mean of a block. */
class Small {
  readonly #block: number;
  readonly #width: number;
  readonly #height: number;
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(width: number, height: number) {
    this.#block = Math.max(1, Math.ceil(Math.max(width, height) / SMALL));
    this.#width = Math.ceil(width / this.#block);
    this.#height = Math.ceil(height / this.#block);
    this.#sums = new Float64Array(this.#width * this.#height);
    this.#counts = new Float64Array(this.#width * this.#height);
  }

  add(strip: Raster, row: number): void {
    const read = readerOf(strip);
    for (let y = 0; y < strip.height; y++) {
      const line = Math.floor((row + y) / this.#block) * this.#width;
      let at = line;
      let left = this.#block;
      for (let x = 0; x < strip.width; x++) {
        const value = read(y * strip.width + x);
        if (value - value === 0) { // neither infinite nor none
          this.#sums[at]! += value;
          this.#counts[at]! += 1;
        }
        if (--left === 0) {
          at += 1;
          left = this.#block;
        }
      }
    }
  }

  /** In greys by zscale, with the last row on top. */
  png(): Uint8Array {
    const [width, height] = [this.#width, this.#height];
    const values = new Float64Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = y * width + x;
        values[(height - 1 - y) * width + x] = this.#counts[from]
          ? this.#sums[from]! / this.#counts[from]!
          : NaN;
      }
    }
    const bytes = new Uint8Array(values.buffer);
    const form = { width, height, type: "f64", littleEndian: true, scale: 1, zero: 0, blank: null } as const;
    const tone = toneOf("linear", limitsOf({ ...form, bytes }, { by: "zscale" }));
    return encodePng({ width, height }, Uint8Array.from(values, tone));
  }
}
