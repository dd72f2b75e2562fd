/** A picture in few pixels, to be shown while the others are on their way. @module */
import { type RasterForm, SAMPLE_BYTES } from "../image/raster.ts";
import type { Picture } from "./picture.ts";

/** A picture of no more pixels than this is there at once anyway. */
const SOON = 2 ** 21;
/** Pixels of the longer side that are enough to begin with. */
const ENOUGH = 1024;
/** Bytes of pixels read at a time, about. */
const STRIP_BYTES = 2 ** 21;

/** Of so many columns and rows one is enough to begin with: 1 for a picture that is small. */
export function thinningFor({ width, height }: RasterForm): number {
  return width * height <= SOON ? 1 : Math.ceil(Math.max(width, height) / ENOUGH);
}

/**
 * Takes some of the pixels of a picture as they are stored: the middle one of each block.
 *
 * @param picture The picture.
 * @param every Side of a block; blocks at the right and upper edge may be narrower.
 * @returns The bytes of the pixels, in rows.
 */
export async function* thinned(picture: Picture, every: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { width, type } = picture.form;
  const size = SAMPLE_BYTES[type];
  const places = middles(width, every).map((column) => column * size);
  const rows = every * Math.max(1, Math.floor(STRIP_BYTES / width / size / every));
  for await (const { bytes, height } of picture.strips({ rows })) {
    const lines = middles(height, every);
    const made = new Uint8Array(lines.length * places.length * size);
    let at = 0;
    for (const line of lines) {
      const start = line * width * size;
      for (const place of places) {
        for (let n = start + place; n < start + place + size; n++) made[at++] = bytes[n]!;
      }
    }
    yield made;
  }
}

/** The middle of each block of a row, or the last of the row. */
function middles(length: number, every: number): Int32Array {
  return Int32Array.from(
    { length: Math.ceil(length / every) },
    (_, n) => Math.min(length - 1, n * every + (every >> 1)),
  );
}
