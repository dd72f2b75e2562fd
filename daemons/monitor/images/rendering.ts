/** Pictures made here, for browsers without scripts and for other programs. @module */
import { coloursOf } from "../image/colour_map.ts";
import { type Limits, type LimitsChoice, limitsOf } from "../image/limits.ts";
import { streamPng } from "../image/png.ts";
import { readerOf, sampleOf } from "../image/raster.ts";
import { Tally } from "../image/statistics.ts";
import { toneOf } from "../image/tones.ts";
import type { View } from "../image/view.ts";
import type { Picture } from "./picture.ts";

/** Bytes of pixels read at a time, about. */
const STRIP_BYTES = 2 ** 20;
/** Values looked at to choose limits. */
const SAMPLE = 20_000;

/** Rows of a strip, a multiple of `block`. */
function rowsOf({ form }: Picture, block: number): number {
  return block * Math.max(1, Math.floor(STRIP_BYTES / form.width / 8 / block));
}

/** Chooses limits for a picture that is not held. */
export async function limitsFor(picture: Picture, choice: LimitsChoice): Promise<Limits> {
  const { width, height } = picture.form;
  const some: number[] = [];
  const tally = new Tally();
  const needsAll = choice.by === "percentile" && choice.percent >= 100;
  if (choice.by !== "hand") {
    for await (const strip of picture.strips({ rows: rowsOf(picture, 1) })) {
      const area = { x: 0, y: 0, width, height: strip.height };
      if (needsAll) tally.addRows(readerOf(strip), width, area, 0, strip.height);
      else for (const value of sampleOf(strip, Math.ceil(SAMPLE * strip.height / height))) some.push(value);
    }
  }
  const { min, max } = tally.statistics ?? {};
  const values = Float64Array.from(needsAll ? [min ?? 0, max ?? 0] : some);
  const bytes = new Uint8Array(values.buffer);
  const form = { type: "f64", littleEndian: true, scale: 1, zero: 0, blank: null } as const;
  return limitsOf({ width: values.length, height: 1, ...form, bytes }, choice);
}

/**
 * Makes a PNG of a picture: all of it, as a view has it.
 *
 * @param picture The picture.
 * @param view Limits, brightness and colours.
 * @param size The longer side is not longer than this, pixels (default: as long as the picture's).
 * @returns The file, in pieces.
 */
export async function* renderPng(
  picture: Picture,
  view: Pick<View, "limits" | "stretch" | "map">,
  size = Infinity,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { width, height } = picture.form;
  const block = Math.max(1, Math.ceil(Math.max(width, height) / size));
  const tone = toneOf(view.stretch, await limitsFor(picture, view.limits));
  const form = { width: Math.ceil(width / block), height: Math.ceil(height / block) };
  const palette = view.map === "grey" ? {} : { palette: coloursOf(view.map) };
  yield* streamPng({ ...form, ...palette }, toned(picture, block, tone));
}

/** Strips from the top, a byte for each block of pixels. */
async function* toned(
  picture: Picture,
  block: number,
  tone: (value: number) => number,
): AsyncGenerator<Uint8Array> {
  for await (const strip of picture.strips({ rows: rowsOf(picture, block), fromTop: true })) {
    const read = readerOf(strip);
    const { width, height } = strip;
    const [columns, lines] = [Math.ceil(width / block), Math.ceil(height / block)];
    const bytes = new Uint8Array(columns * lines);
    for (let line = 0; line < lines; line++) {
      const top = height - line * block;
      for (let column = 0; column < columns; column++) {
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, top - block); y < top; y++) {
          for (let x = column * block; x < Math.min(width, column * block + block); x++) {
            const value = read(y * width + x);
            if (Number.isNaN(value)) continue;
            sum += value;
            count += 1;
          }
        }
        bytes[line * columns + column] = tone(sum / count);
      }
    }
    yield bytes;
  }
}
